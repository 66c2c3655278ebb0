#include "closecheck/sut/history_lines.h"

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/redactor.h"
#include "closecheck/vocabulary/run_as.h"
#include "wire/history_form.h"
#include "wire/json.h"
#include "wire/text.h"

namespace closecheck::sut {
namespace {

using wire::Json;
using wire::member;

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
  for (const auto& [name, value] : http.headers)
    if (lower(name) == kRunAsHeader) out["headers"][std::string(kRunAsHeader)] = value;
  if (http.body_known) put_body(out, http.body);
  return out;
}

Json response_json(const Response& response, const Request& request, Profile profile) {
  const WireAnswer answer = wire::encode(response, request, profile);
  Json out = Json::object();
  out["status"] = answer.status;
  out["headers"] = Json::object();
  for (const auto& [name, value] : answer.headers)
    if (!is_secret_name(name)) put_repeated(out["headers"], lower(name), value);
  if (answer.body_known) put_body(out, answer.body);
  return out;
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

}  // namespace

std::vector<std::string> write_history_lines(const History& history) {
  std::vector<std::string> lines;
  lines.reserve(history.events.size() + 1);
  Json header = Json::object();
  header["schema"] = kHistorySchema;
  header["profile"] = name(history.profile);
  if (std::string version = product_version_of(history.profile); !version.empty())
    header["product_version"] = std::move(version);
  lines.push_back(wire::dump(header));
  for (const Event& event : history.events)
    lines.push_back(escaped_json(wire::dump(event_json(event, history.profile))));
  return lines;
}

}  // namespace closecheck::sut
