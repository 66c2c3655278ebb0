// Forms of answers that genuine servers of 6.3.2 and 7.6.0 were seen to give, and what each amounts to: none departs
// from its profile.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "closecheck/sut/wire.h"

namespace closecheck::sut::wire {
namespace {

enum class By : std::uint8_t { both, v6, v7 };

struct Seen {
  By by;
  Operation asked;
  int status;
  std::string type;  // of the error; empty: `told` is the whole body
  std::string told;  // the reason
  Outcome outcome;
  Refusal refusal = Refusal::none;
  std::string root{};  // the type of the root cause, where it is another
};

const CloseJob kClose{"j", {}, {}, {}, {}};
const CloseJob kForce{"j", "true", {}, {}, {}};
const CloseJob kBriefly{"j", {}, "1ms", {}, {}};

std::vector<Seen> closes() {
  const Outcome refused = Outcome::refused;
  return {
      {By::both, kClose, 200, "", R"({"closed":true})", Outcome::accepted},
      {By::both, kClose, 404, "resource_not_found_exception", "No known job with id 'j'", refused, Refusal::not_found},
      {By::both, kClose, 404, "resource_not_found_exception",
       "the task with id job-j and allocation id 7 doesn't exist", refused, Refusal::not_found},
      {By::both, kClose, 409, "status_exception", "cannot close job [j] because it failed, use force close", refused,
       Refusal::conflict},
      {By::v6, kBriefly, 500, "illegal_state_exception", "timed out after -5", refused, Refusal::timed_out},
      {By::v7, kBriefly, 500, "illegal_state_exception", "Timed out when waiting for persistent tasks after 1ms",
       refused, Refusal::timed_out},
      {By::v6, kClose, 500, "exception", "Exception closing autodetect process", refused, Refusal::server_error},
      {By::v7, kClose, 500, "exception", "Exception closing autodetect process", refused, Refusal::server_error,
       "uncategorized_execution_exception"},
      {By::both, kForce, 500, "exception",
       "Failed to force close job [j] with [1] failures, rethrowing last, all Exceptions: [the task with id job-j "
       "doesn't exist]",
       refused, Refusal::server_error, "resource_not_found_exception"},
      {By::both, kBriefly, 400, "illegal_argument_exception", "failed to parse [1h30m]", refused, Refusal::bad_request},
      {By::v7, kClose, 400, "x_content_parse_exception", "[1:2] [cluster:admin/xpack/ml/job/close] unknown field [foo]",
       refused, Refusal::bad_request},
      {By::both, kClose, 406, "", R"({"error":"Content-Type header [text/plain] is not supported","status":406})",
       refused, Refusal::other},
      {By::both, kClose, 403, "security_exception",
       "action [cluster:admin/xpack/ml/job/close] is unauthorized for user [u_none]", refused, Refusal::forbidden},
  };
}

std::vector<Seen> others() {
  const Outcome refused = Outcome::refused;
  return {
      {By::both, OpenJob{"j"}, 409, "status_exception", "Cannot open job [j] because it has already been opened",
       refused, Refusal::conflict, "resource_already_exists_exception"},
      {By::both, OpenJob{"j"}, 500, "exception", "Opening job [j] timed out after [5s]", refused, Refusal::timed_out},
      {By::both, OpenJob{"j"}, 500, "exception", "Unexpected job state [failed] while waiting for job to be opened",
       refused, Refusal::unavailable},
      {By::v6, OpenJob{"j"}, 429, "status_exception",
       "Could not open job because no suitable nodes were found, allocation explanation [...]", refused, Refusal::busy},
      {By::v7, OpenJob{"j"}, 429, "status_exception",
       "Could not open job because no ML nodes with sufficient capacity were found", refused, Refusal::busy},
      {By::v6, PostData{"j", {}, false}, 404, "resource_not_found_exception", "No known job with id 'j'", refused,
       Refusal::not_found},
      {By::v7, PostData{"j", {}, false}, 409, "status_exception",
       "Cannot perform requested action because job [j] is not open", refused, Refusal::conflict},
      {By::both, PostData{"j", {}, false}, 409, "status_exception", "Cannot process data because job [j] is not open",
       refused, Refusal::conflict},
      {By::both, PostData{"j", {}, true}, 400, "parse_exception", "The input JSON data is malformed.", refused,
       Refusal::bad_request},
      {By::both, PostData{"j", {}, false}, 500, "illegal_state_exception", "No errors or response", refused,
       Refusal::server_error},
      {By::both, FlushJob{"j", {}}, 200, "", R"({"flushed":true,"last_finalized_bucket_end":1403496000000})",
       Outcome::accepted},
      {By::v6, FlushJob{"j", {}}, 200, "", R"({"flushed":true})", Outcome::accepted},
      {By::both, GetSnapshots{"j", "7"}, 200, "", R"({"count":0,"model_snapshots":[]})", Outcome::accepted},
      {By::both, RevertSnapshot{"j", "7"}, 404, "resource_not_found_exception",
       "No model snapshot with id [7] exists for job [j]", refused, Refusal::not_found},
      {By::v7, CreateJob{"J", {}}, 400, "x_content_parse_exception",
       "[1:58] [job_details] failed to parse field [analysis_config]", refused, Refusal::bad_request},
      {By::both, StartDatafeed{"f", 0, {}}, 404, "resource_not_found_exception",
       "datafeed [f] cannot retrieve data because index [i] does not exist", refused, Refusal::not_found},
      {By::both, GetRoot{}, 403, "security_exception", "action [cluster:monitor/main] is unauthorized for user [u]",
       refused, Refusal::forbidden},
  };
}

std::string body_of(const Seen& seen) {
  if (seen.type.empty()) return seen.told;
  return fmt::format(
      R"({{"error":{{"root_cause":[{{"type":"{}","reason":"{}"}}],"type":"{}","reason":"{}","caused_by":{{"type":"x","reason":"y"}}}},"status":{}}})",
      seen.root.empty() ? seen.type : seen.root, seen.told, seen.type, seen.told, seen.status);
}

void expect_read(const Seen& seen, Profile profile) {
  const Response read =
      decode(WireAnswer{seen.status, {{"content-type", "application/json; charset=UTF-8"}}, body_of(seen)},
             Request{Principal::manage_ml, seen.asked, nullptr}, profile);
  SCOPED_TRACE(fmt::format("{}: {} {}", name(profile), seen.status, seen.told));
  EXPECT_EQ(read.outcome, seen.outcome);
  EXPECT_EQ(read.refusal, seen.refusal);
  EXPECT_TRUE(read.notes.empty());
}

TEST(DecodesGenuineAnswers, ToWhatTheyAmountTo) {
  for (const std::vector<Seen>& all : {closes(), others()})
    for (const Seen& seen : all) {
      if (seen.by != By::v7) expect_read(seen, Profile::xpack_6_3);
      if (seen.by != By::v6) expect_read(seen, Profile::es_7);
    }
}

}  // namespace
}  // namespace closecheck::sut::wire
