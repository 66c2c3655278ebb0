// The model snapshots of a job, oldest first. A plain copyable value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/response.h"
#include "in_process/analysis.h"

namespace closecheck::sut {

struct StoredSnapshot {
  Snapshot listed;
  Model model;
  std::uint32_t number = 0;  // of all that the job ever had
  std::string description = "State persisted";
  bool retain = false;         // never dropped to make room for newer ones
  std::int64_t documents = 1;  // of its state
};

class StoredSnapshots {
 public:
  const std::vector<StoredSnapshot>& all() const { return snapshots_; }
  /// Null: there is none of that id.
  StoredSnapshot* find(std::string_view id);
  /// The one that the job goes on from; empty: it begins anew.
  const std::string& current_id() const { return current_id_; }
  /// Of the current one; an empty model when there is none.
  Model current_model() const;

  /// Adds a snapshot, in place of one of the same id, and goes on from it. What is older gives way.
  void keep(Snapshot listed, const Model& model);
  /// Adds a snapshot that somebody else made, in place of one of the same id.
  void add(StoredSnapshot stored);
  void go_back_to(const StoredSnapshot& snapshot) { current_id_ = snapshot.listed.id; }
  void remove(std::string_view id);
  /// Removes those that are older than so much before the newest, and neither retained nor the current one.
  void drop_old(std::int64_t age_ms);

 private:
  friend struct StateAccess;
  std::vector<StoredSnapshot> snapshots_;
  std::uint32_t last_number_ = 0;
  std::string current_id_;
};

}  // namespace closecheck::sut
