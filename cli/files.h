// Reading what the user names, writing what the user asked for, and where files of our own go.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "closecheck/vocabulary/input_file.h"
#include "errors.h"

namespace closecheck::cli {

/// No report is larger, with all the histories that it may keep.
inline constexpr std::size_t kReportBytesMax = std::size_t{256} << 20;

/// The whole of a regular file. Throws UsageError: it cannot be read, is something else, or longer than that.
std::string read_file(const std::string& path, std::size_t bytes_max = kTextFileBytesMax);

/// Of several files those that cannot be used are named on standard error, each once, and the others are used.
class BadFiles {
 public:
  /// Whether `use` went well; a UsageError out of it names the file.
  template <class Use>
  bool attempt(const Use& use) {
    try {
      use();
      return true;
    } catch (const UsageError& error) {
      add(error.what());
      return false;
    }
  }
  /// `what`: the file, and what is wrong with it.
  void add(const std::string& what);
  bool any() const { return any_; }

 private:
  bool any_ = false;
};

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

/// Makes the folder, and those above it, where it is not there. Throws OutputError.
void make_folder(const std::filesystem::path& folder);

/// Where closecheck keeps files of its own: `$XDG_STATE_HOME/closecheck`, `~/.local/state/closecheck`, else a folder of
/// the system's for temporary files. Made when it is not there; the first that can be written to. Throws OutputError.
std::filesystem::path state_folder();

}  // namespace closecheck::cli
