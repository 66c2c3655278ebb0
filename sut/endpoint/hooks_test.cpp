#include "endpoint/hooks.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "closecheck/sut/system.h"

namespace closecheck::sut {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string failure_of(const std::string& command, const Redactor& redact = {}, Duration patience = kHookPatience) {
  try {
    run_hook(command, redact, patience);
    return "";
  } catch (const FaultFailed& failure) {
    return failure.why;
  }
}

class Hooks : public testing::Test {
 protected:
  ~Hooks() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string content(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

 private:
  static std::filesystem::path make_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "closecheck-hooks-XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }
  std::filesystem::path folder_ = make_folder();
};

TEST_F(Hooks, FillInTheJobAndTheDuration) {
  EXPECT_EQ(fill_in_hook("curl \"x/{job_id}?h={duration}\" {job_id}", "closecheck-a", 3 * kSecond),
            "curl \"x/closecheck-a?h=3s\" closecheck-a");
}

TEST_F(Hooks, RefuseAJobIdThatAShellWouldRead) {
  for (const char* job : {"a; rm -rf b", "$(id)", "a b", "`id`", "a/../b", "", "-o", "a'b", "a\nb"})
    EXPECT_THROW(fill_in_hook("echo {job_id}", job, 0), FaultFailed) << job;
}

TEST_F(Hooks, RunAShellCommandToItsEnd) {
  EXPECT_EQ(failure_of("printf '%s' done | tr d D > " + path("out")), "");

  EXPECT_EQ(content("out"), "Done");
}

TEST_F(Hooks, TellHowACommandFailedAndWhatItSaid) {
  const std::string why = failure_of("echo ignored; echo 'no such job' >&2; exit 22");

  EXPECT_THAT(why, HasSubstr("exited with 22"));
  EXPECT_THAT(why, HasSubstr("no such job"));
  EXPECT_THAT(why, Not(HasSubstr("ignored")));
  EXPECT_THAT(failure_of("kill -9 $$"), HasSubstr("signal 9"));
  EXPECT_THAT(failure_of("no-such-command-of-closecheck"), HasSubstr("127"));
}

TEST_F(Hooks, NeverTellAPassword) {
  Redactor redact;
  redact.add("secret");
  redact.add("secret-long");
  redact.add("");
  const std::string why = failure_of("echo 'refused secret and secret-long' >&2; exit 1", redact);

  EXPECT_THAT(why, HasSubstr("refused *** and ***"));
  EXPECT_THAT(why, Not(HasSubstr("secret")));
  EXPECT_THAT(why, Not(HasSubstr("long")));
  EXPECT_THAT(failure_of("head -c 1995 /dev/zero | tr '\\0' x >&2; echo secret-long >&2; exit 1", redact),
              Not(HasSubstr("secre")))
      << "where the text is cut";
  EXPECT_THAT(failure_of("echo '> authorization: Basic eDp5' >&2; exit 1"), HasSubstr("authorization: ***"));
}

TEST_F(Hooks, PutWhatACommandSaidOnOneLine) {
  EXPECT_EQ(failure_of("printf 'a\\nconforms: \\033[2Jb' >&2; exit 1"), "the hook exited with 1: a conforms: ?[2Jb");
}

TEST_F(Hooks, KillTheWholeGroupOfACommandThatDoesNotEnd) {
  // Whatever the command starts holds the pipe open, so that its end can be awaited.
  ASSERT_EQ(::mkfifo(path("alive").c_str(), 0600), 0);
  const int alive = ::open(path("alive").c_str(), O_RDONLY | O_NONBLOCK);
  const auto begin = std::chrono::steady_clock::now();
  const std::string why =
      failure_of("exec 9> " + path("alive") + "; sleep 300 & echo hanging >&2; wait", {}, 300 * kMillisecond);

  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_THAT(why, HasSubstr("not done within 300ms"));
  EXPECT_THAT(why, HasSubstr("hanging"));
  pollfd poll{alive, POLLIN, 0};
  EXPECT_EQ(::poll(&poll, 1, 10'000), 1) << "something of the hook is still alive";
  EXPECT_NE(poll.revents & POLLHUP, 0);
  ::close(alive);
}

TEST_F(Hooks, DoNotWaitForWhatACommandLeavesRunning) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(failure_of("sleep 20 & echo $! > " + path("pid")), "");

  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  ::kill(std::stoi(content("pid")), 9);
}

TEST_F(Hooks, KeepACommandThatSaysMuchFromHanging) {
  const std::string why = failure_of("yes x | head -c 1000000 >&2; exit 3");

  EXPECT_THAT(why, HasSubstr("exited with 3"));
  EXPECT_LT(why.size(), 3000U);
}

TEST_F(Hooks, HideOurOpenFilesFromTheCommand) {
  const int mine = ::dup(0);
  EXPECT_EQ(failure_of("test ! -e /proc/self/fd/" + std::to_string(mine)), "");
  ::close(mine);
}

}  // namespace
}  // namespace closecheck::sut
