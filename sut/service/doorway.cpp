#include "service/doorway.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "in_process/answers.h"
#include "service/headers.h"
#include "wire/answer_options.h"
#include "wire/routes.h"
#include "wire/text.h"

namespace closecheck::sut {
namespace {

using Json = nlohmann::ordered_json;

void add_member(Json& object) {
  object["x_vendor"] = {{"build", 7}, {"notes", Json::array({"nothing", nullptr})}};
}

/// The answer's object, and the objects of its lists; deeper ones may be maps whose keys mean something.
void add_members(Json& body) {
  for (auto& [name, value] : body.items()) {
    if (!value.is_array()) continue;
    for (Json& element : value)
      if (element.is_object()) add_member(element);
  }
  add_member(body);
}

Json reordered(const Json& value) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& element : value) out.push_back(reordered(element));
    return out;
  }
  if (!value.is_object()) return value;
  std::vector<std::pair<std::string, Json>> members;
  for (const auto& [name, inner] : value.items()) members.emplace_back(name, reordered(inner));
  Json out = Json::object();
  for (auto member = members.rbegin(); member != members.rend(); ++member)
    out[member->first] = std::move(member->second);
  return out;
}

/// What deviations and variants change of the bytes.
void alter(WireAnswer& answer, const Manner& manner) {
  Json body = Json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return;
  if (manner.deviates(Deviation::error_without_envelope)) {
    const auto error = body.find("error");
    if (error == body.end() || !error->is_object()) return;
    body = Json{{"message", error->value("reason", "")}};
  }
  if (manner.varies(Variant::extra_members)) add_members(body);
  if (manner.varies(Variant::reordered_members)) body = reordered(body);
  answer.body = body.dump();
}

}  // namespace

bool shows_on_wire_only(const Manner& manner) {
  return manner.deviates(Deviation::error_without_envelope) || manner.varies(Variant::extra_members) ||
         manner.varies(Variant::reordered_members);
}

Entered enter(const wire::HttpRequest& message, const Manner& manner, Principal who) {
  wire::Routed routed;
  if (manner.deviates(Deviation::get_closes_job) && message.method == "GET" && message.path.ends_with("/_close")) {
    wire::HttpRequest posted = message;
    posted.method = "POST";
    routed = wire::route(posted, manner.profile);
  } else {
    routed = wire::route(message, manner.profile);
  }
  Entered entered{std::move(routed.request), std::move(routed.answer), message.query, {message.method}};
  entered.asked.accept = wire::find(message.headers, "accept").value_or("");
  if (auto path = wire::path_of_route(message, manner.profile); path && !routed.before_identity) {
    entered.asked.path = std::move(path->now);
    entered.asked.deprecated_path = std::move(path->deprecated);
  }
  entered.request.request.who = who;
  const bool unknown = who == Principal::anonymous || who == Principal::wrong_password;
  const bool asks_who =
      !routed.before_identity || (manner.profile->identity_comes_first && message.method != "OPTIONS");
  if (entered.answer && asks_who && manner.security && unknown) entered.answer = unauthenticated(manner, who);
  return entered;
}

WireAnswer leave(const ServiceAnswer& answer, const Entered& entered, const Manner& manner) {
  WireAnswer written = wire::encode(answer, entered.request.request, manner.profile);
  add_headers(written, answer, entered, manner);
  if (shows_on_wire_only(manner)) alter(written, manner);
  wire::apply_options(written, entered.query);
  return written;
}

}  // namespace closecheck::sut
