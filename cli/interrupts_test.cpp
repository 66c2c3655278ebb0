#include "interrupts.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

/// As from outside: to the process, not to the calling thread.
void interrupt(int number) {
  ::kill(::getpid(), number);
}

/// False if a minute does not bring it.
bool becomes_true(const std::atomic<bool>& flag) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!flag && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return flag;
}

TEST(Interrupts, AskForACleanEndAtTheFirstSignal) {
  const Interrupts interrupts;
  EXPECT_FALSE(interrupts.cancelled());
  interrupt(SIGTERM);
  EXPECT_TRUE(becomes_true(interrupts.cancelled()));
}

TEST(Interrupts, BeginAnewEachTime) {
  {
    const Interrupts interrupts;
    interrupt(SIGINT);
    EXPECT_TRUE(becomes_true(interrupts.cancelled()));
  }
  const Interrupts interrupts;
  EXPECT_FALSE(interrupts.cancelled());
}

TEST(Interrupts, SurviveASignalAtTheirEnd) {
  for (int i = 0; i < 200; ++i) {
    const Interrupts interrupts;
    interrupt(SIGINT);
  }
}

TEST(Interrupts, LeaveTheSignalsToTheProgramAfterwards) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM}) sigaddset(&set, number);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  { const Interrupts interrupts; }
  ::pthread_sigmask(SIG_BLOCK, nullptr, &set);
  for (const int number : {SIGINT, SIGTERM}) EXPECT_EQ(sigismember(&set, number), 0);
}

TEST(InterruptsDeathTest, EndTheProgramAtTheSecondAndListWhatIsLeft) {
  const TestFolder folder;
  const std::string journal = folder.write("journal", R"({"event": "created", "kind": "job", "name": "closecheck-1-a"}
{"event": "created", "kind": "job", "name": "closecheck-1-b"}
{"event": "removed", "kind": "job", "name": "closecheck-1-a"}
{"event": "cre)");
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        Interrupts interrupts;
        interrupts.watch_journal(folder.path("of another target"));
        interrupts.watch_journal(journal);
        interrupt(SIGINT);
        if (!becomes_true(interrupts.cancelled())) ::_exit(1);
        interrupt(SIGINT);
        std::this_thread::sleep_for(std::chrono::minutes(1));
      },
      testing::ExitedWithCode(2), "nothing is left on the target\n.*job closecheck-1-b");
}

}  // namespace
}  // namespace closecheck::cli
