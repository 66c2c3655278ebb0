#include "judge/data_sources.h"

#include <algorithm>
#include <utility>

namespace closecheck::model {

void DataSources::clear() {
  feeds_.clear();
  indexes_.clear();
  stray_starts_.clear();
  documents_lost_ = false;
}

const FeedFile* DataSources::find_feed(std::string_view name) const {
  const auto found = std::ranges::find(feeds_, name, &FeedFile::feed);
  return found != feeds_.end() ? &*found : nullptr;
}

FeedFile* DataSources::find_feed(std::string_view name) {
  return const_cast<FeedFile*>(std::as_const(*this).find_feed(name));
}

void DataSources::replace(const CreateDatafeed& create, bool reads_everything) {
  FeedFile* file = find_feed(create.feed);
  if (file == nullptr) file = &feeds_.emplace_back();
  *file = {create.feed, create.job, create.index, 0, reads_everything, {}};
}

void DataSources::file_creation(const CreateDatafeed& create, bool reads_everything, bool counts) {
  const FeedFile* known = find_feed(create.feed);
  if (known == nullptr || (counts && known->creations == 0)) replace(create, reads_everything);
  FeedFile& file = *find_feed(create.feed);
  if (file.job == create.job && file.index == create.index) file.creations += counts ? 1 : -1;
}

std::vector<std::size_t> DataSources::stray_starts(std::string_view feed) const {
  std::vector<std::size_t> numbers;
  for (const StrayStart& start : stray_starts_)
    if (start.feed == feed) numbers.push_back(start.number);
  return numbers;
}

IndexFile& DataSources::index_named(const std::string& name) {
  const auto found = std::ranges::find(indexes_, name, &IndexFile::index);
  if (found != indexes_.end()) return *found;
  indexes_.push_back({name, {}, documents_lost_, false, 0});
  return indexes_.back();
}

void DataSources::lose_all_documents() {
  documents_lost_ = true;
  for (IndexFile& index : indexes_) index.lost = true;
}

std::optional<std::vector<Record>> DataSources::records_of(const FeedFile& feed, const StartDatafeed& start,
                                                           const std::optional<TimeSource>& times) const {
  std::vector<Record> records;
  const auto index = std::ranges::find(indexes_, feed.index, &IndexFile::index);
  if (index == indexes_.end()) return records;
  std::vector<Record> memory;
  for (const auto& upload : index->uploads) {
    const auto read = records_read(std::get<IndexDocuments>(upload->operation), times, memory);
    if (!read) return std::nullopt;
    for (const Record& record : *read)
      if (record.time_ms >= start.start_ms.value_or(INT64_MIN) && record.time_ms < start.end_ms.value_or(INT64_MAX))
        records.push_back(record);
  }
  std::ranges::stable_sort(records, {}, &Record::time_ms);
  return records;
}

}  // namespace closecheck::model
