// Shared by the readers of JSON reports: members with their places.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/reports/report_reader.h"

namespace closecheck::reports {

[[noreturn]] inline void fail_report(const std::string& what) {
  throw ReportError{what};
}

/// One object of the report, and where it stands. What is not as it must be is a ReportError that names the place. The
/// JSON must outlive it.
class ReportPart {
 public:
  // Histories keep the order of their members.
  using Json = nlohmann::ordered_json;

  ReportPart(const Json& json, std::string place) : json_(json), place_(std::move(place)) {
    if (!json_.is_object()) fail_report(fmt::format("{} must be an object", place_));
  }

  const Json& member(const char* key, Json::value_t type) const {
    const auto at = json_.find(key);
    if (at == json_.end()) fail_report(fmt::format("{} lacks '{}'", place_, key));
    const bool is_number = type == Json::value_t::number_integer && at->is_number_integer();
    if (at->type() != type && !is_number) fail_report(fmt::format("'{}' of {} is of the wrong type", key, place_));
    return *at;
  }

  std::string text(const char* key) const { return member(key, Json::value_t::string).get<std::string>(); }
  /// Empty where it is null or not there.
  std::string text_if_any(const char* key) const {
    const auto at = json_.find(key);
    return at == json_.end() || at->is_null() ? std::string() : text(key);
  }
  std::int64_t count(const char* key) const {
    const Json& value = member(key, Json::value_t::number_integer);
    if (value.get<std::int64_t>() < 0) fail_report(fmt::format("'{}' of {} is below zero", key, place_));
    return value.get<std::int64_t>();
  }
  std::uint64_t seed(const char* key) const {
    const Json& value = member(key, Json::value_t::number_integer);
    if (!value.is_number_unsigned()) fail_report(fmt::format("'{}' of {} is below zero", key, place_));
    return value.get<std::uint64_t>();
  }
  ReportPart object(const char* key) const { return {member(key, Json::value_t::object), fmt::format("'{}'", key)}; }
  const Json& list(const char* key) const { return member(key, Json::value_t::array); }
  /// Empty where it is not there.
  std::vector<std::string> texts_if_any(const char* key) const {
    std::vector<std::string> texts;
    if (!json_.contains(key)) return texts;
    for (const Json& text : list(key)) {
      if (!text.is_string()) fail_report(fmt::format("'{}' of {} holds something that is no text", key, place_));
      texts.push_back(text.get<std::string>());
    }
    return texts;
  }
  const Json& json() const { return json_; }

  bool flag(const char* key) const { return member(key, Json::value_t::boolean).get<bool>(); }

  Clause clause(const char* key) const { return clause_of(text(key)); }
  Clause clause_of(const std::string& id) const {
    if (const auto clause = clause_named(id)) return *clause;
    fail_report(fmt::format("'{}' in {} is no clause of this version of closecheck", id, place_));
  }

  template <class Values>
  auto named(const char* key, const Values& values) const {
    const std::string written = text(key);
    const auto at = std::ranges::find_if(values, [&](const auto value) { return name(value) == written; });
    if (at == values.end())
      fail_report(fmt::format("'{}' of {} is '{}', which nothing is called", key, place_, written));
    return *at;
  }

 private:
  const Json& json_;
  std::string place_;
};

}  // namespace closecheck::reports
