// Answers held to literal texts that were written by hand from the facts: what each amounts to, and which departures
// from the profile are noted.
#include <gtest/gtest.h>

#include "closecheck/sut/wire.h"

namespace closecheck::sut::wire {
namespace {

constexpr Profile k54 = Profile::xpack_5_4;
constexpr Profile k63 = Profile::xpack_6_3;

Response read(int status, const std::string& body, const Operation& operation, Profile profile = k63,
              std::vector<std::pair<std::string, std::string>> headers = {}) {
  return decode(WireAnswer{status, std::move(headers), body}, Request{Principal::manage_ml, operation, nullptr},
                profile);
}

std::string envelope(int status, const std::string& type, const std::string& reason) {
  return R"({"error":{"root_cause":[{"type":")" + type + R"(","reason":")" + reason + R"("}],"type":")" + type +
         R"(","reason":")" + reason + R"("},"status":)" + std::to_string(status) + "}";
}

/// `accepted`, `refused/conflict`, `unreadable`, with `+clause` for each note.
std::string gist(const Response& response) {
  static constexpr const char* kRefusals[] = {"none",      "bad_request",  "unauthenticated", "forbidden",
                                              "not_found", "wrong_method", "conflict",        "timed_out",
                                              "busy",      "unavailable",  "server_error",    "other"};
  static constexpr const char* kOutcomes[] = {"accepted", "refused/", "unreadable", "from between"};
  std::string text = kOutcomes[static_cast<std::size_t>(response.outcome)];
  if (response.outcome == Outcome::refused) text += kRefusals[static_cast<std::size_t>(response.refusal)];
  for (const DialectNote& note : response.notes) text += "+" + std::string(id_of(note.clause));
  return text;
}

const CloseJob kClose{"j", {}, {}, {}, {}};
const CloseJob kCloseIn10s{"j", {}, "10s", {}, {}};

// close-ends-open-job: only the claim counts.
TEST(DecodesACloseAnswer, ByItsClaim) {
  EXPECT_EQ(gist(read(200, "{ \"closed\": true }", kClose)), "accepted");
  EXPECT_EQ(gist(read(200, R"({"x":[{}],"closed":"true"})", kClose)), "accepted+close-ends-open-job");
  EXPECT_EQ(gist(read(201, R"({"closed":true})", kClose)), "accepted+wire-status-codes");
  EXPECT_EQ(gist(read(200, R"({"closed":false})", kClose)), "refused/timed_out");
  EXPECT_EQ(gist(read(200, R"({})", kCloseIn10s)), "refused/timed_out+close-ends-open-job");
  EXPECT_EQ(gist(read(202, R"({"acknowledged":true})", kCloseIn10s)), "refused/timed_out+close-ends-open-job");
  EXPECT_EQ(gist(read(200, R"({})", kClose)), "unreadable+close-ends-open-job");
  EXPECT_EQ(gist(read(200, "", kCloseIn10s)), "unreadable+close-ends-open-job");
  EXPECT_EQ(gist(read(204, "", kClose)), "unreadable+close-ends-open-job");
  EXPECT_EQ(gist(read(200, "<html>closed</html>", kCloseIn10s)), "unreadable");
  EXPECT_EQ(gist(read(200, "[]", kCloseIn10s)), "unreadable+close-ends-open-job");
  EXPECT_EQ(gist(read(302, R"({"closed":true})", kClose)), "unreadable");
}

// wire-error-envelope: an error that claims success says two things at once.
TEST(DecodesACloseAnswer, ThatContradictsItselfAsUnreadableOrByItsError) {
  EXPECT_EQ(gist(read(409, R"({"closed":true})", kClose)), "unreadable+wire-error-envelope");
  EXPECT_EQ(gist(read(409, R"({"closed":true,"error":"x","status":409})", kClose)), "unreadable+wire-error-envelope");
  EXPECT_EQ(gist(read(200, envelope(409, "status_exception", "x"), kClose)), "refused/conflict+wire-error-envelope");
  EXPECT_EQ(gist(read(200, R"({"error":"broken"})", kClose)), "unreadable+wire-error-envelope");
}

// timed-out-close-is-no-success: recognised by status, type or reason, never in what quotes the caller.
TEST(DecodesARefusal, AsTimedOutByItsWords) {
  EXPECT_EQ(gist(read(500, envelope(500, "illegal_state_exception", "timed out after 10s"), kClose, k54)),
            "refused/timed_out");
  EXPECT_EQ(
      gist(read(500, envelope(500, "illegal_state_exception", "Timed out when waiting for persistent tasks after 1ms"),
                kClose)),
      "refused/timed_out");
  // The time was up before anything was begun, perhaps.
  EXPECT_EQ(gist(read(503, envelope(503, "process_cluster_event_timeout_exception", "timed out"), kClose)),
            "refused/unavailable");
  EXPECT_EQ(gist(read(408, envelope(408, "x", "y"), kClose)), "refused/timed_out");
  EXPECT_EQ(gist(read(409, envelope(409, "status_exception", "the close timed out"), kClose)), "refused/timed_out");
  EXPECT_EQ(gist(read(400, envelope(400, "parse_exception", "value [timed out]"), kClose)), "refused/bad_request");
  EXPECT_EQ(gist(read(500, envelope(500, "exception", "boom"), kClose)), "refused/server_error");
}

// wire-status-codes: each status of the table.
TEST(DecodesARefusal, ByItsStatus) {
  const auto of = [](int status) { return gist(read(status, envelope(status, "t", "r"), OpenJob{"j"})); };
  EXPECT_EQ(of(400), "refused/bad_request");
  EXPECT_EQ(of(401), "refused/unauthenticated");
  EXPECT_EQ(of(403), "refused/forbidden");
  EXPECT_EQ(of(404), "refused/not_found");
  EXPECT_EQ(of(405), "refused/wrong_method");
  EXPECT_EQ(of(409), "refused/conflict");
  EXPECT_EQ(of(418), "refused/other");
  EXPECT_EQ(of(429), "refused/busy");
  EXPECT_EQ(of(503), "refused/unavailable");
  const Response response = read(409, envelope(409, "status_exception", "Cannot open"), OpenJob{"j"});
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.error_type, "status_exception");
  EXPECT_EQ(response.reason, "Cannot open");
  EXPECT_EQ(response.wire->status, 409);
}

// wire-error-envelope: what is held to the full form, and what is not.
TEST(NotesAnErrorForm, ThatIsNotTheEnvelope) {
  constexpr const char* kNoted = "refused/conflict+wire-error-envelope";
  EXPECT_EQ(gist(read(409, R"({"message":"no"})", kClose)), kNoted);
  EXPECT_EQ(gist(read(409, "no", kClose)), kNoted);
  EXPECT_EQ(gist(read(409, "", kClose)), kNoted);
  EXPECT_EQ(gist(read(409, R"({"error":"no","status":409})", kClose)), kNoted);
  EXPECT_EQ(gist(read(409, R"({"error":{"type":"t","reason":"r"},"status":409})", kClose)), kNoted);
  EXPECT_EQ(gist(read(409, R"({"error":{"root_cause":[],"type":"t","reason":"r"},"status":409})", kClose)), kNoted);
  EXPECT_EQ(
      gist(read(409, R"({"error":{"root_cause":[{"type":"t","reason":"r"}],"reason":"r"},"status":409})", kClose)),
      kNoted);
  EXPECT_EQ(gist(read(409, R"({"error":{"root_cause":[{"type":"t","reason":"r"}],"type":"t","reason":"r"}})", kClose)),
            kNoted);
  EXPECT_EQ(gist(read(409, envelope(400, "t", "r"), kClose)), kNoted);
  const Response response = read(409, R"({"message":"no"})", kClose);
  EXPECT_EQ(response.reason, "no");
  EXPECT_EQ(response.notes.front().observed, "status 409 with no member `error`");
}

TEST(NotesNothing, WhereExtraMembersOrAnotherOrderStand) {
  EXPECT_EQ(
      gist(read(409,
                R"({"status":409,"took":1,"error":{"reason":null,"caused_by":{"type":"x"},"type":"t","root_cause":)"
                R"([{"reason":"r","type":"t","stack_trace":"s"}]}})",
                kClose)),
      "refused/conflict");
}

TEST(TellsWhatIsFromBetween, ByAGatewaysStatusOrTheMissingEnvelope) {
  for (const int status : {502, 504})
    EXPECT_EQ(gist(read(status, envelope(status, "exception", "x"), kClose)), "from between") << status;
  for (const int status : {500, 501, 502, 503, 504, 520, 599})
    for (const char* body : {"", "upstream timed out", "<html><h1>504 Gateway Time-out</h1></html>",
                             R"({"message":"no upstream"})", R"({"error":"Bad Gateway","status":502})",
                             R"({"closed":true})", R"({"error":{"code":"x","message":"y"},"status":500})"})
      EXPECT_EQ(gist(read(status, body, kClose)), "from between") << status << body;
  EXPECT_EQ(gist(read(503, "", RawRequest{"HEAD", "/i", {}, {}, {}})), "from between");
}

TEST(TellsWhatIsFromBetween, ByAPageOrAStatusThatOnlyGatewaysHave) {
  for (const int status : {407, 408, 413, 421, 425, 426, 431, 451})
    EXPECT_EQ(gist(read(status, "", PostData{"j", {}, false})), "from between") << status;
  EXPECT_EQ(gist(read(413, envelope(413, "content_too_long_exception", "x"), kClose)), "refused/other");
  for (const int status : {400, 404, 405, 409, 418})
    EXPECT_EQ(gist(read(status, " <!DOCTYPE html><title>Not here</title>", kClose)), "from between") << status;
  EXPECT_EQ(gist(read(404, "", kClose, k63, {{"content-type", "text/html; charset=utf-8"}})), "from between");
  // A page behind a success is nobody's success.
  EXPECT_EQ(gist(read(200, "<html>log in</html>", RawRequest{"GET", "/_cat/x", {}, {}, {}})), "unreadable");
  EXPECT_EQ(gist(read(200, "", DeleteJob{"j", {}}, k63, {{"content-type", "text/html"}})), "unreadable");
}

// anonymous-refused: who is refused is refused by whomever; but it is no word of the service against who may.
TEST(TellsWhatIsFromBetween, OfAForeignLoginOnlyTowardsWhoMay) {
  for (const int status : {401, 403}) {
    const auto of = [&](Principal who, const std::string& body) {
      return gist(decode(WireAnswer{status, {}, body}, Request{who, kClose, nullptr}, k63));
    };
    for (const char* body : {"", "<html>Forbidden</html>", R"({"message":"Forbidden"})"}) {
      EXPECT_EQ(of(Principal::manage_ml, body), "from between") << body;
      EXPECT_EQ(of(Principal::anonymous, body), status == 401 ? "refused/unauthenticated" : "refused/forbidden");
    }
    EXPECT_NE(of(Principal::manage_ml, envelope(status, "security_exception", "x")), "from between");
  }
}

// job-reopens: there may be room later.
TEST(DecodesARefusal, ForWantOfCapacityAsUnavailable) {
  const OpenJob open{"j"};
  EXPECT_EQ(gist(read(500, envelope(500, "es_rejected_execution_exception", "x"), open)), "refused/unavailable");
  EXPECT_EQ(gist(read(500, envelope(500, "circuit_breaking_exception", "x"), open)), "refused/unavailable");
  for (const char* reason : {"Could not open job because no ML nodes with sufficient capacity were found",
                             "Could not open job because no suitable nodes were found, allocation explanation [...]",
                             "Unexpected job state [failed] while waiting for job to be opened"}) {
    EXPECT_EQ(gist(read(500, envelope(500, "exception", reason), open)), "refused/unavailable") << reason;
    EXPECT_EQ(gist(read(429, envelope(429, "status_exception", reason), open)), "refused/busy") << reason;
  }
  EXPECT_EQ(gist(read(500, envelope(500, "exception", "state cannot be restored"), open)), "refused/server_error");
}

TEST(NotesNothing, OfAnswersThatComeFromInFrontOfTheService) {
  EXPECT_EQ(gist(read(429, "slow down", kClose)), "refused/busy");
  EXPECT_EQ(gist(read(503, envelope(503, "exception", "x"), kClose)), "refused/unavailable");
}

// wire-error-envelope: a server without the endpoint answers as routing does.
TEST(NotesNothing, WhereAnEndpointIsMissing) {
  EXPECT_EQ(gist(read(400, "No handler found for uri [/x] and method [GET]", GetSnapshots{"j"}, k54)),
            "refused/wrong_method");
  EXPECT_EQ(gist(read(405, R"({"error":"Incorrect HTTP method","status":405})", GetSnapshots{"j"})),
            "refused/wrong_method");
  const RawRequest further{"DELETE", "/_xpack/ml/anomaly_detectors/j/_forecast/_all", {}, {}, {}};
  EXPECT_EQ(gist(read(400, R"({"error":"no handler found for uri [u] and method [DELETE]"})", further, k63)),
            "refused/bad_request");
  for (const int status : {400, 404, 405, 501})
    for (const char* body : {"nobody is here", "", "<html>Not Found</html>", R"({"detail":"Not Found"})",
                             R"({"timestamp":"now","status":404,"error":"Not Found","path":"/x"})"}) {
      EXPECT_TRUE(read(status, body, further, k63).notes.empty()) << status << body;
      EXPECT_TRUE(read(status, body, DatafeedStats{"f"}, k54).notes.empty()) << status << body;
    }
}

// wire-error-envelope: the endpoint that the page has is never missing, and what has begun to answer is there.
TEST(NotesAnErrorForm, WhereTheEndpointCannotBeMissing) {
  const RawRequest close{"POST", "/_xpack/ml/anomaly_detectors/j/_close", {}, {}, {}};
  EXPECT_EQ(gist(read(404, "Not Found", kClose)), "refused/not_found+wire-error-envelope");
  EXPECT_EQ(gist(read(404, "Not Found", close)), "refused/not_found+wire-error-envelope");
  EXPECT_EQ(gist(read(404, R"({"error":{"reason":"r"},"status":404})", DatafeedStats{"f"})),
            "refused/not_found+wire-error-envelope");
  EXPECT_EQ(gist(read(409, "Conflict", DatafeedStats{"f"})), "refused/conflict+wire-error-envelope");
}

const RawRequest kGetClose{"GET", "/_xpack/ml/anomaly_detectors/j/_close", {}, {}, {}};

// wire-path-and-method: another method on `_close`, by profile.
TEST(HoldsAnotherMethodOnClose, ToItsProfile) {
  constexpr const char* k405 =
      R"({"error":"Incorrect HTTP method for uri [u] and method [GET], allowed: [POST]","status":405})";
  EXPECT_EQ(gist(read(400, "No handler found for uri [u] and method [GET]", kGetClose, k54)), "refused/bad_request");
  EXPECT_EQ(gist(read(405, k405, kGetClose, k63, {{"allow", "POST"}})), "refused/wrong_method");
  EXPECT_EQ(gist(read(405, k405, kGetClose, k63)), "refused/wrong_method+wire-path-and-method");
  EXPECT_EQ(gist(read(405, k405, kGetClose, k54, {{"allow", "POST"}})), "refused/wrong_method+wire-path-and-method");
  EXPECT_EQ(gist(read(404, "", kGetClose, k63)), "refused/not_found+wire-path-and-method");
  EXPECT_EQ(gist(read(200, R"({"closed":true})", kGetClose, k63)), "accepted+wire-path-and-method");
  EXPECT_EQ(gist(read(401, envelope(401, "security_exception", "r"), kGetClose, k54)), "refused/unauthenticated");
  EXPECT_EQ(gist(read(400, "", RawRequest{"POST", "/nowhere/at/all", {}, {}, {}}, k63)), "refused/bad_request");
}

TEST(Decodes, WithoutKeepingWhatMayBeSecret) {
  const Response response = read(200, "{}", GetRoot{}, k63, {{"Set-Cookie", "s"}, {"x", "y"}});
  ASSERT_EQ(response.wire->headers.size(), 1U);
  EXPECT_EQ(response.wire->headers.front().first, "x");
}

TEST(DecodesAPost, WithItsCounts) {
  constexpr const char* kBody =
      R"({"job_id":"j","processed_record_count":2,"processed_field_count":4,"input_bytes":178,"input_field_count":6,)"
      R"("invalid_date_count":1,"missing_field_count":3,"out_of_order_timestamp_count":4,"empty_bucket_count":0,)"
      R"("sparse_bucket_count":0,"bucket_count":5,"earliest_record_timestamp":1403481600000,)"
      R"("latest_record_timestamp":1403481700000,"last_data_time":1500000000123,"input_record_count":7})";

  const Response response = read(202, kBody, PostData{"j", {}, false}, k54);

  EXPECT_EQ(gist(response), "accepted");
  EXPECT_EQ(std::get<DataCounts>(response.content), (DataCounts{7, 2, 1, 4, 3, 5, 1403481600000, 1403481700000}));
  EXPECT_EQ(gist(read(200, kBody, PostData{"j", {}, false}, k54)), "accepted+wire-status-codes");
  EXPECT_EQ(gist(read(202, "{}", PostData{"j", {}, false})), "accepted");
  EXPECT_EQ(gist(read(202, R"({"processed_record_count":{}})", PostData{"j", {}, false})), "unreadable");
}

TEST(DecodesStatistics, OfAnOpenedAndOfAClosedJob) {
  constexpr const char* kBody =
      R"({"jobs":[{"job_id":"a","data_counts":{"job_id":"a","processed_record_count":"12","bucket_count":1.0,)"
      R"("latest_record_timestamp":null},"model_size_stats":{"model_bytes":4096},"state":"opened",)"
      R"("node":{"id":"n1","name":"node","attributes":{}},"assignment_explanation":"","open_time":"37s"},)"
      R"({"state":"closed","job_id":"b"},{"job_id":"c","state":"resting","node":null}],"count":3})";

  const Response response = read(200, kBody, JobStats{"_all"});

  ASSERT_EQ(gist(response), "accepted");
  const auto& list = std::get<JobStatisticsList>(response.content);
  EXPECT_EQ(list.count, 3);
  ASSERT_EQ(list.jobs.size(), 3U);
  EXPECT_EQ(list.jobs[0].state, JobState::opened);
  EXPECT_TRUE(list.jobs[0].counts_told);
  EXPECT_EQ(list.jobs[0].counts.processed_records, 12);
  EXPECT_EQ(list.jobs[0].counts.input_records, 12);
  EXPECT_EQ(list.jobs[0].counts.buckets, 1);
  EXPECT_FALSE(list.jobs[0].counts.latest_record_ms);
  EXPECT_EQ(list.jobs[0].node, "n1");
  EXPECT_EQ(list.jobs[0].open_time, "37s");
  EXPECT_EQ(list.jobs[0].model_bytes, 4096);
  EXPECT_EQ(list.jobs[1].state, JobState::closed);
  EXPECT_FALSE(list.jobs[1].counts_told);
  EXPECT_EQ(list.jobs[1].node, "");
  EXPECT_FALSE(list.jobs[1].open_time);
  EXPECT_EQ(list.jobs[2].state, JobState::unknown);
}

TEST(DecodesReads, ThatLackTheirListAsUnreadable) {
  EXPECT_EQ(gist(read(200, "{}", JobStats{"j"})), "unreadable");
  EXPECT_EQ(gist(read(200, R"({"jobs":{}})", JobStats{"j"})), "unreadable");
  EXPECT_EQ(gist(read(200, R"({"jobs":[1]})", JobStats{"j"})), "unreadable");
  EXPECT_EQ(gist(read(200, R"({"count":"many","jobs":[]})", JobStats{"j"})), "unreadable");
  EXPECT_EQ(gist(read(200, "", GetBuckets{"j", {}, {}})), "unreadable");
  EXPECT_EQ(gist(read(200, R"({"buckets":[{"event_count":1}]})", GetBuckets{"j", {}, {}})), "unreadable");
}

TEST(DecodesResults, OfEveryKind) {
  const Response buckets =
      read(200,
           R"({"count":9,"buckets":[{"timestamp":1500000000000,"anomaly_score":94.5,"event_count":3,)"
           R"("is_interim":true},{"timestamp":"1500000060000"}]})",
           GetBuckets{"j", {}, {}});
  ASSERT_EQ(gist(buckets), "accepted");
  const auto& page = std::get<BucketPage>(buckets.content);
  EXPECT_EQ(page.count, 9);
  EXPECT_EQ(page.buckets[0], (Bucket{1500000000000, 3, true, 94.5}));
  EXPECT_EQ(page.buckets[1], (Bucket{1500000060000, 0, false, 0}));

  const Response records =
      read(200,
           R"({"count":1,"records":[{"timestamp":1500000000000,"record_score":7,"function":"mean",)"
           R"("by_field_value":"x","is_interim":false}]})",
           GetRecords{"j", {}, {}});
  ASSERT_EQ(gist(records), "accepted");
  EXPECT_EQ(std::get<RecordPage>(records.content).records.front(),
            (AnomalyRecord{1500000000000, "mean", "x", 7, false}));

  const Response snapshots = read(200,
                                  R"({"count":1,"model_snapshots":[{"job_id":"j","timestamp":1500000000000,)"
                                  R"("snapshot_id":"1500000000","snapshot_doc_count":1,)"
                                  R"("latest_record_time_stamp":1499999999000}]})",
                                  GetSnapshots{"j"});
  ASSERT_EQ(gist(snapshots), "accepted");
  const Snapshot& snapshot = std::get<SnapshotList>(snapshots.content).snapshots.front();
  EXPECT_EQ(snapshot.id, "1500000000");
  EXPECT_EQ(snapshot.latest_record_ms, 1499999999000);
  EXPECT_FALSE(snapshot.latest_result_ms);
}

// closed-job-keeps-metadata: members compare as texts, whatever their order on the wire.
TEST(DecodesAJob, ToItsMembersInLexicalOrder) {
  const Response response =
      read(200,
           R"({"count":1,"jobs":[{"model_snapshot_id":"s","job_id":"j","description":"d","groups":["g"],)"
           R"("custom_settings":{"b":{"c":1.5},"a":{},"b-a":0},"analysis_config":{"detectors":[{"z":1,"a":2}],)"
           R"("bucket_span":"60s"}}]})",
           GetJob{"j"});
  ASSERT_EQ(gist(response), "accepted");
  const JobDescription& job = std::get<JobDescriptionList>(response.content).jobs.front();
  EXPECT_EQ(job.job, "j");
  EXPECT_EQ(job.snapshot, "s");
  const std::vector<std::pair<std::string, std::string>> expected{
      {"analysis_config.bucket_span", "\"60s\""},
      {"analysis_config.detectors", R"([{"a":2,"z":1}])"},
      {"custom_settings.a", "{}"},
      {"custom_settings.b-a", "0"},
      {"custom_settings.b.c", "1.5"},
      {"description", "\"d\""},
      {"groups", R"(["g"])"},
  };
  EXPECT_EQ(job.members, expected);
}

TEST(DecodesAcknowledgements, OfEachOperation) {
  EXPECT_EQ(gist(read(200, R"({"opened":true})", OpenJob{"j"})), "accepted");
  EXPECT_EQ(gist(read(200, R"({"stopped":false})", StopDatafeed{"f", {}})), "refused/other");
  EXPECT_EQ(gist(read(200, "", DeleteJob{"j", {}})), "accepted");
  EXPECT_EQ(gist(read(200, R"({"flushed":true,"last_finalized_bucket_end":1500000060000})", FlushJob{"j", {}})),
            "accepted");
  EXPECT_EQ(gist(read(200, R"({"job_id":"j"})", CreateJob{"j", {}})), "accepted");
  EXPECT_EQ(gist(read(200, R"({"started":true})", StartDatafeed{"f", {}, {}})), "accepted");
  EXPECT_EQ(gist(read(200, R"({"took":3,"errors":false,"items":[]})", IndexDocuments{"i", {}, true})), "accepted");
  EXPECT_EQ(gist(read(200, R"({"took":3,"errors":true,"items":[]})", IndexDocuments{"i", {}, true})), "refused/other");
  EXPECT_EQ(gist(read(201, R"({"acknowledged":true})", CreateIndex{"i"})), "accepted");
  EXPECT_EQ(gist(read(200, R"({"datafeeds":[{"datafeed_id":"f","state":"stopped"}]})", DatafeedStats{"f"})),
            "accepted");
}

// Nobody has room for it yet: it is taken, and nothing is begun.
TEST(DecodesAcknowledgements, ThatWaitForANodeAsNoDecision) {
  const Profile eight = Profile::es_8;
  EXPECT_EQ(gist(read(200, R"({"opened":true,"node":"n1"})", OpenJob{"j"}, eight)), "accepted");
  EXPECT_EQ(gist(read(200, R"({"opened":true,"node":""})", OpenJob{"j"}, eight)), "refused/unavailable");
  EXPECT_EQ(gist(read(200, R"({"opened":false})", OpenJob{"j"}, Profile::es_7)), "refused/unavailable");
  EXPECT_EQ(gist(read(200, R"({"started":true,"node":""})", StartDatafeed{"f", {}, {}}, eight)), "refused/unavailable");
  EXPECT_EQ(gist(read(200, R"({"started":true})", StartDatafeed{"f", {}, {}}, eight)), "accepted");
}

// An open gives up with 408 from 8.5 on, a close perhaps one day.
TEST(DecodesARefusal, WithARequestTimeoutAsTimedOut) {
  for (const Operation& operation : {Operation(OpenJob{"j"}), Operation(kClose)})
    EXPECT_EQ(gist(read(408, envelope(408, "status_exception", "Opening job [j] timed out after [1s]"), operation,
                        Profile::es_9)),
              "refused/timed_out");
}

TEST(DecodesWhoAndWhat, OfTheServer) {
  const Response root = read(200, R"({"name":"n","cluster_name":"c","version":{"number":"6.3.2"}})", GetRoot{});
  EXPECT_EQ(std::get<ServerInfo>(root.content).version, "6.3.2");
  const Response who = read(200, R"({"username":"ml_admin","roles":[]})", Authenticate{});
  EXPECT_EQ(std::get<Identity>(who.content).username, "ml_admin");
  const Response may = read(200, R"({"cluster":{"manage_ml":true,"manage":false}})", HasPrivileges{});
  const std::vector<std::pair<std::string, bool>> expected{{"manage", false}, {"manage_ml", true}};
  EXPECT_EQ(std::get<PrivilegeList>(may.content).privileges, expected);
}

Response read_without_body(int status, const Operation& operation, Profile profile = k63,
                           std::vector<std::pair<std::string, std::string>> headers = {}) {
  WireAnswer answer{status, std::move(headers), ""};
  answer.body_known = false;
  return decode(std::move(answer), Request{Principal::manage_ml, operation, nullptr}, profile);
}

// A recording need not have the body: then the status decides what it can, and nobody is held to a form.
TEST(DecodesAnAnswerWithoutItsBody, ByItsStatusAlone) {
  EXPECT_EQ(gist(read_without_body(200, kClose)), "unreadable");
  EXPECT_EQ(gist(read_without_body(200, kCloseIn10s)), "unreadable");
  EXPECT_EQ(gist(read_without_body(200, OpenJob{"j"})), "unreadable");
  EXPECT_EQ(gist(read_without_body(200, GetBuckets{"j", {}, {}})), "unreadable");
  EXPECT_EQ(gist(read_without_body(200, IndexDocuments{"i", {}, true})), "unreadable");
  EXPECT_EQ(gist(read_without_body(202, PostData{"j", {}, false})), "accepted");
  EXPECT_EQ(gist(read_without_body(200, CreateJob{"j", {}})), "accepted");
  EXPECT_EQ(gist(read_without_body(409, kClose)), "refused/conflict");
  EXPECT_EQ(gist(read_without_body(404, GetJob{"j"})), "refused/not_found");
  EXPECT_EQ(gist(read_without_body(429, OpenJob{"j"})), "refused/busy");
  EXPECT_EQ(gist(read_without_body(500, kClose)), "unreadable");
  EXPECT_EQ(gist(read_without_body(503, kClose)), "unreadable");
}

// wire-path-and-method: the status tells it, and so do the headers where they were kept.
TEST(DecodesAnAnswerWithoutItsBody, ToAnotherMethodByStatusAndHeaders) {
  const RawRequest put{"PUT", "/_xpack/ml/anomaly_detectors/j/_close", {}, "", ""};
  EXPECT_EQ(gist(read_without_body(200, put)), "accepted+wire-path-and-method");
  EXPECT_EQ(gist(read_without_body(409, put)), "refused/conflict+wire-path-and-method");
  EXPECT_EQ(gist(read_without_body(405, put)), "refused/wrong_method");
  EXPECT_EQ(gist(read_without_body(405, put, k63, {{"allow", "POST"}})), "refused/wrong_method");
  EXPECT_EQ(gist(read_without_body(405, put, k63, {{"date", "today"}})), "refused/wrong_method+wire-path-and-method");
}

/// What is made of an answer of which the request asked for a part.
std::string read_part(int status, const std::string& body, Operation operation, const std::string& method,
                      const std::string& path) {
  Request request{Principal::manage_ml, std::move(operation), nullptr};
  request.as_sent = std::make_shared<const RawRequest>(
      RawRequest{method, "/_xpack/ml/anomaly_detectors" + path, {{"filter_path", "x"}}, "", ""});
  return gist(decode(WireAnswer{status, {}, body}, request, k63));
}

// Whoever asks for a part of the answer gets a body that does not show what it lacks; a claim that is left counts, and
// an error is told whole all the same.
TEST(DecodesAnAnswerOfWhichAPartWasAskedFor, AsFarAsItGoes) {
  EXPECT_EQ(read_part(200, "{}", kCloseIn10s, "POST", "/j/_close"), "unreadable");
  EXPECT_EQ(read_part(200, R"({"closed":true})", kCloseIn10s, "POST", "/j/_close"), "accepted");
  EXPECT_EQ(read_part(200, R"({"closed":false})", kCloseIn10s, "POST", "/j/_close"), "refused/timed_out");
  EXPECT_EQ(read_part(200, R"({"jobs":[{"state":"closed"}]})", JobStats{"j"}, "GET", "/j/_stats"), "accepted");
  EXPECT_EQ(read_part(200, "{}", GetBuckets{"j", {}, {}}, "GET", "/j/results/buckets"), "accepted");
  EXPECT_EQ(read_part(200, "<html>", GetBuckets{"j", {}, {}}, "GET", "/j/results/buckets"), "unreadable");
  EXPECT_EQ(read_part(409, R"({"status":409})", kClose, "POST", "/j/_close"), "refused/conflict");
  const std::string late =
      R"({"error":{"root_cause":[{"type":"illegal_state_exception","reason":"timed out after 1s"}],)"
      R"("type":"illegal_state_exception","reason":"timed out after 1s"},"status":500})";
  EXPECT_EQ(read_part(500, late, kCloseIn10s, "POST", "/j/_close"), "refused/timed_out");
}

// Nor is anything read of another format than JSON, or of no body.
TEST(DecodesAnAnswerInAnotherFormat, ByItsStatusAlone) {
  Request head{Principal::manage_ml, GetJob{"j"}, nullptr};
  head.as_sent = std::make_shared<const RawRequest>(RawRequest{"HEAD", "/_xpack/ml/anomaly_detectors/j", {}, "", ""});
  EXPECT_EQ(gist(decode(WireAnswer{404, {}, ""}, head, k63)), "refused/not_found");

  const std::string yaml = "---\nclosed: false\n";
  EXPECT_EQ(gist(read(200, yaml, kCloseIn10s, k63, {{"content-type", "application/yaml"}})), "unreadable");
  EXPECT_EQ(gist(read(404, yaml, kClose, k63, {{"Content-Type", "application/yaml"}})), "refused/not_found");
}

// wire-error-envelope: what is said of a content type is said before the API is asked.
TEST(DecodesARefusal, OfAContentTypeInAnyForm) {
  const RawRequest close{"POST", "/_xpack/ml/anomaly_detectors/j/_close", {}, "x", "text/plain"};
  const std::string text = R"({"error":"Content-Type header [text/plain] is not supported","status":406})";
  EXPECT_EQ(gist(read(406, text, close)), "refused/other");
}

// close-many: an answer tells the groups of its jobs.
TEST(DecodesConfigurations, WithTheirGroups) {
  const Response response = read(200, R"({"count":1,"jobs":[{"job_id":"j","groups":["g","h"]}]})", GetJob{"j"});
  EXPECT_EQ(std::get<JobDescriptionList>(response.content).jobs.front().groups, (std::vector<std::string>{"g", "h"}));
}

}  // namespace
}  // namespace closecheck::sut::wire
