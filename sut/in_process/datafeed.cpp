#include "in_process/datafeed.h"

#include <algorithm>

namespace closecheck::sut {

void Index::add(const std::vector<Record>& documents) {
  waiting_.insert(waiting_.end(), documents.begin(), documents.end());
}

void Index::refresh() {
  visible_.insert(visible_.end(), waiting_.begin(), waiting_.end());
  waiting_.clear();
  std::ranges::stable_sort(visible_, {}, &Record::time_ms);
}

std::vector<Record> Index::search(std::int64_t from_ms, std::int64_t to_ms, std::size_t count_max) const {
  const auto first = std::ranges::lower_bound(visible_, from_ms, {}, &Record::time_ms);
  const auto last = std::ranges::lower_bound(first, visible_.end(), to_ms, {}, &Record::time_ms);
  auto stop = first;
  if (static_cast<std::size_t>(last - first) <= count_max) {
    stop = last;
  } else {
    stop = first + static_cast<std::ptrdiff_t>(count_max);
    while (stop != last && stop->time_ms == std::prev(stop)->time_ms) ++stop;
  }
  return {first, stop};
}

}  // namespace closecheck::sut
