// A disk in memory, for SQLite, that forgets at a power failure what was not synced: every write since the last sync of
// its file is kept, lost or torn as chance has it. Nothing of the real disk is touched.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace closecheck::sut {

class LosingDisk {
 public:
  static constexpr const char* kName = "closecheck-losing-disk";
  static constexpr std::size_t kSector = 512;

  /// While one lives, SQLite finds it under `kName`. There is at most one at a time.
  LosingDisk() {
    vfs_.iVersion = 1;
    vfs_.szOsFile = sizeof(OpenFile);
    vfs_.mxPathname = 200;
    vfs_.zName = kName;
    vfs_.pAppData = this;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    vfs_.xAccess = access;
    vfs_.xFullPathname = full_path;
    vfs_.xRandomness = randomness;
    vfs_.xSleep = [](sqlite3_vfs*, int) { return 0; };
    vfs_.xCurrentTime = [](sqlite3_vfs*, double* now) {
      *now = 2'460'000;
      return SQLITE_OK;
    };
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~LosingDisk() { sqlite3_vfs_unregister(&vfs_); }
  LosingDisk(const LosingDisk&) = delete;
  LosingDisk& operator=(const LosingDisk&) = delete;

  /// The power fails at the so-manyth operation that changes something from now on.
  void fail_after(int operations) { operations_left_ = operations; }
  /// Every write is refused for want of room, or no longer.
  void fill(bool full) { full_ = full; }
  bool is_off() const { return off_; }
  int operations() const { return operations_; }

  /// Power again: of what was not synced, this is what chance has left.
  void restart(std::mt19937_64& random) {
    off_ = false;
    operations_left_ = -1;
    const std::uint64_t fate = random() % 4;
    for (auto& [name, file] : files_) {
      for (const Write& write : file->pending) {
        if (fate == 0 || (fate > 1 && random() % 2 == 0)) continue;
        if (write.cuts) {
          file->durable.resize(std::min(file->durable.size(), write.offset));
          continue;
        }
        for (std::size_t at = 0; at < write.bytes.size(); at += kSector)
          if (fate != 3 || random() % 2 == 0) put(file->durable, write.offset + at, write.bytes.substr(at, kSector));
      }
      file->pending.clear();
      file->bytes = file->durable;
    }
  }

 private:
  struct Write {
    std::size_t offset = 0;
    std::string bytes;
    bool cuts = false;  // the file ends at the offset
  };
  struct File {
    std::string bytes;    // as the running program sees it
    std::string durable;  // as it is on the disk for sure
    std::vector<Write> pending;
  };
  struct OpenFile {
    sqlite3_file base;
    LosingDisk* disk;
    std::shared_ptr<File>* file;
  };

  static void put(std::string& into, std::size_t offset, const std::string& bytes) {
    if (into.size() < offset + bytes.size()) into.resize(offset + bytes.size());
    std::memcpy(into.data() + offset, bytes.data(), bytes.size());
  }
  /// Counts an operation. False: there is no power.
  bool work() {
    ++operations_;
    if (operations_left_ >= 0 && operations_left_-- == 0) off_ = true;
    return !off_;
  }

  static LosingDisk& of(sqlite3_vfs* vfs) { return *static_cast<LosingDisk*>(vfs->pAppData); }
  static OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* opened, int flags, int* flags_out) {
    LosingDisk& disk = of(vfs);
    opened->pMethods = nullptr;
    if (disk.off_) return SQLITE_CANTOPEN;
    std::shared_ptr<File>& file = disk.files_[name == nullptr ? "temporary" : name];
    if (!file) file = std::make_shared<File>();
    opened->pMethods = methods();
    of(opened).disk = &disk;
    of(opened).file = new std::shared_ptr<File>(file);
    if (flags_out != nullptr) *flags_out = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int) {
    if (!of(vfs).work()) return SQLITE_IOERR_DELETE;
    of(vfs).files_.erase(name);
    return SQLITE_OK;
  }
  static int access(sqlite3_vfs* vfs, const char* name, int, int* there) {
    *there = of(vfs).files_.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    for (int i = 0; i < size; ++i) out[i] = static_cast<char>(of(vfs).salt_() & 0xFFU);
    return size;
  }

  static int close(sqlite3_file* file) {
    delete of(file).file;
    return SQLITE_OK;
  }
  static int read(sqlite3_file* opened, void* into, int amount, sqlite3_int64 from) {
    if (of(opened).disk->off_) return SQLITE_IOERR_READ;
    const std::string& bytes = (*of(opened).file)->bytes;
    const auto size = static_cast<std::size_t>(amount);
    const std::size_t offset = std::min(bytes.size(), static_cast<std::size_t>(from));
    const std::size_t count = std::min(size, bytes.size() - offset);
    std::memcpy(into, bytes.data() + offset, count);
    std::memset(static_cast<char*>(into) + count, 0, size - count);
    return count == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* opened, const void* from, int amount, sqlite3_int64 to) {
    LosingDisk& disk = *of(opened).disk;
    if (disk.full_) return SQLITE_FULL;
    const bool powered = disk.work();
    File& file = **of(opened).file;
    Write write{static_cast<std::size_t>(to),
                std::string(static_cast<const char*>(from), static_cast<std::size_t>(amount)), false};
    put(file.bytes, write.offset, write.bytes);
    file.pending.push_back(std::move(write));
    return powered ? SQLITE_OK : SQLITE_IOERR_WRITE;
  }
  static int truncate(sqlite3_file* opened, sqlite3_int64 size) {
    if (!of(opened).disk->work()) return SQLITE_IOERR_TRUNCATE;
    File& file = **of(opened).file;
    file.bytes.resize(static_cast<std::size_t>(size));
    file.pending.push_back(Write{static_cast<std::size_t>(size), "", true});
    return SQLITE_OK;
  }
  static int sync(sqlite3_file* opened, int) {
    if (!of(opened).disk->work()) return SQLITE_IOERR_FSYNC;
    File& file = **of(opened).file;
    file.durable = file.bytes;
    file.pending.clear();
    return SQLITE_OK;
  }
  static int file_size(sqlite3_file* opened, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>((*of(opened).file)->bytes.size());
    return SQLITE_OK;
  }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods table = [] {
      sqlite3_io_methods methods{};
      methods.iVersion = 1;
      methods.xClose = close;
      methods.xRead = read;
      methods.xWrite = write;
      methods.xTruncate = truncate;
      methods.xSync = sync;
      methods.xFileSize = file_size;
      methods.xLock = [](sqlite3_file*, int) { return SQLITE_OK; };
      methods.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
      methods.xCheckReservedLock = [](sqlite3_file*, int* reserved) {
        *reserved = 0;
        return SQLITE_OK;
      };
      methods.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
      methods.xSectorSize = [](sqlite3_file*) { return static_cast<int>(kSector); };
      methods.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
      return methods;
    }();
    return &table;
  }

  sqlite3_vfs vfs_{};
  std::map<std::string, std::shared_ptr<File>> files_;
  std::mt19937_64 salt_{7};
  int operations_left_ = -1;
  int operations_ = 0;
  bool off_ = false;
  bool full_ = false;
};

}  // namespace closecheck::sut
