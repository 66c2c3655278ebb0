#include "in_process/aggregations.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "wire/document_bodies.h"
#include "wire/time_format.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

using wire::Json;
using Sources = std::vector<const Json*>;

std::optional<double> number_in_field(const Json& source, const std::string& field) {
  const Json* value = wire::member(source, field);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  const auto date = value->is_string() ? iso_date_ms(value->get_ref<const std::string&>()) : std::nullopt;
  return date ? std::optional(static_cast<double>(*date)) : std::nullopt;
}

std::string field_of(const Json& how) {
  const Json* field = wire::member(how, "field");
  return field != nullptr && field->is_string() ? field->get<std::string>() : "";
}

/// What is computed of the documents; empty: it is of no known kind, or of nothing.
std::optional<Json> metric(const std::string& kind, const Json& how, const Sources& sources) {
  const std::string field = field_of(how);
  std::set<std::string> different;
  std::vector<double> numbers;
  for (const Json* source : sources) {
    if (const Json* value = wire::member(*source, field)) different.insert(wire::dump(*value));
    if (const auto number = number_in_field(*source, field)) numbers.push_back(*number);
  }
  if (kind == "cardinality") return Json(different.size());
  if (kind == "value_count") return Json(numbers.size());
  if (numbers.empty()) return std::nullopt;
  double sum = 0;
  for (const double number : numbers) sum += number;
  if (kind == "sum") return Json(sum);
  if (kind == "avg") return Json(sum / static_cast<double>(numbers.size()));
  if (kind == "min") return Json(std::ranges::min(numbers));
  if (kind == "max") return Json(std::ranges::max(numbers));
  return std::nullopt;
}

double interval_of(const Json& how) {
  constexpr double kHourMs = 3'600'000;
  for (const char* const name : {"interval", "fixed_interval", "calendar_interval"}) {
    const Json* interval = wire::member(how, name);
    if (interval == nullptr) continue;
    if (interval->is_number() && interval->get<double>() > 0) return interval->get<double>();
    if (!interval->is_string()) continue;
    const TimeSpan span = read_time_span(interval->get_ref<const std::string&>(), name);
    const std::int64_t whole_ms = span.span / kMillisecond;
    if (span.error.empty() && whole_ms > 0) return static_cast<double>(whole_ms);
  }
  return kHourMs;
}

struct Group {
  Json key;  // null: rows do not name it
  Sources sources;
};

std::vector<Group> groups_of(const std::string& kind, const Json& how, const Sources& sources) {
  const std::string field = field_of(how);
  std::vector<Group> groups;
  if (kind == "terms") {
    std::map<std::string, Group> by_text;
    for (const Json* source : sources)
      if (const Json* value = wire::member(*source, field)) {
        Group& group = by_text[wire::dump(*value)];
        group.key = *value;
        group.sources.push_back(source);
      }
    for (auto& [text, group] : by_text) groups.push_back(std::move(group));
    std::ranges::stable_sort(groups, std::ranges::greater(), [](const Group& group) { return group.sources.size(); });
    return groups;
  }
  std::map<double, Group> by_start;
  const double interval = interval_of(how);
  for (const Json* source : sources)
    if (const auto number = number_in_field(*source, field))
      by_start[std::floor(*number / interval)].sources.push_back(source);
  for (auto& [start, group] : by_start) groups.push_back(std::move(group));
  return groups;
}

bool makes_groups(const std::string& kind) {
  return kind == "terms" || kind == "histogram" || kind == "date_histogram";
}

void add_rows(const Json& aggregations, const Sources& sources, Json row, std::vector<Json>& rows) {
  const Json* inner = nullptr;
  std::string inner_name;
  std::string inner_kind;
  for (const auto& [name, one] : aggregations.items()) {
    if (!one.is_object()) continue;
    for (const auto& [kind, how] : one.items()) {
      if (makes_groups(kind)) {
        inner = &one;
        inner_name = name;
        inner_kind = kind;
      } else if (auto value = metric(kind, how, sources)) {
        row[name] = *std::move(value);
      }
    }
  }
  if (inner == nullptr) {
    row["doc_count"] = sources.size();
    rows.push_back(std::move(row));
    return;
  }
  const Json* further = wire::member(*inner, "aggregations");
  if (further == nullptr) further = wire::member(*inner, "aggs");
  for (const Group& group : groups_of(inner_kind, (*inner)[inner_kind], sources)) {
    Json of_group = row;
    if (!group.key.is_null()) of_group[inner_name] = group.key;
    add_rows(further != nullptr && further->is_object() ? *further : Json::object(), group.sources, std::move(of_group),
             rows);
  }
}

}  // namespace

std::vector<Document> aggregated(const std::vector<Document>& documents, const Json& aggregations,
                                 std::string_view time_field) {
  std::vector<Json> all;
  all.reserve(documents.size());
  for (const Document& document : documents) all.push_back(wire::source_of(document));
  Sources sources;
  for (const Json& source : all) sources.push_back(&source);
  std::vector<Json> rows;
  if (aggregations.is_object()) add_rows(aggregations, sources, Json::object(), rows);
  std::vector<Document> out;
  for (const Json& row : rows) {
    Document& document = out.emplace_back();
    document.source = wire::dump(row);
    document.time_ms = static_cast<std::int64_t>(number_in_field(row, std::string(time_field)).value_or(0));
  }
  return out;
}

}  // namespace closecheck::sut
