// Where a service keeps what must outlive it: rows of bytes under keys. Several changes become durable together, or
// none of them does.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace closecheck::sut {

/// A row as it is from now on; empty: there is none any more.
struct RowChange {
  std::string key;
  std::optional<std::string> value;
};
using RowChanges = std::vector<RowChange>;
using Rows = std::map<std::string, std::string>;

/// A store that cannot be used at all: locked, of another version, unreadable. The text says which, and what helps.
struct StoreRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// What could not be written or read this time; the rows are as they were before.
struct StoreFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One thread at a time.
class Store {
 public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Returns once all changes are durable. Throws StoreFailed.
  virtual void commit(const RowChanges& changes) = 0;
  /// Everything that is there. Throws StoreFailed.
  virtual Rows load() = 0;
};

}  // namespace closecheck::sut
