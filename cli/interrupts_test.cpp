#include "interrupts.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "process_test.h"

namespace closecheck::cli {
namespace {

/// As from outside: to the process, not to the calling thread.
void interrupt(int number) {
  ::kill(::getpid(), number);
}

void wait_for(const std::atomic<bool>& flag) {
  while (!flag) std::this_thread::yield();
}

TEST(Interrupts, AskForACleanEndAtTheFirstSignal) {
  const Interrupts interrupts;
  EXPECT_FALSE(interrupts.cancelled());
  interrupt(SIGTERM);
  wait_for(interrupts.cancelled());
}

TEST(Interrupts, BeginAnewEachTime) {
  {
    const Interrupts interrupts;
    interrupt(SIGINT);
    wait_for(interrupts.cancelled());
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
  sigset_t before;
  sigset_t after;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
  { const Interrupts interrupts; }
  ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
  for (const int number : {SIGINT, SIGTERM}) EXPECT_EQ(sigismember(&after, number), sigismember(&before, number));
}

TEST(InterruptsDeathTest, EndTheProgramAtTheSecondAndListWhatIsLeft) {
  const TestFolder folder;
  const std::string journal = folder.write("journal", R"({"event": "created", "kind": "job", "name": "closecheck-1-a"}
{"event": "created", "kind": "job", "name": "closecheck-1-b"}
{"event": "removed", "kind": "job", "name": "closecheck-1-a"}
{"event": "cre)");
  EXPECT_EQ(left_by(journal), "  job closecheck-1-b\n");
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        const Interrupts interrupts(journal);
        interrupt(SIGINT);
        wait_for(interrupts.cancelled());
        interrupt(SIGINT);
        for (;;) ::pause();
      },
      testing::ExitedWithCode(2), "job closecheck-1-b");
}

}  // namespace
}  // namespace closecheck::cli
