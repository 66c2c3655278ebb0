// What was read of a closed job's results so far, position by position, so that pages and whole readings can be held
// against each other. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  const std::vector<Row>& rows() const { return rows_; }

  /// Every position up to the end is known.
  bool is_whole() const {
    if (!total_ || rows_.size() < *total_) return false;
    for (std::size_t i = 0; i < *total_; ++i)
      if (known_[i] == 0) return false;
    return true;
  }

  bool knows(std::size_t position) const { return position < known_.size() && known_[position] != 0; }

  /// Adds a page that begins at `from`; `total` as far as the page tells.
  void add(std::size_t number, std::size_t from, const std::vector<Row>& page, std::optional<std::size_t> total) {
    if (first_ == 0) first_ = number;
    if (total) total_ = total;
    if (rows_.size() < from + page.size()) {
      rows_.resize(from + page.size());
      known_.resize(from + page.size(), 0);
    }
    for (std::size_t i = 0; i < page.size(); ++i) {
      rows_[from + i] = page[i];
      known_[from + i] = 1;
    }
  }

 private:
  std::vector<Row> rows_;
  std::vector<std::uint8_t> known_;
  std::optional<std::size_t> total_;
  std::size_t first_ = 0;
};

}  // namespace closecheck::model
