// Reading what the user names, writing what the user asked for, and where files of our own go.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "errors.h"

namespace closecheck::cli {

/// Throws UsageError when the file cannot be read.
std::ifstream open_file(const std::string& path);
/// The whole file. Throws UsageError likewise.
std::string read_file(const std::string& path);

/// A report that replaces its file whole or not at all: until then it is a file without a name, which leaves nothing
/// behind however the program ends. What is no regular file (a pipe, `/dev/stdout`) is written to directly.
class OutputFile {
 public:
  /// Makes sure that the file can be written. Throws OutputError. An empty path is no file: nothing is ever written.
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Whether there is a file at all.
  bool wanted() const { return !path_.empty(); }

  /// Appends. Throws OutputError; `commit` then does so as well.
  void write(const std::string& text);

  /// Something that belongs into the file is lost: committing throws OutputError with this reason (an errno).
  void spoil(int reason);

  /// Puts the file in its place. Throws OutputError. Without it, nothing changes.
  void commit();

 private:
  std::string path_;
  int file_ = -1;
  bool in_place_ = false;
  int error_ = 0;  // of a write that failed: committing fails with it too
};

/// Does one thing after the other, so that what cannot be written keeps nothing else from being written.
class Deliveries {
 public:
  template <class Deliver>
  void attempt(const Deliver& deliver) {
    try {
      deliver();
    } catch (const OutputError& error) {
      const std::string what = error.what();
      if (errors_.find(what) == std::string::npos) errors_ += (errors_.empty() ? "" : "; ") + what;
    }
  }
  /// Throws OutputError with all that went wrong, if anything did.
  void finish() const {
    if (!errors_.empty()) throw OutputError(errors_);
  }

 private:
  std::string errors_;
};

/// Where closecheck keeps files of its own: `$XDG_STATE_HOME/closecheck`, `~/.local/state/closecheck`, else a folder of
/// the system's for temporary files. Made when it is not there; the first that can be written to. Throws OutputError.
std::filesystem::path state_folder();

}  // namespace closecheck::cli
