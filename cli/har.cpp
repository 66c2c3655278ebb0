#include "har.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "closecheck/vocabulary/base64.h"
#include "closecheck/vocabulary/calendar.h"
#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"

namespace closecheck::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& member(const Json& object, const char* key) {
  static const Json nothing;
  const auto found = object.find(key);
  return found != object.end() ? *found : nothing;
}

/// `2026-01-02T03:04:05.678+01:00`, as generously as tools write it. Empty when it is no such stamp.
struct Stamp {
  Time time = 0;            // since 1970
  Duration resolution = 0;  // of the last digit that was written
};
std::optional<Stamp> stamp(std::string text) {
  text = upper(text);
  std::ranges::replace(text, ',', '.');
  const auto time = read_iso_time(text);
  if (!time || !time->zone_minutes) return std::nullopt;
  return Stamp{*seconds_since_1970(*time) * kSecond + time->fraction, time->resolution};
}

/// Where the job API begins in a path; npos: it is not about jobs.
std::size_t api_at(std::string_view path) {
  std::size_t first = std::string_view::npos;
  for (const Profile profile : kProfiles)
    for (const std::string_view base : {profile->jobs.path, profile->jobs.other})
      if (!base.empty()) first = std::min(first, path.find(fmt::format("{}/", base)));
  return first;
}

/// The URL without its fragment and without a user in front of the host.
std::string plain_url(const std::string& url) {
  std::string plain = url.substr(0, url.find('#'));
  const std::size_t scheme = plain.find("://");
  if (scheme == std::string::npos) return plain;
  const std::size_t host = scheme + 3;
  std::size_t end = std::min(plain.find_first_of("/?", host), plain.size());
  if (const std::size_t at = plain.substr(0, end).rfind('@'); at != std::string::npos && at >= host) {
    plain.erase(host, at + 1 - host);
    end -= at + 1 - host;
  }
  return lower(plain.substr(0, end)) + plain.substr(end);
}

/// Path and query below `server`; empty: it is a request to somebody else.
std::optional<std::string> target_below(const std::string& server, const std::string& url) {
  const std::string plain = plain_url(url);
  if (!plain.starts_with(server)) return std::nullopt;
  const std::string target = plain.substr(server.size());
  if (target.starts_with('/')) return target;
  if (target.empty() || target.starts_with('?')) return "/" + target;
  return std::nullopt;
}

std::string url_of(const Json& entry) {
  return text_at(member(entry, "request"), "url");
}

std::optional<std::string> header(const Json& message, std::string_view name) {
  for (const Json& field : member(message, "headers"))
    if (field.is_object() && lower(text_at(field, "name")) == name) return text_at(field, "value");
  return std::nullopt;
}

Json headers_of(const Json& message) {
  Json headers = Json::object();
  for (const Json& field : member(message, "headers")) {
    if (!field.is_object()) continue;
    Json& values = headers[lower(text_at(field, "name"))];
    if (values.is_null()) values = Json::array();
    values.push_back(text_at(field, "value"));
  }
  return headers;
}

bool has_any_header(const Json& message, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return header(message, name).has_value(); });
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

/// The bytes that `holder` keeps of a body that was `size` long (-1: not told). Empty: the capture does not have them.
std::optional<std::string> captured(const Json& holder, std::int64_t size) {
  if (!holder.is_object() || !member(holder, "text").is_string())
    return size == 0 ? std::optional<std::string>("") : std::nullopt;
  std::string bytes = text_at(holder, "text");
  if (text_at(holder, "encoding") == "base64") {
    // Some tools break it into lines.
    std::erase_if(bytes, is_blank);
    const auto decoded = from_base64(bytes);
    if (!decoded) return std::nullopt;
    bytes = *decoded;
  }
  const bool is_cut =
      static_cast<std::int64_t>(bytes.size()) < size && Json::parse(bytes, nullptr, false).is_discarded();
  return is_cut ? std::nullopt : std::optional(std::move(bytes));
}

std::int64_t size_at(const Json& object, const char* key) {
  const Json& size = member(object, key);
  return size.is_number() ? static_cast<std::int64_t>(std::clamp(size.get<double>(), -1.0, 1e15)) : -1;
}

std::int64_t told_length(const Json& message) {
  return number_in<std::int64_t>(trimmed(header(message, "content-length").value_or(""))).value_or(-1);
}

std::optional<std::string> body_of_request(const Json& request) {
  std::int64_t size = std::max(size_at(request, "bodySize"), told_length(request));
  const Json& headers = member(request, "headers");
  // Whoever sends a body says how long it is, or of what kind.
  const bool announces = !headers.is_array() || headers.empty() ||
                         has_any_header(request, {"content-length", "content-type", "transfer-encoding"});
  if (size < 0 && !announces) size = 0;
  return captured(member(request, "postData"), size);
}

std::optional<std::string> body_of_response(const Json& response, const std::string& method, int status) {
  if (method == "HEAD" || status == 204 || status == 304) return "";
  const Json& content = member(response, "content");
  std::int64_t size = content.is_object() ? size_at(content, "size") : -1;
  // Nothing of something: it was not kept.
  if (size == 0 && std::max(size_at(response, "bodySize"), told_length(response)) > 0) size = -1;
  return captured(content, size);
}

struct Exchange {
  Time begin = 0;
  std::optional<Time> end;  // empty: the capture does not tell
  Json request;
  Json response;       // null: none came
  bool named = false;  // the caller showed credentials
  int process = 0;

  int status() const { return response.is_null() ? 0 : response["status"].get<int>(); }
};

/// How long the exchange took. What was written in whole milliseconds may have taken nearly one more.
std::optional<Duration> duration_of(const Json& entry) {
  const auto nanoseconds = [](const Json& ms) {
    return static_cast<Duration>(std::llround(std::min(ms.get<double>(), 1e12) * 1e6)) +
           (ms.is_number_integer() ? kMillisecond : 0);
  };
  const Json& took = member(entry, "time");
  if (took.is_number() && took.get<double>() >= 0) return nanoseconds(took);
  Duration sum = 0;
  bool told = false;
  const Json& timings = member(entry, "timings");
  for (const char* part : {"blocked", "dns", "connect", "send", "wait", "receive"}) {
    const Json& one = timings.is_object() ? member(timings, part) : took;
    if (!one.is_number() || one.get<double>() < 0) continue;
    sum += nanoseconds(one);
    told = true;
  }
  return told ? std::optional(sum) : std::nullopt;
}

Exchange exchange_of(const Json& entry, const Stamp& begin, const std::string& server) {
  Exchange exchange;
  exchange.begin = begin.time;
  // The stamp's last digit may have been cut: what seems to have ended just then may have gone on.
  if (const auto took = duration_of(entry)) exchange.end = begin.time + *took + begin.resolution;
  const Json& request = member(entry, "request");
  const std::string method = text_at(request, "method");
  exchange.request["method"] = method;
  // The URL is what was sent; `queryString` is somebody's reading of it, and may be missing.
  const std::string target = target_below(server, url_of(entry)).value_or("/");
  exchange.request["path"] = target;
  if (target.find('?') == std::string::npos)
    for (const Json& parameter : member(request, "queryString"))
      if (parameter.is_object()) exchange.request["query"][text_at(parameter, "name")] = text_at(parameter, "value");
  const auto body = body_of_request(request);
  if (body) put_body(exchange.request, *body);
  const Json& data = member(request, "postData");
  std::optional<std::string> type = header(request, "content-type");
  if (!type && data.is_object() && data.contains("mimeType")) type = text_at(data, "mimeType");
  if (type && !type->empty() && (!body || !body->empty())) exchange.request["headers"]["content-type"] = *type;
  exchange.named = has_any_header(request, {"authorization", "cookie"}) || url_of(entry).find('@') != std::string::npos;

  const Json& response = member(entry, "response");
  const Json& status = member(response, "status");
  if (!status.is_number_integer() || status.get<int>() < 100) return exchange;
  exchange.response["status"] = status.get<int>();
  exchange.response["headers"] = headers_of(response);
  if (const auto answer = body_of_response(response, method, status.get<int>())) put_body(exchange.response, *answer);
  return exchange;
}

/// The fewest processes that never have two requests open; one whose answer was lost is not used again.
void assign_processes(std::vector<Exchange>& exchanges) {
  std::vector<Time> free_from;
  for (Exchange& exchange : exchanges) {
    const auto found = std::find_if(free_from.begin(), free_from.end(), [&](Time t) { return t < exchange.begin; });
    exchange.process = static_cast<int>(found - free_from.begin());
    const Time until = exchange.response.is_null() ? INT64_MAX : *exchange.end;
    if (found == free_from.end())
      free_from.push_back(until);
    else
      *found = until;
  }
}

/// All captures of one server.
class Capture {
 public:
  explicit Capture(std::string server) : server_(std::move(server)) {}

  void take(const std::string& path, const Json& entries) {
    titles_.push_back(path);
    const std::set<std::string> before = seen_;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Json& entry = entries[i];
      if (!target_below(server_, url_of(entry))) {
        ++others_;
        continue;
      }
      // What a browser answers itself is no answer of the service, and may be an old one.
      if (const Json& cached = member(entry, "_fromCache"); !cached.is_null() && cached != false) {
        ++cached_;
        continue;
      }
      const std::optional<Stamp> begin = stamp(text_at(entry, "startedDateTime"));
      if (!begin) throw UsageError(fmt::format("{}: entry {} has no usable `startedDateTime`", path, i + 1));
      // A later capture often has the earlier one's entries as well.
      const std::string what = entry.dump(-1, ' ', false, Json::error_handler_t::replace);
      if (before.count(what) != 0) continue;
      seen_.insert(what);
      exchanges_.push_back(exchange_of(entry, *begin, server_));
    }
  }

  const std::string& server() const { return server_; }

  HarHistory history() && {
    HarHistory out{joined(titles_), {}, {}};
    if (others_ > 0) out.notes.push_back(fmt::format("{} requests to other servers are left out", others_));
    if (cached_ > 0) out.notes.push_back(fmt::format("{} answers out of a cache are left out", cached_));
    leave_out_refused_callers(out.notes);
    std::stable_sort(exchanges_.begin(), exchanges_.end(),
                     [](const Exchange& a, const Exchange& b) { return a.begin < b.begin; });
    end_what_has_no_end();
    assign_processes(exchanges_);
    out.lines = lines();
    return out;
  }

 private:
  /// A capture does not tell what a caller may do. Where nobody was asked for credentials, callers do not count; who
  /// showed some and was refused may have had to be; and where nobody is seen to show any they were not kept.
  void leave_out_refused_callers(std::vector<std::string>& notes) {
    const auto is_refused = [](const Exchange& it) { return it.status() == 401 || it.status() == 403; };
    const bool any_named = std::any_of(exchanges_.begin(), exchanges_.end(), [](const auto& it) { return it.named; });
    const std::size_t removed =
        std::erase_if(exchanges_, [&](const Exchange& it) { return is_refused(it) && (it.named || !any_named); });
    if (removed > 0)
      notes.push_back(
          fmt::format("{} requests that were refused for their caller are left out: the capture does not "
                      "tell what he may do",
                      removed));
    callers_count_ = std::any_of(exchanges_.begin(), exchanges_.end(), is_refused);
  }

  void end_what_has_no_end() {
    Time last = 0;
    for (const Exchange& exchange : exchanges_) last = std::max({last, exchange.begin, exchange.end.value_or(0)});
    for (Exchange& exchange : exchanges_)
      if (!exchange.end) exchange.end = last;
  }

  std::vector<std::string> lines() const {
    struct Line {
      Time time;
      bool answer;
      std::string text;
    };
    std::vector<Line> lines;
    const auto put = [&lines](Time time, bool answer, const Json& json) {
      lines.push_back({time, answer, json.dump(-1, ' ', false, Json::error_handler_t::replace)});
    };
    const Time start = exchanges_.empty() ? 0 : exchanges_.front().begin;
    for (const Exchange& exchange : exchanges_) {
      Json invoke{{"process", exchange.process}, {"type", "invoke"}, {"time", exchange.begin - start}};
      invoke["principal"] = callers_count_ && !exchange.named ? Json(nullptr) : Json("manage_ml");
      invoke["request"] = exchange.request;
      put(exchange.begin, false, invoke);
      Json answer{{"process", exchange.process}};
      answer["type"] = exchange.response.is_null() ? "info" : "ok";
      answer["time"] = *exchange.end - start;
      if (exchange.response.is_null())
        answer["error"] = "the capture has no answer";
      else
        answer["response"] = exchange.response;
      put(*exchange.end, true, answer);
    }
    // At one and the same time requests go before answers: they may have overlapped, and nobody is accused for it.
    std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
      return std::pair(a.time, a.answer) < std::pair(b.time, b.answer);
    });
    std::vector<std::string> result;
    result.reserve(lines.size());
    for (Line& line : lines) result.push_back(std::move(line.text));
    return result;
  }

  std::string server_;
  std::vector<std::string> titles_;
  std::vector<Exchange> exchanges_;
  std::set<std::string> seen_;
  std::size_t others_ = 0;
  std::size_t cached_ = 0;
  bool callers_count_ = false;
};

/// The one server of the capture whose job API is asked.
std::string server_of(const std::string& path, const Json& entries) {
  std::string server;
  for (const Json& entry : entries) {
    const std::string url = plain_url(url_of(entry));
    const std::size_t api = api_at(std::string_view(url).substr(0, url.find('?')));
    if (api == std::string::npos || url.substr(0, api) == server) continue;
    if (!server.empty())
      throw UsageError(fmt::format("{}: asks the job API of {} and of {}; a capture of one server was expected", path,
                                   server, url.substr(0, api)));
    server = url.substr(0, api);
  }
  if (server.empty()) throw UsageError(fmt::format("{}: holds no request of the job API", path));
  return server;
}

}  // namespace

bool is_har(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  return json.is_object() && json.contains("log");
}

std::vector<HarHistory> histories_of_har(const std::vector<HarFile>& files, BadFiles& bad) {
  std::vector<Capture> captures;
  for (const HarFile& file : files)
    bad.attempt([&] {
      const Json json = Json::parse(file.text, nullptr, false);
      const Json& entries = member(member(json, "log"), "entries");
      if (!entries.is_array()) throw UsageError(fmt::format("{}: a HAR capture needs `log.entries`", file.path));
      const std::string server = server_of(file.path, entries);
      const auto known = std::ranges::find(captures, server, &Capture::server);
      // A copy, so that of a file that turns out to be bad nothing stays.
      Capture capture = known == captures.end() ? Capture(server) : *known;
      capture.take(file.path, entries);
      if (known == captures.end())
        captures.push_back(std::move(capture));
      else
        *known = std::move(capture);
    });
  std::vector<HarHistory> histories;
  histories.reserve(captures.size());
  for (Capture& capture : captures) histories.push_back(std::move(capture).history());
  return histories;
}

}  // namespace closecheck::cli
