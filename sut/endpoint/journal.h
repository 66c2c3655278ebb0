// The clean-up journal: what was created on a live target, told before it is created, so that even a run that was
// killed can be cleaned up after. JSON Lines, one `created` and one `removed` line for each thing.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/request.h"

namespace closecheck::sut {

/// Things that a program creates, in the order in which they must go.
enum class ThingKind : std::uint8_t { feed, job, index };
std::string_view name(ThingKind kind);

struct Thing {
  ThingKind kind = ThingKind::job;
  std::string name;
  friend auto operator<=>(const Thing&, const Thing&) = default;
};
/// `job closecheck-1-a`.
std::string describe(const Thing& thing);

/// What the operation creates; documents create the index that they go to.
std::optional<Thing> created_by(const Operation& operation);

/// Appends to one file, each line with one write. Thread-safe.
class Journal {
 public:
  /// An empty path: no journal, nothing is written. Throws std::invalid_argument when the file cannot be written.
  explicit Journal(const std::string& path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// False: the line could not be written, so the thing must not be created.
  bool created(const Thing& thing);
  void removed(const Thing& thing);

 private:
  bool append(std::string_view event, const Thing& thing);

  int file_ = -1;
  std::mutex mutex_;
  std::set<Thing> told_;
};

/// What a journal's file says was created and not removed. Lines that cannot be read (the last one of a run that was
/// killed) are skipped; no file is an empty journal.
std::set<Thing> left_by_journal(const std::string& path);

}  // namespace closecheck::sut
