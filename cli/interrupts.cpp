#include "interrupts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "closecheck/sut/left_over.h"
#include "earlier_runs.h"
#include "errors.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

// A signal handler can reach nothing but what is global; `Interrupts` is the only one who touches it.
std::atomic<bool> g_cancelled{false};
std::atomic<int> g_pipe{-1};

static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may not wait for a lock");

constexpr char kInterrupted = 'i';
constexpr char kOver = 'o';

extern "C" void on_interrupt(int) {
  const int saved = errno;
  g_cancelled = true;
  [[maybe_unused]] const ssize_t written = ::write(g_pipe, &kInterrupted, 1);
  errno = saved;
}

constexpr std::array kSignals{SIGINT, SIGTERM};

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int number : kSignals) ::sigaction(number, &action, nullptr);
}

sigset_t signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : kSignals) sigaddset(&set, number);
  return set;
}

}  // namespace

Interrupts::Interrupts(std::function<void()> on_first) : on_first_(std::move(on_first)) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for signals");
  pipe_ = ends[0];
  g_pipe = ends[1];
  g_cancelled = false;
  handle(on_interrupt);
  // The watcher takes the signals while it waits, so that they interrupt nobody else in a system call.
  const sigset_t ours = signals();
  ::pthread_sigmask(SIG_BLOCK, &ours, &blocked_before_);
  watcher_ = std::thread([this] { watch(); });
}

Interrupts::~Interrupts() {
  [[maybe_unused]] const ssize_t written = ::write(g_pipe, &kOver, 1);
  watcher_.join();
  // What came too late for the watcher is still handled, not left to end the program.
  ::pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr);
  handle(SIG_DFL);
  ::close(g_pipe.exchange(-1));
  ::close(pipe_);
}

const std::atomic<bool>& Interrupts::cancelled() const {
  return g_cancelled;
}

void Interrupts::watch() {
  sigset_t blocked_while_waiting = blocked_before_;
  for (const int number : kSignals) sigdelset(&blocked_while_waiting, number);
  int count = 0;
  for (char news = 0; news != kOver;) {
    pollfd waiting{pipe_, POLLIN, 0};
    if (::ppoll(&waiting, 1, nullptr, &blocked_while_waiting) < 0 && errno == EINTR) continue;
    if (::read(pipe_, &news, 1) <= 0) return;
    if (news != kInterrupted) continue;
    if (++count > 1) quit();
    try {
      begin_to_stop();
    } catch (const std::exception&) {
      // Without memory for words it is stopped all the same.
    }
  }
}

void Interrupts::watch_journal(std::string journal) {
  const std::lock_guard lock(mutex_);
  journals_.push_back(std::move(journal));
}

void Interrupts::begin_to_stop() {
  if (on_first_) on_first_();
  const std::lock_guard lock(mutex_);
  if (!journals_.empty()) print_diagnostic("stopping and cleaning up; interrupt once more to quit at once");
}

void Interrupts::quit() {
  try {
    const std::lock_guard lock(mutex_);
    print_diagnostic("quitting at once");
    for (const std::string& journal : journals_) {
      const sut::JournalContent content = sut::read_journal(journal);
      if (content.left.empty())
        print_diagnostic("nothing is left on the target");
      else
        print_diagnostic(fmt::format("left on the target (see {}):{}", journal, describe_left(content)));
    }
  } catch (const std::exception&) {
    // As above.
  }
  ::_exit(static_cast<int>(ExitCode::inconclusive));
}

}  // namespace closecheck::cli
