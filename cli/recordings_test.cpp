#include "recordings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "closecheck/sut/history_lines.h"
#include "process_test.h"

namespace closecheck::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
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

Recording read_one(const std::string& path, std::optional<Profile> profile) {
  return read_recordings({path}, profile).front();
}

TEST(Recordings, ReadOneHistoryOrManyInARow) {
  const TestFolder folder;
  const std::string close = exchange(1, "POST", job_path("j", "/_close"), 200, R"({"closed": true})");

  const auto one = read_recordings({folder.write("one.jsonl", close)}, std::nullopt);
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].history.profile, Profile::xpack_5_4);

  const std::string two = folder.write("two.jsonl", header("xpack-6.3") + close + "\n" + header("xpack-5.4") + close);
  const auto both = read_recordings({two}, std::nullopt);
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(both[0].history.profile, Profile::xpack_6_3);
  EXPECT_EQ(both[1].history.profile, Profile::xpack_5_4);
  EXPECT_EQ(both[1].title, two + ", history 2");
  EXPECT_EQ(read_recordings({two}, Profile::xpack_6_3)[1].history.profile, Profile::xpack_6_3) << "a flag wins";
}

// What was redacted may have been anything: nobody is accused for what it did.
TEST(Recordings, EndBeforeARequestThatWasRedacted) {
  const TestFolder folder;
  const std::string stats = exchange(1, "GET", job_path("j", "/_stats"), 404, kMissing);
  for (const std::string& path : {job_path("j", "/_close?timeout=***"), job_path("j-***", "/_close")}) {
    Recording recording =
        read_recordings({folder.write("r.jsonl", stats + exchange(2, "POST", path, 200, R"({"closed": true})"))},
                        std::nullopt)
            .front();
    leave_out_what_is_unknown(recording);
    EXPECT_THAT(recording.history.events, SizeIs(2)) << path;
    EXPECT_THAT(recording.notes, testing::ElementsAre(HasSubstr("redacted")));
  }
  Recording whole = read_recordings({folder.write("r.jsonl", stats)}, std::nullopt).front();
  leave_out_what_is_unknown(whole);
  EXPECT_THAT(whole.history.events, SizeIs(2));
  EXPECT_THAT(whole.notes, testing::IsEmpty());
}

// A job that nobody was seen to create may have been in any state: `close` and 200 accuses nobody.
TEST(Recordings, LeaveOutJobsThatAreOlder) {
  const TestFolder folder;
  const std::string text = exchange(1, "POST", job_path("old", "/_close"), 200, R"({"closed": true})") +
                           exchange(2, "PUT", job_path("new"), 200, R"({"job_id": "new"})") +
                           exchange(3, "GET", job_path("absent"), 404, kMissing) +
                           exchange(4, "POST", job_path("absent", "/_close"), 200, R"({"closed": true})");
  Recording recording = read_one(folder.write("mixed.jsonl", text), std::nullopt);
  leave_out_what_is_older(recording);

  EXPECT_THAT(recording.history.events, SizeIs(6));
  EXPECT_THAT(recording.notes, ElementsAre(HasSubstr("how it was before: old")));
}

// close-many: what is told of several jobs is true of the new ones as well.
TEST(Recordings, KeepWhatIsNewThoughARequestForSeveralJobsMeetsOlderOnes) {
  const TestFolder folder;
  const std::string text = exchange(1, "POST", job_path("old", "/_open"), 200, R"({"opened": true})") +
                           exchange(2, "PUT", job_path("new"), 200, R"({"job_id": "new"})") +
                           exchange(3, "POST", job_path("_all", "/_close"), 200, R"({"closed": true})") +
                           exchange(4, "GET", "/_xpack/ml/datafeeds/_stats", 200, R"({"count": 0, "datafeeds": []})");
  Recording recording = read_one(folder.write("all.jsonl", text), Profile::xpack_6_3);
  leave_out_what_is_older(recording);

  EXPECT_THAT(recording.history.events, SizeIs(6));
  EXPECT_THAT(recording.notes, ElementsAre(HasSubstr("how it was before: old")));
}

// close-many: the name of a group is no job's, and what it closes is closed.
TEST(Recordings, KeepAnswersToANameThatMayBeAGroups) {
  const TestFolder folder;
  const std::string text = exchange(1, "PUT", job_path("a"), 200, R"({"job_id": "a", "groups": ["g"]})") +
                           exchange(2, "POST", job_path("g", "/_open"), 404, kMissing) +
                           exchange(3, "POST", job_path("g", "/_close"), 200, R"({"closed": true})") +
                           exchange(4, "GET", job_path("g", "/_stats"), 200,
                                    R"({"count": 1, "jobs": [{"job_id": "a", "state": "closed"}]})") +
                           exchange(5, "POST", job_path("old", "/_close"), 200, R"({"closed": true})") +
                           exchange(6, "GET", job_path("old"), 200, R"({"count": 1, "jobs": [{"job_id": "old"}]})");
  Recording later = read_one(folder.write("groups.jsonl", text), Profile::xpack_6_3);
  leave_out_what_is_older(later);
  EXPECT_THAT(later.history.events, SizeIs(8));
  EXPECT_THAT(later.notes, ElementsAre(HasSubstr("how it was before: old")));

  Recording before = read_one(folder.path("groups.jsonl"), Profile::xpack_5_4);
  leave_out_what_is_older(before);
  EXPECT_THAT(before.notes, ElementsAre(HasSubstr("how it was before: old"))) << "there was no group before 6.1";
}

TEST(Recordings, OfSeveralFilesStayByThemselvesInTheOrderGiven) {
  const TestFolder folder;
  const std::string close = exchange(1, "POST", job_path("j", "/_close"), 200, R"({"closed": true})");
  const std::string second = folder.write("b.jsonl", close);
  const auto both = read_recordings({folder.write("a.jsonl", close + close), second}, std::nullopt);
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_THAT(both[0].history.events, SizeIs(4));
  EXPECT_EQ(both[1].title, second);
}

TEST(Recordings, TellSecurityFromWhoAskedAndWhoWasRefused) {
  const auto secured = [](const std::string& text) { return is_secured(sut::read_history(text, Profile::xpack_6_3)); };
  const std::string path = job_path("j", "/_close");
  EXPECT_FALSE(secured(exchange(1, "POST", path, 200, R"({"closed": true})")));
  EXPECT_FALSE(secured(exchange(1, "POST", path, 200, R"({"closed": true})", "null")));
  EXPECT_TRUE(secured(exchange(1, "POST", path, 200, R"({"closed": true})", "\"none\"")));
  EXPECT_TRUE(secured(exchange(1, "POST", path, 401, kMissing, "null")));
}

}  // namespace
}  // namespace closecheck::cli
