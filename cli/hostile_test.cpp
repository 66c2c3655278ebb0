// Servers that answer with anything, alone and amid good answers: the program ends in time, in bounded memory, and
// accuses nobody. `CLOSECHECK_HOSTILE_STEP=1` takes every answer of the table, not one in some.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "bench_for_test.h"
#include "closecheck/vocabulary/sanitizer_for_test.h"
#include "endpoint/hostile_server_for_test.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using sut::hostile_answers;
using sut::HostileAnswer;
using sut::HostileServer;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// Much of what a sanitized program takes, of memory and of time, is the sanitizer's.
constexpr std::size_t kMemoryMax = kSanitized ? std::size_t{8} << 30 : std::size_t{200} << 20;
constexpr double kSlackSeconds = kSanitized ? 60 : 2;

/// Beyond the budget; more where the machine may be busy with other tests.
double slack_seconds() {
  return std::getenv("CLOSECHECK_HOSTILE_STEP") == nullptr ? std::max(10.0, kSlackSeconds) : kSlackSeconds;
}

int step_of_table(int usual) {
  const char* const wanted = std::getenv("CLOSECHECK_HOSTILE_STEP");
  return wanted == nullptr ? usual : std::atoi(wanted);
}

std::vector<const HostileAnswer*> broken_answers() {
  std::vector<const HostileAnswer*> broken;
  for (const HostileAnswer& answer : hostile_answers())
    if (!answer.words.empty()) broken.push_back(&answer);
  return broken;
}

int port_of(const std::string& url) {
  return std::stoi(url.substr(url.rfind(':') + 1));
}

/// Runs the gate with a budget of so many seconds, which must do.
Finished run_within(const Bench& bench, int seconds) {
  const auto begin = std::chrono::steady_clock::now();
  Finished finished = bench.run(
      {"--profile", "xpack-6.3", "--seed", "7", "--effort", "quick", "--budget", std::to_string(seconds) + "s"});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_LE(took.count(), seconds + slack_seconds()) << finished.err;
  EXPECT_LE(finished.memory_bytes, kMemoryMax);
  if (std::getenv("CLOSECHECK_HOSTILE_STEP") != nullptr)
    std::printf("%.1f s, %zu MiB, exit code %d\n", took.count(), finished.memory_bytes >> 20, finished.code);
  return finished;
}

TEST(Hostile, ServerEndsTheRunInTimeInconclusiveWhateverItAnswers) {
  const TestFolder folder;
  Bench bench(folder, {"--profile", "xpack-6.3"});
  const int step = step_of_table(9);
  for (std::size_t i = 0; i < hostile_answers().size(); i += static_cast<std::size_t>(step)) {
    const HostileAnswer& answer = hostile_answers()[i];
    SCOPED_TRACE(answer.name);
    const HostileServer server([&](int) { return &answer; });
    bench.stand_behind(server.url());
    EXPECT_EQ(run_within(bench, 3).code, 2);
    EXPECT_THAT(bench.report()["violations"], IsEmpty());
  }
}

TEST(Hostile, AnswersAmidGoodOnesAccuseNobody) {
  const TestFolder folder;
  Bench bench(folder, {"--profile", "xpack-6.3"});
  const std::vector<const HostileAnswer*> broken = broken_answers();
  // The preflight and the calibration are over then.
  const HostileServer server(
      [&](int number) {
        return number < 60 || number % 10 != 0 ? nullptr
                                               : broken[static_cast<std::size_t>(number / 10) % broken.size()];
      },
      port_of(bench.url()));
  bench.stand_behind(server.url());
  const Finished finished = run_within(bench, 25);
  EXPECT_THAT(bench.report()["violations"], IsEmpty()) << finished.out << finished.err;
  EXPECT_GT(server.requests(), 100);
}

// Whole answers, if not to what was asked: what is made of them is bounded as well, whichever connection they come by.
TEST(Hostile, LongAnswersAmidGoodOnesTakeNoMoreMemory) {
  const TestFolder folder;
  Bench bench(folder, {"--profile", "xpack-6.3"});
  const std::vector<std::pair<const char*, int>> answers{
      {"WideEnough", 3}, {"FifteenMegabytes", 3}, {"FifteenMegabytes", 11}};
  for (const auto& [name, every] : answers) {
    SCOPED_TRACE(fmt::format("{}, one in {}", name, every));
    const HostileServer server(
        [name = name, every = every](int number) {
          return number < 60 || number % every != 0 ? nullptr : &sut::hostile_answer(name);
        },
        port_of(bench.url()));
    bench.stand_behind(server.url());
    run_within(bench, 15);
  }
}

// From the first request on, and once the target has said what it is.
TEST(Hostile, SilenceEndsAReplayWithinItsBudget) {
  const TestFolder folder;
  Bench bench(folder, {"--profile", "xpack-6.3"});
  for (const int answered : {0, 40}) {
    SCOPED_TRACE(answered);
    const HostileServer server(
        [&](int number) { return number < answered ? nullptr : &sut::hostile_answer("Silence"); },
        port_of(bench.url()));
    bench.stand_behind(server.url());
    const auto begin = std::chrono::steady_clock::now();
    Process process({"replay", "library", "--config", folder.path("closecheck.yml"), "--profile", "xpack-6.3",
                     "--budget", "4s", "--quiet"},
                    bench.variables());
    const Finished finished = process.wait(60);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_LE(took.count(), 4 + slack_seconds());
    EXPECT_EQ(finished.code, 2) << finished.out << finished.err;
    EXPECT_THAT(finished.out,
                AllOf(HasSubstr(" 0 still failing"), HasSubstr("the time of the replay (--budget) was up")));
    if (std::getenv("CLOSECHECK_HOSTILE_STEP") != nullptr)
      std::printf("%.1f s, %d requests\n", took.count(), server.requests());
  }
}

TEST(Hostile, HeadsBeforeGoodAnswersChangeNothing) {
  const TestFolder folder;
  Bench bench(folder, {"--profile", "xpack-6.3"});
  const HostileServer server([](int) { return nullptr; }, port_of(bench.url()),
                             "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\nLink: </a>\n\n");
  bench.stand_behind(server.url());
  const Finished finished = run_within(bench, 60);
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
}

}  // namespace
}  // namespace closecheck::cli
