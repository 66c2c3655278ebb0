// What was read of a closed job's results so far, position by position, so that pages and whole readings can be held
// against each other. Plain data.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace closecheck::model {

template <class Row>
class ObservedRows {
 public:
  void clear() {
    rows_.clear();
    known_.clear();
    total_.reset();
    first_ = 0;
  }
  bool empty() const { return first_ == 0; }
  /// The request that was read first; 0: none.
  std::size_t first() const { return first_; }
  std::optional<std::size_t> total() const { return total_; }
  /// The position behind the last one that is kept.
  std::size_t end() const { return begin_ + rows_.size(); }
  /// How many rows are kept, those between known ones included.
  std::size_t size() const { return rows_.size(); }

  /// Every position up to the end is known.
  bool is_whole() const {
    if (!total_) return false;
    if (*total_ == 0) return true;
    return begin_ == 0 && rows_.size() >= *total_ &&
           std::find(known_.begin(), known_.begin() + static_cast<std::ptrdiff_t>(*total_), 0) ==
               known_.begin() + static_cast<std::ptrdiff_t>(*total_);
  }
  /// All rows; only where they are whole.
  std::span<const Row> whole() const { return std::span(rows_).first(*total_); }

  /// Null: that position is not known.
  const Row* at(std::size_t position) const {
    const std::size_t index = position - begin_;
    return position >= begin_ && index < rows_.size() && known_[index] != 0 ? &rows_[index] : nullptr;
  }
  /// The first known position outside `from..to` whose row begins then; empty: none.
  std::optional<std::size_t> find(std::int64_t start_ms, std::size_t from = 0, std::size_t to = 0) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::size_t position = begin_ + i;
      const bool is_within = position >= from && position < to;
      if (known_[i] != 0 && rows_[i].start_ms == start_ms && !is_within) return position;
    }
    return std::nullopt;
  }

  /// Adds a page that begins at `from`; `total` as far as the page tells.
  void add(std::size_t number, std::size_t from, const std::vector<Row>& page, std::optional<std::size_t> total) {
    if (first_ == 0) first_ = number;
    if (total) total_ = total;
    if (rows_.empty()) begin_ = from;
    if (from < begin_) {
      rows_.insert(rows_.begin(), begin_ - from, Row{});
      known_.insert(known_.begin(), begin_ - from, 0);
      begin_ = from;
    }
    const std::size_t first = from - begin_;
    if (rows_.size() < first + page.size()) {
      rows_.resize(first + page.size());
      known_.resize(first + page.size(), 0);
    }
    std::copy(page.begin(), page.end(), rows_.begin() + static_cast<std::ptrdiff_t>(first));
    std::fill_n(known_.begin() + static_cast<std::ptrdiff_t>(first), page.size(), std::uint8_t{1});
  }

 private:
  std::size_t begin_ = 0;  // position of the first row that is kept
  std::vector<Row> rows_;
  std::vector<std::uint8_t> known_;
  std::optional<std::size_t> total_;
  std::size_t first_ = 0;
};

}  // namespace closecheck::model
