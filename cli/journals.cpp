#include "journals.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "files.h"

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileName = "journal-";

[[noreturn]] void cannot_write(const std::string& path) {
  throw OutputError(fmt::format("the journal {}: cannot be written: {}", path, std::strerror(errno)));
}

/// Of one run for each of its targets.
std::string free_path(const fs::path& folder, const std::string& run_id) {
  std::string path = (folder / fmt::format("{}{}", kFileName, run_id)).string();
  for (int number = 1; fs::exists(path); ++number)
    path = (folder / fmt::format("{}{}-{}", kFileName, run_id, number)).string();
  return path;
}

}  // namespace

std::unique_ptr<JournalLock> JournalLock::make(const sut::JournalOwner& owner) {
  const fs::path folder = state_folder();
  const std::string path = free_path(folder, owner.run_id);
  // Under another name first: whoever looks for journals finds none that is not locked yet.
  const std::string unlocked = (folder / fmt::format(".{}-{}", owner.run_id, ::getpid())).string();
  const int file = ::open(unlocked.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) cannot_write(path);
  std::unique_ptr<JournalLock> lock(new JournalLock(unlocked, file));
  const std::string head = sut::journal_head(owner);
  const bool is_good = ::flock(file, LOCK_EX) == 0 &&
                       ::write(file, head.data(), head.size()) == static_cast<ssize_t>(head.size()) &&
                       ::rename(unlocked.c_str(), path.c_str()) == 0;
  if (!is_good) {
    const int cause = errno;
    lock->remove();
    errno = cause;
    cannot_write(path);
  }
  lock->path_ = path;
  return lock;
}

std::unique_ptr<JournalLock> JournalLock::take(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return nullptr;
  std::unique_ptr<JournalLock> lock(new JournalLock(path, file));
  struct stat status {};
  const bool is_ours = ::flock(file, LOCK_EX | LOCK_NB) == 0 && ::fstat(file, &status) == 0 && status.st_nlink > 0;
  return is_ours ? std::move(lock) : nullptr;
}

JournalLock::~JournalLock() {
  ::close(file_);
}

void JournalLock::remove() {
  ::unlink(path_.c_str());
}

std::string KeptJournal::run_id() const {
  if (content.owner) return content.owner->run_id;
  const std::string name = fs::path(path).filename().string().substr(kFileName.size());
  return name.substr(0, name.find('-'));
}

std::vector<KeptJournal> kept_journals() {
  std::vector<KeptJournal> kept;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(state_folder(), error)) {
    if (!entry.path().filename().string().starts_with(kFileName)) continue;
    KeptJournal journal;
    journal.path = entry.path().string();
    // What is written meanwhile is read by nobody but the next who looks.
    const std::unique_ptr<JournalLock> lock = JournalLock::take(journal.path);
    journal.is_live = lock == nullptr;
    journal.content = sut::read_journal(journal.path);
    if (lock != nullptr && journal.content.left.empty())
      lock->remove();
    else
      kept.push_back(std::move(journal));
  }
  std::ranges::sort(kept, {}, &KeptJournal::path);
  return kept;
}

}  // namespace closecheck::cli
