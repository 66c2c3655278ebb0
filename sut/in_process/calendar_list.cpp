#include "in_process/calendar_list.h"

#include <algorithm>

namespace closecheck::sut {

Calendar* CalendarList::find_calendar(std::string_view id) {
  const auto found =
      std::ranges::find(calendars, id, [](const Calendar& calendar) { return std::string_view(calendar.shown.id); });
  return found == calendars.end() ? nullptr : &*found;
}

Filter* CalendarList::find_filter(std::string_view id) {
  const auto found = std::ranges::find(filters, id, [](const Filter& filter) { return std::string_view(filter.id); });
  return found == filters.end() ? nullptr : &*found;
}

void CalendarList::forget_job(std::string_view job) {
  for (Calendar& calendar : calendars) std::erase(calendar.shown.jobs, job);
}

}  // namespace closecheck::sut
