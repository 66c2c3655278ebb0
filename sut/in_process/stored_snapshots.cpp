#include "in_process/stored_snapshots.h"

#include <algorithm>
#include <utility>

namespace closecheck::sut {
namespace {

constexpr std::size_t kSnapshotsKept = 10;

}  // namespace

StoredSnapshot* StoredSnapshots::find(std::string_view id) {
  for (StoredSnapshot& stored : snapshots_)
    if (stored.listed.id == id) return &stored;
  return nullptr;
}

Model StoredSnapshots::current_model() const {
  Model model;
  for (const StoredSnapshot& stored : snapshots_)
    if (stored.listed.id == current_id_) model = stored.model;
  return model;
}

void StoredSnapshots::keep(Snapshot listed, const Model& model) {
  remove(listed.id);
  current_id_ = listed.id;
  StoredSnapshot& stored = snapshots_.emplace_back();
  stored.listed = std::move(listed);
  stored.number = ++last_number_;
  stored.model = model;
  if (snapshots_.size() > kSnapshotsKept) {
    const auto oldest = std::ranges::find(snapshots_, false, &StoredSnapshot::retain);
    if (oldest != snapshots_.end() && oldest->listed.id != current_id_) snapshots_.erase(oldest);
  }
}

void StoredSnapshots::add(StoredSnapshot stored) {
  remove(stored.listed.id);
  stored.number = ++last_number_;
  snapshots_.push_back(std::move(stored));
}

void StoredSnapshots::remove(std::string_view id) {
  std::erase_if(snapshots_, [id](const StoredSnapshot& stored) { return stored.listed.id == id; });
}

void StoredSnapshots::drop_old(std::int64_t age_ms) {
  const auto time_of = [](const StoredSnapshot& stored) { return stored.listed.timestamp_ms.value_or(0); };
  std::int64_t newest_ms = 0;
  for (const StoredSnapshot& stored : snapshots_) newest_ms = std::max(newest_ms, time_of(stored));
  std::erase_if(snapshots_, [&](const StoredSnapshot& stored) {
    return !stored.retain && stored.listed.id != current_id_ && time_of(stored) < newest_ms - age_ms;
  });
}

}  // namespace closecheck::sut
