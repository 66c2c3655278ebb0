#include "progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kWide = 200;

TEST(ProgressText, SaysHowFarWhatWasFoundTheTimeThatIsLeftAndTheClauseAtHand) {
  const properties::Progress progress{"closed-job/post", 12, 230, 2, Clause::closed_job_refuses_data};
  EXPECT_EQ(progress_text(progress, TimeLeft{170 * kSecond, true}, kWide),
            "12 of 230, 2 findings so far, at most 3 min left: closed-job-refuses-data");
  EXPECT_EQ(progress_text({"a.yml", 1, 3, 1, {}}, TimeLeft{1'500 * kMillisecond, false}, kWide),
            "1 of 3, 1 finding so far, about 2 s left: a.yml");
  EXPECT_EQ(progress_text({"calibration", 0, 0, 0, {}}, std::nullopt, kWide), "calibration");
}

TEST(ProgressText, BoundsWhatIsLeftFromAbove) {
  const auto left = [](Duration span) { return progress_text({"x", 0, 0, 0, {}}, TimeLeft{span, true}, kWide); };
  EXPECT_EQ(left(119 * kSecond + 1), "at most 120 s left: x");
  EXPECT_EQ(left(2 * kMinute + 1), "at most 3 min left: x");
  EXPECT_EQ(left(0), "at most 0 s left: x");
  EXPECT_EQ(left(-kSecond), "at most 0 s left: x");
}

TEST(ProgressText, IsNoWiderThanItMayBe) {
  const properties::Progress progress{"", 12, 230, 2, Clause::closed_job_refuses_data};
  EXPECT_EQ(progress_text(progress, TimeLeft{kMinute, true}, 54),
            "12 of 230, 2 findings so far, at most 60 s left: close");
  for (std::size_t columns = 0; columns < 60; ++columns)
    EXPECT_EQ(progress_text(progress, TimeLeft{kMinute, true}, columns).size(), columns);
  // A character is not cut in two, and takes two columns where it may.
  EXPECT_EQ(progress_text({"\u65e5\u672c\u8a9e", 0, 0, 0, {}}, std::nullopt, 5), "\u65e5\u672c");
  EXPECT_EQ(progress_text({"a\nb\x1b[2J", 0, 0, 0, {}}, std::nullopt, kWide).find('\n'), std::string::npos);
}

/// What a terminal of so many columns is told by a run, its two outputs in one.
std::string terminal_told(int columns, const std::string& more, int* code) {
  const TestFolder folder;
  const std::string command = "script -qec \"stty cols " + std::to_string(columns) +
                              "; TERM=xterm XDG_STATE_HOME=" + folder.path("state") + " " + CLOSECHECK_PROGRAM +
                              " run --effort quick --seed 7 --color never " + more + "\" /dev/null </dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string out;
  std::array<char, 4096> part{};
  for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;) out.append(part.data(), size);
  *code = WEXITSTATUS(::pclose(pipe));
  return out;
}

/// The line as a terminal shows it in the end.
std::string left_of(const std::string& line) {
  const std::size_t at = line.rfind("\r\x1b[K");
  return at == std::string::npos ? line : line.substr(at + 4);
}

TEST(ProgressOnATerminal, StaysOnOneLineAndLeavesNothingBehind) {
  if (std::system("command -v script >/dev/null") != 0) GTEST_SKIP() << "script is not there";
  constexpr std::size_t kColumns = 60;
  int code = -1;
  const std::string told = terminal_told(kColumns, "--deviation accepts-data-after-close", &code);
  EXPECT_EQ(code, 1);
  ASSERT_THAT(told, AllOf(HasSubstr("\r\x1b[K"), HasSubstr(" of ")));
  const std::string first = told.substr(0, told.find('\n'));
  for (std::size_t at = first.find("\r\x1b[K"); at != std::string::npos;) {
    const std::size_t next = first.find("\r\x1b[K", at + 1);
    EXPECT_LT(first.substr(at + 4, next == std::string::npos ? next : next - at - 4).size(), kColumns);
    at = next;
  }
  EXPECT_THAT(left_of(first), testing::StartsWith("seed ")) << "nothing of the progress is left";
  EXPECT_THAT(terminal_told(kColumns, "--quiet", &code), Not(HasSubstr("\x1b[K")));
}

TEST(ProgressOnATerminal, GivesWayToDiagnostics) {
  if (std::system("command -v script >/dev/null") != 0) GTEST_SKIP() << "script is not there";
  int code = -1;
  EXPECT_THAT(terminal_told(60, "--effort huge", &code), HasSubstr("\r\x1b[Kclosecheck: "));
  EXPECT_EQ(code, 3);
}

TEST(ProgressOnATerminal, IsNotToldToAPipe) {
  const TestFolder folder;
  const Finished finished =
      run_closecheck({"run", "--effort", "quick", "job-reopens"}, {{"XDG_STATE_HOME", folder.path("state")}});
  EXPECT_THAT(finished.out + finished.err, AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace closecheck::cli
