#include "recognising.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// How long a target is asked at a time.
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kPause{250};
/// Logins that are refused while a target starts are few: more could lock the account.
constexpr std::chrono::seconds kPauseAfterRefusal{2};
constexpr std::chrono::seconds kPauseAfterRefusalMax{16};

sut::Recognition ask(const Target& target, std::optional<Profile> wanted) {
  sut::EndpointOptions options = endpoint_of(target, "");
  options.end_of_work = std::min(options.end_of_work, Clock::now() + kPatience);
  return sut::recognise(options, wanted);
}

sut::Recognition wait_and_ask(const Target& target, std::optional<Profile> wanted) {
  const Clock::time_point end = std::min(
      target.ends.end_of_work,
      Clock::now() + std::chrono::nanoseconds(std::min<Duration>(target.wait_for, Duration{365} * 24 * kHour)));
  std::chrono::nanoseconds pause_after_refusal = kPauseAfterRefusal;
  std::string told;
  while (true) {
    sut::Recognition found = ask(target, wanted);
    const bool is_refused = found.what == sut::Recognised::refused;
    std::chrono::nanoseconds pause = kPause;
    if (is_refused) {
      pause = pause_after_refusal;
      pause_after_refusal = std::min<std::chrono::nanoseconds>(2 * pause_after_refusal, kPauseAfterRefusalMax);
    }
    const bool may_change = is_refused || found.what == sut::Recognised::not_yet;
    if (!may_change || Clock::now() + pause >= end) return found;
    if (found.why != told) print_diagnostic(fmt::format("waiting for {}: it {}", one_line(target.url), found.why));
    told = found.why;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

Duration require_wait(const std::string& text) {
  if (text.empty()) return 0;
  const std::optional<Duration> wait = parse_duration(text);
  if (!wait || *wait <= 0)
    throw UsageError(fmt::format("--wait-for takes a span with a unit such as 60s, not '{}'", text));
  return *wait;
}

void refuse_logins(const Target& target, const std::vector<Principal>& refused) {
  const std::string who = joined(refused, ", ", [&](Principal principal) {
    return fmt::format("{} ({})", name(principal), describe(target.configuration.principals.at(principal)));
  });
  throw UsageError(fmt::format("the target answers 401 to {}: wrong user name, password, key or token", who));
}

sut::Recognition recognise(const Target& target, std::optional<Profile> wanted) {
  static std::mutex mutex;
  static std::map<std::string, sut::Recognition> known;
  const std::lock_guard lock(mutex);
  const std::string key =
      fmt::format("{} {} {}", target.url, wanted ? describe(*wanted) : "", target.configuration.principals.size());
  if (const auto found = known.find(key); found != known.end()) return found->second;
  sut::Recognition found = wait_and_ask(target, wanted);
  if (found.what == sut::Recognised::another_api && wanted) throw UsageError("the target " + found.why);
  if (found.what == sut::Recognised::another_api)
    throw UsageError(
        fmt::format("the profile of the target cannot be told; name one (--profile or `profile:`) of {}: "
                    "the target {}",
                    profile_names(), found.why));
  if (found.what == sut::Recognised::refused) refuse_logins(target, found.refused);
  return known.emplace(key, std::move(found)).first->second;
}

}  // namespace closecheck::cli
