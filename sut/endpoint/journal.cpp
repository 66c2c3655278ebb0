#include "endpoint/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/program.h"
#include "run/politeness.h"

namespace closecheck::sut {
namespace {

using Json = nlohmann::json;

std::optional<ThingKind> kind_named(std::string_view text) {
  for (const ThingKind kind : {ThingKind::feed, ThingKind::job, ThingKind::index, ThingKind::user, ThingKind::role})
    if (name(kind) == text) return kind;
  return std::nullopt;
}

constexpr std::string_view kRun = "run";

std::string line_of(const Json& line) {
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// A user or a role of a name of ours: these have no operations.
std::optional<Thing> created_by_raw(const RawRequest& raw) {
  if (raw.method != "PUT" && raw.method != "POST") return std::nullopt;
  const std::vector<std::string> segments = split_path(raw.path);
  if (segments.size() < 3 || !segments[segments.size() - 3].ends_with("security") || !is_our_name(segments.back()))
    return std::nullopt;
  for (const ThingKind kind : {ThingKind::user, ThingKind::role})
    if (segments[segments.size() - 2] == name(kind)) return Thing{kind, segments.back()};
  return std::nullopt;
}

std::string text_member(const Json& line, const char* member) {
  const auto found = line.find(member);
  return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Empty: it does not tell all of it.
std::optional<JournalOwner> owner_in(const Json& line) {
  JournalOwner owner{text_member(line, "run"), text_member(line, "target"), {}, text_member(line, "started")};
  const std::optional<Profile> profile = profile_named(text_member(line, "profile"));
  if (owner.run_id.empty() || owner.url.empty() || !profile) return std::nullopt;
  owner.profile = *profile;
  return owner;
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
    case ThingKind::user:
      return "user";
    case ThingKind::role:
      return "role";
  }
  return "";
}

std::string describe(const Thing& thing) {
  return std::string(name(thing.kind)) + " " + thing.name;
}

std::optional<Request> view_of(const Request& request, Profile profile) {
  if (!std::holds_alternative<RawRequest>(request.operation) || only_reads(request.operation)) return std::nullopt;
  return wire::parse(wire::encode(request, profile), profile, request.who);
}

std::optional<Thing> created_by(const Operation& operation) {
  if (const auto* raw = std::get_if<RawRequest>(&operation)) return created_by_raw(*raw);
  if (const auto* job = std::get_if<CreateJob>(&operation)) return Thing{ThingKind::job, job->job};
  if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) return Thing{ThingKind::feed, feed->feed};
  if (const auto* index = std::get_if<CreateIndex>(&operation)) return Thing{ThingKind::index, index->index};
  if (const auto* documents = std::get_if<IndexDocuments>(&operation); documents && is_our_name(documents->index))
    return Thing{ThingKind::index, documents->index};
  return std::nullopt;
}

bool is_our_name(std::string_view name) {
  return name.starts_with(kNamePrefix);
}

bool did_nothing(const Response& response) {
  if (response.outcome != Outcome::refused) return false;
  return response.refusal != Refusal::timed_out && response.refusal != Refusal::server_error &&
         response.refusal != Refusal::unavailable;
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
  const auto [creations, is_new] = told_.try_emplace(thing);
  if (is_new && !append("created", thing)) {
    told_.erase(creations);
    return false;
  }
  ++creations->second.open;
  return true;
}

void Journal::refused(const Thing& thing) {
  const std::lock_guard lock(mutex_);
  const auto found = told_.find(thing);
  if (found == told_.end()) return;
  if (--found->second.open > 0 || found->second.may_have_worked) return;
  append("refused", thing);
  told_.erase(found);
}

void Journal::may_be_there(const Thing& thing) {
  const std::lock_guard lock(mutex_);
  const auto found = told_.find(thing);
  if (found == told_.end()) return;
  --found->second.open;
  found->second.may_have_worked = true;
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
  const std::string text = line_of(line);
  return ::write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string journal_head(const JournalOwner& owner) {
  const Json line = {{"event", kRun},
                     {"run", owner.run_id},
                     {"target", owner.url},
                     {"profile", name(owner.profile)},
                     {"started", owner.started}};
  return line_of(line);
}

JournalContent read_journal(const std::string& path) {
  JournalContent content;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (!line.is_object()) continue;
    const std::string event = text_member(line, "event");
    if (event == kRun && !content.owner) content.owner = owner_in(line);
    const std::optional<ThingKind> kind = kind_named(text_member(line, "kind"));
    Thing thing{kind.value_or(ThingKind::job), text_member(line, "name")};
    if (!kind || thing.name.empty()) continue;
    if (event == "created")
      content.left.insert(std::move(thing));
    else if (event == "removed" || event == "refused")
      content.left.erase(thing);
  }
  return content;
}

}  // namespace closecheck::sut
