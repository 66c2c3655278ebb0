// One way to explain a history, found depth first: it goes on from where it stands, and turns back only where an answer
// does not fit. Cheap where the set of all configurations is large. Deterministic; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/event_log.h"
#include "model/search.h"

namespace closecheck::model {

class Witness {
 public:
  enum class Result : std::uint8_t { stands, refuted, too_much };

  /// Takes over from a search that has consumed the items before `item`; `slots` are those of its open requests, by
  /// entry. `budget`: how many configurations may be looked at to get one item further.
  void begin(const Search& search, const std::vector<std::int8_t>& slots, std::size_t item, std::size_t budget);
  /// Explains the items before `end`. `refuted`: no way from where it began does.
  Result advance(Transitions& transitions, const Log& log, std::size_t end);
  /// After `stands`: where that way leads.
  const Configuration& configuration() const { return agenda_.back().c; }
  const PendingRequests& pending() const { return pending_; }

 private:
  /// At an even place the item of half the number comes next; at an odd one it is an event of the history that has
  /// entered and not left.
  struct Node {
    std::uint32_t place;
    Configuration c;
  };
  void look_at(Transitions& transitions, const Log& log, Node node);
  void enter_request(const Transitions& transitions, const LogEntry& entry, std::uint32_t index, Configuration& c);
  int enter(const Transitions& transitions, std::size_t step, const Question& question, const Answer& answer,
            std::size_t order, Configuration& c);
  /// Of a request with an answer; -1: none.
  int slot_of(const Log& log, std::uint32_t entry) const;
  void leave(Node node, int slot);
  void branch(Transitions& transitions, const Node& node, int slot);
  void turn_back(const CellTable& table, const Log& log);
  void restore(int slot, std::size_t step, const Question& question, const Answer& answer, std::size_t order,
               const CellTable& table);

  std::vector<Node> agenda_;  // what is still to be looked at, the next one last
  ReachedConfigurations reached_;
  PendingRequests pending_;         // at `place_`
  std::vector<std::int8_t> slots_;  // by entry: its slot, or the bit of a lost one; -1: none
  int event_slot_ = -1;             // at an odd place
  std::uint32_t place_ = 0;
  std::uint32_t furthest_ = 0;  // place that was reached
  std::size_t budget_ = 0;
  std::size_t left_ = 0;
  bool too_many_ = false;
};

}  // namespace closecheck::model
