#include "har.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "closecheck/sut/history_lines.h"
#include "errors.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Json = nlohmann::json;

constexpr const char* kJob = "http://es:9200/_xpack/ml/anomaly_detectors/j";
constexpr const char* kClosed = R"({"closed": true})";

/// An entry of a capture that has everything; bodies as they are, empty ones too.
Json entry(const std::string& started, double took_ms, const std::string& method, const std::string& url, int status,
           const std::string& answer, const std::string& body = "") {
  Json request{{"method", method}, {"url", url}, {"headers", Json::array()}, {"queryString", Json::array()}};
  request["bodySize"] = body.size();
  if (!body.empty()) request["postData"] = {{"mimeType", "application/json"}, {"text", body}};
  Json response{{"status", status}, {"content", {{"size", answer.size()}, {"text", answer}}}};
  response["headers"] = Json::array({{{"name", "Content-Type"}, {"value", "application/json"}}});
  return Json{{"startedDateTime", started}, {"time", took_ms}, {"request", request}, {"response", response}};
}

std::string at(const std::string& second) {
  return "2026-01-02T03:04:" + second + "Z";
}

std::string har(const std::vector<Json>& entries) {
  return Json{{"log", {{"version", "1.2"}, {"entries", entries}}}}.dump();
}

std::vector<HarHistory> read_har(const std::vector<HarFile>& files) {
  BadFiles bad;
  auto histories = histories_of_har(files, bad);
  EXPECT_FALSE(bad.any());
  return histories;
}

HarHistory history_of(const std::vector<Json>& entries) {
  const auto histories = read_har({{"x.har", har(entries)}});
  EXPECT_THAT(histories, SizeIs(1));
  return histories.front();
}

std::vector<Event> events_in(const HarHistory& history) {
  std::string text;
  for (const std::string& line : history.lines) text += line + "\n";
  return sut::read_history(text, Profile::xpack_6_3).events;
}

std::vector<Event> events_of(const std::vector<Json>& entries) {
  return events_in(history_of(entries));
}

TEST(HarCapture, BecomesAHistoryInWhichOverlapsStayOverlaps) {
  const HarHistory history = history_of(
      {entry("2026-01-02T03:04:06.000Z", 500, "GET", std::string(kJob) + "/_stats", 200, R"({"jobs": []})"),
       entry("2026-01-02T04:04:05.500+01:00", 2000, "POST", std::string(kJob) + "/_close?timeout=10s", 200, kClosed),
       entry("2026-01-02T03:04:09.000Z", 0, "GET", "http://elsewhere/favicon.ico", 404, "")});
  const std::vector<Event> events = events_in(history);
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(describe(*events[0].request), "close job j (timeout=10s)");
  EXPECT_EQ(events[1].time, 500 * kMillisecond) << "stamps of other zones are the same clock";
  EXPECT_NE(events[0].process, events[1].process);
  EXPECT_EQ(events[2].process, events[1].process);
  EXPECT_EQ(events[3].process, events[0].process);
  EXPECT_THAT(history.notes, ElementsAre("1 requests to other servers are left out"));
}

TEST(HarCapture, ReadsStampsOfAnyZoneAndPrecision) {
  const std::string url = std::string(kJob) + "/_close";
  for (const char* second :
       {"2026-01-02T03:04:07.25Z", "2026-01-02T04:34:07.250000001+01:30", "2026-01-01T21:04:07,2500000009-0600",
        "2026-01-02T05:04:07.250+02", "2026-01-02t03:04:07.25z"}) {
    const auto events = events_of(
        {entry(at("05.000000000"), 1, "POST", url, 200, kClosed), entry(second, 1, "POST", url, 200, kClosed)});
    ASSERT_THAT(events, SizeIs(4)) << second;
    EXPECT_EQ(events[2].time / 10, 2'250 * kMillisecond / 10) << second;
  }
}

// A stamp may have been cut: what follows within its last digit may have overlapped.
TEST(HarCapture, OrdersNothingThatItsStampsDoNotOrder) {
  const std::string url = std::string(kJob) + "/_stats";
  const auto processes = [&](const char* first, const char* second) {
    const auto events =
        events_of({entry(at(first), 2.0, "GET", url, 404, "{}"), entry(at(second), 2.0, "GET", url, 404, "{}")});
    return std::pair(events[0].process, events.back().process);
  };
  EXPECT_EQ(processes("05.000", "05.002"), std::pair(0, 1));
  EXPECT_EQ(processes("05.000", "05.004"), std::pair(0, 0));
  EXPECT_EQ(processes("05.000000", "05.002100"), std::pair(0, 0));
  EXPECT_EQ(processes("05", "06"), std::pair(0, 1));
}

// Without a duration the answer may have come at any time.
TEST(HarCapture, EndsWhatHasNoDurationWithTheCapture) {
  const std::string url = std::string(kJob) + "/_close";
  Json untold = entry(at("05.000"), -1, "POST", url, 200, kClosed);
  Json in_parts = entry(at("06.000"), -1, "POST", url, 200, kClosed);
  in_parts["timings"] = {{"blocked", -1}, {"send", 0.5}, {"wait", 99.0}, {"receive", 0.5}};
  const auto events = events_of({untold, in_parts, entry(at("09.000"), 1.0, "POST", url, 200, kClosed)});

  ASSERT_THAT(events, SizeIs(6));
  EXPECT_EQ(events[2].type, EventType::ok);
  EXPECT_EQ(events[2].time, 1'101 * kMillisecond);
  EXPECT_EQ(events[4].process, 0);
  EXPECT_EQ(events[4].time, 4'002 * kMillisecond);
}

// The URL is what was sent.
TEST(HarCapture, TakesTheQueryFromTheUrl) {
  const auto close = [&](const std::string& url, const Json& query) {
    Json one = entry(at("05.000"), 1, "POST", url, 200, kClosed);
    one["request"]["queryString"] = query;
    return describe(*events_of({one})[0].request);
  };
  const std::string url = "http://es:9200/_xpack/ml/anomaly_detectors/my%2Djob/_close";
  EXPECT_EQ(close(url + "?force=tr%75e#top", Json::array()), "close job my-job (force=true)");
  EXPECT_EQ(close(url + "?force=true", nullptr), "close job my-job (force=true)");
  EXPECT_EQ(close(url + "?timeout=1+0s", {{{"name", "timeout"}, {"value", "1+0s"}}}),
            "close job my-job (timeout=1 0s)");
  EXPECT_EQ(close(url, {{{"name", "force"}, {"value", "true"}}}), "close job my-job (force=true)");
}

TEST(HarCapture, FindsTheApiBehindAPathOfItsOwnAndWithAUserInTheUrl) {
  const std::string base = "https://elastic:secret@ES.example.org/cluster-a";
  const HarHistory history =
      history_of({entry(at("05.000"), 1, "POST", base + "/_xpack/ml/anomaly_detectors/j/_close", 200, kClosed),
                  entry(at("06.000"), 1, "PUT", "https://es.example.org/cluster-a/i", 200, "{}"),
                  entry(at("07.000"), 1, "GET", "https://es.example.org/cluster-b/i", 200, "{}")});
  const std::vector<Event> events = events_in(history);
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(describe(*events[0].request), "close job j");
  EXPECT_EQ(describe(*events[2].request), "create index i");
  for (const std::string& line : history.lines) EXPECT_THAT(line, Not(HasSubstr("secret")));
  EXPECT_THAT(history.notes, SizeIs(1));
}

// What was not captured is not empty.
TEST(HarCapture, KnowsABodyOnlyWhereItWasKept) {
  const std::string url = std::string(kJob) + "/_data";
  const auto known = [&](Json one) {
    const auto events = events_of({std::move(one)});
    return std::pair(is_body_known(*events[0].request), is_body_known(*events[1].response));
  };
  const Json whole = entry(at("05.000"), 1, "POST", url, 202, "{}", R"({"time":1})");
  EXPECT_EQ(known(whole), std::pair(true, true));

  Json neither = whole;
  neither["request"].erase("postData");
  neither["response"]["content"].erase("text");
  EXPECT_EQ(known(neither), std::pair(false, false));
  neither["request"]["bodySize"] = -1;
  neither["response"]["content"].erase("size");
  EXPECT_EQ(known(neither), std::pair(false, false));
  neither["request"].erase("bodySize");
  neither["response"].erase("content");
  EXPECT_EQ(known(neither), std::pair(false, false));
  neither["request"]["headers"] = Json::array({{{"name", "Host"}, {"value", "es"}}});
  EXPECT_EQ(known(neither), std::pair(true, false)) << "a request that announces no body has none";

  Json empty = whole;
  empty["request"]["bodySize"] = 0;
  empty["request"].erase("postData");
  empty["response"]["content"] = {{"size", 0}};
  EXPECT_EQ(known(empty), std::pair(true, true));
  empty["response"]["bodySize"] = 20;
  EXPECT_EQ(known(empty), std::pair(true, false)) << "nothing of twenty bytes";

  Json cut = whole;
  cut["request"]["bodySize"] = 4'000;
  cut["request"]["postData"]["text"] = "{\"time\":1}\n{\"time\":";
  cut["response"]["content"] = {{"size", 700}, {"text", "{\"job_id\":\"j\",\"pro"}};
  EXPECT_EQ(known(cut), std::pair(false, false));
  cut["request"]["postData"] = {{"mimeType", "multipart/form-data"}, {"params", Json::array()}};
  EXPECT_EQ(known(cut).first, false);
}

TEST(HarCapture, ReadsBodiesInBase64AndAnswersThatNeverCame) {
  Json encoded = entry(at("05.000"), 10, "POST", std::string(kJob) + "/_data", 202, "e30=");
  encoded["request"]["postData"] = {{"text", "eyJ0aW1lIjoxfQo="}, {"encoding", "base64"}};
  encoded["request"]["bodySize"] = 11;
  encoded["response"]["content"] = {{"size", 2}, {"text", "e30="}, {"encoding", "base64"}};
  const auto events = events_of({encoded, entry(at("06.000"), 10, "POST", std::string(kJob) + "/_open", 0, "")});

  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(describe(*events[0].request), "post 1 record to job j");
  EXPECT_EQ(events[1].response->wire->body, "{}");
  EXPECT_EQ(events[3].type, EventType::info);
}

// A body that cannot be decoded is not known; it is not what is left of it.
TEST(HarCapture, ReadsBase64InLinesAndNothingThatIsNone) {
  Json encoded = entry(at("05.000"), 10, "POST", std::string(kJob) + "/_data", 202, "");
  encoded["response"]["content"] = {{"size", 2}, {"text", "e3\r\n0="}, {"encoding", "base64"}};
  Json broken = encoded;
  broken["response"]["content"]["text"] = "e30=e30=";
  const auto read = events_of({encoded});
  const auto unknown = events_of({broken});

  ASSERT_THAT(read, SizeIs(2));
  ASSERT_NE(read[1].response, nullptr);
  EXPECT_EQ(read[1].response->wire->body, "{}");
  ASSERT_THAT(unknown, SizeIs(2));
  ASSERT_NE(unknown[1].response, nullptr);
  EXPECT_FALSE(unknown[1].response->wire->body_known);
}

Json with_credentials(Json one) {
  one["request"]["headers"] = Json::array({{{"name", "Authorization"}, {"value", "Basic c2VjcmV0"}}});
  return one;
}

// A browser first asks without credentials and is told to bring some.
TEST(HarCapture, CountsCallersOnlyWhereSomebodyWithoutCredentialsWasRefused) {
  const std::string url = std::string(kJob) + "/_close";
  const HarHistory history = history_of({entry(at("05.000"), 10, "POST", url, 401, "{}"),
                                         with_credentials(entry(at("06.000"), 10, "POST", url, 200, kClosed))});

  EXPECT_THAT(history.lines[0], HasSubstr(R"("principal":null)"));
  EXPECT_THAT(history.lines[2], HasSubstr(R"("principal":"manage_ml")"));
  for (const std::string& line : history.lines) EXPECT_THAT(line, Not(HasSubstr("c2VjcmV0")));
  EXPECT_THAT(history_of({entry(at("05.000"), 10, "POST", url, 200, "{}")}).lines[0],
              HasSubstr(R"("principal":"manage_ml")"));
}

// manage-ml-may-close, anonymous-refused: a capture tells neither what a caller may do nor, without any credentials in
// it, who he was.
TEST(HarCapture, LeavesOutWhatWasRefusedToACallerThatNobodyKnows) {
  const std::string url = std::string(kJob) + "/_close";
  const Json refused = entry(at("05.000"), 10, "POST", url, 403, "{}");
  const Json accepted = entry(at("06.000"), 10, "POST", url, 200, kClosed);
  for (const auto& entries :
       {std::vector{refused, accepted}, std::vector{with_credentials(refused), with_credentials(accepted)}}) {
    const HarHistory history = history_of(entries);
    ASSERT_THAT(history.lines, SizeIs(2));
    EXPECT_THAT(history.lines[0], HasSubstr(R"("principal":"manage_ml")"));
    EXPECT_THAT(history.notes, ElementsAre(HasSubstr("1 requests that were refused for their caller")));
  }
}

// closed-means-closed: a cache may show what was true long ago.
TEST(HarCapture, LeavesOutAnswersOutOfACache) {
  Json cached = entry(at("06.000"), 1, "GET", std::string(kJob) + "/_stats", 200, R"({"count": 0, "jobs": []})");
  cached["_fromCache"] = "disk";
  const HarHistory history =
      history_of({entry(at("05.000"), 1, "POST", std::string(kJob) + "/_close", 200, kClosed), cached});
  EXPECT_THAT(history.lines, SizeIs(2));
  EXPECT_THAT(history.notes, ElementsAre("1 answers out of a cache are left out"));
}

// Captures of one server go by one clock, and one may hold another's entries once more.
TEST(HarCapture, JoinsCapturesOfOneServerInOrderOfTime) {
  const std::string url = std::string(kJob) + "/_close";
  const Json first = entry(at("05.000"), 1, "PUT", kJob, 200, R"({"job_id":"j"})");
  const Json third = entry(at("07.000"), 1, "POST", url, 200, kClosed);
  const Json second = entry(at("06.000"), 1, "POST", std::string(kJob) + "/_open", 200, R"({"opened":true})");
  const Json other =
      entry(at("01.000"), 1, "POST", "http://es:9201/_xpack/ml/anomaly_detectors/j/_close", 200, kClosed);
  const auto histories =
      read_har({{"a.har", har({first, third})}, {"other.har", har({other})}, {"b.har", har({first, second})}});

  ASSERT_THAT(histories, SizeIs(2));
  EXPECT_EQ(histories[0].title, "a.har, b.har");
  const std::vector<Event> events = events_in(histories[0]);
  ASSERT_THAT(events, SizeIs(6));
  EXPECT_EQ(describe(*events[2].request), "open job j");
  EXPECT_EQ(describe(*events[4].request), "close job j");
  EXPECT_EQ(histories[1].title, "other.har");
}

TEST(HarCapture, IsRefusedWithoutRequestsOfOneJobApiOrUsableTimes) {
  const std::string url = std::string(kJob) + "/_close";
  const auto refuse = [](const std::string& text) {
    BadFiles bad;
    EXPECT_THAT(histories_of_har({{"x", text}, {"good", har({entry(at("05"), 1, "GET", kJob, 200, "")})}}, bad),
                SizeIs(1));
    EXPECT_TRUE(bad.any()) << text;
  };
  refuse(har({entry(at("05"), 1, "GET", "http://es/", 200, "")}));
  for (const char* stamp : {"yesterday", "", "2026-01-02T03:04:05", "2026-01-02T03:04:05.1+", "2026-01-02"})
    refuse(har({entry(stamp, 1, "POST", url, 200, "")}));
  refuse(har({entry(at("05"), 1, "POST", url, 200, ""),
              entry(at("06"), 1, "POST", "http://other/_ml/anomaly_detectors/j/_close", 200, "")}));
  refuse(R"({"log": {}})");
}

/// A life of one job in a capture as a browser saves it without contents: every close may be misread.
TEST(HarCapture, WithoutBodiesAccusesNobody) {
  const TestFolder folder;
  const std::string base = kJob;
  std::vector<Json> entries{entry(at("01.000"), 3, "PUT", base, 200, "{}", "{}"),
                            entry(at("02.000"), 3, "POST", base + "/_open", 200, "{}"),
                            entry(at("03.000"), 3, "POST", base + "/_data", 202, "{}", "{}"),
                            entry(at("04.000"), 3, "POST", base + "/_close?force=true", 200, "{}"),
                            entry(at("05.000"), 3, "GET", base + "/_stats", 200, "{}"),
                            entry(at("06.000"), 3, "GET", base + "/results/buckets?size=100", 200, "{}"),
                            entry(at("07.000"), 3, "POST", base + "/_data", 409, "{}", "{}"),
                            entry(at("08.000"), 3, "POST", base + "/_close", 500, "{}")};
  for (Json& one : entries) {
    one["request"].erase("postData");
    one["response"]["content"].erase("text");
  }
  const Finished judged = run_closecheck({"judge", folder.write("x.har", har(entries)), "--profile", "xpack-6.3"});
  EXPECT_THAT(judged.out, Not(HasSubstr("violated"))) << judged.out << judged.err;
  EXPECT_NE(judged.code, 1);
}

}  // namespace
}  // namespace closecheck::cli
