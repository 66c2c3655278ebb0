#include "live_session.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "earlier_runs.h"
#include "errors.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Of the budget, what is kept for the clean-up: one in so many shares, and no more than it ever takes.
constexpr int kCleanUpShares = 10;
constexpr std::chrono::nanoseconds kCleanUpMax{sut::kCleanUpPatience};

}  // namespace

std::optional<Duration> budget_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<Duration> budget = parse_duration(text);
  if (!budget || *budget <= 0)
    throw UsageError(fmt::format("--budget takes a span with a unit such as 90s, not '{}'", text));
  return budget;
}

Ends ends_of(Clock::time_point begin, Duration budget) {
  // Nobody waits longer than this.
  const std::chrono::nanoseconds whole(std::min(budget, Duration{365} * 24 * kHour));
  const Clock::time_point end = begin + whole;
  return {end - std::min(whole / kCleanUpShares, kCleanUpMax), end};
}

LiveSession::LiveSession(const Ends& ends) : ends_(ends), run_id_(new_run_id()), interrupts_([this] { stop_soon(); }) {}

LiveSession::~LiveSession() {
  try {
    clean_up();
  } catch (const std::exception& error) {
    print_diagnostic(fmt::format("cleaning up failed: {}", error.what()));
  }
}

std::string LiveSession::name_prefix() const {
  return fmt::format("{}{}-", kNamePrefix, run_id_);
}

void LiveSession::bind(Target& target) {
  if (!target.live) return;
  const std::lock_guard lock(mutex_);
  const auto [shared, is_new] = commons_.try_emplace(target.url, target.commons);
  target.commons = shared->second;
  if (is_new && cancelled()) sut::bring_ends_forward(*target.commons, Clock::now(), Clock::now() + kInterruptedCleanUp);
}

void LiveSession::stop_soon() {
  const std::lock_guard lock(mutex_);
  for (const auto& [url, commons] : commons_)
    sut::bring_ends_forward(*commons, Clock::now(), Clock::now() + kInterruptedCleanUp);
}

const LiveSession::Reached& LiveSession::reach(const Target& target) {
  if (const auto found = reached_.find(target.url); found != reached_.end()) return found->second;
  Reached reached{target, learn(target), {}, {}};
  if (target.live && reached.knowledge.reachable) {
    reached.earlier_runs = notes_of_earlier_runs(target);
    reached.knowledge.notes.insert(reached.knowledge.notes.end(), reached.earlier_runs.begin(),
                                   reached.earlier_runs.end());
    const std::string started = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
    auto journal = JournalLock::make({run_id_, target.url, target.profile, started});
    reached.journal = journal->path();
    interrupts_.watch_journal(reached.journal);
    journals_.emplace(target.url, std::move(journal));
  }
  return reached_.emplace(target.url, std::move(reached)).first->second;
}

void LiveSession::clean_up() {
  for (auto& [url, journal] : journals_) {
    if (!journal) continue;
    const std::unique_ptr<JournalLock> ours = std::move(journal);
    sut::clean_up_journal(endpoint_of(reached_.at(url).target, ours->path()));
    const sut::JournalContent content = sut::read_journal(ours->path());
    if (content.left.empty())
      ours->remove();
    else
      print_diagnostic(fmt::format("not removed from {}, as the journal {} tells too:{}", url, ours->path(),
                                   describe_left(content)));
  }
}

}  // namespace closecheck::cli
