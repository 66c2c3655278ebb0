// Records as clients send them: JSON objects however spaced, or one list of them, with any fields under any names, in
// one piece of memory. A job's plan says what of them counts.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/request.h"

namespace closecheck::sut {

struct Upload {
  struct Field {
    std::uint32_t name = 0;  // its place among the names
    bool is_number = false;
    double number = 0;
    std::size_t text_begin = 0;  // its text among the texts; a number's is kept too
    std::size_t text_size = 0;
  };
  std::vector<std::string> names;
  std::vector<Field> fields;
  std::vector<std::size_t> ends;  // of each record's fields
  std::string texts;
  std::int64_t bytes = 0;  // of the body
  bool malformed = false;  // what follows is no JSON object; the records before it are there

  std::string_view text(const Field& field) const {
    return std::string_view(texts).substr(field.text_begin, field.text_size);
  }
};

/// The fields of one record.
class RecordFields {
 public:
  RecordFields(const Upload& upload, std::size_t record)
      : begin_(upload.fields.data() + (record == 0 ? 0 : upload.ends[record - 1])),
        end_(upload.fields.data() + upload.ends[record]) {}

  /// The last of that name counts, as in JSON. Null: there is none.
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

/// The place of the empty name: whoever asks for that needs no field.
inline constexpr std::uint32_t kNoName = std::numeric_limits<std::uint32_t>::max();

/// The place of a name among those of the upload; one that no field has where it is not among them.
std::uint32_t place_of(const Upload& upload, std::string_view name);

/// The number that a field is, or that its text is.
std::optional<double> number_of(const Upload& upload, const Upload::Field& field);

/// The time that a document says in `time_field`: a number of milliseconds or a date, whatever the job's format is.
/// Empty: it says none.
std::optional<std::int64_t> document_time_ms(const Upload& upload, std::size_t record, std::string_view time_field);

/// The same records as the vocabulary knows them: `time`, `value` and `entity`, and where these names are missing the
/// first number and the first text.
std::vector<Record> plain_records(const Upload& upload);

/// Documents hold dates, posts what the job's format says.
enum class TimesIn : std::uint8_t { posts, documents };

/// The times of the same records, by `time` and by every other field in which one has a number of the epoch or a date.
UploadTimes times_of(const Upload& upload, TimesIn where);

namespace wire {

/// Never throws. Members of objects within a record get dotted names; a list is the text of its elements with commas
/// between them; null is no field.
Upload read_upload(std::string_view body);

}  // namespace wire
}  // namespace closecheck::sut
