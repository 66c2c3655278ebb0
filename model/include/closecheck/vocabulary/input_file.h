// Files that somebody names for reading. What is no file to read from is said in words, and nothing is waited for that
// may never come.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace closecheck {

/// `a.yml: is a folder; a regular file was expected`.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a file of settings or of scenarios may hold at most.
inline constexpr std::size_t kTextFileBytesMax = std::size_t{16} << 20;

/// The whole of a regular file. Throws FileError: it cannot be read, is something else, or longer than that.
std::string read_regular_file(const std::string& path, std::size_t bytes_max = kTextFileBytesMax);

/// A file that is read from its beginning. One thread at a time.
class InputFile {
 public:
  /// A pipe as well as a regular file; a pipe has to have somebody who writes to it, or to get him within seconds.
  enum class Takes { regular, pipes_too };

  /// Throws FileError.
  InputFile(std::string path, Takes takes);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// Whether it is there to be read again. A pipe is not.
  bool is_regular() const { return is_regular_; }
  /// As it was when it was opened; of a pipe 0.
  std::size_t size_bytes() const { return size_bytes_; }
  /// Goes on there. Only for a regular file. Throws FileError.
  void seek(std::size_t offset);
  /// What comes next, at most so much; waits for it where a pipe's writer takes his time. 0: the end. Throws FileError.
  std::size_t read(char* into, std::size_t bytes_max);

 private:
  [[noreturn]] void fail(std::string_view why) const;

  std::string path_;
  int file_ = -1;
  bool is_regular_ = false;
  bool had_writer_ = false;  // of a pipe
  std::size_t size_bytes_ = 0;
};

/// The lines of what `read` gives piece by piece (0 bytes: the end), without their ends, until `take` says false.
/// False: a line is longer than `line_bytes_max`; nothing behind it is read.
bool read_lines(const std::function<std::size_t(char* into, std::size_t bytes_max)>& read, std::size_t line_bytes_max,
                const std::function<bool(std::string_view)>& take);

}  // namespace closecheck
