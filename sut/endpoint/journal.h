// The clean-up journal: what was created on a live target, told before it is created, so that even a run that was
// killed can be cleaned up after. JSON Lines: whose it is, then `created`, and `refused` or `removed`, for each thing.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "closecheck/sut/left_over.h"
#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"

namespace closecheck::sut {

/// What a request is that is sent as it is and may change something; empty: it is what it says.
std::optional<Request> view_of(const Request& request, Profile profile);

/// What the operation creates. Documents create an index of a name of ours; one of another name may have been there
/// before.
std::optional<Thing> created_by(const Operation& operation);

/// Whether the name is one that only we give.
bool is_our_name(std::string_view name);

/// Whether the answer says that nothing was done.
bool did_nothing(const Response& response);

/// Appends to one file, each line with one write. Thread-safe.
class Journal {
 public:
  /// An empty path: no journal, nothing is written. Throws std::invalid_argument when the file cannot be written.
  explicit Journal(const std::string& path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The thing is about to be created. False: the line could not be written, so it must not be.
  bool created(const Thing& thing);
  /// That creation certainly did nothing. Where no other may have worked, the thing was never there.
  void refused(const Thing& thing);
  /// That creation worked, or nobody knows whether it did.
  void may_be_there(const Thing& thing);
  void removed(const Thing& thing);

 private:
  struct Creations {
    int open = 0;
    bool may_have_worked = false;
  };

  bool append(std::string_view event, const Thing& thing);

  int file_ = -1;
  std::mutex mutex_;
  std::map<Thing, Creations> told_;
};

}  // namespace closecheck::sut
