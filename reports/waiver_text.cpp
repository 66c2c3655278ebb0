#include "waiver_text.h"

#include <fmt/format.h>

#include <chrono>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/vocabulary/calendar.h"

namespace closecheck::reports {
namespace {

constexpr std::chrono::days kWaivedFor{90};

/// `YYYY-MM-DD`; empty where nobody knows when the run began.
std::string last_day_of(const std::string& started) {
  const std::optional<CalendarTime> begin = read_iso_time(started);
  const std::optional<std::int64_t> seconds = begin ? seconds_since_1970(*begin) : std::nullopt;
  if (!seconds) return {};
  const std::chrono::sys_seconds time{std::chrono::seconds(*seconds)};
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time) + kWaivedFor);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

}  // namespace

std::string waiver_line(const RunRecord& record, const ViolationRecord& violation) {
  std::string line = fmt::format(R"(- {{clause: {}, fingerprint: "{}", reason: "why", owner: "who")",
                                 id_of(violation.finding.clause), fingerprint_of(violation));
  if (const std::string day = last_day_of(record.started); !day.empty()) line += ", expires: " + day;
  return line + "}";
}

}  // namespace closecheck::reports
