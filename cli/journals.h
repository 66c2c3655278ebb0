// The clean-up journals in the state folder: one for each run and live target, locked for as long as its run lives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "closecheck/sut/left_over.h"

namespace closecheck::cli {

/// A journal that is ours: nobody else cleans up after it meanwhile. The lock goes with the process, however that ends.
class JournalLock {
 public:
  /// Makes the journal of a run, with its head. Throws OutputError.
  static std::unique_ptr<JournalLock> make(const sut::JournalOwner& owner);
  /// Takes over one whose run is over. Null: the run lives, somebody else cleans up after it, or it is gone.
  static std::unique_ptr<JournalLock> take(const std::string& path);
  ~JournalLock();
  JournalLock(const JournalLock&) = delete;
  JournalLock& operator=(const JournalLock&) = delete;

  const std::string& path() const { return path_; }
  void remove();

 private:
  JournalLock(std::string path, int file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  int file_;
};

struct KeptJournal {
  std::string path;
  sut::JournalContent content;
  bool is_live = false;  // its run goes on, or somebody is cleaning up after it

  /// By its head, else by its name.
  std::string run_id() const;
};
/// All that there are, in the order of their names. Those that name nothing any more and whose run is over are removed.
std::vector<KeptJournal> kept_journals();

}  // namespace closecheck::cli
