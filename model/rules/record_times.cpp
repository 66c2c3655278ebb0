#include "rules/record_times.h"

#include <algorithm>

namespace closecheck::model {
namespace {

/// `takes_seconds`: numbers that stand for seconds are as good as others.
std::optional<std::span<const Record>> records_by(const std::vector<Record>& records, const UploadTimes& times,
                                                  const std::string& field, bool takes_seconds,
                                                  std::vector<Record>& memory) {
  const auto is_clear = [takes_seconds](TimeUnit unit) {
    return unit == TimeUnit::milliseconds || (takes_seconds && unit == TimeUnit::seconds);
  };
  if (field == "time" || records.empty())
    return is_clear(times.unit) ? std::optional(std::span(records)) : std::nullopt;
  const auto column = std::ranges::find(times.others, field, &TimeColumn::field);
  if (column == times.others.end() || !is_clear(column->unit)) return std::nullopt;
  memory = records;
  for (std::size_t i = 0; i < memory.size() && i < column->times_ms.size(); ++i)
    memory[i].time_ms = column->times_ms[i];
  return std::span<const Record>(memory);
}

}  // namespace

std::optional<std::span<const Record>> records_read(const PostData& post, const std::optional<TimeSource>& source,
                                                    std::vector<Record>& memory) {
  if (!source) return std::nullopt;
  return records_by(post.records, post.times, source->field, source->format != "epoch_ms", memory);
}

std::optional<std::span<const Record>> records_read(const IndexDocuments& documents,
                                                    const std::optional<TimeSource>& source,
                                                    std::vector<Record>& memory) {
  if (!source) return std::nullopt;
  return records_by(documents.records, documents.times, source->field, false, memory);
}

}  // namespace closecheck::model
