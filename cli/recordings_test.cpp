#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <regex>
#include <thread>

#include "process_for_test.h"
#include "recording_survey.h"

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

std::string answer_of(const std::string& request) {
  return request == "close" ? R"({"status": 200, "body": {"closed": true}})"
                            : R"({"status": 404, "body": )" + kMissing + "}";
}

std::string job_path(const std::string& job, const std::string& rest = "") {
  return kBase + job + rest;
}

std::vector<Recording> found_in(const std::vector<std::string>& paths, std::optional<Profile> profile) {
  BadFiles bad;
  auto recordings = find_recordings(paths, profile, bad);
  EXPECT_FALSE(bad.any());
  return recordings;
}

/// Everything that a recording holds.
History whole(const Recording& recording) {
  History history;
  history.profile = recording.read([&](const Event& event) {
    history.events.push_back(event);
    return true;
  });
  return history;
}

/// What can be judged of the one recording of a file, and the notes on what cannot.
struct Known {
  std::vector<Event> events;
  std::vector<std::string> notes;
  std::size_t requests = 0;
};
Known known_of(const std::string& path, std::optional<Profile> profile) {
  const Recording recording = found_in({path}, profile).front();
  const Survey found = survey(recording);
  Known known{{}, found.notes, found.requests};
  read_what_is_known(recording, found, [&](const Event& event) {
    known.events.push_back(event);
    return true;
  });
  return known;
}

TEST(Recordings, ReadOneHistoryOrManyInARow) {
  const TestFolder folder;
  const std::string close = exchange(1, "POST", job_path("j", "/_close"), 200, R"({"closed": true})");

  const auto one = found_in({folder.write("one.jsonl", close)}, std::nullopt);
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(whole(one[0]).profile, Profile::xpack_5_4);

  const std::string two = folder.write("two.jsonl", header("xpack-6.3") + close + "\n" + header("xpack-5.4") + close);
  const auto both = found_in({two}, std::nullopt);
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(whole(both[0]).profile, Profile::xpack_6_3);
  EXPECT_EQ(whole(both[1]).profile, Profile::xpack_5_4);
  EXPECT_THAT(whole(both[0]).events, SizeIs(2));
  EXPECT_THAT(whole(both[1]).events, SizeIs(2));
  EXPECT_EQ(both[1].title, two + ", history 2");
  EXPECT_EQ(whole(found_in({two}, Profile::xpack_6_3)[1]).profile, Profile::xpack_6_3) << "a flag wins";
}

// What was redacted may have been anything: nobody is accused for what it did.
TEST(Recordings, EndBeforeARequestThatWasRedacted) {
  const TestFolder folder;
  const std::string stats = exchange(1, "GET", job_path("j", "/_stats"), 404, kMissing);
  for (const std::string& path : {job_path("j", "/_close?timeout=***"), job_path("j-***", "/_close")}) {
    const Known known =
        known_of(folder.write("r.jsonl", stats + exchange(2, "POST", path, 200, R"({"closed": true})")), std::nullopt);
    EXPECT_THAT(known.events, SizeIs(2)) << path;
    EXPECT_EQ(known.requests, 1U);
    EXPECT_THAT(known.notes, testing::ElementsAre(HasSubstr("redacted")));
  }
  const Known whole = known_of(folder.write("r.jsonl", stats), std::nullopt);
  EXPECT_THAT(whole.events, SizeIs(2));
  EXPECT_THAT(whole.notes, testing::IsEmpty());
}

TEST(Recordings, BehindABasePathAreReadBelowIt) {
  const TestFolder folder;
  const auto life = [](const std::string& base, int begin) {
    return exchange(begin, "GET", base + job_path("j", "/_stats"), 404, kMissing) +
           exchange(begin + 1, "POST", base + job_path("j", "/_close"), 404, kMissing);
  };
  const Known known = known_of(
      folder.write("behind.jsonl", life("/team/a", 1) + exchange(3, "GET", "/health", 200, "{}")), std::nullopt);
  ASSERT_THAT(known.events, SizeIs(4));
  EXPECT_EQ(std::get<CloseJob>(known.events[2].request->operation).job, "j");
  EXPECT_THAT(known.notes, ElementsAre(HasSubstr("base path of the service, for it stands before all of its paths: "
                                                 "/team/a")));
  EXPECT_EQ(known.requests, 2U);

  // Where some stand elsewhere, nobody knows which are the service's.
  const Known mixed = known_of(folder.write("mixed.jsonl", life("/team/a", 1) + life("", 3)), std::nullopt);
  EXPECT_THAT(mixed.events, SizeIs(8));
  EXPECT_TRUE(std::holds_alternative<RawRequest>(mixed.events[0].request->operation));
  EXPECT_TRUE(std::holds_alternative<JobStats>(mixed.events[4].request->operation));
  EXPECT_THAT(mixed.notes, testing::IsEmpty());
}

// A job that nobody was seen to create may have been in any state: `close` and 200 accuses nobody.
TEST(Recordings, LeaveOutJobsThatAreOlder) {
  const TestFolder folder;
  const std::string text = exchange(1, "POST", job_path("old", "/_close"), 200, R"({"closed": true})") +
                           exchange(2, "PUT", job_path("new"), 200, R"({"job_id": "new"})") +
                           exchange(3, "GET", job_path("absent"), 404, kMissing) +
                           exchange(4, "POST", job_path("absent", "/_close"), 200, R"({"closed": true})");
  const Known known = known_of(folder.write("mixed.jsonl", text), std::nullopt);

  EXPECT_THAT(known.events, SizeIs(6));
  EXPECT_EQ(known.requests, 3U);
  EXPECT_THAT(known.notes, ElementsAre(HasSubstr("how it was before: old")));
}

// close-many: what is told of several jobs is true of the new ones as well.
TEST(Recordings, KeepWhatIsNewThoughARequestForSeveralJobsMeetsOlderOnes) {
  const TestFolder folder;
  const std::string text = exchange(1, "POST", job_path("old", "/_open"), 200, R"({"opened": true})") +
                           exchange(2, "PUT", job_path("new"), 200, R"({"job_id": "new"})") +
                           exchange(3, "POST", job_path("_all", "/_close"), 200, R"({"closed": true})") +
                           exchange(4, "GET", "/_xpack/ml/datafeeds/_stats", 200, R"({"count": 0, "datafeeds": []})");
  const Known known = known_of(folder.write("all.jsonl", text), Profile::xpack_6_3);

  EXPECT_THAT(known.events, SizeIs(6));
  EXPECT_EQ(known.requests, 3U);
  EXPECT_THAT(known.notes, ElementsAre(HasSubstr("how it was before: old")));
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
  const Known later = known_of(folder.write("groups.jsonl", text), Profile::xpack_6_3);
  EXPECT_THAT(later.events, SizeIs(8));
  EXPECT_THAT(later.notes, ElementsAre(HasSubstr("how it was before: old")));

  const Known before = known_of(folder.path("groups.jsonl"), Profile::xpack_5_4);
  EXPECT_THAT(before.notes, ElementsAre(HasSubstr("how it was before: old"))) << "there was no group before 6.1";
}

// Whatever was asked first was there first, whichever answer came first.
TEST(Recordings, TellTheAgeOfAJobByTheOrderOfTheRequests) {
  const TestFolder folder;
  const auto overlapping = [&](const std::string& first, const std::string& second) {
    const auto invoke = [](int process, const std::string& asked) {
      return fmt::format(R"({{"process": {0}, "type": "invoke", "time": {0}, "request": {1}}})"
                         "\n",
                         process, asked);
    };
    const std::string close = R"({"method": "POST", "path": ")" + job_path("j", "/_close") + R"("})";
    const std::string read = R"({"method": "GET", "path": ")" + job_path("j", "/_stats") + R"("})";
    const std::string text = invoke(0, first == "close" ? close : read) + invoke(1, second == "close" ? close : read) +
                             R"({"process": 1, "type": "ok", "time": 2, "response": )" + answer_of(second) + "}\n" +
                             R"({"process": 0, "type": "ok", "time": 3, "response": )" + answer_of(first) + "}\n";
    return known_of(folder.write("overlap.jsonl", text), std::nullopt).requests;
  };
  EXPECT_EQ(overlapping("read", "close"), 2U) << "it was not there when the recording began";
  EXPECT_EQ(overlapping("close", "read"), 0U) << "it was closed first";
}

TEST(Recordings, ThatCanBeReadOnlyOnceAreKept) {
  const TestFolder folder;
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << exchange(1, "GET", job_path("j", "/_stats"), 404, kMissing); });
  const Recording recording = found_in({pipe}, std::nullopt).front();
  writer.join();
  EXPECT_EQ(survey(recording).requests, 1U);
  EXPECT_THAT(whole(recording).events, SizeIs(2));
}

TEST(Recordings, AreShownFromShortlyBeforeWhatIsWrong) {
  const TestFolder folder;
  const std::string config = R"({"analysis_config": {"detectors": [{"function": "count"}]}, "data_description": {}})";
  std::string text = std::regex_replace(exchange(1, "PUT", job_path("j"), 200, R"({"job_id": "j"})"),
                                        std::regex("null}"), config + "}");
  for (int i = 0; i < 600; ++i)
    text += exchange(2, "POST", job_path("j", "/_open"), 200, R"({"opened": true})") +
            exchange(3, "POST", job_path("j", "/_close"), 200, R"({"closed": true})");
  text = std::regex_replace(text, std::regex("\"time\": [0-9]+"), "\"time\": 1");
  text += exchange(1, "POST", job_path("j", "/_data"), 202, R"({"processed_record_count": 1})");
  const Finished judged =
      run_closecheck({"judge", folder.write("long.jsonl", text), "--json", folder.path("judged.json")});

  EXPECT_EQ(judged.code, 1);
  EXPECT_THAT(judged.out, HasSubstr("history, behind 702 requests:"));
  EXPECT_THAT(judged.out, HasSubstr("703. close job j"));
  EXPECT_THAT(judged.out, testing::ContainsRegex("\n  > +0.001 s  1202. post"));
  EXPECT_THAT(folder.read("judged.json"), HasSubstr(R"("requests": 1202)"));
}

TEST(Recordings, OfSeveralFilesStayByThemselvesInTheOrderGiven) {
  const TestFolder folder;
  const std::string close = exchange(1, "POST", job_path("j", "/_close"), 200, R"({"closed": true})");
  const std::string second = folder.write("b.jsonl", close);
  const auto both = found_in({folder.write("a.jsonl", close + close), second}, std::nullopt);
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_THAT(whole(both[0]).events, SizeIs(4));
  EXPECT_EQ(both[1].title, second);
}

TEST(Recordings, TellSecurityFromWhoAskedAndWhoWasRefused) {
  const TestFolder folder;
  const auto secured = [&](const std::string& text) {
    return survey(found_in({folder.write("r.jsonl", text)}, Profile::xpack_6_3).front()).secured;
  };
  const std::string path = job_path("j", "/_close");
  EXPECT_FALSE(secured(exchange(1, "POST", path, 200, R"({"closed": true})")));
  EXPECT_FALSE(secured(exchange(1, "POST", path, 200, R"({"closed": true})", "null")));
  EXPECT_TRUE(secured(exchange(1, "POST", path, 200, R"({"closed": true})", "\"none\"")));
  EXPECT_TRUE(secured(exchange(1, "POST", path, 401, kMissing, "null")));
}

}  // namespace
}  // namespace closecheck::cli
