// What earlier exchanges tell about a wrong answer. Pure functions over the log.
#pragma once

#include <cstdint>
#include <vector>

#include "model/event_log.h"

namespace closecheck::model {

/// How a job came to be closed, as far as the answers say.
enum class Ending : std::uint8_t { none, normal, timed_out, forced, by_feed };

struct HistorySummary {
  Ending ending = Ending::none;  // since the job was last opened, by an open that the ending did not overtake
  std::uint32_t ending_entry = 0;
  bool ending_overlapped = false;  // ... while another close was open, or an open
  bool ending_late = false;        // ... and claimed success when its timeout was up
  bool died = false;               // a fault failed the job since it was last opened
  bool ever_died = false;
  bool hung = false;                         // its close hangs, or was not answered in time
  bool removed = false;                      // a delete was accepted
  int opens = 0;                             // accepted so far
  std::uint64_t period = 0;                  // records accepted since the job was last opened
  std::uint64_t queued = 0;                  // records that it accepted while it was closing
  std::vector<std::uint64_t> refused_posts;  // records of each refused post
  bool refused_open = false;                 // refused since it last closed
  bool refused_close = false;                // a close or delete was refused since it was last opened (or died)
  bool feed_barred_close = false;            // a close was refused after the datafeed was read to run, which goes on
  bool seen_closed = false;                  // a read said so since then
  std::int64_t closed_count = -1;            // what the last read since it closed showed; -1: none
  bool overlaps = false;                     // the blamed request overlaps another that opens, closes, posts or flushes
};

inline constexpr std::uint32_t kNobodyBlamed = 0xFFFF'FFFF;
/// What stands before `item`, but for the request that is blamed.
HistorySummary summarize(const Log& log, std::size_t item, std::uint32_t blamed);

}  // namespace closecheck::model
