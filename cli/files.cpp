#include "files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "terminal.h"

namespace closecheck::cli {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

bool is_writable_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return !error && ::access(folder.c_str(), W_OK | X_OK) == 0;
}

/// A file that nobody sees, and that is gone with the process however that ends: in the folder where that can be, else
/// where temporary files are. -1: neither can be.
int open_nameless(const std::filesystem::path& folder) {
  const std::string place = folder.empty() ? "." : folder.string();
  const int file = ::open(place.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
  if (::access(place.c_str(), W_OK | X_OK) != 0) return -1;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> temporary(std::tmpfile(), std::fclose);
  return temporary ? ::fcntl(::fileno(temporary.get()), F_DUPFD_CLOEXEC, 0) : -1;
}

bool copy(int from, int to) {
  if (::lseek(from, 0, SEEK_SET) != 0) return false;
  std::array<char, 1 << 16> part{};
  while (true) {
    const ssize_t count = ::read(from, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    for (ssize_t done = 0; done < count;) {
      const ssize_t written = ::write(to, part.data() + done, static_cast<std::size_t>(count - done));
      if (written < 0 && errno != EINTR) return false;
      done += std::max<ssize_t>(written, 0);
    }
  }
}

/// Gives the nameless file a name, which it has for no longer than a renaming takes.
bool give_name(int file, const std::string& name) {
  const std::string self = fmt::format("/proc/self/fd/{}", file);
  if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
  // It is of another file system.
  const int named = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (named < 0) return false;
  const bool is_copied = copy(file, named);
  const int cause = errno;
  const bool is_closed = ::close(named) == 0;
  if (is_copied && is_closed) return true;
  if (!is_copied) errno = cause;
  return false;
}

bool put_in_place(int file, const std::string& path) {
  const std::string name = fmt::format("{}.{}.tmp", path, ::getpid());
  ::unlink(name.c_str());
  if (give_name(file, name) && ::rename(name.c_str(), path.c_str()) == 0) return true;
  const int cause = errno;
  ::unlink(name.c_str());
  errno = cause;
  return false;
}

}  // namespace

std::string read_file(const std::string& path, std::size_t bytes_max) {
  try {
    return read_regular_file(path, bytes_max);
  } catch (const FileError& error) {
    throw UsageError(error.what());
  }
}

void BadFiles::add(const std::string& what) {
  any_ = true;
  print_diagnostic(what);
}

OutputFile::OutputFile(const std::string& path) : path_(path) {
  if (path_.empty()) return;
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    fail(path_);
  }
  in_place_ = exists && !S_ISREG(status.st_mode);
  if (in_place_) {
    file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    if (exists && ::access(path_.c_str(), W_OK) != 0) fail(path_);
    // A link stays a link: what it points to is replaced.
    std::error_code error;
    const std::filesystem::path real = std::filesystem::weakly_canonical(path_, error);
    if (!error) path_ = real.string();
    file_ = open_nameless(std::filesystem::path(path_).parent_path());
  }
  if (file_ < 0) fail(path);
}

OutputFile::~OutputFile() {
  if (file_ >= 0) ::close(file_);
}

void OutputFile::write(const std::string& text) {
  if (file_ < 0) return;
  const char* at = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    const ssize_t done = ::write(file_, at, left);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      error_ = errno;
      fail(path_);
    }
    at += done;
    left -= static_cast<std::size_t>(done);
  }
}

void OutputFile::spoil(int reason) {
  if (error_ == 0) error_ = reason;
}

void OutputFile::commit() {
  if (file_ < 0) return;
  if (error_ != 0) {
    errno = error_;
    fail(path_);
  }
  const bool is_put = in_place_ || put_in_place(file_, path_);
  const int cause = errno;
  const int closed = ::close(std::exchange(file_, -1));
  if (is_put && closed == 0) return;
  if (!is_put) errno = cause;
  fail(path_);
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw OutputError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

std::filesystem::path state_folder() {
  std::vector<std::filesystem::path> candidates;
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
    candidates.push_back(std::filesystem::path(state) / "closecheck");
  else if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    candidates.push_back(std::filesystem::path(home) / ".local/state/closecheck");
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  if (!error) candidates.push_back(temporary / fmt::format("closecheck-{}", ::getuid()));
  for (const std::filesystem::path& folder : candidates)
    if (is_writable_folder(folder)) return folder;
  throw OutputError(
      "no folder to keep files in: neither the home folder nor that for temporary files can be written to");
}

}  // namespace closecheck::cli
