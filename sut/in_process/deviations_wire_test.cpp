// Deviations in what stands on the wire: members, statuses and methods.
#include <string>

#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";

/// Whether an answer is told by that status.
bool has_status(const Response& response, int status) {
  return response.wire != nullptr ? response.wire->status == status : response.status == status;
}

/// What the answer holds, as it was sent.
std::string body_of(const Response& response) {
  return response.wire != nullptr ? response.wire->body : "";
}

bool closes_by(ServiceForTest& service, const std::string& method) {
  open_new(service, kA);
  return is_accepted(service.ask(RawRequest{method, "/_xpack/ml/anomaly_detectors/" + kA + "/_close", {}, "", ""}));
}

}  // namespace

std::vector<Showing> showings_of_wire() {
  using S = ServiceForTest;
  const auto p54 = Profile::xpack_5_4;
  const auto p63 = Profile::xpack_6_3;
  return {
      {Deviation::closed_names_jobs, p54,
       [](S& s) {
         open_new(s, kA);
         return body_of(s.close(kA)).find("[\"closecheck-a\"]") != std::string::npos;
       }},
      {Deviation::claims_in_capitals, p54,
       [](S& s) {
         open_new(s, kA);
         return body_of(s.close(kA)).find("\"Closed\"") != std::string::npos;
       }},
      {Deviation::delete_closes_job, p54, [](S& s) { return closes_by(s, "DELETE"); }},
      {Deviation::other_methods_answer_404, p63,
       [](S& s) {
         return has_status(s.ask(RawRequest{"PUT", "/_xpack/ml/anomaly_detectors/" + kA + "/_close", {}, "", ""}), 404);
       }},
      {Deviation::status_is_text, p54,
       [](S& s) { return body_of(s.close(kA)).find("\"status\":\"404\"") != std::string::npos; }},
      {Deviation::root_cause_is_object, p54,
       [](S& s) { return body_of(s.close(kA)).find("\"root_cause\":{") != std::string::npos; }},
      {Deviation::error_has_no_type, p54, [](S& s) { return !s.close(kA).notes.empty(); }},
      {Deviation::errors_answer_200, p54, [](S& s) { return has_status(s.close(kA), 200); }},
      {Deviation::close_answers_201, p54,
       [](S& s) {
         open_new(s, kA);
         return has_status(s.close(kA), 201);
       }},
      {Deviation::post_answers_200, p54,
       [](S& s) {
         open_new(s, kA);
         return has_status(s.post(kA, {0}), 200);
       }},
      {Deviation::wrong_state_answers_412, p54,
       [](S& s) {
         s.create(kA);
         return has_status(s.post(kA, {0}), 412);
       }},
      {Deviation::bad_requests_answer_422, p54,
       [](S& s) {
         s.create(kA);
         return has_status(s.close(kA, "abc"), 422);
       }},
      {Deviation::forbidden_answers_401, p54,
       [](S& s) { return has_status(s.close(kA, {}, Principal::monitor_ml), 401); }},
  };
}

}  // namespace closecheck::sut
