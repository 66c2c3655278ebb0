// `closecheck replay` on a live target: how much of it is used at once, and what becomes of it when it is interrupted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "endpoint/test_server_for_test.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kOpened = R"(  - do:
      xpack.ml.put_job:
        job_id: closecheck-a
        body: {analysis_config: {bucket_span: 60s, detectors: [{function: count}]}, data_description: {time_field: time}}
  - do: {xpack.ml.open_job: {job_id: closecheck-a}}
)";

/// Knows which jobs are open.
class JobCounter {
 public:
  std::string url() const { return server_.url(); }
  std::size_t most() {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  void answer(const httplib::Request& request, httplib::Response& response) {
    const std::string job = request.path.substr(0, request.path.rfind("/_"));
    {
      const std::lock_guard lock(mutex_);
      if (request.path.ends_with("/_open")) open_.insert(job);
      if (request.path.ends_with("/_close") || request.method == "DELETE") open_.erase(job);
      most_ = std::max(most_, open_.size());
    }
    response.set_content(R"({"acknowledged": true, "opened": true, "closed": true, "count": 0, "jobs": []})",
                         "application/json");
  }

  std::mutex mutex_;
  std::set<std::string> open_;
  std::size_t most_ = 0;
  const sut::TestServer server_{
      [this](const httplib::Request& request, httplib::Response& response) { answer(request, response); }};
};

TEST(ReplayLive, OpensFourJobsAtOnceAtMost) {
  const TestFolder folder;
  JobCounter target;
  for (int i = 0; i < 16; ++i)
    folder.write("s/" + std::to_string(i) + ".yml",
                 std::string("closecheck: {oracle: false, profile: ") + (i % 2 == 0 ? "xpack-6.3" : "xpack-5.4") +
                     "}\n---\n\"t\":\n" + kOpened +
                     "  - wait: 100ms\n  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n");
  const Finished finished =
      run_closecheck({"replay", folder.path("s"), "--target", target.url(), "--jobs", "12", "--quiet"});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  EXPECT_EQ(target.most(), 4U);
}

TEST(ReplayLive, LeavesOutWhatTheTargetCannotShow) {
  const Served served({"--profile", "xpack-6.3"});
  const auto replay = [&](const std::string& filter) {
    return run_closecheck(
        {"replay", "library", "--target", served.url(), "--profile", "xpack-6.3", "--filter", filter, "--quiet"});
  };
  const Finished callers = replay("manage-*");
  EXPECT_EQ(callers.code, 2) << "nothing was told";
  EXPECT_THAT(callers.out, EndsWith("0 fixed, 0 still failing, 0 cannot tell, 2 skipped\n"));
  EXPECT_THAT(callers.out, AllOf(HasSubstr("skipped: library/manage-may-close.yml: 2 skipped"),
                                 HasSubstr("\"A caller with manage closes a job\": security is off on the target")));
  EXPECT_THAT(
      replay("close-prunes-model*").out,
      AllOf(HasSubstr("only told in process"), EndsWith("0 fixed, 0 still failing, 0 cannot tell, 1 skipped\n")));
}

class ReplayInterrupted : public testing::Test {
 protected:
  Process start(const std::string& steps, const std::vector<std::string>& serve) {
    std::vector<std::string> arguments{"--profile", "xpack-6.3"};
    arguments.insert(arguments.end(), serve.begin(), serve.end());
    served_ = std::make_unique<Served>(arguments);
    for (const char* name : {"s/1.yml", "s/2.yml"})
      folder_.write(name, "closecheck: {clause: job-reopens}\n---\n\"t\":\n" + std::string(kOpened) + steps);
    return Process({"replay", folder_.path("s"), "--target", served_->url(), "--profile", "xpack-6.3", "--jobs", "1"},
                   {{"XDG_STATE_HOME", folder_.path("state")}});
  }

  const TestFolder folder_;
  std::unique_ptr<Served> served_;
};

TEST_F(ReplayInterrupted, CleansUpAndTellsNothingOfWhatWasNotReplayed) {
  std::string steps;
  for (int i = 0; i < 100; ++i) steps += "  - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}\n  - wait: 100ms\n";
  Process process = start(steps, {});
  ASSERT_TRUE(folder_.wait_for_journal());
  process.signal(SIGINT);
  const Finished finished = process.wait(120);
  EXPECT_EQ(finished.code, 2) << finished.out << finished.err;
  EXPECT_THAT(finished.err, AllOf(HasSubstr("stopping and cleaning up"), Not(HasSubstr("not removed"))));
  EXPECT_THAT(finished.out, AllOf(HasSubstr("1.yml: interrupted\n"), HasSubstr("2.yml: interrupted\n")));
  EXPECT_THAT(finished.out,
              EndsWith("0 fixed, 0 still failing, 2 cannot tell; interrupted: what had not been replayed is "
                       "not told\n"));
  for (const std::string& entry : folder_.names()) EXPECT_THAT(entry, Not(HasSubstr("journal-"))) << finished.err;
}

TEST_F(ReplayInterrupted, ListsWhatIsLeftWhenItIsInterruptedAgain) {
  Process process = start("  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n", {"--housekeeping", "1m"});
  ASSERT_TRUE(folder_.wait_for_journal());
  // Between the two interrupts nothing is cleaned up where nothing is answered.
  served_->pause();
  process.signal(SIGINT);
  process.signal(SIGTERM);
  const Finished finished = process.wait(120);
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("left on the target"));
  EXPECT_THAT(finished.err, HasSubstr("job closecheck-"));
}

}  // namespace
}  // namespace closecheck::cli
