// A store that lives no longer than its process: for tests and for looking at what would be stored.
#pragma once

#include "store/store.h"

namespace closecheck::sut {

/// Applies changes to rows.
inline void apply_changes(const RowChanges& changes, Rows& rows) {
  for (const RowChange& change : changes) {
    if (change.value)
      rows.insert_or_assign(change.key, *change.value);
    else
      rows.erase(change.key);
  }
}

class MemoryStore final : public Store {
 public:
  void commit(const RowChanges& changes) override { apply_changes(changes, rows_); }
  Rows load() override { return rows_; }

 private:
  Rows rows_;
};

}  // namespace closecheck::sut
