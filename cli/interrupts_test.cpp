#include "interrupts.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "process_test.h"

namespace closecheck::cli {
namespace {

TEST(Interrupts, AskForACleanEndAtTheFirstSignal) {
  const Interrupts interrupts;
  EXPECT_FALSE(interrupts.cancelled());
  ::raise(SIGTERM);
  EXPECT_TRUE(interrupts.cancelled());
}

TEST(Interrupts, BeginAnewEachTime) {
  {
    const Interrupts interrupts;
    ::raise(SIGINT);
  }
  const Interrupts interrupts;
  EXPECT_FALSE(interrupts.cancelled());
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
        ::raise(SIGINT);
        ::raise(SIGINT);
        ::pause();
      },
      testing::ExitedWithCode(2), "job closecheck-1-b");
}

}  // namespace
}  // namespace closecheck::cli
