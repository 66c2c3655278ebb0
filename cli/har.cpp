// HAR captures (HTTP Archive 1.2, as browsers and proxies write them) as lines of a history.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "closecheck/vocabulary/time.h"
#include "errors.h"
#include "recordings.h"

namespace closecheck::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& member(const Json& object, const char* key) {
  static const Json kNothing;
  const auto found = object.find(key);
  return found != object.end() ? *found : kNothing;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

/// `2026-01-02T03:04:05.678+01:00` as nanoseconds since 1970. Empty when it is no such stamp.
std::optional<Time> stamp(const std::string& text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  double second = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%lf%n", &year, &month, &day, &hour, &minute, &second, &used) != 6)
    return std::nullopt;
  std::int64_t offset_minutes = 0;
  const std::string zone = text.substr(static_cast<std::size_t>(used));
  if (zone.size() >= 5 && (zone[0] == '+' || zone[0] == '-')) {
    int zone_hour = 0;
    int zone_minute = 0;
    if (std::sscanf(zone.c_str() + 1, "%2d:%2d", &zone_hour, &zone_minute) != 2 &&
        std::sscanf(zone.c_str() + 1, "%2d%2d", &zone_hour, &zone_minute) != 2)
      return std::nullopt;
    offset_minutes = (zone[0] == '-' ? -1 : 1) * (zone_hour * 60 + zone_minute);
  } else if (zone != "Z") {
    return std::nullopt;
  }
  const std::int64_t minutes = days_of(year, month, day) * 1'440 + hour * 60 + minute - offset_minutes;
  return minutes * kMinute + static_cast<Time>(std::llround(second * 1e6)) * kMicrosecond;
}

std::string from_base64(const std::string& text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) continue;
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return bytes;
}

struct Address {
  std::string origin;
  std::string path;
};

Address address_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t slash = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  Address address;
  address.origin = url.substr(0, slash);
  address.path = slash == std::string::npos ? "/" : url.substr(slash);
  address.path = address.path.substr(0, address.path.find_first_of("?#"));
  return address;
}

bool is_about_jobs(const std::string& path) {
  return path.rfind("/_xpack/ml/", 0) == 0 || path.rfind("/_ml/", 0) == 0;
}

void put_body(Json& object, const std::string& bytes) {
  if (bytes.empty()) {
    object["body"] = nullptr;
    return;
  }
  Json value = Json::parse(bytes, nullptr, false);
  if (value.is_discarded() || value.is_null())
    object["text"] = bytes;
  else
    object["body"] = std::move(value);
}

Json headers_of(const Json& message, const std::set<std::string>& wanted) {
  Json headers = Json::object();
  for (const Json& header : member(message, "headers"))
    if (header.is_object() && wanted.count(lower(text_at(header, "name"))) != 0)
      headers[lower(text_at(header, "name"))] = text_at(header, "value");
  return headers;
}

bool has_header(const Json& message, const std::set<std::string>& wanted) {
  return !headers_of(message, wanted).empty();
}

struct Exchange {
  Time begin = 0;
  Time end = 0;
  Json request;
  Json response;  // null: none came
  bool named = false;
  int process = 0;
};

Exchange exchange_of(const Json& entry, Time begin) {
  Exchange exchange;
  exchange.begin = begin;
  const Json& took = member(entry, "time");
  exchange.end = begin + (took.is_number() ? static_cast<Time>(std::max(0.0, took.get<double>()) * 1e6) : 0);
  const Json& request = member(entry, "request");
  exchange.request["method"] = text_at(request, "method");
  exchange.request["path"] = address_of(text_at(request, "url")).path;
  exchange.request["query"] = Json::object();
  for (const Json& parameter : member(request, "queryString"))
    if (parameter.is_object()) exchange.request["query"][text_at(parameter, "name")] = text_at(parameter, "value");
  const Json& data = member(request, "postData");
  const std::string body = data.is_object() ? text_at(data, "text") : "";
  if (!body.empty()) {
    if (Json headers = headers_of(request, {"content-type"}); !headers.empty()) exchange.request["headers"] = headers;
  }
  put_body(exchange.request, body);
  exchange.named = has_header(request, {"authorization", "cookie"});

  const Json& response = member(entry, "response");
  const Json& status = member(response, "status");
  if (!status.is_number_integer() || status.get<int>() < 100) return exchange;
  exchange.response["status"] = status.get<int>();
  exchange.response["headers"] = headers_of(response, {"content-type", "allow", "www-authenticate", "warning"});
  const Json& content = member(response, "content");
  std::string answer = content.is_object() ? text_at(content, "text") : "";
  if (content.is_object() && text_at(content, "encoding") == "base64") answer = from_base64(answer);
  put_body(exchange.response, answer);
  return exchange;
}

/// The fewest processes that never have two requests open; one whose answer was lost is not used again.
void assign_processes(std::vector<Exchange>& exchanges) {
  std::vector<Time> free_from;
  for (Exchange& exchange : exchanges) {
    const auto found = std::find_if(free_from.begin(), free_from.end(), [&](Time t) { return t < exchange.begin; });
    exchange.process = static_cast<int>(found - free_from.begin());
    const Time until = exchange.response.is_null() ? INT64_MAX : exchange.end;
    if (found == free_from.end())
      free_from.push_back(until);
    else
      *found = until;
  }
}

}  // namespace

std::vector<std::string> lines_of_har(const std::string& text, const std::string& path,
                                      std::vector<std::string>& notes) {
  const Json json = Json::parse(text, nullptr, false);
  const Json& entries = member(member(json, "log"), "entries");
  if (!entries.is_array()) throw UsageError(fmt::format("{}: a HAR capture needs `log.entries`", path));
  std::string origin;
  for (const Json& entry : entries) {
    const Address address = address_of(text_at(member(entry, "request"), "url"));
    if (origin.empty() && is_about_jobs(address.path)) origin = address.origin;
  }
  if (origin.empty()) throw UsageError(fmt::format("{}: holds no request of the job API", path));

  std::vector<Exchange> exchanges;
  std::size_t others = 0;
  bool asked_for_credentials = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Json& entry = entries[i];
    if (address_of(text_at(member(entry, "request"), "url")).origin != origin) {
      ++others;
      continue;
    }
    const std::optional<Time> begin = stamp(text_at(entry, "startedDateTime"));
    if (!begin) throw UsageError(fmt::format("{}: entry {} has no usable `startedDateTime`", path, i + 1));
    exchanges.push_back(exchange_of(entry, *begin));
    const Json& response = exchanges.back().response;
    asked_for_credentials =
        asked_for_credentials || (!response.is_null() && (response["status"] == 401 || response["status"] == 403));
  }
  if (others > 0) notes.push_back(fmt::format("{} requests to other servers are left out", others));
  std::stable_sort(exchanges.begin(), exchanges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  assign_processes(exchanges);

  struct Line {
    Time time;
    bool answer;
    std::string text;
  };
  std::vector<Line> lines;
  const Time start = exchanges.front().begin;
  for (const Exchange& exchange : exchanges) {
    Json invoke{{"process", exchange.process}, {"type", "invoke"}, {"time", exchange.begin - start}};
    // Where nobody was ever asked for credentials, callers do not count.
    invoke["principal"] = asked_for_credentials && !exchange.named ? Json(nullptr) : Json("manage_ml");
    invoke["request"] = exchange.request;
    lines.push_back({exchange.begin, false, invoke.dump(-1, ' ', false, Json::error_handler_t::replace)});
    Json answer{{"process", exchange.process}};
    answer["type"] = exchange.response.is_null() ? "info" : "ok";
    answer["time"] = exchange.end - start;
    if (exchange.response.is_null())
      answer["error"] = "the capture has no answer";
    else
      answer["response"] = exchange.response;
    lines.push_back({exchange.end, true, answer.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
  // At one and the same time requests go before answers: they may have overlapped, and nobody is accused for it.
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::pair(a.time, a.answer) < std::pair(b.time, b.answer);
  });
  std::vector<std::string> result;
  for (Line& line : lines) result.push_back(std::move(line.text));
  return result;
}

}  // namespace closecheck::cli
