#include "store/sqlite_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace closecheck::sut {
namespace {

/// "ClJb": tells our databases from others.
constexpr int kApplication = 0x436C4A62;
constexpr const char* kFile = "closecheck.sqlite";

void sync_directory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

/// Of a row: another value under the key, or the value under another key, has another one.
std::int64_t checksum(std::string_view key, std::string_view value) {
  const auto add = [](uLong sum, std::string_view bytes) {
    return ::crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  };
  return static_cast<std::int64_t>(add(add(::crc32_z(0, nullptr, 0), key), value) ^ (key.size() << 32));
}

}  // namespace

void SqliteStore::Closer::operator()(sqlite3* database) const {
  sqlite3_close(database);
}
void SqliteStore::Closer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteStore::SqliteStore(const SqliteSettings& settings) {
  const bool on_disk = !settings.directory.empty();
  try {
    if (on_disk) lock(settings.directory);
    const std::string file = on_disk ? settings.directory + "/" + kFile : kFile;
    read_only_ ? open_for_reading(file) : open(settings, file);
    prepare_rows(file);
    if (on_disk) sync_directory(settings.directory);
  } catch (const StoreFailed& failed) {
    if (lock_ >= 0) ::close(lock_);
    throw StoreRefused(fmt::format("the data in {} cannot be used: {}", settings.directory, failed.what()));
  } catch (...) {
    if (lock_ >= 0) ::close(lock_);
    throw;
  }
}

SqliteStore::~SqliteStore() {
  put_.reset();
  remove_.reset();
  database_.reset();
  if (lock_ >= 0) ::close(lock_);
}

void SqliteStore::lock(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw StoreRefused(fmt::format("the directory {} cannot be made: {}", directory, error.message()));
  const std::string file = directory + "/lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  const int why = errno;
  if (lock_ < 0 && (why == EACCES || why == EROFS)) {
    lock_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    read_only_ = lock_ >= 0;
    errno = why;
  }
  if (lock_ < 0) throw StoreRefused(fmt::format("{} cannot be written: {}", file, std::strerror(errno)));
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK)
    throw StoreRefused(fmt::format("the data in {} are in use by another server: give each a directory", directory));
  throw StoreRefused(fmt::format("{} cannot be locked: {}", file, std::strerror(errno)));
}

void SqliteStore::open(const SqliteSettings& settings, const std::string& file) {
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      settings.vfs.empty() ? nullptr : settings.vfs.c_str());
  database_.reset(opened);
  if (result != SQLITE_OK) fail("opening it");
  sqlite3_extended_result_codes(opened, 1);
  // Nobody shares the file, so what is otherwise kept in shared memory can be kept in this process.
  run("PRAGMA locking_mode = EXCLUSIVE");
  run("PRAGMA journal_mode = WAL");
  run(settings.sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
  run(fmt::format("PRAGMA wal_autocheckpoint = {}", settings.checkpoint_pages).c_str());
}

void SqliteStore::open_for_reading(const std::string& file) {
  // Moving them to their places is writing, and without them what was acknowledged would be missing.
  if (std::error_code none; std::filesystem::file_size(file + "-wal", none) > 0 && !none)
    throw StoreRefused(
        fmt::format("{} cannot be written, and holds changes of a server that was killed: let a server that may write "
                    "end well there",
                    file));
  std::string uri = "file:";
  for (const char c : file) {
    const bool special = c == '%' || c == '?' || c == '#';
    uri += special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  uri += "?immutable=1";
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(uri.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(opened);
  if (result != SQLITE_OK) fail("opening it for reading");
}

void SqliteStore::prepare_rows(const std::string& file) {
  const std::int64_t application = read_number("PRAGMA application_id");
  const std::int64_t version = read_number("PRAGMA user_version");
  const std::int64_t tables = read_number("SELECT count(*) FROM sqlite_schema");
  if (application == 0 && tables == 0 && !read_only_) {
    run("BEGIN IMMEDIATE");
    run("CREATE TABLE rows (key TEXT PRIMARY KEY, value BLOB NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID");
    run(fmt::format("PRAGMA application_id = {}", kApplication).c_str());
    run(fmt::format("PRAGMA user_version = {}", kVersion).c_str());
    run("COMMIT");
  } else if (application != kApplication) {
    throw StoreRefused(fmt::format("{} is a database of another program", file));
  } else if (version != kVersion) {
    throw StoreRefused(
        fmt::format("{} has version {}, and this closecheck reads version {} only: use the closecheck "
                    "that wrote it, or another directory",
                    file, version, kVersion));
  }
  check_pages();
  if (read_only_) return;
  put_ = prepare("INSERT OR REPLACE INTO rows (key, value, sum) VALUES (?1, ?2, ?3)");
  remove_ = prepare("DELETE FROM rows WHERE key = ?1");
}

/// What holds the rows together; of the rows themselves their checksums tell.
void SqliteStore::check_pages() {
  const Statement check = prepare("PRAGMA quick_check(1)");
  if (sqlite3_step(check.get()) != SQLITE_ROW) fail("checking it");
  const std::string found = reinterpret_cast<const char*>(sqlite3_column_text(check.get(), 0));
  if (found != "ok") throw StoreFailed(fmt::format("the table 'rows' is damaged: {}", found));
}

void SqliteStore::commit(const RowChanges& changes) {
  if (read_only_) throw StoreFailed("its directory cannot be written");
  run("BEGIN IMMEDIATE");
  try {
    for (const RowChange& change : changes) write(change);
    run("COMMIT");
  } catch (const StoreFailed&) {
    // Some failures have ended the transaction already.
    if (sqlite3_get_autocommit(database_.get()) == 0)
      sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

void SqliteStore::write(const RowChange& change) {
  sqlite3_stmt* statement = change.value ? put_.get() : remove_.get();
  sqlite3_bind_text64(statement, 1, change.key.data(), change.key.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (change.value) {
    sqlite3_bind_blob64(statement, 2, change.value->data(), change.value->size(), SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, checksum(change.key, *change.value));
  }
  const int result = sqlite3_step(statement);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  if (result != SQLITE_DONE) fail("writing a row");
}

Rows SqliteStore::load() {
  Rows rows;
  const Statement all = prepare("SELECT key, value, sum FROM rows ORDER BY key");
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(all.get())) == SQLITE_ROW) {
    const auto bytes_of = [&](int column) {
      const void* bytes = sqlite3_column_blob(all.get(), column);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(all.get(), column));
      return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
    };
    const auto row = rows.emplace_hint(rows.end(), bytes_of(0), bytes_of(1));
    if (checksum(row->first, row->second) != sqlite3_column_int64(all.get(), 2))
      throw StoreFailed(
          fmt::format("the row '{}' of the table 'rows' is damaged: its checksum is another", row->first));
  }
  if (result != SQLITE_DONE) fail("reading the rows");
  return rows;
}

void SqliteStore::run(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

SqliteStore::Statement SqliteStore::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr) != SQLITE_OK) fail("reading its tables");
  return Statement(statement);
}

std::int64_t SqliteStore::read_number(const char* sql) {
  const Statement statement = prepare(sql);
  if (sqlite3_step(statement.get()) != SQLITE_ROW) fail(sql);
  return sqlite3_column_int64(statement.get(), 0);
}

void SqliteStore::fail(const char* doing) {
  const int system = sqlite3_system_errno(database_.get());
  std::string why = sqlite3_errmsg(database_.get());
  if (system != 0) why += fmt::format(" ({})", std::strerror(system));
  throw StoreFailed(fmt::format("{}: {}", doing, why));
}

}  // namespace closecheck::sut
