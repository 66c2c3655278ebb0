// What lies between the gate and a server, and servers that go away: nobody is accused for it, and nothing conforms
// that was not told. `CLOSECHECK_FAULT_RUNS=100` makes the runs over a lossy network so many, each of the whole gate,
// from the seed `CLOSECHECK_FAULT_FIRST` on;
// `CLOSECHECK_FAULT_KEEP=DIR` keeps the history of every run that accuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "bench_for_test.h"
#include "fault_proxy_for_test.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using What = Meddling::What;

/// A server behind a proxy.
class Behind {
 public:
  Behind(Plan plan, std::vector<std::string> arguments = {})
      : bench_(folder_, with_profile(std::move(arguments))), proxy_(bench_.url(), std::move(plan)) {
    bench_.stand_behind(proxy_.url());
  }

  Finished run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--profile", "xpack-6.3", "--effort", "quick"});
    // What a fault keeps from being told would be tried for minutes.
    if (std::ranges::find(arguments, "--budget") == arguments.end())
      arguments.insert(arguments.end(), {"--budget", "60s"});
    return bench_.run(std::move(arguments));
  }
  Finished run_recorded(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--record", folder_.path("run.jsonl")});
    return run(std::move(arguments));
  }

  const Bench& bench() const { return bench_; }
  const TestFolder& folder() const { return folder_; }
  int requests() const { return proxy_.requests(); }

 private:
  static std::vector<std::string> with_profile(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--profile", "xpack-6.3"});
    return arguments;
  }

  TestFolder folder_;
  Bench bench_;
  FaultProxy proxy_;
};

std::string everything_of(const Finished& finished) {
  return finished.out + finished.err;
}

class Swallowing : public testing::TestWithParam<int> {};

TEST_P(Swallowing, EveryAnswerBehindTheNthEndsInconclusiveWithTheFirstCause) {
  const Behind behind(after(GetParam(), {.what = What::never_answer}));
  const Finished finished = behind.run({"--budget", "20s", "--seed", "7"});

  EXPECT_EQ(finished.code, 2) << everything_of(finished);
  EXPECT_THAT(everything_of(finished), AnyOf(HasSubstr("no answer"), HasSubstr("cannot be reached")));
  EXPECT_THAT(behind.bench().report()["violations"], IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(After, Swallowing, testing::Values(0, 1, 5, 40, 200));

struct Sameness {
  const char* name;
  std::string answer;
  const char* cause;  // what the reason has to name
};

std::string envelope(int status, const std::string& type) {
  const std::string cause = R"("type":")" + type + R"(","reason":"not now")";
  return R"({"error":{"root_cause":[{)" + cause + "}]," + cause + R"(},"status":)" + std::to_string(status) + "}";
}

std::vector<Sameness> samenesses() {
  const std::string json = "application/json";
  return {
      {"Unavailable", http_answer(503, json, envelope(503, "cluster_block_exception")), "503"},
      {"UnavailableInPlainText", http_answer(503, "text/plain", "no healthy upstream"), "503"},
      {"TooManyRequests", http_answer(429, json, envelope(429, "es_rejected_execution_exception")), "429"},
      {"NothingAtAll", http_answer(200, json, ""), "200"},
      {"APage", http_answer(200, "text/html", "<html><body>Please sign in</body></html>"), "200"},
      {"ARedirect", http_answer(302, "text/html", "", "Location: https://login.example.org/"), "302"},
      {"AGatewaysError", http_answer(502, "text/html", "<html>Bad Gateway</html>"), "502"},
  };
}

class SameToEverything : public testing::TestWithParam<Sameness> {};

TEST_P(SameToEverything, IsNeverConformanceAndTheReasonNamesTheAnswer) {
  const Behind behind(always({.what = What::answer_instead, .answer = GetParam().answer}));
  const Finished finished = behind.run({"--budget", "20s", "--seed", "7"});

  EXPECT_THAT(finished.code, AnyOf(2, 3)) << everything_of(finished);
  EXPECT_THAT(everything_of(finished), HasSubstr(GetParam().cause));
}

// The server is what it was while the target is looked at.
TEST_P(SameToEverything, FromTheMiddleOfARunOnIsInconclusiveAndTheReasonNamesTheAnswer) {
  const Behind behind(after(60, {.what = What::answer_instead, .answer = GetParam().answer}));
  const Finished finished = behind.run({"--budget", "20s", "--seed", "7"});

  EXPECT_EQ(finished.code, 2) << everything_of(finished);
  EXPECT_THAT(finished.out, HasSubstr(GetParam().cause));
  EXPECT_THAT(behind.bench().report()["violations"], IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Answer, SameToEverything, testing::ValuesIn(samenesses()),
                         [](const auto& sameness) { return std::string(sameness.param.name); });

// Without a profile: what is another API is a mistake of whoever names the target, and what is busy is not.
TEST(Recognition, TellsAPageFromATargetThatIsBusy) {
  const TestFolder folder;
  const Bench bench(folder, {"--profile", "xpack-6.3"});
  const auto finished_behind = [&](const std::string& answer) {
    const FaultProxy proxy(bench.url(), always({.what = What::answer_instead, .answer = answer}));
    return run_closecheck({"run", "--target", proxy.url()});
  };
  const Finished page = finished_behind(http_answer(200, "text/html", "<html><body>Please sign in</body></html>"));
  EXPECT_EQ(page.code, 3) << page.err;
  EXPECT_THAT(page.err, AllOf(HasSubstr("xpack-5.4, xpack-6.3, es-7"), HasSubstr("200")));
  const Finished busy = finished_behind(http_answer(503, "text/plain", "no healthy upstream"));
  EXPECT_EQ(busy.code, 2) << busy.err;
  EXPECT_THAT(busy.err, HasSubstr("503"));
}

TEST(Dying, IsInconclusiveAndTheReasonNamesTheFirstRequestWithoutAnAnswer) {
  const Behind behind(after(80, {.what = What::die}));
  const Finished finished = behind.run({"--budget", "20s", "--seed", "7"});

  EXPECT_EQ(finished.code, 2) << everything_of(finished);
  EXPECT_THAT(finished.out, HasSubstr("inconclusive: "));
  EXPECT_THAT(finished.out, AnyOf(HasSubstr("no answer"), HasSubstr("no connection"), HasSubstr("ended")));
  EXPECT_THAT(behind.bench().report()["violations"], IsEmpty());
}

// A conforming server on which less can be told.
TEST(Lacking, HooksConformsAndSaysWhatCannotBeTold) {
  const Served served({"--profile", "xpack-6.3"});
  const Finished finished =
      run_closecheck({"run", "--target", served.url(), "--profile", "xpack-6.3", "--effort", "quick", "--seed", "7"});

  EXPECT_EQ(finished.code, 0) << everything_of(finished);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("\nconforms: "), HasSubstr("cannot"), HasSubstr("no hooks")));
}

TEST(Lacking, SecurityConformsAndSaysWhatCannotBeTold) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-6.3", "--test-hooks"});
  const std::string hook = "curl -fsS -X POST \"" + served.url() + "/_test/jobs/{job_id}/";
  folder.write("closecheck.yml", "hooks:\n  fail_job: " + hook + "_fail\"\n  hang_close: " + hook +
                                     "_hang\"\n  slow_close: " + hook + "_slow?housekeeping={duration}\"\n");
  const Finished finished = run_closecheck({"run", "--target", served.url(), "--config", folder.path("closecheck.yml"),
                                            "--profile", "xpack-6.3", "--effort", "quick", "--seed", "7"});

  EXPECT_EQ(finished.code, 0) << everything_of(finished);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("\nconforms: "), HasSubstr("cannot"), Not(HasSubstr("no hooks"))));
}

bool is_of_job_api(const std::string& target) {
  return target == "/" || target.rfind("/_xpack/security", 0) == 0 ||
         (target.rfind("/_xpack/ml/anomaly_detectors", 0) == 0 && target.find("/_forecast") == std::string::npos);
}

TEST(Lacking, DatafeedsDocumentsAndForecastsConformsAndSaysWhatCannotBeTold) {
  const std::vector<std::string> answers{
      http_answer(404, "application/json", R"({"detail":"Not Found"})"),
      http_answer(405, "application/json", R"({"error":"no handler found for uri and method","status":405})"),
      http_answer(400, "text/plain", "nothing here answers that")};
  for (const std::string& nothing : answers) {
    const Behind behind([&nothing](const Passing& passing) {
      return is_of_job_api(passing.target) ? Meddling{} : Meddling{.what = What::answer_instead, .answer = nothing};
    });
    const Finished finished = behind.run({"--seed", "7"});

    EXPECT_EQ(finished.code, 0) << nothing << everything_of(finished);
    EXPECT_THAT(finished.out, AllOf(HasSubstr("\nconforms: "), HasSubstr("cannot"), HasSubstr("datafeed")));
  }
}

// close-requires-privilege, anonymous-refused: principals are configured, and it does not matter who asks.
TEST(LettingEverybodyIn, IsNotConformance) {
  const Behind behind(always({.authorization = "Basic bWxfYWRtaW46bWwgc2VjcmV0"}));
  const Finished finished = behind.run({"--seed", "7"});

  EXPECT_THAT(finished.code, AnyOf(1, 2)) << everything_of(finished);
  EXPECT_THAT(finished.out, Not(HasSubstr("\nconforms: ")));
}

// manage-ml-may-close: the credentials are refused for a while, and then they are not.
TEST(ForgettingTheCallersForAWhile, AccusesNobody) {
  const std::string refusal = http_answer(401, "application/json", envelope(401, "security_exception"));
  const Behind behind([refusal](const Passing& passing) {
    const bool forgets = passing.number > 100 && passing.number <= 160;
    return forgets ? Meddling{.what = What::answer_instead, .answer = refusal} : Meddling{};
  });
  const Finished finished = behind.run({"--seed", "7"});

  EXPECT_THAT(finished.code, AnyOf(0, 2)) << everything_of(finished);
  EXPECT_THAT(behind.bench().report()["violations"], IsEmpty()) << finished.out;
}

int number_in(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

/// How often the long form of a test is repeated; 0: the short form.
int long_runs() {
  return number_in("CLOSECHECK_FAULT_RUNS", 0);
}
/// The number of the first run, which is its seed.
int first_run() {
  return number_in("CLOSECHECK_FAULT_FIRST", 1);
}

void keep(const Behind& behind, const std::string& name) {
  const char* const folder = std::getenv("CLOSECHECK_FAULT_KEEP");
  if (folder == nullptr) return;
  std::filesystem::create_directories(folder);
  for (const char* file : {"run.jsonl", "report.json"})
    std::filesystem::copy_file(behind.folder().path(file), std::string(folder) + "/" + name + "-" + file,
                               std::filesystem::copy_options::overwrite_existing);
}

/// A network that is well while the target is looked at, for a run that does not begin shows nothing.
Plan lossy(int run, int percent) {
  return lossy_after(30, static_cast<std::uint64_t>(run), percent);
}

class Lossy : public testing::TestWithParam<int> {};

TEST_P(Lossy, NetworkAccusesNobody) {
  const int percent = GetParam();
  const int runs = long_runs();
  for (int run = first_run(); run < first_run() + std::max(runs, 1); ++run) {
    const Behind behind(lossy(run, percent));
    std::vector<std::string> arguments{"--seed", std::to_string(run)};
    if (runs == 0)
      arguments.insert(arguments.begin(), {"job-reopens", "closed-job-refuses-data", "accepted-data-is-kept",
                                           "datafeed-end-closes-job", "close-touches-one-job", "--budget", "15s"});
    const Finished finished = behind.run_recorded(arguments);
    const bool accuses = !behind.bench().report()["violations"].empty();
    EXPECT_FALSE(accuses) << "at " << percent << " %, run " << run << ": " << finished.out;
    EXPECT_THAT(finished.code, AnyOf(0, 2)) << "at " << percent << " %, run " << run << ": " << finished.err;
    if (accuses) keep(behind, std::to_string(percent) + "-" + std::to_string(run));
  }
}

INSTANTIATE_TEST_SUITE_P(Percent, Lossy, testing::Values(5, 20, 50));

struct Broken {
  const char* deviation;
  const char* clause;
};

// One thing wrong in each of ten ways (the short form takes three), behind a network that loses five in a hundred.
TEST(LossyNetwork, DoesNotHideWhatIsBroken) {
  constexpr std::array kBroken{
      Broken{"accepts-data-after-close", "closed-job-refuses-data"},
      Broken{"drops-buffered-records", "close-flushes-buffers"},
      Broken{"closes-prefix-siblings", "close-touches-one-job"},
      Broken{"writes-no-snapshot", "close-persists-snapshot"},
      Broken{"ended-datafeed-leaves-job-open", "datafeed-end-closes-job"},
      Broken{"ignores-timeout", "timeout-bounds-wait"},
      Broken{"monitor-ml-may-close", "close-requires-privilege"},
      Broken{"closes-unknown-job", "unknown-job-refused"},
      Broken{"refused-post-counts", "refused-request-changes-nothing"},
      Broken{"reopen-starts-from-scratch", "reopen-continues-analysis"},
  };
  const std::size_t kinds = long_runs() > 0 ? kBroken.size() : 3;
  const int runs = std::max(long_runs(), 1);
  std::size_t tried = 0;
  std::size_t missed = 0;
  std::string what;
  for (int run = first_run(); run < first_run() + runs; ++run)
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const Broken& broken = kBroken.at(kind);
      const Behind behind(lossy(run, 5), {"--deviation", broken.deviation});
      const Finished finished = behind.run({broken.clause, "--seed", std::to_string(run)});
      ++tried;
      if (finished.code == 1) continue;
      ++missed;
      what += std::string(broken.deviation) + ", run " + std::to_string(run) + ": " + finished.out;
    }
  EXPECT_LE(missed, std::max<std::size_t>(tried / 10, 1)) << what;
}

}  // namespace
}  // namespace closecheck::cli
