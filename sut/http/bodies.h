// Request bodies as a server reads them. Tolerant of unknown members; a body that cannot be used throws Refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "http/json.h"

namespace closecheck::sut::wire {

inline constexpr std::string_view kIllegalArgument = "illegal_argument_exception";

/// Thrown while a request is read, when the answer is already known.
struct Refused {
  WireAnswer answer;
};
[[noreturn]] void refuse(int status, std::string_view type, std::string_view reason);

/// The body as one JSON object; an empty body gives an empty object.
Json read_object(const std::string& body, const char* what);

CreateJob read_create_job(const std::string& job, const std::string& body);
UpdateJob read_update_job(const std::string& job, const std::string& body);
CreateDatafeed read_create_datafeed(const std::string& feed, const std::string& body);

/// Records of a `_data` body: JSON objects however spaced, or one list of them. A time is a number or a text of
/// milliseconds or (below 10^11) seconds since the epoch, or an ISO date; anything else is an invalid time.
struct RecordsRead {
  std::vector<Record> records;
  bool malformed = false;
};
RecordsRead read_records(const std::string& body);

/// A bulk body: actions of one index, each followed by its document. `index`: the one in the path; empty: none.
IndexDocuments read_bulk(const std::string& index, const std::string& body);

/// Milliseconds since the epoch from a date parameter (digits or an ISO date); throws Refused.
std::int64_t read_date_ms(const std::string& text, const char* name);

}  // namespace closecheck::sut::wire
