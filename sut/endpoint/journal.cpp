#include "endpoint/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>
#include <variant>

#include "closecheck/sut/endpoint.h"

namespace closecheck::sut {
namespace {

using Json = nlohmann::json;

std::optional<ThingKind> kind_named(std::string_view text) {
  for (const ThingKind kind : {ThingKind::feed, ThingKind::job, ThingKind::index})
    if (name(kind) == text) return kind;
  return std::nullopt;
}

std::string text_member(const Json& line, const char* member) {
  const auto found = line.find(member);
  return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string_view name(ThingKind kind) {
  switch (kind) {
    case ThingKind::feed:
      return "datafeed";
    case ThingKind::job:
      return "job";
    case ThingKind::index:
      return "index";
  }
  return "";
}

std::string describe(const Thing& thing) {
  return std::string(name(thing.kind)) + " " + thing.name;
}

std::optional<Thing> created_by(const Operation& operation) {
  if (const auto* job = std::get_if<CreateJob>(&operation)) return Thing{ThingKind::job, job->job};
  if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) return Thing{ThingKind::feed, feed->feed};
  if (const auto* index = std::get_if<CreateIndex>(&operation)) return Thing{ThingKind::index, index->index};
  if (const auto* documents = std::get_if<IndexDocuments>(&operation)) return Thing{ThingKind::index, documents->index};
  return std::nullopt;
}

Journal::Journal(const std::string& path) {
  if (path.empty()) return;
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file_ < 0) throw std::invalid_argument("the journal '" + path + "' cannot be written: " + std::strerror(errno));
}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

bool Journal::created(const Thing& thing) {
  if (file_ < 0) return true;
  const std::lock_guard lock(mutex_);
  if (told_.contains(thing)) return true;
  if (!append("created", thing)) return false;
  told_.insert(thing);
  return true;
}

void Journal::removed(const Thing& thing) {
  if (file_ < 0) return;
  const std::lock_guard lock(mutex_);
  // A line that is not written costs the next clean-up one needless attempt, no more.
  append("removed", thing);
  told_.erase(thing);
}

bool Journal::append(std::string_view event, const Thing& thing) {
  const Json line = {{"event", event}, {"kind", name(thing.kind)}, {"name", thing.name}};
  const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return ::write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::set<Thing> left_by_journal(const std::string& path) {
  std::set<Thing> left;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (!line.is_object()) continue;
    const std::optional<ThingKind> kind = kind_named(text_member(line, "kind"));
    const Thing thing{kind.value_or(ThingKind::job), text_member(line, "name")};
    if (!kind || thing.name.empty()) continue;
    const std::string event = text_member(line, "event");
    if (event == "created") left.insert(thing);
    if (event == "removed") left.erase(thing);
  }
  return left;
}

std::vector<std::string> left_by(const std::string& journal) {
  std::vector<std::string> left;
  for (const Thing& thing : left_by_journal(journal)) left.push_back(describe(thing));
  return left;
}

}  // namespace closecheck::sut
