#include "in_process/close_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

constexpr std::array<std::string_view, 5> kAlwaysKnown{"error_trace", "filter_path", "format", "human", "pretty"};

std::string unrecognized(const Dialect& dialect, std::string_view job, std::vector<std::string> names) {
  std::ranges::sort(names);
  return fmt::format("request [{}/anomaly_detectors/{}/_close] contains unrecognized parameter{}: [{}]",
                     dialect.jobs.path, job, names.size() == 1 ? "" : "s", fmt::join(names, "], ["));
}

/// The same request with what stands among the other parameters by a known name in its own place.
CloseJob sorted_out(const CloseJob& ask, const Dialect& dialect) {
  CloseJob out = ask;
  const auto take = [&out](std::string_view name, Parameter& place) {
    std::erase_if(out.other, [&](const auto& parameter) {
      if (parameter.first != name) return false;
      place = parameter.second;
      return true;
    });
  };
  take("force", out.force);
  take("timeout", out.timeout);
  for (const std::string_view name : {dialect.allow_none.other, dialect.allow_none.written})
    if (!name.empty()) take(name, out.allow_no_jobs);
  return out;
}

/// All digits of the text as one number.
std::int64_t digits_of(std::string_view text) {
  std::int64_t number = 0;
  for (const char c : text)
    if (c >= '0' && c <= '9' && number < 1'000'000'000) number = 10 * number + (c - '0');
  return number;
}

/// Whether what is no time value is taken for one: as so many minutes as all its digits say.
bool takes_for_time(const Manner& manner, std::string_view text, bool force) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool bare = !text.empty() && std::ranges::all_of(text, is_digit);
  const bool compound = !text.empty() && is_digit(text.front()) && text.find_first_of("dhms") + 1 < text.size() &&
                        text.ends_with('m') && is_digit(text[text.size() - 2]);
  return (manner.deviates(Deviation::takes_bare_numbers) && bare) ||
         (manner.deviates(Deviation::takes_compound_times) && compound) ||
         (manner.deviates(Deviation::takes_unit_words) && text.ends_with("min")) ||
         (manner.deviates(Deviation::ignores_bad_timeout_beside_force) && force);
}

/// Whether a time value is refused all the same.
bool refuses_time(const Manner& manner, std::string_view text, Duration span) {
  return (manner.deviates(Deviation::refuses_small_time_units) &&
          (text.ends_with("nanos") || text.ends_with("micros"))) ||
         (manner.deviates(Deviation::refuses_timeouts_over_an_hour) && span > kHour);
}

/// A time value as it is read.
Duration misread(const Manner& manner, std::string_view text, Duration span) {
  if (manner.deviates(Deviation::reads_timeout_as_milliseconds)) return digits_of(text) * kMillisecond;
  if (manner.deviates(Deviation::reads_hours_as_seconds) && text.ends_with('h')) return span / 3'600;
  if (manner.deviates(Deviation::reads_days_as_seconds) && text.ends_with('d')) return span / 86'400;
  if (manner.deviates(Deviation::reads_micros_as_milliseconds) && text.ends_with("micros")) return span * 1'000;
  constexpr Duration kMost = std::numeric_limits<std::int32_t>::max() * kMillisecond;
  if (manner.deviates(Deviation::long_timeouts_are_up_at_once) && span > kMost) return 0;
  if (manner.deviates(Deviation::timeouts_last_a_minute)) return std::max(span, kMinute);
  return span;
}

/// How long a close without a timeout waits.
Duration default_timeout(const Manner& manner, const CloseJob& ask) {
  if (manner.deviates(Deviation::gives_up_after_30_seconds)) return 30 * kSecond;
  if (manner.deviates(Deviation::unforced_close_gives_up_after_a_second) && ask.force == "false") return kSecond;
  return kDefaultCloseTimeout;
}

Answer read_timeout(const Manner& manner, const CloseJob& ask, Duration& timeout) {
  timeout = default_timeout(manner, ask);
  if (!ask.timeout) return std::nullopt;
  const std::string_view text = *ask.timeout;
  TimeSpan read = read_time_span(text, "timeout");
  if (!read.error.empty()) {
    if (manner.deviates(Deviation::bad_timeout_means_default)) return std::nullopt;
    if (!takes_for_time(manner, text, ask.force == "true")) return bad_time(manner, std::move(read.error));
    timeout = digits_of(text) * kMinute;
    return std::nullopt;
  }
  if (refuses_time(manner, text, read.span)) return bad_time(manner, fmt::format("failed to parse [{}]", text));
  timeout = misread(manner, text, read.span);
  return std::nullopt;
}

Answer read_force(const Manner& manner, const CloseJob& ask, bool& force) {
  const std::string text = ask.force.value_or("");
  const bool in_capitals = lower(text) != text && (lower(text) == "true" || lower(text) == "false");
  if (manner.deviates(Deviation::empty_force_refused) && ask.force && text.empty())
    return bad_request("Failed to parse value [] as only [true] or [false] are allowed.");
  if (manner.deviates(Deviation::ignores_case_of_force) && in_capitals) {
    force = lower(text) == "true";
    return std::nullopt;
  }
  return read_flag(manner, ask.force, false, force);
}

/// Whether parameters that nobody knows are let pass.
bool overlooks_unknown(const Manner& manner, const CloseJob& ask) {
  return manner.deviates(Deviation::ignores_unknown_parameter) ||
         (manner.deviates(Deviation::ignores_unknown_parameter_beside_timeout) && ask.timeout);
}

CloseOrder read_sorted(const CloseJob& ask, const Manner& manner) {
  CloseOrder order;
  order.force_sent = ask.force.has_value();
  order.timeout_sent = ask.timeout.has_value();
  order.refusal = read_timeout(manner, ask, order.timeout);
  if (!order.refusal) order.refusal = read_force(manner, ask, order.force);
  std::vector<std::string> unknown;
  if (!manner.profile->has_expressions) {
    if (ask.allow_no_jobs) unknown.emplace_back(manner.profile->allow_none.written);
  } else if (!order.refusal) {
    order.refusal = read_flag(manner, ask.allow_no_jobs, true, order.allow_no_jobs);
  }
  for (const auto& [name, value] : ask.other)
    if (std::ranges::find(kAlwaysKnown, name) == kAlwaysKnown.end()) unknown.push_back(name);
  if (!order.refusal && !unknown.empty() && !overlooks_unknown(manner, ask))
    order.refusal = bad_request(unrecognized(*manner.profile, ask.job, std::move(unknown)));
  return order;
}

}  // namespace

Answer read_flag(const Manner& manner, const Parameter& parameter, bool absent, bool& value) {
  value = absent;
  if (!parameter) return std::nullopt;
  const bool strict = manner.profile->strict_booleans != manner.deviates(Deviation::misreads_force_spelling);
  if (!strict) {
    value = read_lenient_boolean(*parameter);
    return std::nullopt;
  }
  const auto read = read_strict_boolean(*parameter);
  if (!read)
    return bad_request(fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", *parameter));
  value = *read;
  return std::nullopt;
}

CloseOrder read_close_order(const CloseJob& sent, const Manner& manner) {
  if (sent.other.empty()) return read_sorted(sent, manner);
  return read_sorted(sorted_out(sent, *manner.profile), manner);
}

}  // namespace closecheck::sut
