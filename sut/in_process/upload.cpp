#include "in_process/upload.h"

#include <algorithm>
#include <limits>

#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

std::uint32_t place_of(const Upload& upload, std::string_view name) {
  if (name.empty()) return kNone;
  const auto found = std::ranges::find(upload.names, name);
  return found == upload.names.end() ? kNone - 1 : static_cast<std::uint32_t>(found - upload.names.begin());
}

/// The fields of one detector, as places among an upload's names; `kNone`: the detector has no such field.
struct Places {
  std::uint32_t value = kNone;
  std::uint32_t by = kNone;
  std::uint32_t partition = kNone;
};

/// The fields of one record.
class RecordFields {
 public:
  RecordFields(const Upload& upload, std::size_t record)
      : begin_(upload.fields.data() + (record == 0 ? 0 : upload.ends[record - 1])),
        end_(upload.fields.data() + upload.ends[record]) {}

  /// The last of that name counts, as in JSON.
  const Upload::Field* find(std::uint32_t name) const {
    for (const Upload::Field* field = end_; field != begin_;)
      if ((--field)->name == name) return field;
    return nullptr;
  }
  const Upload::Field* begin() const { return begin_; }
  const Upload::Field* end() const { return end_; }

 private:
  const Upload::Field* begin_;
  const Upload::Field* end_;
};

std::optional<double> number_of(const Upload& upload, const Upload::Field& field) {
  return field.is_number ? std::optional(field.number) : number_in<double>(upload.text(field));
}

/// A number of the epoch, or a date.
std::optional<std::int64_t> time_of(const Upload& upload, const Upload::Field& field) {
  if (const auto number = number_of(upload, field)) return epoch_number_ms(*number);
  return iso_date_ms(upload.text(field));
}

Reading read(const Upload& upload, const RecordFields& fields, const Places& places, bool counts) {
  Reading reading;
  reading.present = true;
  if (places.value != kNone) {
    const Upload::Field* value = fields.find(places.value);
    const auto number = value == nullptr ? std::nullopt : number_of(upload, *value);
    reading.value = number.value_or(0);
    reading.present = number.has_value() || (counts && value != nullptr);
  }
  for (const auto& [place, text] : {std::pair{places.by, &reading.by}, {places.partition, &reading.partition}}) {
    if (place == kNone) continue;
    const Upload::Field* field = fields.find(place);
    if (field == nullptr || field->text_size == 0)
      reading.present = false;
    else
      *text = upload.text(*field);
  }
  return reading;
}

}  // namespace

std::vector<Event> events_of(const Upload& upload, const Plan& plan) {
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
  std::vector<Event> events;
  events.reserve(upload.ends.size());
  for (std::size_t i = 0; i < upload.ends.size(); ++i) {
    const RecordFields fields(upload, i);
    Event& event = events.emplace_back();
    const Upload::Field* time = fields.find(time_place);
    event.time_ms = time == nullptr ? Record::kInvalidTime
                                    : plan.time_format.read(upload.text(*time)).value_or(Record::kInvalidTime);
    event.fields = static_cast<std::int32_t>(fields.end() - fields.begin()) - (time == nullptr ? 0 : 1);
    for (const std::uint32_t place : analysed)
      ++(fields.find(place) == nullptr ? event.missing_fields : event.analysed_fields);
    event.readings.reserve(places.size());
    for (std::size_t item = 0; item < places.size(); ++item)
      event.readings.push_back(read(upload, fields, places[item], counts_records(plan.items[item].function)));
  }
  return events;
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
