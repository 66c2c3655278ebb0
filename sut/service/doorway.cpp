#include "service/doorway.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "closecheck/vocabulary/run_as.h"
#include "in_process/answers.h"
#include "service/headers.h"
#include "wire/answer_options.h"
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

constexpr std::array kOnWireOnly{
    Deviation::closed_names_jobs,       Deviation::claims_in_capitals,      Deviation::error_without_envelope,
    Deviation::status_is_text,          Deviation::root_cause_is_object,    Deviation::error_has_no_type,
    Deviation::errors_answer_200,       Deviation::close_answers_201,       Deviation::post_answers_200,
    Deviation::wrong_state_answers_412, Deviation::bad_requests_answer_422, Deviation::forbidden_answers_401,
};

/// Whether a message with another method on the path of a close is taken for one.
bool is_taken_for_close(const wire::HttpRequest& message, const Manner& manner) {
  const bool closes = (manner.deviates(Deviation::get_closes_job) && message.method == "GET") ||
                      (manner.deviates(Deviation::delete_closes_job) && message.method == "DELETE");
  return closes && message.path.ends_with("/_close");
}

/// The status by which an answer of that status is told.
int misstated(int status, const Operation& operation, const Manner& manner) {
  const bool closes = std::holds_alternative<CloseJob>(operation);
  const bool posts = std::holds_alternative<PostData>(operation);
  if (manner.deviates(Deviation::close_answers_201) && closes && status == 200) return 201;
  if (manner.deviates(Deviation::post_answers_200) && posts && status == 202) return 200;
  if (manner.deviates(Deviation::bad_requests_answer_422) && closes && status == 400) return 422;
  if (manner.deviates(Deviation::wrong_state_answers_412) && status == 409) return 412;
  if (manner.deviates(Deviation::forbidden_answers_401) && status == 403) return 401;
  return status;
}

void misform_error(Json& body, const Manner& manner) {
  const auto error = body.find("error");
  if (error == body.end() || !error->is_object()) return;
  if (manner.deviates(Deviation::status_is_text)) body["status"] = std::to_string(body.value("status", 0));
  if (manner.deviates(Deviation::root_cause_is_object)) (*error)["root_cause"] = Json((*error)["root_cause"].front());
  if (manner.deviates(Deviation::error_has_no_type)) error->erase("type");
  if (manner.deviates(Deviation::error_without_envelope)) body = Json{{"message", error->value("reason", "")}};
}

void misform_claim(Json& body, const Operation& operation, const Manner& manner) {
  const auto* close = std::get_if<CloseJob>(&operation);
  if (close == nullptr || !body.contains("closed")) return;
  if (manner.deviates(Deviation::closed_names_jobs)) body["closed"] = Json::array({close->job});
  if (manner.deviates(Deviation::claims_in_capitals)) body = Json{{"Closed", true}};
}

/// What deviations and variants change of the bytes.
void alter(WireAnswer& answer, const Operation& operation, const Manner& manner) {
  Json body = Json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return;
  const int status = misstated(answer.status, operation, manner);
  if (status != answer.status && body.contains("status")) body["status"] = status;
  const auto error = body.find("error");
  const bool has_envelope = error != body.end() && error->is_object();
  answer.status = manner.deviates(Deviation::errors_answer_200) && has_envelope ? 200 : status;
  misform_error(body, manner);
  misform_claim(body, operation, manner);
  if (manner.varies(Variant::extra_members)) add_members(body);
  if (manner.varies(Variant::reordered_members)) body = reordered(body);
  answer.body = body.dump();
}

}  // namespace

bool shows_on_wire_only(const Manner& manner) {
  return std::ranges::any_of(kOnWireOnly, [&](Deviation deviation) { return manner.deviates(deviation); }) ||
         manner.varies(Variant::extra_members) || manner.varies(Variant::reordered_members);
}

Entered enter(const wire::HttpRequest& message, const Manner& manner, Principal who) {
  wire::Routed routed;
  if (is_taken_for_close(message, manner)) {
    wire::HttpRequest posted = message;
    posted.method = "POST";
    routed = wire::route(posted, manner.profile);
  } else {
    routed = wire::route(message, manner.profile);
  }
  Entered entered{std::move(routed.request), std::move(routed.answer), message.query, {message.method}};
  entered.asked.accept = wire::find(message.headers, "accept").value_or("");
  entered.asked.is_routed = !routed.before_identity;
  entered.asked.older = std::move(routed.older);
  entered.asked.deprecated = std::move(routed.deprecated);
  entered.request.request.who = who;
  entered.request.run_as = wire::find(message.headers, kRunAsHeader).value_or("");
  const bool unknown = is_nobody(who);
  const bool asks_who =
      !routed.before_identity || (manner.profile->identity_comes_first && message.method != "OPTIONS");
  if (entered.answer && asks_who && manner.security && unknown) entered.answer = unauthenticated(manner, who);
  return entered;
}

WireAnswer leave(const ServiceAnswer& answer, const Entered& entered, const Manner& manner) {
  WireAnswer written = wire::encode(answer, entered.request.request, manner.profile);
  add_headers(written, answer, entered, manner);
  if (shows_on_wire_only(manner)) alter(written, entered.request.request.operation, manner);
  const auto* unrouted = answer.details ? std::get_if<Unrouted>(&*answer.details) : nullptr;
  if (unrouted != nullptr && !unrouted->allowed.empty() && manner.deviates(Deviation::other_methods_answer_404))
    written.status = 404;
  wire::apply_options(written, entered.query);
  return written;
}

}  // namespace closecheck::sut
