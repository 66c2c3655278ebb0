// Calendars, with the events for which they are kept, and filters: lists of texts that rules of detectors name. Plain
// copyable values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/service_answer.h"

namespace closecheck::sut {

struct Calendar {
  CalendarDescription shown;
  std::vector<CalendarEvent> events;  // by their beginning
};

/// By their ids.
struct CalendarList {
  std::vector<Calendar> calendars;
  std::vector<Filter> filters;
  std::int64_t last_event = 0;

  /// Null: there is none.
  Calendar* find_calendar(std::string_view id);
  Filter* find_filter(std::string_view id);
  /// A job that is gone is of no calendar.
  void forget_job(std::string_view job);
};

}  // namespace closecheck::sut
