#include "closecheck/sut/history_lines.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/redactor.h"
#include "http/json.h"
#include "http/text.h"

namespace closecheck::sut {
namespace {

using wire::Json;
using wire::member;

constexpr std::string_view kSchema = "closecheck-history/1";

/// `body` when the bytes are exactly one JSON value, else `text`. No bytes and the value null would look the same, so
/// the latter is a text.
void put_body(Json& object, const std::string& bytes) {
  if (bytes.empty()) {
    object["body"] = nullptr;
    return;
  }
  auto value = wire::parse_json(bytes);
  if (value && !value->is_null())
    object["body"] = *std::move(value);
  else
    object["text"] = bytes;
}

std::string usual_content_type(const std::string& body) {
  return body.empty() ? "" : "application/json";
}

/// A value for a name that may come more than once: then a list.
void put_repeated(Json& object, const std::string& name, const std::string& value) {
  const auto found = object.find(name);
  if (found == object.end())
    object[name] = value;
  else if (found->is_array())
    found->push_back(value);
  else
    *found = Json::array({*found, value});
}

Json request_json(const Request& request, Profile profile) {
  const wire::HttpRequest http = wire::encode(request, profile);
  Json out = Json::object();
  out["method"] = http.method;
  out["path"] = http.path;
  out["query"] = Json::object();
  for (const auto& [name, value] : http.query) put_repeated(out["query"], name, value);
  if (http.content_type != usual_content_type(http.body)) out["headers"]["content-type"] = http.content_type;
  if (http.body_known) put_body(out, http.body);
  return out;
}

Json response_json(const Response& response, const Request& request, Profile profile) {
  const WireAnswer answer = wire::encode(response, request, profile);
  Json out = Json::object();
  out["status"] = answer.status;
  out["headers"] = Json::object();
  for (const auto& [name, value] : answer.headers)
    if (!is_secret_name(name)) put_repeated(out["headers"], wire::lower(name), value);
  if (answer.body_known) put_body(out, answer.body);
  return out;
}

std::string_view name(EventType type) {
  switch (type) {
    case EventType::invoke:
      return "invoke";
    case EventType::ok:
      return "ok";
    case EventType::info:
      return "info";
    case EventType::fault:
      return "fault";
    case EventType::settled:
      return "settled";
  }
  return "";
}

Json event_json(const Event& event, Profile profile) {
  Json out = Json::object();
  const bool of_process = event.type != EventType::fault && event.type != EventType::settled;
  if (of_process) out["process"] = event.process;
  out["type"] = name(event.type);
  out["time"] = event.time;
  switch (event.type) {
    case EventType::invoke:
      if (event.request->who == Principal::anonymous)
        out["principal"] = nullptr;
      else if (event.request->who != Principal::unknown)
        out["principal"] = name(event.request->who);
      out["request"] = request_json(*event.request, profile);
      break;
    case EventType::ok:
      out["response"] = response_json(*event.response, *event.request, profile);
      break;
    case EventType::info:
      if (event.response) out["response"] = response_json(*event.response, *event.request, profile);
      out["error"] = event.error.empty() && event.response ? describe(*event.response) : event.error;
      if (event.never_sent) out["never_sent"] = true;
      break;
    case EventType::fault:
      out["fault"] = name(event.fault);
      out["job"] = event.job;
      if (event.duration != 0) out["duration"] = event.duration;
      break;
    case EventType::settled:
      out["job"] = event.job;
      break;
  }
  return out;
}

/// What was redacted is unknown: as if the recording had never held it.
void forget_redacted(Json& line) {
  for (const char* message : {"request", "response"}) {
    const auto found = line.find(message);
    if (found == line.end() || !found->is_object()) continue;
    for (const char* content : {"body", "text"})
      if (found->contains(content) && wire::dump((*found)[content]).find(kRedacted) != std::string::npos)
        found->erase(content);
  }
}

/// Reads one history; keeps the line number for errors.
class Reader {
 public:
  explicit Reader(Profile fallback) { history_.profile = fallback; }

  void read_line(std::string_view line) {
    ++line_;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    auto value = wire::parse_json(line);
    if (!value || !value->is_object()) fail("a JSON object was expected");
    forget_redacted(*value);
    if (member(*value, "schema") != nullptr)
      read_header(*value);
    else
      read_event(*value);
    first_ = false;
  }

  History take() && { return std::move(history_); }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw HistoryError{fmt::format("line {}: {}", line_, what)}; }

  const Json& need(const Json& object, const char* name, const char* what) const {
    const Json* value = member(object, name);
    if (value == nullptr) fail(fmt::format("`{}` is missing; {} was expected", name, what));
    return *value;
  }

  std::string text(const Json& object, const char* name) const {
    const Json& value = need(object, name, "a text");
    if (!value.is_string()) fail(fmt::format("`{}` is no text", name));
    return value.get<std::string>();
  }

  std::int64_t whole(const Json& object, const char* name, std::int64_t least, std::int64_t most) const {
    const Json& value = need(object, name, "a whole number");
    const bool fits = value.is_number_unsigned() ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                                                 : value.is_number_integer() && value.get<std::int64_t>() <= most;
    if (!fits || value.get<std::int64_t>() < least)
      fail(fmt::format("`{}` is no whole number from {} to {}", name, least, most));
    return value.get<std::int64_t>();
  }

  void read_header(const Json& header) {
    if (!first_) fail("the line with `schema` comes first or not at all");
    if (const std::string schema = text(header, "schema"); schema != kSchema)
      fail(fmt::format("schema `{}` is not known; `{}` was expected", schema, kSchema));
    if (member(header, "profile") == nullptr) return;
    const std::string profile = text(header, "profile");
    const auto known = profile_named(profile);
    if (!known) fail(fmt::format("profile `{}` is not known; known are xpack-5.4 and xpack-6.3", profile));
    history_.profile = *known;
  }

  void read_event(const Json& line) {
    Event event;
    event.time = whole(line, "time", 0, INT64_MAX);
    if (!history_.events.empty() && event.time < history_.events.back().time)
      fail("`time` is before the time of the line above; events come in order of time");
    const std::string type = text(line, "type");
    if (type == "invoke") {
      read_invoke(line, event);
    } else if (type == "ok" || type == "info") {
      read_answer(line, event, type == "ok");
    } else if (type == "fault") {
      read_fault(line, event);
    } else if (type == "settled") {
      event.type = EventType::settled;
      event.job = text(line, "job");
    } else {
      fail(fmt::format("`type` is `{}`; invoke, ok, info, fault or settled was expected", type));
    }
    history_.events.push_back(std::move(event));
  }

  void read_invoke(const Json& line, Event& event) {
    event.type = EventType::invoke;
    event.process = static_cast<int>(whole(line, "process", 0, INT32_MAX));
    if (open_.contains(event.process)) fail(fmt::format("process {} has a request open already", event.process));
    if (lost_.contains(event.process))
      fail(fmt::format("process {} is used again after an answer of its was lost", event.process));
    const Json* principal = member(line, "principal");
    Principal who = principal == nullptr ? Principal::unknown : Principal::anonymous;
    if (principal != nullptr && !principal->is_null()) {
      const std::string principal_text = text(line, "principal");
      const auto known = principal_named(principal_text);
      if (!known)
        fail(
            fmt::format("principal `{}` is not known; manage_ml, manage, monitor_ml, none, setup, wrong_password or "
                        "null was expected",
                        principal_text));
      who = *known;
    }
    event.request =
        std::make_shared<const Request>(wire::parse(read_request(need(line, "request", "an object")), profile(), who));
    open_.emplace(event.process, event.request);
  }

  void read_answer(const Json& line, Event& event, bool ok) {
    event.type = ok ? EventType::ok : EventType::info;
    event.process = static_cast<int>(whole(line, "process", 0, INT32_MAX));
    const auto open = open_.find(event.process);
    if (open == open_.end()) fail(fmt::format("process {} has no request open", event.process));
    event.request = std::move(open->second);
    open_.erase(open);
    if (ok || member(line, "response") != nullptr) {
      WireAnswer answer = read_response(need(line, "response", "an object"));
      event.response = std::make_shared<const Response>(wire::decode(std::move(answer), *event.request, profile()));
    }
    if (ok) return;
    lost_.insert(event.process);
    if (member(line, "error") != nullptr) event.error = text(line, "error");
    if (const Json* unsent = member(line, "never_sent"); unsent != nullptr && *unsent != false) {
      if (*unsent != true) fail("`never_sent` is neither true nor false");
      event.never_sent = true;
    }
  }

  void read_fault(const Json& line, Event& event) const {
    event.type = EventType::fault;
    const std::string fault = text(line, "fault");
    const auto known = fault_named(fault);
    if (!known) fail(fmt::format("fault `{}` is not known; fail_job, slow_close or hang_close was expected", fault));
    event.fault = *known;
    event.job = text(line, "job");
    if (member(line, "duration") != nullptr) event.duration = whole(line, "duration", 0, INT64_MAX);
  }

  /// The texts of a member that is a text or a list of texts.
  std::vector<std::string> texts(const Json& value, const std::string& name) const {
    std::vector<std::string> out;
    const auto add = [&](const Json& one) {
      if (one.is_string())
        out.push_back(one.get<std::string>());
      else if (one.is_number() || one.is_boolean())
        out.push_back(wire::dump(one));
      else
        fail(fmt::format("`{}` is neither a text nor a list of texts", name));
    };
    if (value.is_array())
      for (const Json& one : value) add(one);
    else
      add(value);
    return out;
  }

  Parameters pairs(const Json& object, const char* name) const {
    Parameters out;
    const Json* members = member(object, name);
    if (members == nullptr || members->is_null()) return out;
    if (!members->is_object()) fail(fmt::format("`{}` is no object", name));
    for (const auto& [key, value] : members->items())
      for (std::string& one : texts(value, key)) out.emplace_back(key, std::move(one));
    return out;
  }

  /// Reads `body` or `text` into `bytes`; false when there is neither: then nobody knows what was there.
  bool read_body(const Json& object, std::string& bytes) const {
    const Json* body = member(object, "body");
    if (member(object, "text") != nullptr)
      bytes = text(object, "text");
    else if (body != nullptr && !body->is_null())
      bytes = wire::dump(*body);
    else
      return body != nullptr;
    return true;
  }

  wire::HttpRequest read_request(const Json& request) const {
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
      if (wire::lower(header) == "content-type") out.content_type = value;
    return out;
  }

  WireAnswer read_response(const Json& response) const {
    if (!response.is_object()) fail("`response` is no object");
    WireAnswer out;
    out.status = static_cast<int>(whole(response, "status", 100, 999));
    for (auto& [header, value] : pairs(response, "headers"))
      if (!is_secret_name(header)) out.headers.emplace_back(wire::lower(header), value);
    out.body_known = read_body(response, out.body);
    return out;
  }

  Profile profile() const { return history_.profile; }

  History history_;
  std::size_t line_ = 0;
  bool first_ = true;
  std::map<int, std::shared_ptr<const Request>> open_;
  std::set<int> lost_;
};

}  // namespace

std::vector<std::string> write_history_lines(const History& history) {
  std::vector<std::string> lines;
  lines.reserve(history.events.size() + 1);
  Json header = Json::object();
  header["schema"] = kSchema;
  header["profile"] = name(history.profile);
  lines.push_back(wire::dump(header));
  for (const Event& event : history.events)
    lines.push_back(escaped_json(wire::dump(event_json(event, history.profile))));
  return lines;
}

History read_history(const std::string& text, Profile fallback) {
  Reader reader(fallback);
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    reader.read_line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::move(reader).take();
}

}  // namespace closecheck::sut
