// Requests about calendars and filters.
#include <fmt/format.h>

#include <algorithm>

#include "wire/bodies.h"
#include "wire/call.h"
#include "wire/time_format.h"

namespace closecheck::sut::wire {
namespace {

std::vector<std::string> texts_in(const Json& body, const char* name) {
  std::vector<std::string> texts;
  const Json* list = member(body, name);
  if (list != nullptr && list->is_string()) texts.push_back(list->get<std::string>());
  if (list != nullptr && list->is_array())
    for (const Json& one : *list)
      if (one.is_string()) texts.push_back(one.get<std::string>());
  return texts;
}

std::optional<std::string> text_in(const Json& body, const char* name) {
  const Json* value = member(body, name);
  return value != nullptr && value->is_string() ? std::optional(value->get<std::string>()) : std::nullopt;
}

void refuse_other_members(const Json& body, std::string_view what, std::initializer_list<std::string_view> known,
                          const Dialect& dialect) {
  for (const auto& [name, value] : body.items())
    if (std::ranges::find(known, name) == known.end()) refuse_unknown(what, name, dialect);
}

/// The id in the body is that of the path, where there is one.
void check_same_id(const Json& body, const char* name, const std::string& id) {
  if (const auto said = text_in(body, name); said && *said != id)
    refuse(400, kIllegalArgument,
           fmt::format("Inconsistent {0}; '{1}' specified in the body differs from '{2}' specified as a URL argument",
                       name, *said, id));
}

std::int64_t event_time(const Json& event, const char* name) {
  const Json* time = member(event, name);
  if (time != nullptr && time->is_number_integer()) return time->get<std::int64_t>();
  if (const auto ms =
          time != nullptr && time->is_string() ? iso_date_ms(time->get_ref<const std::string&>()) : std::nullopt)
    return *ms;
  refuse(400, kIllegalArgument, fmt::format("Field [{}] cannot be null or is no date", name));
}

void refuse_paging(const Call& call, const std::string& id, const ListOptions& list, std::string_view what) {
  if (!id.empty() && (list.from || list.size) && !call.is_view())
    refuse(400, kIllegalArgument, fmt::format("Params [from, size] are incompatible with [{}]", what));
}

}  // namespace

Built put_calendar(Call& call) {
  const Json& body = call.object("calendar");
  PutCalendar out;
  out.calendar.id = call.part("calendar");
  check_same_id(body, "calendar_id", out.calendar.id);
  refuse_other_members(body, "calendar", {"calendar_id", "job_ids", "description", "type"}, call.dialect());
  out.calendar.description = text_in(body, "description").value_or("");
  out.calendar.jobs = texts_in(body, "job_ids");
  return {call.raw(), std::move(out)};
}

Built get_calendars(Call& call) {
  GetCalendars out{call.part("calendar"), call.take_list()};
  refuse_paging(call, out.id, out.list, "calendar_id");
  return {call.raw(), std::move(out)};
}

Built delete_calendar(Call& call) {
  return {call.raw(), DeleteCalendar{call.part("calendar")}};
}

Built change_calendar_jobs(Call& call) {
  return {call.raw(), ChangeCalendarJobs{call.part("calendar"), call.part("members"), call.http().method == "DELETE"}};
}

Built post_events(Call& call) {
  need_body(call.body());
  PostEvents out{call.part("calendar"), {}};
  const Json* events = member(call.object("events"), "events");
  if (events == nullptr || !events->is_array() || events->empty())
    refuse(400, "action_request_validation_exception", "Validation Failed: 1: At least 1 event is required;");
  for (const Json& event : *events) {
    if (!event.is_object()) refuse(400, kIllegalArgument, "[scheduled_event] an object was expected");
    check_same_id(event, "calendar_id", out.id);
    CalendarEvent& one = out.events.emplace_back();
    one.description = text_in(event, "description").value_or("");
    one.start_ms = event_time(event, "start_time");
    one.end_ms = event_time(event, "end_time");
    if (one.start_ms >= one.end_ms)
      refuse(400, kIllegalArgument,
             fmt::format("Event start time [{}] must come before end time [{}]", one.start_ms, one.end_ms));
  }
  return {call.raw(), std::move(out)};
}

Built get_events(Call& call) {
  GetEvents out{call.part("calendar"), call.take("job_id").value_or(""), call.take_list()};
  return {call.raw(), std::move(out)};
}

Built delete_event(Call& call) {
  return {call.raw(), DeleteEvent{call.part("calendar"), call.part("event")}};
}

Built put_filter(Call& call) {
  if (!call.is_view()) need_body(call.body());
  const Json& body = call.object("ml_filter");
  PutFilter out;
  out.filter.id = call.part("filter");
  check_same_id(body, "filter_id", out.filter.id);
  refuse_other_members(body, "ml_filter", {"filter_id", "items", "description", "type"}, call.dialect());
  out.filter.description = text_in(body, "description").value_or("");
  out.filter.items = texts_in(body, "items");
  std::ranges::sort(out.filter.items);
  out.filter.items.erase(std::ranges::unique(out.filter.items).begin(), out.filter.items.end());
  return {call.raw(), std::move(out)};
}

Built get_filters(Call& call) {
  GetFilters out{call.part("filter"), call.take_list()};
  refuse_paging(call, out.id, out.list, "filter_id");
  return {call.raw(), std::move(out)};
}

Built update_filter(Call& call) {
  if (!call.is_view()) need_body(call.body());
  const Json& body = call.object("update_filter");
  refuse_other_members(body, "update_filter", {"filter_id", "description", "add_items", "remove_items"},
                       call.dialect());
  return {call.raw(), UpdateFilter{call.part("filter"), text_in(body, "description"), texts_in(body, "add_items"),
                                   texts_in(body, "remove_items")}};
}

Built delete_filter(Call& call) {
  return {call.raw(), DeleteFilter{call.part("filter")}};
}

}  // namespace closecheck::sut::wire
