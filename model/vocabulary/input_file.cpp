#include "closecheck/vocabulary/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace closecheck {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
/// So long a pipe may be without anybody who writes to it.
constexpr int kWriterPatienceMs = 5'000;

std::string_view kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "a folder";
    case S_IFIFO:
      return "a pipe";
    case S_IFSOCK:
      return "a socket";
    default:
      return "a device";
  }
}

/// Why it could not be opened.
std::string reason(const std::string& path, int error) {
  struct stat status {};
  const bool is_link = ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
  if (error == ENOENT && is_link) return "is a link to a file that is not there";
  if (error == ENXIO && ::stat(path.c_str(), &status) == 0)
    return fmt::format("is {}; a file was expected", kind_of(status.st_mode));
  return fmt::format("cannot be read: {}", std::strerror(error));
}

}  // namespace

InputFile::InputFile(std::string path, Takes takes) : path_(std::move(path)) {
  // Without waiting: the opening of a pipe would wait for a writer, and a device for whatever it likes.
  file_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (file_ < 0) throw FileError(fmt::format("{}: {}", path_, reason(path_, errno)));
  struct stat status {};
  const bool known = ::fstat(file_, &status) == 0;
  is_regular_ = known && S_ISREG(status.st_mode);
  size_bytes_ = is_regular_ ? static_cast<std::size_t>(status.st_size) : 0;
  const bool takes_pipes = takes == Takes::pipes_too;
  if (is_regular_ || (known && takes_pipes && S_ISFIFO(status.st_mode))) return;
  ::close(file_);
  throw FileError(fmt::format("{}: is {}; a regular file{} was expected", path_, kind_of(status.st_mode),
                              takes_pipes ? " or a pipe" : ""));
}

InputFile::~InputFile() {
  ::close(file_);
}

void InputFile::fail(std::string_view why) const {
  throw FileError(fmt::format("{}: cannot be read: {}", path_, why));
}

void InputFile::seek(std::size_t offset) {
  if (::lseek(file_, static_cast<off_t>(offset), SEEK_SET) < 0) fail(std::strerror(errno));
}

std::size_t InputFile::read(char* into, std::size_t bytes_max) {
  constexpr int kStepMs = 20;
  int waited_ms = 0;
  while (true) {
    const ssize_t count = ::read(file_, into, bytes_max);
    if (count > 0) {
      had_writer_ = true;
      return static_cast<std::size_t>(count);
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) fail(std::strerror(errno));
    if (count < 0) {
      had_writer_ = true;
      pollfd one{file_, POLLIN, 0};
      ::poll(&one, 1, -1);
      continue;
    }
    if (is_regular_ || had_writer_) return 0;
    // Nothing tells a pipe to which nobody has written yet from one to which nobody will.
    if (waited_ms >= kWriterPatienceMs) fail("it is a pipe, and nobody writes to it");
    ::poll(nullptr, 0, kStepMs);
    waited_ms += kStepMs;
  }
}

std::string read_regular_file(const std::string& path, std::size_t bytes_max) {
  InputFile file(path, InputFile::Takes::regular);
  const auto check = [&](std::size_t bytes) {
    if (bytes > bytes_max)
      throw FileError(fmt::format("{}: is too long: it has more than {} MiB", path, bytes_max >> 20));
  };
  check(file.size_bytes());
  std::string text(file.size_bytes() + 1, '\0');
  std::size_t size = 0;
  // Its size is what the system says; some files (of /proc) hold more than that, and some grow.
  while (const std::size_t count = file.read(text.data() + size, text.size() - size)) {
    size += count;
    check(size);
    if (size == text.size()) text.resize(std::min(2 * size, bytes_max + 1));
  }
  text.resize(size);
  return text;
}

bool read_lines(const std::function<std::size_t(char* into, std::size_t bytes_max)>& read, std::size_t line_bytes_max,
                const std::function<bool(std::string_view)>& take) {
  std::vector<char> piece(kPieceBytes);
  std::string begun;  // of a line that goes on in the next piece
  while (const std::size_t count = read(piece.data(), piece.size())) {
    std::string_view rest(piece.data(), count);
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
      if (begun.size() + end > line_bytes_max) return false;
      std::string_view line = rest.substr(0, end);
      if (!begun.empty()) line = begun.append(line);
      if (!take(line)) return true;
      begun.clear();
    }
    begun.append(rest);
    if (begun.size() > line_bytes_max) return false;
  }
  if (!begun.empty()) take(begun);
  return true;
}

}  // namespace closecheck
