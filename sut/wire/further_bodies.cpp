#include "wire/further_bodies.h"

#include <cstdint>
#include <utility>

#include "wire/document_bodies.h"
#include "wire/response_bodies.h"
#include "wire/values.h"

namespace closecheck::sut::wire {

Json analyzer_body(Profile profile) {
  Json words = Json::array();
  for (const char* const word :
       {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday",   "Saturday", "Sunday", "Mon",   "Tue", "Wed",
        "Thu",    "Fri",     "Sat",       "Sun",      "January",  "February", "March",  "April", "May", "June",
        "July",   "August",  "September", "October",  "November", "December", "Jan",    "Feb",   "Mar", "Apr",
        "May",    "Jun",     "Jul",       "Aug",      "Sep",      "Oct",      "Nov",    "Dec",   "GMT", "UTC"})
    words.push_back(word);
  Json stop = Json::object();
  stop["type"] = "stop";
  stop["stopwords"] = std::move(words);
  Json body = Json::object();
  if (const std::string_view filter = profile->categorization_char_filter; !filter.empty())
    body["char_filter"] = Json::array({filter});
  body["tokenizer"] = profile->categorization_tokenizer;
  body["filter"] = Json::array({std::move(stop)});
  return body;
}

Json results_body(const FurtherResults& results) {
  Json body = Json::object();
  body["count"] = results.count;
  body[results.kind] = Json::array();
  for (const std::string& text : results.page) body[results.kind].push_back(parse_json(text).value_or(Json::object()));
  return body;
}

Json calendars_body(const CalendarsShown& shown) {
  const auto one = [](const CalendarDescription& calendar, std::size_t) {
    Json body = Json::object();
    body["calendar_id"] = calendar.id;
    body["job_ids"] = calendar.jobs;
    if (!calendar.description.empty()) body["description"] = calendar.description;
    return body;
  };
  if (shown.single) return one(shown.calendars.front(), 0);
  return list_body(shown.count, "calendars", shown.calendars, one);
}

Json events_body(const EventsShown& shown) {
  Json body = list_body(shown.count, "events", shown.events, [&](const EventsShown::Event& one, std::size_t) {
    Json event = Json::object();
    event["description"] = one.event.description;
    event["start_time"] = one.event.start_ms;
    event["end_time"] = one.event.end_ms;
    event["calendar_id"] = one.calendar;
    if (!shown.made) event["event_id"] = one.event.id;
    return event;
  });
  if (shown.made) body.erase("count");
  return body;
}

Json filters_body(const FiltersShown& shown) {
  const auto one = [](const Filter& filter, std::size_t) {
    Json body = Json::object();
    body["filter_id"] = filter.id;
    if (!filter.description.empty()) body["description"] = filter.description;
    body["items"] = filter.items;
    return body;
  };
  if (shown.single) return one(shown.filters.front(), 0);
  return list_body(shown.count, "filters", shown.filters, one);
}

Json overall_body(const OverallBuckets& overall) {
  Json body = Json::object();
  body["count"] = overall.buckets.size();
  body["overall_buckets"] = Json::array();
  for (const OverallBuckets::Bucket& bucket : overall.buckets) {
    Json one = Json::object();
    one["timestamp"] = bucket.start_ms;
    one["bucket_span"] = overall.span_s;
    one["overall_score"] = bucket.score;
    one["jobs"] = Json::array();
    for (const auto& [job, score] : bucket.jobs) one["jobs"].push_back({{"job_id", job}, {"max_anomaly_score", score}});
    one["is_interim"] = bucket.interim;
    one["result_type"] = "overall_bucket";
    body["overall_buckets"].push_back(std::move(one));
  }
  return body;
}

Json forecast_body(const ForecastBegun& begun) {
  Json body = Json::object();
  body["acknowledged"] = true;
  body["forecast_id"] = begun.id;
  return body;
}

Json defaults_body(const Defaults& defaults, Profile profile) {
  constexpr const char* kUsualLimit = "1gb";
  const std::string& most = defaults.memory_limit_max;
  const bool is_low = read_memory_limit(most).value_or(INT64_MAX) < *read_memory_limit(kUsualLimit);
  Json body = Json::object();
  Json& jobs = body["defaults"]["anomaly_detectors"];
  if (profile->tells_native_code) jobs["categorization_analyzer"] = analyzer_body(profile);
  jobs["model_memory_limit"] = is_low ? most : kUsualLimit;
  jobs["categorization_examples_limit"] = 4;
  jobs["model_snapshot_retention_days"] = profile->daily_snapshot_days;
  if (profile->tells_snapshot_days) jobs["daily_model_snapshot_retention_after_days"] = 1;
  body["defaults"]["datafeeds"]["scroll_size"] = 1'000;
  if (profile->tells_native_code) {
    body["upgrade_mode"] = defaults.upgrade_mode;
    body["native_code"] = Json::object();
  }
  body["limits"] = Json::object();
  if (!most.empty()) body["limits"]["max_model_memory_limit"] = most;
  if (profile->major >= 8) body["limits"]["total_ml_memory"] = "1024mb";
  if (profile->tells_snapshot_days) body["limits"]["effective_max_model_memory_limit"] = is_low ? most : kUsualLimit;
  return body;
}

Json preview_body(const DocumentPreview& preview) {
  Json body = Json::array();
  for (const Document& document : preview.documents) {
    const Json source = source_of(document);
    Json row = Json::object();
    row[preview.time_field] = document.time_ms;
    for (const std::string& field : preview.fields)
      if (const Json* value = member(source, field); value != nullptr && field != preview.time_field)
        row[field] = *value;
    body.push_back(std::move(row));
  }
  return body;
}

Json security_change_body(const SecurityChange& change, const Dialect& dialect) {
  if (change.deletes) return Json({{"found", change.result}});
  Json created = Json({{"created", change.result}});
  if (change.kind == "user" && dialect.major >= 7) return created;
  return Json({{change.kind, created}});
}

}  // namespace closecheck::sut::wire
