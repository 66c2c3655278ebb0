// Datafeeds and the little index store that they read. Plain copyable values; the core tells them the time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "in_process/job.h"

namespace closecheck::sut {

/// Documents of one index. Those that wait for a refresh are not found by searches.
class Index {
 public:
  explicit Index(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  void add(const std::vector<Record>& documents);
  void refresh();
  /// Up to `count_max` documents with times in `from_ms <= time < to_ms`, in time order. Documents of one time are
  /// never split, so that the next search can begin behind the last one.
  std::vector<Record> search(std::int64_t from_ms, std::int64_t to_ms, std::size_t count_max) const;

 private:
  std::string name_;
  std::vector<Record> visible_;  // in time order
  std::vector<Record> waiting_;
};

struct Datafeed {
  std::string id;
  std::string job;
  std::string index;
  bool started = false;
  std::int64_t next_ms = 0;            // where the next search begins
  std::optional<std::int64_t> end_ms;  // of this run
  Time due = kNever;

  static constexpr std::size_t kChunkDocuments = 500;
  static constexpr Duration kChunkPause = 10 * kMillisecond;
  static constexpr Duration kFollowPause = 500 * kMillisecond;
};

}  // namespace closecheck::sut
