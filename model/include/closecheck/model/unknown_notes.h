// What of a history is not judged because its requests say more than anybody follows, for a reader. Deterministic; not
// thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/history.h"

namespace closecheck::model {

/// Hears the events of one history in their order.
class UnknownNotes {
 public:
  void observe(const Event& event);
  /// ``skip_time` of #7 is not followed: ...`, each parameter or member once for each kind of request, in the order in
  /// which they came; `#7` is the seventh request.
  std::vector<std::string> notes() const;

 private:
  struct Note {
    std::size_t number = 0;
    std::string name;
    std::string meaning;
    std::size_t more = 0;  // requests that say the same
  };

  void add(std::size_t number, const Request& request, bool was_refused);

  std::size_t requests_ = 0;
  std::map<int, std::size_t> open_;  // process, to the number of its request
  std::vector<Note> notes_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> known_;  // kind of operation and name, to the note
};

}  // namespace closecheck::model
