// Rows in an SQLite database of a directory that belongs to one process at a time. In a directory that cannot be
// written they can be read, and every commit fails.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "store/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace closecheck::sut {

struct SqliteSettings {
  std::string directory;  // made when it is missing; empty (with a VFS of tests): there is none, so nothing is locked
  std::string vfs;        // empty: the system's
  bool sync = true;       // false: a commit returns before it is durable. Only for showing that tests notice.
  int checkpoint_pages = 1'000;  // so many written pages wait at most to be moved to their places
};

class SqliteStore final : public Store {
 public:
  /// Of what the rows mean. A database of another version is refused.
  static constexpr int kVersion = 5;

  /// Throws StoreRefused.
  explicit SqliteStore(const SqliteSettings& settings);
  ~SqliteStore() override;

  void commit(const RowChanges& changes) override;
  Rows load() override;

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Closer>;

  void lock(const std::string& directory);
  void open(const SqliteSettings& settings, const std::string& file);
  void open_for_reading(const std::string& file);
  void prepare_rows(const std::string& file);
  void check_pages();
  void run(const char* sql);
  Statement prepare(const char* sql);
  std::int64_t read_number(const char* sql);
  [[noreturn]] void fail(const char* doing);
  void write(const RowChange& change);

  bool read_only_ = false;
  int lock_ = -1;  // a descriptor; the lock ends with the process, however that ends
  std::unique_ptr<sqlite3, Closer> database_;
  Statement put_;
  Statement remove_;
};

}  // namespace closecheck::sut
