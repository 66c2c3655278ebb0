// Histories from JSON Lines.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "closecheck/sut/history_lines.h"
#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/redactor.h"
#include "closecheck/vocabulary/run_as.h"
#include "wire/history_form.h"
#include "wire/json_document.h"
#include "wire/text.h"

namespace closecheck::sut {
namespace {

using wire::JsonValue;
using wire::member;
using Type = simdjson::dom::element_type;

}  // namespace

class HistoryReader::Impl {
 public:
  explicit Impl(Profile fallback) : profile_(fallback) {}

  void insist_on(Profile profile) {
    profile_ = profile;
    insists_ = true;
  }
  void assume_base_path(const std::string& path) { base_path_ = path; }
  Profile profile() const { return profile_; }

  std::optional<Event> read_line(std::string_view line) {
    ++line_;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return std::nullopt;
    const wire::JsonDocument document(line);
    if (!document.root() || !document.root()->is_object()) fail("a JSON object was expected");
    const bool is_first = std::exchange(first_, false);
    if (!member(*document.root(), "schema")) {
      Event event;
      return read_event(*document.root(), event) ? std::optional(std::move(event)) : std::nullopt;
    }
    if (!is_first) fail("the line with `schema` comes first or not at all");
    read_header(*document.root());
    return std::nullopt;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw HistoryError{fmt::format("line {}: {}", line_, what)}; }

  JsonValue need(JsonValue object, const char* name, const char* what) const {
    const std::optional<JsonValue> value = member(object, name);
    if (!value) fail(fmt::format("`{}` is missing; {} was expected", name, what));
    return *value;
  }

  std::string text(JsonValue object, const char* name) const {
    const JsonValue value = need(object, name, "a text");
    if (!value.is_string()) fail(fmt::format("`{}` is no text", name));
    return wire::text_of(value);
  }

  std::int64_t whole(JsonValue object, const char* name, std::int64_t least, std::int64_t most) const {
    std::int64_t number = 0;
    const bool is_whole = need(object, name, "a whole number").get(number) == simdjson::SUCCESS;
    if (!is_whole || number < least || number > most)
      fail(fmt::format("`{}` is no whole number from {} to {}", name, least, most));
    return number;
  }

  void read_header(JsonValue header) {
    if (const std::string schema = text(header, "schema"); schema != kHistorySchema)
      fail(fmt::format("schema `{}` is not known; `{}` was expected", schema, kHistorySchema));
    if (member(header, "base_path")) {
      base_path_ = text(header, "base_path");
      while (base_path_.ends_with('/')) base_path_.pop_back();
      if (!base_path_.empty() && !base_path_.starts_with('/')) fail("`base_path` does not begin with `/`");
    }
    if (insists_ || !member(header, "profile")) return;
    const std::string profile = text(header, "profile");
    const auto known = profile_named(profile);
    if (!known) fail(fmt::format("profile `{}` is not known; known are {}", profile, profile_names()));
    profile_ = *known;
    if (!member(header, "product_version")) return;
    const std::string version = text(header, "product_version");
    const auto narrowed = with_product_version(profile_, version);
    if (!narrowed && !read_version(version)) fail(fmt::format("`product_version` `{}` is no version", version));
    profile_ = narrowed.value_or(profile_);  // of another line's version nothing is known
  }

  /// False: it is about a request to somebody else.
  bool read_event(JsonValue line, Event& event) {
    event.time = whole(line, "time", 0, INT64_MAX);
    if (event.time < last_time_) fail("`time` is before the time of the line above; events come in order of time");
    last_time_ = event.time;
    const std::string type = text(line, "type");
    if (type == "invoke") return read_invoke(line, event);
    if (type == "ok" || type == "info") return read_answer(line, event, type == "ok");
    if (type == "fault") {
      read_fault(line, event);
    } else if (type == "settled") {
      event.type = EventType::settled;
      event.job = text(line, "job");
    } else {
      fail(fmt::format("`type` is `{}`; invoke, ok, info, fault or settled was expected", type));
    }
    return true;
  }

  bool read_invoke(JsonValue line, Event& event) {
    event.type = EventType::invoke;
    event.process = static_cast<int>(whole(line, "process", 0, INT32_MAX));
    if (open_.contains(event.process)) fail(fmt::format("process {} has a request open already", event.process));
    if (lost_.contains(event.process))
      fail(fmt::format("process {} is used again after an answer of its was lost", event.process));
    const std::optional<JsonValue> principal = member(line, "principal");
    Principal who = principal ? Principal::anonymous : Principal::unknown;
    if (principal && !principal->is_null()) {
      const std::string principal_text = text(line, "principal");
      const auto known = principal_named(principal_text);
      if (!known)
        fail(
            fmt::format("principal `{}` is not known; manage_ml, manage, monitor_ml, none, setup, wrong_password, "
                        "empty_password, unknown_user, unknown_token or null was expected",
                        principal_text));
      who = *known;
    }
    const JsonValue told = need(line, "request", "an object");
    // But for the administrator, who may ask in the name of a user that he has made.
    if (runs_as_another(told) && who != Principal::setup) who = Principal::unknown;
    wire::HttpRequest request = read_request(told);
    if (take_base_path(request.path))
      event.request = std::make_shared<const Request>(wire::parse(request, profile_, who));
    open_.emplace(event.process, event.request);
    return event.request != nullptr;
  }

  /// Takes what stands before every path of the service off. False: the path is not below it.
  bool take_base_path(std::string& path) const {
    if (!path.starts_with(base_path_) || (path.size() > base_path_.size() && path[base_path_.size()] != '/'))
      return false;
    path = path.size() == base_path_.size() ? std::string("/") : path.substr(base_path_.size());
    return true;
  }

  bool read_answer(JsonValue line, Event& event, bool ok) {
    event.type = ok ? EventType::ok : EventType::info;
    event.process = static_cast<int>(whole(line, "process", 0, INT32_MAX));
    const auto open = open_.find(event.process);
    if (open == open_.end()) fail(fmt::format("process {} has no request open", event.process));
    event.request = std::move(open->second);
    open_.erase(open);
    const bool is_ours = event.request != nullptr;
    if (!ok) lost_.insert(event.process);
    if (is_ours && (ok || member(line, "response"))) {
      WireAnswer answer = read_response(need(line, "response", "an object"));
      event.response = std::make_shared<const Response>(wire::decode(std::move(answer), *event.request, profile_));
    }
    if (ok) return is_ours;
    if (member(line, "error")) event.error = text(line, "error");
    if (const auto unsent = member(line, "never_sent")) {
      if (!unsent->is_bool()) fail("`never_sent` is neither true nor false");
      event.never_sent = bool(*unsent);
    }
    return is_ours;
  }

  void read_fault(JsonValue line, Event& event) const {
    event.type = EventType::fault;
    const std::string fault = text(line, "fault");
    const auto known = fault_named(fault);
    if (!known) fail(fmt::format("fault `{}` is not known; fail_job, slow_close or hang_close was expected", fault));
    event.fault = *known;
    event.job = text(line, "job");
    if (member(line, "duration")) event.duration = whole(line, "duration", 0, INT64_MAX);
  }

  /// The texts of a member that is a text or a list of texts.
  std::vector<std::string> texts(JsonValue value, std::string_view name) const {
    std::vector<std::string> out;
    const auto add = [&](JsonValue one) {
      if (one.is_string())
        out.push_back(wire::text_of(one));
      else if (one.is_number() || one.is_bool())
        out.push_back(simdjson::minify(one));
      else
        fail(fmt::format("`{}` is neither a text nor a list of texts", name));
    };
    if (value.is_array())
      for (const JsonValue one : simdjson::dom::array(value)) add(one);
    else
      add(value);
    return out;
  }

  Parameters pairs(JsonValue object, const char* name) const {
    Parameters out;
    const std::optional<JsonValue> members = member(object, name);
    if (!members || members->is_null()) return out;
    if (!members->is_object()) fail(fmt::format("`{}` is no object", name));
    for (const auto& [key, value] : simdjson::dom::object(*members))
      for (std::string& one : texts(value, key)) out.emplace_back(key, std::move(one));
    return out;
  }

  /// Reads `body` or `text` into `bytes`; false when there is neither, or when something of it was redacted: then
  /// nobody knows what was there.
  bool read_body(JsonValue object, std::string& bytes) const {
    const std::optional<JsonValue> body = member(object, "body");
    if (member(object, "text"))
      bytes = text(object, "text");
    else if (body && !body->is_null())
      bytes = simdjson::minify(*body);
    else
      return body.has_value();
    if (bytes.find(kRedacted) == std::string::npos) return true;
    bytes.clear();
    return false;
  }

  /// Whether the caller asks in the name of somebody else, whose privileges nobody knows.
  bool runs_as_another(JsonValue request) const {
    const Parameters headers = request.is_object() ? pairs(request, "headers") : Parameters{};
    return std::ranges::any_of(headers, [](const auto& header) { return lower(header.first) == kRunAsHeader; });
  }

  wire::HttpRequest read_request(JsonValue request) const {
    if (!request.is_object()) fail("`request` is no object");
    wire::HttpRequest out;
    out.method = text(request, "method");
    out.path = text(request, "path");
    if (!out.path.starts_with('/')) fail("`path` does not begin with `/`");
    if (const std::size_t query = out.path.find('?'); query != std::string::npos) {
      out.query = wire::split_query(std::string_view(out.path).substr(query + 1));
      out.path.resize(query);
    }
    for (auto& pair : pairs(request, "query")) out.query.push_back(std::move(pair));
    out.body_known = read_body(request, out.body);
    out.content_type = usual_content_type(out.body);
    for (const auto& [header, value] : pairs(request, "headers"))
      if (lower(header) == "content-type")
        out.content_type = value;
      else if (lower(header) == kRunAsHeader)
        out.headers.emplace_back(kRunAsHeader, value);
    return out;
  }

  WireAnswer read_response(JsonValue response) const {
    if (!response.is_object()) fail("`response` is no object");
    WireAnswer out;
    out.status = static_cast<int>(whole(response, "status", 100, 999));
    for (auto& [header, value] : pairs(response, "headers"))
      if (!is_secret_name(header)) out.headers.emplace_back(lower(header), value);
    out.body_known = read_body(response, out.body);
    return out;
  }

  Profile profile_;
  std::string base_path_;
  bool insists_ = false;
  std::size_t line_ = 0;
  bool first_ = true;
  Time last_time_ = 0;
  std::map<int, std::shared_ptr<const Request>> open_;  // null: of a request to somebody else
  std::set<int> lost_;
};

HistoryReader::HistoryReader(Profile fallback) : impl_(std::make_unique<Impl>(fallback)) {}
HistoryReader::~HistoryReader() = default;
HistoryReader::HistoryReader(HistoryReader&&) noexcept = default;
HistoryReader& HistoryReader::operator=(HistoryReader&&) noexcept = default;

void HistoryReader::insist_on(Profile profile) {
  impl_->insist_on(profile);
}

void HistoryReader::assume_base_path(const std::string& path) {
  impl_->assume_base_path(path);
}

std::optional<Event> HistoryReader::read(std::string_view line) {
  return impl_->read_line(line);
}

Profile HistoryReader::profile() const {
  return impl_->profile();
}

History read_history(const std::string& text, Profile fallback) {
  HistoryReader reader(fallback);
  History history;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (auto event = reader.read(rest.substr(0, end))) history.events.push_back(*std::move(event));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  history.profile = reader.profile();
  return history;
}

}  // namespace closecheck::sut
