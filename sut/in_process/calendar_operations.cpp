#include "in_process/calendar_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "in_process/datafeed.h"
#include "in_process/privileges.h"
#include "in_process/result_documents.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

Response refused_as_it_is(std::string reason) {
  return refused(400, "status_exception", std::move(reason));
}

Response unknown_calendar(std::string_view id) {
  return not_found(fmt::format("No calendar with id [{}]", id));
}

Response unknown_filter(std::string_view id) {
  return not_found(fmt::format("No filter with id [{}] exists", id));
}

std::optional<Response> refuse_id(std::string_view what, std::string_view id) {
  if (is_valid_id(id) && id.size() <= 64) return std::nullopt;
  return bad_request(
      fmt::format("Invalid {}; '{}' can contain lowercase alphanumeric (a-z and 0-9), hyphens or underscores; must "
                  "start and end with alphanumeric",
                  what, id));
}

bool names_all(std::string_view expression) {
  return expression.empty() || expression == "_all" || expression == "*";
}

template <class Item>
void cut_page(std::vector<Item>& items, const ListOptions& list) {
  constexpr int kUsualSize = 100;
  const auto first = std::min(items.size(), static_cast<std::size_t>(list.from.value_or(0)));
  const auto last = std::min(items.size(), first + static_cast<std::size_t>(list.size.value_or(kUsualSize)));
  items.resize(last);
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(first));
}

/// Whether a detector of the job has a rule that names the filter.
bool uses_filter(const Job& job, const std::string& filter) {
  const std::string named = fmt::format("\"filter_id\":\"{}\"", filter);
  return std::ranges::any_of(job.definition().options.detectors, [&named](const Members& members) {
    return std::ranges::any_of(members,
                               [&named](const auto& member) { return member.second.find(named) != std::string::npos; });
  });
}

}  // namespace

void CalendarOperations::keep_index() {
  if (indices_.find(kMetaIndex) == nullptr) indices_.add(Index(kMetaIndex));
}

Answer CalendarOperations::on(const PutCalendar& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/calendars/put")) return refusal;
  if (ask.calendar.id == "_all") return refused_as_it_is("Cannot create a Calendar with the reserved name [_all]");
  if (auto refusal = refuse_id("calendar_id", ask.calendar.id)) return refusal;
  if (list_.find_calendar(ask.calendar.id) != nullptr)
    return refused_as_it_is(fmt::format("Cannot create calendar with id [{}] as it already exists", ask.calendar.id));
  const auto place = std::ranges::lower_bound(list_.calendars, ask.calendar.id, {},
                                              [](const Calendar& calendar) { return calendar.shown.id; });
  list_.calendars.insert(place, Calendar{ask.calendar, {}});
  keep_index();
  return ServiceAnswer(accepted(Acknowledged{}), CalendarsShown{1, {ask.calendar}, true});
}

Answer CalendarOperations::on(const GetCalendars& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/calendars/get", turn_.who);
  CalendarsShown shown;
  for (const Calendar& calendar : list_.calendars)
    if (names_all(ask.id) || names_index(ask.id, calendar.shown.id)) shown.calendars.push_back(calendar.shown);
  if (shown.calendars.empty() && !names_all(ask.id) && ask.id.find('*') == std::string::npos)
    return unknown_calendar(ask.id);
  shown.count = static_cast<std::int64_t>(shown.calendars.size());
  cut_page(shown.calendars, ask.list);
  return ServiceAnswer(accepted(Acknowledged{}), std::move(shown));
}

Answer CalendarOperations::on(const DeleteCalendar& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/calendars/delete")) return refusal;
  if (list_.find_calendar(ask.id) == nullptr) return unknown_calendar(ask.id);
  std::erase_if(list_.calendars, [&](const Calendar& calendar) { return calendar.shown.id == ask.id; });
  return accepted(Acknowledged{});
}

Answer CalendarOperations::on(const ChangeCalendarJobs& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/calendars/jobs/update")) return refusal;
  Calendar* calendar = list_.find_calendar(ask.id);
  if (calendar == nullptr) return unknown_calendar(ask.id);
  std::vector<std::string>& jobs = calendar->shown.jobs;
  for (const std::string_view one : divided(ask.jobs, ',')) {
    const auto place = std::ranges::find(jobs, one);
    if (ask.removes && place == jobs.end())
      return refused_as_it_is(fmt::format("Cannot remove [{}] as it is not present in calendar [{}]", one, ask.id));
    if (ask.removes)
      jobs.erase(place);
    else if (place == jobs.end())
      jobs.emplace_back(one);
  }
  return ServiceAnswer(accepted(Acknowledged{}), CalendarsShown{1, {calendar->shown}, true});
}

Answer CalendarOperations::on(const PostEvents& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/calendars/events/post")) return refusal;
  Calendar* calendar = list_.find_calendar(ask.id);
  if (calendar == nullptr) return unknown_calendar(ask.id);
  EventsShown shown{0, {}, true};
  for (CalendarEvent event : ask.events) {
    event.id = fmt::format("event-{}", ++list_.last_event);
    shown.events.push_back({ask.id, event});
    calendar->events.push_back(std::move(event));
  }
  std::ranges::stable_sort(calendar->events, {}, &CalendarEvent::start_ms);
  return ServiceAnswer(accepted(Acknowledged{}), std::move(shown));
}

Answer CalendarOperations::on(const GetEvents& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/calendars/events/get", turn_.who);
  if (!ask.job.empty() && !names_all(ask.id))
    return refused(400, "action_request_validation_exception",
                   "Validation Failed: 1: If job_id is used calendar_id must be '_all' or '*';");
  if (!names_all(ask.id) && list_.find_calendar(ask.id) == nullptr) return unknown_calendar(ask.id);
  const auto job = std::ranges::find(jobs_.all(), ask.job, &Job::id);
  const auto is_for_job = [&](const Calendar& calendar) {
    return ask.job.empty() || std::ranges::any_of(calendar.shown.jobs, [&](const std::string& one) {
             if (one == ask.job || one == "_all") return true;
             return job != jobs_.all().end() && std::ranges::count(job->definition().config.groups, one) > 0;
           });
  };
  const Selection& selection = ask.list.selection;
  EventsShown shown;
  for (const Calendar& calendar : list_.calendars) {
    if ((!names_all(ask.id) && calendar.shown.id != ask.id) || !is_for_job(calendar)) continue;
    for (const CalendarEvent& event : calendar.events)
      if ((!selection.start_ms || event.end_ms > *selection.start_ms) &&
          (!selection.end_ms || event.start_ms < *selection.end_ms))
        shown.events.push_back({calendar.shown.id, event});
  }
  std::ranges::stable_sort(shown.events, {}, [](const auto& one) { return one.event.start_ms; });
  shown.count = static_cast<std::int64_t>(shown.events.size());
  cut_page(shown.events, ask.list);
  return ServiceAnswer(accepted(Acknowledged{}), std::move(shown));
}

Answer CalendarOperations::on(const DeleteEvent& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/calendars/events/delete")) return refusal;
  if (list_.find_calendar(ask.id) == nullptr) return unknown_calendar(ask.id);
  for (Calendar& calendar : list_.calendars) {
    const auto event = std::ranges::find(calendar.events, ask.event, &CalendarEvent::id);
    if (event == calendar.events.end()) continue;
    if (calendar.shown.id != ask.id)
      return refused_as_it_is(
          fmt::format("Event [{}] has calendar_id [{}] which does not match the request "
                      "calendar_id [{}]",
                      ask.event, calendar.shown.id, ask.id));
    calendar.events.erase(event);
    return accepted(Acknowledged{});
  }
  return not_found(fmt::format("No event with id [{}]", ask.event));
}

Answer CalendarOperations::on(const PutFilter& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/filters/put")) return refusal;
  if (auto refusal = refuse_id("filter_id", ask.filter.id)) return refusal;
  if (list_.find_filter(ask.filter.id) != nullptr)
    return refused(400, "resource_already_exists_exception",
                   fmt::format("A filter with id [{}] already exists", ask.filter.id));
  const auto place = std::ranges::lower_bound(list_.filters, ask.filter.id, {}, &Filter::id);
  list_.filters.insert(place, ask.filter);
  keep_index();
  return ServiceAnswer(accepted(Acknowledged{}), FiltersShown{1, {ask.filter}, true});
}

Answer CalendarOperations::on(const GetFilters& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/filters/get", turn_.who);
  FiltersShown shown;
  for (const Filter& filter : list_.filters)
    if (names_all(ask.id) || names_index(ask.id, filter.id)) shown.filters.push_back(filter);
  for (const std::string_view one : divided(ask.id, ','))
    if (!names_all(ask.id) && one.find('*') == std::string_view::npos && list_.find_filter(one) == nullptr)
      return unknown_filter(one);
  const std::size_t found = shown.filters.size();
  cut_page(shown.filters, ask.list);
  // Early products count what they show.
  shown.count = static_cast<std::int64_t>(turn_.manner.profile->major < 7 ? shown.filters.size() : found);
  return ServiceAnswer(accepted(Acknowledged{}), std::move(shown));
}

Answer CalendarOperations::on(const UpdateFilter& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/filters/update")) return refusal;
  Filter* filter = list_.find_filter(ask.id);
  if (filter == nullptr) return unknown_filter(ask.id);
  Filter changed = *filter;
  if (ask.description) changed.description = *ask.description;
  changed.items.insert(changed.items.end(), ask.added.begin(), ask.added.end());
  for (const std::string& item : ask.removed)
    if (std::erase(changed.items, item) == 0)
      return refused_as_it_is(fmt::format("Cannot remove item [{}] as it is not present in filter [{}]", item, ask.id));
  std::ranges::sort(changed.items);
  changed.items.erase(std::ranges::unique(changed.items).begin(), changed.items.end());
  *filter = std::move(changed);
  return ServiceAnswer(accepted(Acknowledged{}), FiltersShown{1, {*filter}, true});
}

Answer CalendarOperations::on(const DeleteFilter& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/filters/delete")) return refusal;
  if (list_.find_filter(ask.id) == nullptr) return unknown_filter(ask.id);
  std::vector<std::string> users;
  for (const Job& job : jobs_.all())
    if (uses_filter(job, ask.id)) users.push_back(job.id());
  std::ranges::sort(users);
  if (!users.empty())
    return conflict(fmt::format("Cannot delete filter [{}] currently used by jobs [{}]", ask.id, joined(users)));
  std::erase_if(list_.filters, [&](const Filter& filter) { return filter.id == ask.id; });
  return accepted(Acknowledged{});
}

}  // namespace closecheck::sut
