#include "recordings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "closecheck/sut/history_lines.h"
#include "errors.h"
#include "process_test.h"

namespace closecheck::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kBase = "/_xpack/ml/anomaly_detectors/";

/// An exchange of process 0 as two lines.
std::string exchange(int time, const std::string& method, const std::string& path, int status, const std::string& body,
                     const std::string& principal = "\"manage_ml\"") {
  const std::string at = std::to_string(time) + "000000";
  return R"({"process": 0, "type": "invoke", "time": )" + at + R"(, "principal": )" + principal +
         R"(, "request": {"method": ")" + method + R"(", "path": ")" + path + R"(", "query": {}, "body": null}})" +
         "\n" + R"({"process": 0, "type": "ok", "time": )" + at + R"(, "response": {"status": )" +
         std::to_string(status) + R"(, "headers": {"content-type": "application/json"}, "body": )" + body + "}}\n";
}

std::string header(const std::string& profile) {
  return R"({"schema": "closecheck-history/1", "profile": ")" + profile + "\"}\n";
}

const std::string kMissing =
    R"({"error": {"root_cause": [], "type": "resource_not_found_exception", "reason": "x"}, "status": 404})";

std::string job_path(const std::string& job, const std::string& rest = "") {
  return kBase + job + rest;
}

TEST(Recordings, ReadOneHistoryOrManyInARow) {
  const TestFolder folder;
  const std::string close = exchange(1, "POST", job_path("j", "/_close"), 200, R"({"closed": true})");

  const auto one = read_recordings(folder.write("one.jsonl", close), std::nullopt);
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].history.profile, Profile::xpack_5_4);

  const std::string two = folder.write("two.jsonl", header("xpack-6.3") + close + "\n" + header("xpack-5.4") + close);
  const auto both = read_recordings(two, std::nullopt);
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(both[0].history.profile, Profile::xpack_6_3);
  EXPECT_EQ(both[1].history.profile, Profile::xpack_5_4);
  EXPECT_EQ(both[1].title, two + ", history 2");
  EXPECT_EQ(read_recordings(two, Profile::xpack_6_3)[1].history.profile, Profile::xpack_6_3) << "a flag wins";
}

// A job that nobody was seen to create may have been in any state: `close` and 200 accuses nobody.
TEST(Recordings, LeaveOutJobsThatAreOlder) {
  const TestFolder folder;
  const std::string text = exchange(1, "POST", job_path("old", "/_close"), 200, R"({"closed": true})") +
                           exchange(2, "PUT", job_path("new"), 200, R"({"job_id": "new"})") +
                           exchange(3, "GET", job_path("absent"), 404, kMissing) +
                           exchange(4, "POST", job_path("absent", "/_close"), 200, R"({"closed": true})");
  Recording recording = read_recordings(folder.write("mixed.jsonl", text), std::nullopt).front();
  leave_out_what_is_older(recording);

  EXPECT_THAT(recording.history.events, SizeIs(6));
  EXPECT_THAT(recording.notes, ElementsAre(HasSubstr("how it was before: old")));
}

TEST(Recordings, AreNotJudgedWhereSeveralJobsAreMetThatAreOlder) {
  const TestFolder folder;
  const std::string text = exchange(1, "GET", job_path("old", "/_stats"), 200, R"({"count": 0, "jobs": []})") +
                           exchange(2, "POST", job_path("_all", "/_close"), 200, R"({"closed": true})");
  Recording recording = read_recordings(folder.write("all.jsonl", text), Profile::xpack_6_3).front();
  leave_out_what_is_older(recording);

  EXPECT_THAT(recording.history.events, IsEmpty());
  EXPECT_THAT(recording.notes, SizeIs(1));
}

TEST(Recordings, TellSecurityFromWhoAskedAndWhoWasRefused) {
  const auto secured = [](const std::string& text) { return is_secured(sut::read_history(text, Profile::xpack_6_3)); };
  const std::string path = job_path("j", "/_close");
  EXPECT_FALSE(secured(exchange(1, "POST", path, 200, R"({"closed": true})")));
  EXPECT_FALSE(secured(exchange(1, "POST", path, 200, R"({"closed": true})", "null")));
  EXPECT_TRUE(secured(exchange(1, "POST", path, 200, R"({"closed": true})", "\"none\"")));
  EXPECT_TRUE(secured(exchange(1, "POST", path, 401, kMissing, "null")));
}

/// An entry of a HAR capture; `extra` goes into the request.
std::string entry(const std::string& started, double took_ms, const std::string& method, const std::string& url,
                  int status, const std::string& answer, const std::string& extra = "") {
  nlohmann::json request = nlohmann::json::parse(R"({"method": ")" + method + R"(", "url": ")" + url +
                                                 R"(", "headers": [], "queryString": [])" + extra + "}");
  return nlohmann::json{{"startedDateTime", started},
                        {"time", took_ms},
                        {"request", request},
                        {"response",
                         {{"status", status},
                          {"headers", {{{"name", "Content-Type"}, {"value", "application/json"}}}},
                          {"content", {{"text", answer}}}}}}
      .dump();
}

std::string har(const std::vector<std::string>& entries) {
  std::string text = R"({"log": {"version": "1.2", "entries": [)";
  for (std::size_t i = 0; i < entries.size(); ++i) text += (i == 0 ? "" : ",") + entries[i];
  return text + "]}}";
}

TEST(HarCapture, BecomesAHistoryInWhichOverlapsStayOverlaps) {
  const TestFolder folder;
  const std::string base = "http://es:9200/_xpack/ml/anomaly_detectors/j";
  const std::string path = folder.write(
      "capture.har",
      har({entry("2026-01-02T03:04:06.000Z", 500, "GET", base + "/_stats", 200, R"({"count": 0, "jobs": []})"),
           entry("2026-01-02T04:04:05.500+01:00", 2000, "POST", base + "/_close?timeout=10s", 200,
                 R"({"closed": true})", R"(, "queryString": [{"name": "timeout", "value": "10s"}])"),
           entry("2026-01-02T03:04:09.000Z", 0, "GET", "http://elsewhere/favicon.ico", 404, "")}));
  const auto recordings = read_recordings(path, Profile::xpack_6_3);

  ASSERT_THAT(recordings, SizeIs(1));
  const std::vector<Event>& events = recordings[0].history.events;
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(describe(*events[0].request), "close job j (timeout=10s)");
  EXPECT_EQ(events[1].time, 500 * kMillisecond) << "stamps of other zones are the same clock";
  EXPECT_NE(events[0].process, events[1].process);
  EXPECT_EQ(events[2].process, events[1].process);
  EXPECT_EQ(events[3].time, 2 * kSecond);
  EXPECT_THAT(recordings[0].notes, ElementsAre("1 requests to other servers are left out"));
}

TEST(HarCapture, ReadsBodiesInBase64AndAnswersThatNeverCame) {
  std::vector<std::string> notes;
  const std::string base = "http://es:9200/_xpack/ml/anomaly_detectors/j";
  nlohmann::json encoded = nlohmann::json::parse(
      entry("2026-01-02T03:04:05.000Z", 10, "POST", base + "/_close", 200, "eyJjbG9zZWQiOiB0cnVlfQ=="));
  encoded["response"]["content"]["encoding"] = "base64";
  const std::vector<std::string> lines = lines_of_har(
      har({encoded.dump(), entry("2026-01-02T03:04:06.000Z", 10, "POST", base + "/_open", 0, "")}), "x.har", notes);

  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_THAT(lines[1], HasSubstr(R"("body":{"closed":true})"));
  EXPECT_THAT(lines[3], HasSubstr(R"("type":"info")"));
}

// A browser first asks without credentials and is told to bring some.
TEST(HarCapture, CountsCallersOnlyWhereSomebodyWasRefused) {
  std::vector<std::string> notes;
  const std::string url = "http://es:9200/_xpack/ml/anomaly_detectors/j/_close";
  const std::string anonymous = entry("2026-01-02T03:04:05.000Z", 10, "POST", url, 401, "{}");
  const std::string named = entry("2026-01-02T03:04:06.000Z", 10, "POST", url, 200, R"({"closed": true})",
                                  R"(, "headers": [{"name": "Authorization", "value": "Basic c2VjcmV0"}])");
  const std::vector<std::string> lines = lines_of_har(har({anonymous, named}), "x.har", notes);

  EXPECT_THAT(lines[0], HasSubstr(R"("principal":null)"));
  EXPECT_THAT(lines[2], HasSubstr(R"("principal":"manage_ml")"));
  for (const std::string& line : lines) EXPECT_THAT(line, testing::Not(HasSubstr("c2VjcmV0")));
  EXPECT_THAT(lines_of_har(har({entry("2026-01-02T03:04:05.000Z", 10, "POST", url, 200, "{}")}), "x.har", notes)[0],
              HasSubstr(R"("principal":"manage_ml")"));
}

TEST(HarCapture, IsRefusedWithoutRequestsOfTheJobApiOrUsableTimes) {
  std::vector<std::string> notes;
  const std::string url = "http://es:9200/_xpack/ml/anomaly_detectors/j/_close";
  EXPECT_THROW(lines_of_har(har({entry("2026-01-02T03:04:05Z", 1, "GET", "http://es/", 200, "")}), "x", notes),
               UsageError);
  EXPECT_THROW(lines_of_har(har({entry("yesterday", 1, "POST", url, 200, "")}), "x", notes), UsageError);
  EXPECT_THROW(lines_of_har(R"({"log": {}})", "x", notes), UsageError);
}

}  // namespace
}  // namespace closecheck::cli
