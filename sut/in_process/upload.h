// Records as clients send them: any fields under any names, in one piece of memory. A job's plan says what of them
// counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in_process/analysis.h"

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

/// The records as the plan of a job reads them.
std::vector<Event> events_of(const Upload& upload, const Plan& plan);

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

}  // namespace closecheck::sut
