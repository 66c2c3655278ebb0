// What runs of ours leave on a live target: what their journals say of it, what the target says, and its removal.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/sut/endpoint.h"

namespace closecheck::sut {

/// Things that a program creates, in the order in which they must go.
enum class ThingKind : std::uint8_t { feed, job, index, user, role };
std::string_view name(ThingKind kind);

struct Thing {
  ThingKind kind = ThingKind::job;
  std::string name;
  friend auto operator<=>(const Thing&, const Thing&) = default;
};
/// `job closecheck-1-a`.
std::string describe(const Thing& thing);

/// The run that writes a journal.
struct JournalOwner {
  std::string run_id;
  std::string url;  // of its target
  Profile profile{};
  std::string started;  // as in reports
};
/// The first line of its journal, with its end.
std::string journal_head(const JournalOwner& owner);

struct JournalContent {
  std::optional<JournalOwner> owner;  // empty: its first line lacks, or is cut off
  std::set<Thing> left;               // created, for all that is known, and not removed
};
/// Lines that cannot be read (the last one of a run that was killed) are skipped; no file is an empty journal.
JournalContent read_journal(const std::string& path);

/// How long one request of a clean-up, and a clean-up at the end of a run, may take; less where the run ends before.
inline constexpr Duration kCleanUpRequestPatience = 5 * kSecond;
inline constexpr Duration kCleanUpPatience = 20 * kSecond;

/// Removes things from the target of the options, whose `journal` is not used: datafeeds first, then jobs, then
/// indices, users and roles. Feeds are stopped and jobs closed the ordinary way and then deleted, once more where that
/// is refused, and by force in the end. What is not there counts as removed; `gone` is called for each. Takes
/// `patience` at most. Returns what is left. Throws std::invalid_argument for a URL that cannot be used.
std::set<Thing> remove_things(const EndpointOptions& options, const std::set<Thing>& things, Duration patience,
                              const std::function<void(const Thing&)>& gone);

/// Removes everything that the journal of the options names, as far as it is still there, and tells the journal. Things
/// whose names do not begin with `kNamePrefix` are left alone. Returns what is left.
std::set<Thing> clean_up_journal(const EndpointOptions& options, Duration patience = kCleanUpPatience);

struct Found {
  std::set<Thing> things;
  std::vector<std::string> unread;  // lists that could not be read, and why
};
/// What the target has by names that begin so, by one harmless read for each kind.
Found find_things(const EndpointOptions& options, const std::string& prefix, const std::set<ThingKind>& kinds);

}  // namespace closecheck::sut
