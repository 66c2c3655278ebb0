// The rules that give a wrong answer its clause: by the state that the model is in, the request, and what the answer
// claims. Pure functions.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "model/event_log.h"

namespace closecheck::model {

/// What brought the job to where it is, as far as the answers say.
enum class Ending : std::uint8_t { none, normal, timed_out, forced, by_feed };

/// What earlier exchanges tell about a wrong answer; read off the log.
struct Narrative {
  Ending ending = Ending::none;  // since the job was last opened
  std::uint32_t ending_entry = 0;
  bool ending_overlapped = false;  // ... while another close was open
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
  bool seen_closed = false;                  // a read said so since then
  std::int64_t closed_count = -1;            // what the last read since it closed showed; -1: none
  bool overlaps = false;                     // the blamed request overlaps another that opens, closes, posts or flushes
};
Narrative narrate(const Log& log, std::size_t item, std::uint32_t blamed);

/// One configuration's opinion. Higher ranks are nearer misses. No clause: the page does not tell.
struct Vote {
  std::optional<Clause> clause;
  int rank = 0;
  std::array<std::optional<Clause>, 2> also{};
  bool count_too_low = false;
  const char* why = nullptr;
};
Vote blame(const CellTable& table, const JobValue& job, const LogEntry& entry, const Narrative& narrative);
/// For a request that waited and was told what its end did not allow.
Vote blame_waiting(const LogEntry& entry, const Narrative& narrative);

std::string describe_state(const JobValue& job);
std::string describe_allowed(const CellTable& table, const LogEntry& entry, const JobValue& job);
std::string describe_question(const Question& question);
std::string describe_answer(const Answer& answer);
/// Which exchange brought the job to its state; empty when none did.
std::string since_text(const Log& log, const Narrative& narrative);

}  // namespace closecheck::model
