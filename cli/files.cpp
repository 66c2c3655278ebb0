#include "files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

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

}  // namespace

std::ifstream open_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) throw UsageError(path + ": is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw UsageError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  return in;
}

std::string read_file(const std::string& path) {
  std::ifstream in = open_file(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) throw UsageError(path + ": cannot be read");
  return text.str();
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
    written_ = path_;
    file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    if (exists && ::access(path_.c_str(), W_OK) != 0) fail(path_);
    // A link stays a link: what it points to is replaced.
    std::error_code error;
    const std::filesystem::path real = std::filesystem::weakly_canonical(path_, error);
    if (!error) path_ = real.string();
    written_ = fmt::format("{}.{}.tmp", path_, ::getpid());
    file_ = ::open(written_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  }
  if (file_ < 0) fail(path);
}

OutputFile::~OutputFile() {
  if (file_ < 0) return;
  ::close(file_);
  if (!in_place_) ::unlink(written_.c_str());
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
  const int closed = ::close(file_);
  file_ = -1;
  if (closed != 0 || (!in_place_ && ::rename(written_.c_str(), path_.c_str()) != 0)) {
    const int cause = errno;
    if (!in_place_) ::unlink(written_.c_str());
    errno = cause;
    fail(path_);
  }
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
