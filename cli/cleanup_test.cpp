// What interrupted runs leave is named, and removed by `closecheck cleanup`: runs are killed at random moments.
// `CLOSECHECK_KILLED_RUNS` says how many (5 by default).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string_view>
#include <thread>

#include "bench_for_test.h"
#include "closecheck/vocabulary/sanitizer_for_test.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Cleanup : public testing::Test {
 protected:
  Finished cleanup(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "cleanup");
    arguments.insert(arguments.end(), {"--config", folder_.path("closecheck.yml")});
    return run_closecheck(arguments, bench_.variables());
  }

  /// A run that is killed so long after its journal names something.
  void kill_a_run(std::chrono::milliseconds after, const std::string& clauses = "*") const {
    Process process(
        {"run", clauses, "--profile", "xpack-6.3", "--effort", "thorough", "--config", folder_.path("closecheck.yml")},
        bench_.variables());
    ASSERT_TRUE(folder_.wait_for_journal());
    // The moment is what chance makes it: there is no event to wait for.
    std::this_thread::sleep_for(after);
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait(60).code, 128 + SIGKILL);
  }

  /// The same, at a moment at which it leaves something. Its id.
  std::string kill_a_run_that_leaves_something() const {
    constexpr int kTries = 20;
    for (int i = 0; i < kTries && everything().empty(); ++i) kill_a_run(std::chrono::milliseconds(500 + 100 * i));
    const std::vector<std::string> left = everything();
    constexpr std::string_view kPrefix = "closecheck-";
    return left.empty() ? "" : left[0].substr(kPrefix.size(), 8);
  }

  /// Names of everything that the server has.
  std::vector<std::string> everything() const {
    httplib::Client client(bench_.url());
    client.set_basic_auth("elastic", "setup secret");
    std::vector<std::string> names;
    const auto read = [&](const std::string& path) {
      const auto answer = client.Get(path);
      EXPECT_TRUE(answer && answer->status == 200) << path;
      return answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json::object();
    };
    const nlohmann::json jobs = read("/_xpack/ml/anomaly_detectors");
    for (const auto& job : jobs.at("jobs")) names.push_back(job.at("job_id"));
    const nlohmann::json feeds = read("/_xpack/ml/datafeeds");
    for (const auto& feed : feeds.at("datafeeds")) names.push_back(feed.at("datafeed_id"));
    const nlohmann::json indices = read("/closecheck-*");
    for (const auto& [index, _] : indices.items()) names.push_back(index);
    return names;
  }

  std::vector<std::string> journals() const {
    std::vector<std::string> found;
    for (const std::string& entry : folder_.names())
      if (entry.find("journal-") != std::string::npos) found.push_back(entry);
    return found;
  }

  std::string run_id() const {
    const std::vector<std::string> all = journals();
    return all.empty() ? "" : all[0].substr(all[0].find("journal-") + 8, 8);
  }

  const TestFolder folder_;
  const Bench bench_{folder_, {"--profile", "xpack-6.3"}};
};

TEST_F(Cleanup, LeavesNothingOfARunThatWasKilled) {
  const char* wanted = std::getenv("CLOSECHECK_KILLED_RUNS");
  const int runs = wanted == nullptr ? 5 : std::atoi(wanted);
  std::mt19937_64 random(static_cast<std::uint64_t>(runs));
  std::size_t left = 0;
  for (int run = 0; run < runs && !HasFatalFailure(); ++run) {
    SCOPED_TRACE("run " + std::to_string(run));
    // Datafeeds and their indices come late where everything is told.
    kill_a_run(std::chrono::milliseconds(random() % 4'000), run % 2 == 0 ? "*datafeed*" : "*");
    left += everything().size();
    const Finished finished = cleanup({});
    ASSERT_EQ(finished.code, 0) << finished.out << finished.err;
    ASSERT_THAT(everything(), IsEmpty()) << finished.out << finished.err;
    ASSERT_THAT(journals(), IsEmpty());
  }
  EXPECT_GT(left, 0U);
  std::printf("%d runs killed, which left %zu things\n", runs, left);
}

TEST_F(Cleanup, FindsByNameWhatNoJournalTellsOf) {
  const std::string id = kill_a_run_that_leaves_something();
  for (const std::string& journal : journals()) std::filesystem::remove(folder_.path(journal));
  const std::size_t count = everything().size();

  EXPECT_THAT(cleanup({}).out, HasSubstr(": 0 removed, 0 left"));
  const Finished listed = cleanup({"--all-runs", "--dry-run"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr("run " + id + " on " + bench_.url() + ":\n"));
  EXPECT_THAT(everything(), SizeIs(count)) << "a dry run removes nothing";

  const Finished other = cleanup({"--run", "zzzzzzzz"});
  EXPECT_EQ(other.code, 0) << other.err;
  EXPECT_THAT(everything(), SizeIs(count));
  const Finished finished = cleanup({"--run", id});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  EXPECT_THAT(everything(), IsEmpty());
}

TEST_F(Cleanup, IsNamedByTheNextRunThatNeedsIt) {
  kill_a_run_that_leaves_something();
  const Finished next = bench_.run({"unknown-job-refused", "--profile", "xpack-6.3", "--effort", "quick"});
  EXPECT_THAT(next.err, AllOf(HasSubstr("left behind: "), HasSubstr("closecheck cleanup --target " + bench_.url())));
  EXPECT_THAT(bench_.report()["notes"].dump(), HasSubstr("left behind: "));

  const Finished finished = cleanup({"--all-runs"});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  EXPECT_THAT(everything(), IsEmpty());
}

TEST_F(Cleanup, SparesARunThatGoesOn) {
  Process process({"run", "--profile", "xpack-6.3", "--effort", "thorough", "--config", folder_.path("closecheck.yml")},
                  bench_.variables());
  ASSERT_TRUE(folder_.wait_for_journal());
  const std::string id = run_id();
  const Finished all = cleanup({"--all-runs"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, AllOf(HasSubstr("run " + id + " goes on and is left alone"), HasSubstr(": 0 removed, 0 left")));
  const Finished one = cleanup({"--run", id});
  EXPECT_EQ(one.code, 3);
  EXPECT_THAT(one.err, HasSubstr("goes on"));
  process.signal(SIGINT);
  const Finished finished = process.wait(60);
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, Not(HasSubstr("not removed")));
  EXPECT_THAT(everything(), IsEmpty());
}

TEST_F(Cleanup, OfATargetOutOfReachIsInconclusive) {
  const Finished finished = run_closecheck({"cleanup", "--target", "http://127.0.0.1:" + std::to_string(free_port()),
                                            "--profile", "xpack-6.3", "--all-runs"},
                                           bench_.variables());
  EXPECT_EQ(finished.code, 2) << finished.out;
  EXPECT_THAT(finished.err, HasSubstr("cannot be reached"));
}

// An interrupt ends within ten seconds whatever the target does.
TEST_F(Cleanup, OfAnInterruptedRunIsBounded) {
  const Bench slow(folder_, {"--profile", "xpack-6.3", "--housekeeping", "1m"});
  Process process({"run", "--profile", "xpack-6.3", "--effort", "thorough", "--config", folder_.path("closecheck.yml"),
                   "--json", folder_.path("report.json")},
                  slow.variables());
  ASSERT_TRUE(folder_.wait_for_journal());
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const auto begin = std::chrono::steady_clock::now();
  process.signal(SIGINT);
  const Finished finished = process.wait(60);
  EXPECT_EQ(finished.code, 2);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(kSanitized ? 50 : 10)) << finished.err;
  for (const std::string& entry : folder_.names()) EXPECT_THAT(entry, Not(HasSubstr(".tmp")));
}

}  // namespace
}  // namespace closecheck::cli
