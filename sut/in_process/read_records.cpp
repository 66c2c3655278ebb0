#include "in_process/read_records.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace closecheck::sut {
namespace {

/// The fields of one detector, as places among an upload's names; `kNoName`: the detector has no such field.
struct Places {
  std::uint32_t value = kNoName;
  std::uint32_t by = kNoName;
  std::uint32_t partition = kNoName;
};

Reading read(const Upload& upload, const RecordFields& fields, const Places& places, bool counts) {
  Reading reading;
  reading.present = true;
  if (places.value != kNoName) {
    const Upload::Field* value = fields.find(places.value);
    const auto number = value == nullptr ? std::nullopt : number_of(upload, *value);
    reading.value = number.value_or(0);
    reading.present = number.has_value() || (counts && value != nullptr);
  }
  for (const auto& [place, text] : {std::pair{places.by, &reading.by}, {places.partition, &reading.partition}}) {
    if (place == kNoName) continue;
    const Upload::Field* field = fields.find(place);
    if (field == nullptr || field->text_size == 0)
      reading.present = false;
    else
      *text = upload.text(*field);
  }
  return reading;
}

}  // namespace

std::vector<ReadRecord> read_records_of(const Upload& upload, const Plan& plan) {
  const std::uint32_t time_place = place_of(upload, plan.time_field);
  std::vector<Places> places;
  std::vector<std::uint32_t> analysed;
  std::vector<std::string_view> known;
  for (const Plan::Item& item : plan.items) {
    places.push_back(
        {place_of(upload, item.field), place_of(upload, item.by_field), place_of(upload, item.partition_field)});
    for (const std::string* name : {&item.field, &item.by_field, &item.partition_field}) {
      if (name->empty() || std::ranges::find(known, *name) != known.end()) continue;
      known.emplace_back(*name);
      analysed.push_back(place_of(upload, *name));
    }
  }
  std::vector<ReadRecord> records;
  records.reserve(upload.ends.size());
  for (std::size_t i = 0; i < upload.ends.size(); ++i) {
    const RecordFields fields(upload, i);
    ReadRecord& record = records.emplace_back();
    const Upload::Field* time = fields.find(time_place);
    record.time_ms = time == nullptr ? Record::kInvalidTime
                                     : plan.time_format.read(upload.text(*time)).value_or(Record::kInvalidTime);
    record.fields = static_cast<std::int32_t>(fields.end() - fields.begin()) - (time == nullptr ? 0 : 1);
    for (const std::uint32_t place : analysed)
      ++(fields.find(place) == nullptr ? record.missing_fields : record.analysed_fields);
    record.readings.reserve(places.size());
    for (std::size_t item = 0; item < places.size(); ++item)
      record.readings.push_back(read(upload, fields, places[item], counts_records(plan.items[item].function)));
  }
  return records;
}

}  // namespace closecheck::sut
