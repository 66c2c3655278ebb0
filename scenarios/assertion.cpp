#include "assertion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "closecheck/vocabulary/base64.h"
#include "closecheck/vocabulary/calendar.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "json.h"
#include "pattern.h"
#include "warning.h"

namespace closecheck::scenarios {
namespace {

[[noreturn]] void fail(std::string what) {
  throw StepFailure{std::move(what)};
}

std::string shown(const Value& value) {
  constexpr std::size_t kShown = 200;
  return shortened(write_json(value), kShown);
}

/// Truth is judged on text: `0` is false, `0.0` is not; maps and lists are true. `False` is neither true nor false.
enum class Truth : std::uint8_t { yes, no, neither };
Truth truth_of(const Value& value) {
  if (value.is_null()) return Truth::no;
  if (value.map() != nullptr || value.list() != nullptr) return Truth::yes;
  const std::string text = *text_of(value);
  if (text.empty() || text == "false" || text == "0") return Truth::no;
  return lower(text) == "false" ? Truth::neither : Truth::yes;
}

void check_match(const std::string& path, const Value& expected, const Value& actual) {
  if (const std::string* pattern = expected.string(); pattern != nullptr && is_pattern(*pattern)) {
    const std::string* text = actual.string();
    const std::string expression = extended_pattern_of(*pattern);
    if (pattern_error(expression)) fail(fmt::format("{} is not a regular expression", *pattern));
    if (text == nullptr || !is_found(expression, *text))
      fail(fmt::format("expected \"{}\" to match {}, found {}", path, *pattern, shown(actual)));
    return;
  }
  const bool same =
      expected.is_number() && actual.is_number() ? expected.number() == actual.number() : equal(expected, actual);
  if (!same) fail(fmt::format("expected \"{}\" to be {}, found {}", path, shown(expected), shown(actual)));
}

void check_length(const std::string& path, const Value& expected, const Value& actual) {
  std::size_t length = 0;
  if (const std::string* text = actual.string())
    length = static_cast<std::size_t>(std::count_if(
        text->begin(), text->end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
  else if (actual.list() != nullptr)
    length = actual.list()->size();
  else if (actual.map() != nullptr)
    length = actual.map()->size();
  else
    fail(fmt::format("expected \"{}\" to have a length, found {}", path, shown(actual)));
  const auto text = text_of(expected);
  if (!text || *text != std::to_string(length))
    fail(fmt::format("expected \"{}\" to have the length {}, found {}", path, shown(expected), length));
}

void check_order(Check check, const std::string& path, const Value& expected, const Value& actual) {
  int order = 0;
  const auto* whole = std::get_if<std::int64_t>(&actual.data);
  const auto* bound = std::get_if<std::int64_t>(&expected.data);
  if (whole != nullptr && bound != nullptr)
    order = *whole < *bound ? -1 : *whole > *bound ? 1 : 0;
  else if (expected.is_number() && actual.is_number())
    order = actual.number() < expected.number() ? -1 : actual.number() > expected.number() ? 1 : 0;
  else if (expected.string() != nullptr && actual.string() != nullptr)
    order = actual.string()->compare(*expected.string());
  else
    fail(fmt::format("expected \"{}\" to be comparable with {}, found {}", path, shown(expected), shown(actual)));
  const bool holds = check == Check::gt    ? order > 0
                     : check == Check::gte ? order >= 0
                     : check == Check::lt  ? order < 0
                                           : order <= 0;
  if (!holds)
    fail(fmt::format("expected \"{}\" to be {} {}, found {}", path, name(check), shown(expected), shown(actual)));
}

bool has_members(const Value& element, const Map& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Member& member) {
    const Value* found = element.find(member.key);
    return found != nullptr && equal(*found, member.value);
  });
}

void check_contains(const std::string& path, const Value& expected, const Value& actual) {
  bool holds = false;
  if (expected.map() != nullptr && actual.list() != nullptr)
    holds = std::any_of(actual.list()->begin(), actual.list()->end(),
                        [&](const Value& element) { return has_members(element, *expected.map()); });
  else if (expected.string() != nullptr && actual.string() != nullptr)
    holds = actual.string()->find(*expected.string()) != std::string::npos;
  if (!holds) fail(fmt::format("expected \"{}\" to contain {}, found {}", path, shown(expected), shown(actual)));
}

void check_close_to(const std::string& path, const Value& expected, const Value& actual) {
  const Value* value = expected.find("value");
  const Value* error = expected.find("error");
  const bool readable = value != nullptr && error != nullptr && value->is_number() && error->is_number();
  if (!readable || !actual.is_number() || std::abs(actual.number() - value->number()) > error->number())
    fail(fmt::format("expected \"{}\" to be close to {}, found {}", path, shown(expected), shown(actual)));
}

/// `2024-05-01T10:20:30.5Z`: seconds since 1970, and nanoseconds.
std::pair<std::int64_t, Duration> instant_of(const Value& value) {
  const std::string* text = value.string();
  const auto time = text != nullptr && text->ends_with('Z') ? read_iso_time(*text) : std::nullopt;
  if (!time) fail(fmt::format("expected an ISO instant such as 2024-05-01T10:20:30Z, found {}", shown(value)));
  return {*seconds_since_1970(*time), time->fraction};
}

int wanted_status(std::string_view catch_text) {
  struct Named {
    std::string_view name;
    int status;
  };
  constexpr std::array kStatuses{Named{"bad_request", 400}, Named{"unauthorized", 401},    Named{"forbidden", 403},
                                 Named{"missing", 404},     Named{"request_timeout", 408}, Named{"conflict", 409},
                                 Named{"gone", 410},        Named{"unavailable", 503}};
  const auto* const found =
      std::find_if(kStatuses.begin(), kStatuses.end(), [&](const Named& one) { return one.name == catch_text; });
  return found == kStatuses.end() ? 0 : found->status;
}

std::string told(const Answer& answer) {
  constexpr std::size_t kShown = 200;
  return fmt::format("{} {}", answer.status, one_line(shortened(answer.text, kShown)));
}

void check_caught(const std::string& wanted, const Answer& answer, Profile profile) {
  if (is_pattern(wanted)) {
    const Value* error = answer.body.find("error");
    if (error == nullptr) fail(fmt::format("expected an answer with an `error`, found {}", told(answer)));
    const std::string text = java_text(*error);
    if (!is_found(pattern_of(wanted), text)) fail(fmt::format("expected an error like {}, found {}", wanted, text));
    return;
  }
  if (wanted == "refused") return;
  if (wanted == "request") {
    constexpr std::array kNamed{400, 401, 403, 404, 408, 409, 410};
    const bool has_name = std::find(kNamed.begin(), kNamed.end(), answer.status) != kNamed.end();
    if (has_name && profile->catches_narrowly)
      fail(fmt::format("expected an error without a name of its own, found {}", told(answer)));
    return;
  }
  if (const int status = wanted_status(wanted); answer.status != status)
    fail(fmt::format("expected {} ({}), found {}", status, wanted, told(answer)));
}

}  // namespace

std::optional<Answer> read_answer(const Response& response, bool is_head) {
  if (!response.wire) return std::nullopt;
  Answer answer;
  answer.status = response.wire->status;
  answer.text = response.wire->body;
  answer.is_head = is_head;
  bool says_type = false;
  bool is_json = false;
  for (const auto& [key, value] : response.wire->headers) {
    if (key == "warning") answer.warnings.push_back(value);
    if (key != "content-type") continue;
    says_type = true;
    is_json = lower(value.substr(0, value.find(';'))).find("json") != std::string::npos;
  }
  if (says_type && !is_json) return answer;
  if (auto body = read_json(answer.text)) {
    answer.body = std::move(*body);
    answer.has_body = true;
  }
  return answer;
}

void check_outcome(const DoStep& call, const Answer& answer, bool success_required, Profile profile,
                   bool takes_any_warning) {
  const bool ignored = std::find(call.ignored.begin(), call.ignored.end(), answer.status) != call.ignored.end();
  const bool success = answer.status < 400 || ignored || (answer.is_head && answer.status == 404);
  if (!call.catch_text.empty()) {
    if (success) fail(fmt::format("expected an error ({}), found {}", call.catch_text, told(answer)));
    return check_caught(call.catch_text, answer, profile);
  }
  if (success_required && !success) fail(fmt::format("expected success, found {}", told(answer)));
  if (success && (call.has_warnings || (success_required && !takes_any_warning)))
    if (const auto trouble = check_warnings(call, answer.warnings)) fail(*trouble);
}

void check_assertion(Check check, const std::string& path, const Value& expected, const Answer& answer,
                     const Stash& stash) {
  Value actual;
  try {
    actual = walk(answer.body, path, stash);
  } catch (const StepFailure& failure) {
    fail(fmt::format("\"{}\" leads nowhere: {}", path, failure.what));
  }
  if (answer.is_head && !answer.has_body && path.empty()) actual = {answer.status < 400, {}};
  switch (check) {
    case Check::match:
      return check_match(path, expected, actual);
    case Check::is_true:
      if (truth_of(actual) != Truth::yes)
        fail(fmt::format("expected \"{}\" to be true, found {}", path, shown(actual)));
      return;
    case Check::is_false:
      if (truth_of(actual) != Truth::no)
        fail(fmt::format("expected \"{}\" to be false, found {}", path, shown(actual)));
      return;
    case Check::length:
      return check_length(path, expected, actual);
    case Check::gt:
    case Check::gte:
    case Check::lt:
    case Check::lte:
      return check_order(check, path, expected, actual);
    case Check::exists:
      if (actual.is_null()) fail(fmt::format("expected \"{}\" to be there", path));
      return;
    case Check::not_exists:
      if (!actual.is_null()) fail(fmt::format("expected \"{}\" not to be there, found {}", path, shown(actual)));
      return;
    case Check::contains:
      return check_contains(path, expected, actual);
    case Check::close_to:
      return check_close_to(path, expected, actual);
    case Check::is_after:
      if (instant_of(actual) <= instant_of(expected))
        fail(fmt::format("expected \"{}\" to be after {}, found {}", path, shown(expected), shown(actual)));
      return;
  }
}

Value value_to_keep(const SetStep& step, const Answer& answer, const Stash& stash) {
  if (!step.transform) return walk(answer.body, step.path, stash);
  constexpr std::string_view kCredentials = "#base64EncodeCredentials(";
  constexpr std::string_view kEncode = "#base64Encode(";
  const std::string_view text = step.path;
  if (!text.ends_with(')')) return make_text(step.path);
  if (text.starts_with(kEncode))
    return make_text(to_base64(text.substr(kEncode.size(), text.size() - kEncode.size() - 1)));
  if (!text.starts_with(kCredentials)) return make_text(step.path);
  const std::string_view paths = text.substr(kCredentials.size(), text.size() - kCredentials.size() - 1);
  const std::size_t comma = paths.find(',');
  if (comma == std::string_view::npos) fail("expected two paths in #base64EncodeCredentials(user,password)");
  const auto part = [&](std::string_view path) {
    return text_of(walk(answer.body, trimmed(path), stash)).value_or("");
  };
  return make_text(to_base64(part(paths.substr(0, comma)) + ":" + part(paths.substr(comma + 1))));
}

std::string java_text(const Value& value) {
  if (const Map* map = value.map()) {
    const auto text_of_member = [](const Member& member) { return member.key + "=" + java_text(member.value); };
    return "{" + joined(*map, ", ", text_of_member) + "}";
  }
  if (const List* list = value.list()) return "[" + joined(*list, ", ", java_text) + "]";
  return value.is_null() ? "null" : *text_of(value);
}

}  // namespace closecheck::scenarios
