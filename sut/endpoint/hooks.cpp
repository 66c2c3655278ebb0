#include "endpoint/hooks.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>

#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/printable.h"

namespace closecheck::sut {
namespace {

constexpr std::size_t kErrorTextMax = 2'000;
constexpr std::size_t kErrorBytesRead = 64UL * 1024;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

bool is_plain_name(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  return !text.empty() && text.front() != '-' && text.find_first_not_of(allowed) == std::string_view::npos;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// What the command said, without the space around it.
std::string text_of(std::FILE* file) {
  std::rewind(file);
  std::string text(kErrorBytesRead, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  text.resize(last == std::string::npos ? 0 : last + 1);
  return text;
}

/// Between fork and exec only calls that are safe there.
[[noreturn]] void become_shell(const char* command, int error_output) {
  ::setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE}) ::signal(number, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(error_output, STDERR_FILENO);
  // Our sockets are none of the hook's business, least of all of what it leaves running.
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  ::execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
  ::_exit(127);
}

std::string ending_of(int status) {
  if (WIFEXITED(status)) return "exited with " + std::to_string(WEXITSTATUS(status));
  if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
  return "ended in an unknown way";
}

/// Waits for a child on a thread of its own, so that the wait can have a limit.
class ChildWatch {
 public:
  explicit ChildWatch(pid_t child) : child_(child), thread_([this] { watch(); }) {}
  ~ChildWatch() { thread_.join(); }
  ChildWatch(const ChildWatch&) = delete;
  ChildWatch& operator=(const ChildWatch&) = delete;

  bool ended_within(Duration patience, const std::function<bool()>& is_over) {
    constexpr Duration kLookEvery = 50 * kMillisecond;
    std::unique_lock lock(mutex_);
    for (Duration left = patience; !ended_ && left > 0 && !(is_over && is_over()); left -= kLookEvery)
      changed_.wait_for(lock, std::chrono::nanoseconds(std::min(left, kLookEvery)), [this] { return ended_; });
    return ended_;
  }
  int status() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
    return status_;
  }

 private:
  void watch() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    const std::lock_guard lock(mutex_);
    status_ = status;
    ended_ = true;
    changed_.notify_all();
  }

  pid_t child_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  int status_ = 0;
  std::thread thread_;
};

}  // namespace

std::string fill_in_hook(const std::string& command, const std::string& job, Duration duration) {
  if (!is_plain_name(job)) throw FaultFailed{"the job id '" + job + "' cannot be put into a shell command"};
  std::string filled = command;
  replace_all(filled, "{job_id}", job);
  replace_all(filled, "{duration}", format_duration(duration));
  return filled;
}

void run_hook(const std::string& command, const Redactor& redact, Duration patience,
              const std::function<bool()>& is_over) {
  const File errors(std::tmpfile());
  if (!errors) throw FaultFailed{std::string("no temporary file for the hook: ") + std::strerror(errno)};
  const int error_output = ::fileno(errors.get());
  const pid_t child = ::fork();
  if (child < 0) throw FaultFailed{std::string("the hook could not be started: ") + std::strerror(errno)};
  if (child == 0) become_shell(command.c_str(), error_output);
  // Both sides set the group, so that it is there whichever of them runs first.
  ::setpgid(child, child);

  std::optional<ChildWatch> watch;
  try {
    watch.emplace(child);
  } catch (const std::system_error& error) {
    ::kill(-child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    throw FaultFailed{std::string("the hook could not be awaited: ") + error.what()};
  }
  const bool in_time = watch->ended_within(patience, is_over);
  if (!in_time) ::kill(-child, SIGKILL);
  const int status = watch->status();
  if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const std::string why =
      "the hook " + (in_time ? ending_of(status) : "was not done within " + format_duration(patience));
  // Cut only then: half of a secret would not be known again.
  const std::string said = shortened(one_line(redact(text_of(errors.get()))), kErrorTextMax);
  throw FaultFailed{said.empty() ? why : why + ": " + said};
}

}  // namespace closecheck::sut
