#include "in_process/close_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

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

Answer read_timeout(const Manner& manner, const Parameter& parameter, Duration& timeout) {
  timeout = manner.deviates(Deviation::gives_up_after_30_seconds) ? 30 * kSecond : kDefaultCloseTimeout;
  if (!parameter) return std::nullopt;
  TimeSpan read = read_time_span(*parameter, "timeout");
  if (!read.error.empty()) {
    if (manner.deviates(Deviation::bad_timeout_means_default)) return std::nullopt;
    return bad_time(manner, std::move(read.error));
  }
  const std::string_view text = *parameter;
  if (manner.deviates(Deviation::refuses_small_time_units) && (text.ends_with("nanos") || text.ends_with("micros")))
    return bad_time(manner, fmt::format("failed to parse [{}]", text));
  timeout = read.span;
  if (manner.deviates(Deviation::reads_hours_as_seconds) && text.ends_with('h')) timeout = read.span / 3'600;
  if (manner.deviates(Deviation::reads_timeout_as_milliseconds)) {
    std::int64_t number = 0;
    for (const char c : text)
      if (c >= '0' && c <= '9' && number < 1'000'000'000) number = 10 * number + (c - '0');
    timeout = number * kMillisecond;
  }
  return std::nullopt;
}

CloseOrder read_sorted(const CloseJob& ask, const Manner& manner) {
  CloseOrder order;
  order.force_sent = ask.force.has_value();
  order.refusal = read_timeout(manner, ask.timeout, order.timeout);
  if (!order.refusal) order.refusal = read_flag(manner, ask.force, false, order.force);
  std::vector<std::string> unknown;
  if (!manner.profile->has_expressions) {
    if (ask.allow_no_jobs) unknown.emplace_back(manner.profile->allow_none.written);
  } else if (!order.refusal) {
    order.refusal = read_flag(manner, ask.allow_no_jobs, true, order.allow_no_jobs);
  }
  for (const auto& [name, value] : ask.other)
    if (std::ranges::find(kAlwaysKnown, name) == kAlwaysKnown.end()) unknown.push_back(name);
  if (!order.refusal && !unknown.empty() && !manner.deviates(Deviation::ignores_unknown_parameter))
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
