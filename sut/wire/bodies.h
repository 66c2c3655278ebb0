// Request bodies as a server reads them. Tolerant of members that they do not know; a body that cannot be used
// throws Refused.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/vocabulary/dialect.h"
#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "wire/json.h"
#include "wire/service_answer.h"
#include "wire/service_request.h"

namespace closecheck::sut::wire {

inline constexpr std::string_view kIllegalArgument = "illegal_argument_exception";

/// Thrown while a request is read, when the answer is already known.
struct Refused {
  ServiceAnswer answer;
};
[[noreturn]] void refuse(int status, std::string_view type, std::string_view reason);

/// Refuses what stands in a field of a body, or with an empty one the body itself.
[[noreturn]] void refuse_field(std::string_view object, std::string_view field, std::string_view type,
                               std::string_view reason);
/// Refuses a body, or a part of it, for a reason of its own: what stands in it is not the cause.
[[noreturn]] void refuse_body(std::string_view object, std::string_view reason);
/// Refuses a member that the dialect does not know.
[[noreturn]] void refuse_unknown(std::string_view object, std::string_view name, const Dialect& dialect);
/// Refuses an id that none can be; `what`: `job_id`.
[[noreturn]] void refuse_id(std::string_view what, std::string_view id);

/// Reads the field of an object: what is refused meanwhile was refused in it. Of a field within it, whose object bears
/// its name, the place becomes a path: `analysis_config.detectors`.
template <class Read>
void in_field(std::string_view object, std::string_view field, const Read& read) {
  try {
    read();
  } catch (Refused& refused) {
    std::string path(field);
    const auto* inner = refused.answer.details ? std::get_if<UnusableField>(refused.answer.details.get()) : nullptr;
    if (inner != nullptr) path += "." + inner->field;
    throw Refused{{std::move(refused.answer.response), UnusableField{std::string(object), std::move(path)}}};
  }
}

/// What an object holds, under dotted paths; `path`: of the object itself.
void flatten(const Json& value, const std::string& path, Members& members);

/// Refuses an empty body.
void need_body(const std::string& body);

/// The body as one JSON object; an empty body gives an empty object.
Json read_object(const std::string& body, const char* what);

/// `time_format`: of times where the body does not say it; `options`: what the typed configuration does not know.
CreateJob read_create_job(const std::string& job, const std::string& body, std::string_view time_format,
                          JobOptions& options);
UpdateJob read_update_job(const std::string& job, const std::string& body, JobUpdate& more);
/// A datafeed's configuration, or the part of it that is to change; without its query.
FeedOptions read_feed(const Json& body);

/// A bulk body. `index` and `type`: the ones in the path; empty: none.
BulkWrite read_bulk(const std::string& index, const std::string& type, const std::string& body);

/// How far from now a date such as `now`, `now-1h` or `now+1d-30m` lies; empty: it is no such date.
std::optional<std::int64_t> after_now_ms(std::string_view text);
/// Milliseconds since the epoch from a date parameter (digits or an ISO date); throws Refused.
std::int64_t read_date_ms(const std::string& text, const char* name);

}  // namespace closecheck::sut::wire
