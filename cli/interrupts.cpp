#include "interrupts.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "errors.h"

namespace closecheck::cli {
namespace {

// A signal handler can reach nothing but what is global; `Interrupts` is the only one who touches it.
std::atomic<bool> g_cancelled{false};
std::array<char, 4096> g_journal{};

static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may not wait for a lock");

void say(const char* text) {
  // Nothing can be done about a standard error that does not take it.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
}

void copy_journal() {
  const int file = ::open(g_journal.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  say("closecheck: what is named here may be left on the target:\n");
  std::array<char, 1024> part{};
  for (ssize_t length = 0; (length = ::read(file, part.data(), part.size())) > 0;)
    if (::write(STDERR_FILENO, part.data(), static_cast<std::size_t>(length)) < 0) break;
}

extern "C" void on_interrupt(int) {
  const int saved = errno;
  if (g_cancelled.exchange(true)) {
    copy_journal();
    ::_exit(static_cast<int>(ExitCode::inconclusive));
  }
  if (g_journal.front() != '\0') say("\nclosecheck: stopping and cleaning up; interrupt once more to quit at once\n");
  errno = saved;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM}) ::sigaction(number, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts(const std::string& journal) {
  g_cancelled = false;
  g_journal.fill('\0');
  if (journal.size() < g_journal.size()) journal.copy(g_journal.data(), journal.size());
  handle(on_interrupt);
}

Interrupts::~Interrupts() {
  handle(SIG_DFL);
  g_journal.fill('\0');
}

const std::atomic<bool>& Interrupts::cancelled() const {
  return g_cancelled;
}

}  // namespace closecheck::cli
