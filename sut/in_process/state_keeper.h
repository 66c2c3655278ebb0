// What is stored of a core: rows that change little when little has happened. The core knows nothing of it but what
// has changed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "in_process/core.h"
#include "store/store.h"

namespace closecheck::sut {

class StateKeeper {
 public:
  /// What has changed since the last call, or since `load`. From now on it counts as stored.
  RowChanges collect(Core& core);

  /// The core that the rows say; a new one when there are none. `resume` is the caller's. Throws StateUnreadable, with
  /// a text for people, also when the rows are of another profile.
  Core load(const Rows& rows, const Manner& manner, std::int64_t wall_start_ms);

  /// The row that every collection of changes has: written alone, it tells whether anything can be written.
  static RowChanges clock_of(const Core& core);

 private:
  /// The rows of one job or index, as fingerprints of their bytes.
  using Kept = std::map<std::string, std::size_t>;

  void collect_job(Job& job, RowChanges& changes);
  void collect_index(Index& index, RowChanges& changes);
  void collect_feeds(Core& core, RowChanges& changes);
  /// What stands in one row; an empty one is none.
  static void collect_whole(std::string_view kind, std::string row, std::string& kept, RowChanges& changes);
  void sweep(Core& core, RowChanges& changes);
  static void replace(Kept& kept, Kept rows, RowChanges& changes);

  std::map<std::string, Kept> jobs_;
  std::map<std::string, Kept> indices_;
  std::map<std::string, std::string> feeds_;
  std::string settings_;
  std::string calendars_;
};

}  // namespace closecheck::sut
