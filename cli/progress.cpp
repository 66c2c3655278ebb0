#include "progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

constexpr std::size_t kColumnsUsual = 80;
constexpr std::chrono::milliseconds kPause{100};
/// What is left is guessed only after one in so many shares was done.
constexpr std::size_t kGuessShares = 20;

/// Rounded up, so that a bound stays one: `45 s`, `3 min`.
std::string whole_span(Duration span) {
  const bool in_minutes = span > 2 * kMinute;
  const Duration unit = in_minutes ? kMinute : kSecond;
  return fmt::format("{} {}", (std::max<Duration>(span, 0) + unit - 1) / unit, in_minutes ? "min" : "s");
}

/// Characters beyond ASCII may be two columns wide.
std::string cut(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t used = 0; bytes < text.size();) {
    const std::size_t size = std::max<std::size_t>(1, first_character(text.substr(bytes)).bytes);
    used += size == 1 ? 1 : 2;
    if (used > columns) break;
    bytes += size;
  }
  return std::string(text.substr(0, bytes));
}

std::size_t columns_of_terminal() {
  winsize size{};
  const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kColumnsUsual;
}

}  // namespace

std::string progress_text(const properties::Progress& progress, const std::optional<TimeLeft>& left,
                          std::size_t columns) {
  std::vector<std::string> parts;
  if (progress.total > 0) parts.push_back(fmt::format("{} of {}", progress.done, progress.total));
  if (progress.findings > 0)
    parts.push_back(fmt::format("{} finding{} so far", progress.findings, progress.findings == 1 ? "" : "s"));
  if (left) parts.push_back(fmt::format("{} {} left", left->is_bound ? "at most" : "about", whole_span(left->span)));
  const std::string at_hand = progress.clause ? std::string(id_of(*progress.clause)) : one_line(progress.what);
  return cut(fmt::format("{}{}{}", joined(parts), parts.empty() ? "" : ": ", at_hand), columns);
}

ProgressLine::ProgressLine(bool wanted, std::optional<Clock::time_point> end)
    : wanted_(wanted && can_take_back_a_line()), end_(end) {}

ProgressLine::~ProgressLine() {
  clear();
}

std::optional<TimeLeft> ProgressLine::left(const properties::Progress& progress, Clock::time_point now) const {
  if (end_) return TimeLeft{std::chrono::nanoseconds(*end_ - now).count(), true};
  if (progress.done * kGuessShares < progress.total || progress.done == 0) return std::nullopt;
  const auto elapsed = static_cast<double>(std::chrono::nanoseconds(now - begin_).count());
  const auto still = static_cast<double>(progress.total - progress.done);
  return TimeLeft{static_cast<Duration>(elapsed * still / static_cast<double>(progress.done)), false};
}

void ProgressLine::show(const properties::Progress& progress) {
  if (!wanted_) return;
  const Clock::time_point now = Clock::now();
  if (shown_ && now - shown_at_ < kPause) return;
  shown_ = true;
  shown_at_ = now;
  // The last column stays free: some terminals go to the next line behind it.
  fmt::print(stderr, "\r\x1b[K{}", progress_text(progress, left(progress, now), columns_of_terminal() - 1));
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!shown_) return;
  shown_ = false;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

}  // namespace closecheck::cli
