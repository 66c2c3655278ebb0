#include "wire/upload.h"

#include <algorithm>

#include "closecheck/vocabulary/text.h"
#include "wire/time_format.h"

namespace closecheck::sut {
namespace {

/// A number of the epoch, or a date.
std::optional<std::int64_t> time_of(const Upload& upload, const Upload::Field& field) {
  if (const auto number = number_of(upload, field)) return epoch_number_ms(*number);
  return iso_date_ms(upload.text(field));
}

}  // namespace

std::uint32_t place_of(const Upload& upload, std::string_view name) {
  if (name.empty()) return kNoName;
  const auto found = std::ranges::find(upload.names, name);
  return found == upload.names.end() ? kNoName - 1 : static_cast<std::uint32_t>(found - upload.names.begin());
}

std::optional<double> number_of(const Upload& upload, const Upload::Field& field) {
  return field.is_number ? std::optional(field.number) : number_in<double>(upload.text(field));
}

std::optional<std::int64_t> document_time_ms(const Upload& upload, std::size_t record, std::string_view time_field) {
  const RecordFields fields(upload, record);
  const Upload::Field* time = fields.find(place_of(upload, time_field));
  return time == nullptr ? std::nullopt : time_of(upload, *time);
}

std::vector<Record> plain_records(const Upload& upload) {
  const std::uint32_t value_place = place_of(upload, "value");
  const std::uint32_t entity_place = place_of(upload, "entity");
  const std::uint32_t time_place = place_of(upload, "time");
  std::vector<Record> records;
  records.reserve(upload.ends.size());
  for (std::size_t i = 0; i < upload.ends.size(); ++i) {
    const RecordFields fields(upload, i);
    const Upload::Field* value = fields.find(value_place);
    const Upload::Field* entity = fields.find(entity_place);
    for (const Upload::Field& field : fields) {
      if (field.name == time_place) continue;
      if (value == nullptr && field.is_number) value = &field;
      if (entity == nullptr && !field.is_number) entity = &field;
    }
    Record& record = records.emplace_back();
    record.time_ms = document_time_ms(upload, i, "time").value_or(Record::kInvalidTime);
    if (value != nullptr) record.value = number_of(upload, *value).value_or(0);
    if (entity != nullptr && !entity->is_number) record.entity = upload.text(*entity);
  }
  return records;
}

namespace {

/// Numbers from here on may be times: 1973 in seconds.
constexpr double kTimesFrom = 1e8;
/// ... and from here on times in milliseconds.
constexpr double kMillisecondsFrom = 1e11;

bool may_be_time(const Upload& upload, const Upload::Field& field) {
  const auto number = number_of(upload, field);
  return number ? *number >= kTimesFrom : iso_date_ms(upload.text(field)).has_value();
}

/// How a value is written as a time; empty: it is none.
std::optional<TimeUnit> unit_of(const Upload& upload, const Upload::Field& field, TimesIn where) {
  if (const auto number = number_of(upload, field)) {
    if (!epoch_number_ms(*number) || *number < 0) return TimeUnit::unclear;
    return *number >= kMillisecondsFrom ? TimeUnit::milliseconds : TimeUnit::seconds;
  }
  if (!iso_date_ms(upload.text(field))) return std::nullopt;
  return where == TimesIn::documents ? TimeUnit::milliseconds : TimeUnit::unclear;
}

TimeColumn column_of(const Upload& upload, std::uint32_t name, TimesIn where) {
  TimeColumn column{upload.names[name], TimeUnit::milliseconds, {}};
  column.times_ms.reserve(upload.ends.size());
  std::optional<TimeUnit> unit;
  for (std::size_t i = 0; i < upload.ends.size(); ++i) {
    const Upload::Field* field = RecordFields(upload, i).find(name);
    const auto time_ms = field == nullptr ? std::nullopt : time_of(upload, *field);
    column.times_ms.push_back(time_ms.value_or(Record::kInvalidTime));
    const auto own = field == nullptr ? std::nullopt : unit_of(upload, *field, where);
    if (own) unit = unit && *unit != *own ? TimeUnit::unclear : *own;
  }
  column.unit = unit.value_or(TimeUnit::milliseconds);
  return column;
}

}  // namespace

UploadTimes times_of(const Upload& upload, TimesIn where) {
  std::vector<bool> may_hold(upload.names.size(), false);
  for (const Upload::Field& field : upload.fields)
    if (!may_hold[field.name]) may_hold[field.name] = may_be_time(upload, field);
  UploadTimes times;
  for (std::uint32_t name = 0; name < upload.names.size(); ++name) {
    if (upload.names[name] == "time")
      times.unit = column_of(upload, name, where).unit;
    else if (may_hold[name])
      times.others.push_back(column_of(upload, name, where));
  }
  return times;
}

}  // namespace closecheck::sut
