#include "in_process/answers.h"

#include <fmt/format.h>

#include <utility>

#include "wire/refusals.h"
#include "wire/values.h"

namespace closecheck::sut {
Response conflict(std::string reason) {
  return refused(409, "status_exception", std::move(reason));
}

Response bad_request(std::string reason) {
  return refused(400, "illegal_argument_exception", std::move(reason));
}

Response not_found(std::string reason) {
  return refused(404, "resource_not_found_exception", std::move(reason));
}

Response unknown_job(const Manner& manner, std::string_view job) {
  std::string reason = fmt::format("No known job with id '{}'", job);
  if (manner.deviates(Deviation::unknown_job_answers_400)) return bad_request(std::move(reason));
  return not_found(std::move(reason));
}

Response unknown_index(std::string_view index) {
  return refused(404, "index_not_found_exception", fmt::format("no such index [{}]", index));
}

Response not_open(std::string_view job) {
  return conflict(fmt::format("Cannot perform requested action because job [{}] is not open", job));
}

Response no_room(std::string_view job) {
  return refused(429, "status_exception",
                 fmt::format("Could not open job [{}] because no suitable nodes were found", job));
}

Response timed_out(const Manner& manner, Duration timeout) {
  Response response = refused(500, "illegal_state_exception",
                              fmt::format("{} after {}", manner.profile->timed_out_words, render_time_span(timeout)));
  response.refusal = Refusal::timed_out;
  return response;
}

Response bad_time(const Manner& manner, std::string reason) {
  return refused(400, manner.profile->bad_time_type, std::move(reason));
}

Response forbidden(std::string_view action, Principal who) {
  const bool indices = action.starts_with("indices:");
  return refused(
      403, "security_exception",
      fmt::format("action [{}{}] is unauthorized for user [{}]", indices ? "" : "cluster:", action, name(who)));
}

Response unauthenticated(const Manner& manner, Principal who) {
  const std::string_view why = who != Principal::anonymous && who != Principal::unknown_token
                                   ? "unable to authenticate user [manage_ml]"
                               : manner.profile->names_credentials ? "missing authentication credentials"
                                                                   : "missing authentication token";
  return refused(401, "security_exception", fmt::format("{} for REST request [{}]", why, manner.profile->jobs.path));
}

void reword(Response& response) {
  if (response.outcome != Outcome::refused) return;
  response.error_type = "service_exception";
  response.reason = fmt::format("the service does not do this now (code {})", response.status);
  response.refusal = refusal_of(response.status);
}

}  // namespace closecheck::sut
