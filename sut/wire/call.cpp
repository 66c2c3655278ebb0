#include "wire/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "closecheck/vocabulary/text.h"
#include "wire/bodies.h"
#include "wire/time_format.h"
#include "wire/values.h"

namespace closecheck::sut::wire {
namespace {

/// Accepted by every API and of no meaning to the operation.
constexpr std::array<std::string_view, 6> kCommon{"pretty", "human", "error_trace", "filter_path", "format", "source"};

bool is_common(std::string_view name) {
  return std::find(kCommon.begin(), kCommon.end(), name) != kCommon.end();
}

std::string text_or_json(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump(value);
}

}  // namespace

Call::Call(const HttpRequest& http, std::map<std::string_view, std::string> parts, Profile profile, bool is_view)
    : http_(http), parts_(std::move(parts)), profile_(profile), is_view_(is_view) {
  // The product takes the names of a path's parts in its query as well, and reads them in the path.
  const bool names_job = !is_view && parts_.contains("job");
  for (const auto& [name, value] : http.query)
    if (!is_common(name) && !(names_job && name == "job_id")) rest_.emplace_back(name, value);
}

std::string Call::part(std::string_view name) const {
  const auto found = parts_.find(name);
  return found == parts_.end() ? std::string() : found->second;
}

Operation Call::raw() const {
  RawRequest raw{http_.method, http_.path, http_.query, http_.body, http_.content_type};
  raw.body_known = http_.body_known;
  return raw;
}

const Json& Call::object(const char* what) {
  if (!object_) object_ = read_object(body(), what);
  return *object_;
}

Parameter Call::take(std::string_view name) {
  Parameter value;
  std::erase_if(rest_, [&](const auto& pair) {
    if (pair.first != name) return false;
    value = pair.second;
    return true;
  });
  return value;
}

void Call::ignore(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) take(name);
}

Parameter Call::take_any(std::initializer_list<std::string_view> names) {
  Parameter value;
  for (const std::string_view name : names)
    if (!name.empty())
      if (Parameter one = take(name)) value = std::move(one);
  return value;
}

ListOptions Call::read_allow(const Parameter& allow) const {
  ListOptions options;
  if (!allow) return options;
  const auto read = read_strict_boolean(*allow);
  if (!read)
    refuse(400, kIllegalArgument,
           fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", *allow));
  options.allow_none = *read;
  return options;
}

ListOptions Call::take_allow() {
  if (!dialect().has_expressions) return {};
  return read_allow(take_any({dialect().allow_none.other, dialect().allow_none.written}));
}

ListOptions Call::take_allow_no_feeds() {
  if (!dialect().has_expressions) return {};
  const Naming& names = dialect().allow_none;
  return read_allow(take_any({names.knows("allow_no_jobs") ? "allow_no_datafeeds" : "",
                              names.knows("allow_no_match") ? "allow_no_match" : ""}));
}

std::optional<int> Call::take_number(const char* name) {
  const Parameter text = take(name);
  if (!text) return std::nullopt;
  const auto value = number_in<int>(*text);
  if (!value)
    refuse(400, kIllegalArgument, fmt::format("Failed to parse int parameter [{}] with value [{}]", name, *text));
  return value;
}

Parameter Call::take_either(const char* name) {
  // Beside a body no parameter is read, so whoever says one is refused; on a recording nobody acts.
  Parameter value = body().empty() || is_view_ ? take(name) : std::nullopt;
  if (body().empty()) return value;
  const Json* inner = member(object("request"), name);
  if (inner == nullptr || inner->is_null()) return value;
  return text_or_json(*inner);
}

std::optional<std::int64_t> Call::take_date(const char* name) {
  const Parameter text = take_either(name);
  if (!text || text->empty()) return std::nullopt;
  return read_date(*text, name);
}

std::optional<std::int64_t> Call::take_date_beside(const char* name) {
  const Parameter text = take(name);
  if (!text || text->empty()) return std::nullopt;
  return read_date(*text, name);
}

std::optional<std::int64_t> Call::read_date(const std::string& text, const char* name) const {
  try {
    return read_date_ms(text, name);
  } catch (const Refused&) {
    if (!is_view_) throw;
    return std::nullopt;
  }
}

std::optional<bool> Call::take_flag(const char* name) {
  const Parameter text = take_either(name);
  if (!text) return std::nullopt;
  if (!dialect().strict_booleans) return read_lenient_boolean(*text);
  const auto read = read_strict_boolean(*text);
  if (!read)
    refuse(400, kIllegalArgument,
           fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", *text));
  return read;
}

std::optional<double> Call::take_score(const char* name) {
  const Parameter text = take_either(name);
  if (!text) return std::nullopt;
  const auto value = number_in<double>(*text);
  if (!value)
    refuse(400, kIllegalArgument, fmt::format("Failed to parse double parameter [{}] with value [{}]", name, *text));
  return value;
}

ListOptions Call::take_list() {
  ListOptions out;
  if (body().empty() || is_view_) {
    out.from = take_number("from");
    out.size = take_number("size");
  }
  if (!body().empty()) {
    if (const Json* page = member(object("request"), "page"); page != nullptr) {
      const auto number = [page](const char* name) -> std::optional<int> {
        const Json* value = member(*page, name);
        if (value == nullptr) return std::nullopt;
        if (!value->is_number_integer() || value->get<std::int64_t>() > INT32_MAX ||
            value->get<std::int64_t>() < INT32_MIN)
          refuse(400, "parse_exception", fmt::format("[page] failed to parse field [{}]", name));
        return value->get<int>();
      };
      out.from = number("from");
      out.size = number("size");
    }
  }
  if (out.from && *out.from < 0) refuse(400, kIllegalArgument, "Parameter [from] cannot be < 0");
  if (out.size && *out.size < 0) refuse(400, kIllegalArgument, "Parameter [size] cannot be < 0");
  out.selection.start_ms = take_date("start");
  out.selection.end_ms = take_date("end");
  out.sort = take_either("sort").value_or("");
  out.selection.descending = take_flag("desc");
  return out;
}

}  // namespace closecheck::sut::wire
