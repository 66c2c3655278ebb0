#include "in_process/captures_for_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/run_as.h"
#include "wire/json.h"
#include "wire/text.h"

namespace closecheck::sut {
namespace {

using wire::Json;

constexpr const char* kJob =
    R"("analysis_config":{"bucket_span":"1h","detectors":[{"function":"metric","field_name":"responsetime",)"
    R"("by_field_name":"airline"}]},"analysis_limits":{"model_memory_limit":"20mb"},"data_description":)"
    R"({"time_field":"time","time_format":"epoch"}})";

std::string ten_records() {
  std::string records;
  for (int i = 0; i < 10; ++i)
    records += fmt::format(R"({{"airline":"{}","responsetime":"132.2046","sourcetype":"farequote","time":"{}"}})",
                           i % 2 == 0 ? "JZA" : "AAL", 1'403'481'600 + 1'800 * i) +
               "\n";
  return records;
}

std::string documents(int count, std::int64_t apart_ms, bool typed) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += std::string(typed ? R"({"index":{"_type":"doc"}})" : R"({"index":{}})") +
             fmt::format("\n{{\"time\":{},\"airline\":\"{}\",\"responsetime\":132.2}}\n",
                         1'403'481'600'000 + apart_ms * i, i % 2 == 0 ? "JZA" : "AAL");
  return lines;
}

/// The envelope of an error that says nothing further.
std::string envelope(int status, const std::string& type, const std::string& reason) {
  const Json cause{{"type", type}, {"reason", reason}};
  Json error{{"root_cause", Json::array({cause})}};
  error.update(cause);
  return wire::dump(Json{{"error", std::move(error)}, {"status", status}});
}

wire::HttpRequest request_of(const std::string& method, const std::string& target, std::string body = "") {
  const std::size_t question = std::min(target.find('?'), target.size());
  wire::HttpRequest request{method, target.substr(0, question), {}, std::move(body), ""};
  if (question < target.size()) request.query = wire::split_query(std::string_view(target).substr(question + 1));
  if (!request.body.empty()) request.content_type = "application/json";
  return request;
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : file_(path), name_(path.filename().string()) {
    if (!file_) throw std::runtime_error("cannot read " + path.string());
  }

  std::vector<CapturedRun> read() {
    for (std::string line; std::getline(file_, line);) {
      ++number_;
      if (line.empty() || line.front() == '#') continue;
      words_.clear();
      words_.str(line.substr(1));
      take(line.front(), line.size() > 2 ? line.substr(2) : "");
    }
    return std::move(runs_);
  }

 private:
  [[noreturn]] void fail() const { throw std::runtime_error(fmt::format("{}:{} cannot be read", name_, number_)); }

  std::string word() {
    std::string text;
    words_ >> text;
    return text;
  }

  Captured& last() {
    if (runs_.empty() || runs_.back().all.empty()) fail();
    return runs_.back().all.back();
  }

  Captured& add(Captured::Kind kind) {
    if (runs_.empty()) fail();
    const Time begins = runs_.back().all.empty() ? 0 : runs_.back().all.back().begins;
    Captured captured{kind, number_, begins, begins};
    return runs_.back().all.emplace_back(std::move(captured));
  }

  void take(char kind, const std::string& rest) {
    if (kind == '%')
      begin();
    else if (kind == '+')
      set_up();
    else if (kind == '*')
      fault();
    else if (kind == '>')
      request();
    else if (kind == '-')
      last().request.content_type = rest;
    else if (kind == '=')
      body(rest);
    else if (kind == '<')
      answer(rest);
    else if (kind == '~')
      header();
    else if (kind == '?')
      last().reads = rest;
    else if (kind == '!')
      last().differs = rest;
    else if (kind == '@')
      breaks();
    else
      fail();
  }

  void begin() {
    const auto known = profile_named(word());
    const auto number = read_version(word());
    if (!known || !number) fail();
    CapturedRun run;
    run.profile = known->at(*number);
    runs_.push_back(std::move(run));
    prepare();
  }

  void ask_before(Principal who, wire::HttpRequest request) {
    Captured& captured = add(Captured::Kind::set_up);
    captured.who = who;
    captured.request = std::move(request);
  }

  std::string ml() const { return std::string(runs_.back().profile->jobs.path); }

  /// Users with one privilege each, and what datafeeds read.
  void prepare() {
    const bool typed = ml() != "/_ml";
    const std::string security = typed ? "/_xpack/security" : "/_security";
    for (const auto& [user, privilege] : std::map<std::string, std::string>{{"monitor", "monitor"},
                                                                            {"ml_only", "manage_ml"},
                                                                            {"machine_learning_admin", "manage_ml"},
                                                                            {"machine_learning_user", "monitor_ml"},
                                                                            {"superuser", "all"}}) {
      ask_before(Principal::setup, request_of("PUT", fmt::format("{}/role/as_{}", security, user),
                                              fmt::format(R"({{"cluster":["{}"],"indices":[]}})", privilege)));
      ask_before(Principal::setup, request_of("PUT", fmt::format("{}/user/{}", security, user),
                                              fmt::format(R"({{"password":"password","roles":["as_{}"]}})", user)));
    }
    for (const auto& [index, count, apart_ms] : {std::tuple("src", 60, 600'000), std::tuple("long", 500, 60'000)}) {
      const std::string fields = R"({"properties":{"time":{"type":"date"}}})";
      const std::string mappings = typed ? R"({"doc":)" + fields + "}" : fields;
      ask_before(Principal::setup, request_of("PUT", std::string("/") + index, R"({"mappings":)" + mappings + "}"));
      ask_before(Principal::setup,
                 request_of("POST", fmt::format("/{}{}/_bulk?refresh=true", index, typed ? "/doc" : ""),
                            documents(count, apart_ms, typed)));
    }
  }

  void set_up() {
    const std::string what = word();
    const std::string id = word();
    const std::string further = word();
    const std::string job = ml() + "/anomaly_detectors/" + id;
    const std::string feed = ml() + "/datafeeds/" + id;
    const bool is_long = id.starts_with("feed-lb");
    if (what == "job")
      ask_before(
          Principal::manage_ml,
          request_of("PUT", job,
                     (further.empty() ? "{" : fmt::format(R"({{"description":"x","groups":["{}"],)", further)) + kJob));
    else if (what == "open")
      ask_before(Principal::manage_ml, request_of("POST", job + "/_open"));
    else if (what == "data")
      ask_before(Principal::manage_ml, request_of("POST", job + "/_data", ten_records()));
    else if (what == "close")
      ask_before(Principal::manage_ml, request_of("POST", job + "/_close"));
    else if (what == "force")
      ask_before(Principal::manage_ml, request_of("POST", job + "/_close?force=true"));
    else if (what == "delete")
      ask_before(Principal::manage_ml, request_of("DELETE", job + "?force=true"));
    else if (what == "feed")
      ask_before(Principal::setup,
                 request_of("PUT", feed,
                            fmt::format(R"({{"job_id":"{}","indices":["{}"],{}"query_delay":"1s","frequency":"1s"}})",
                                        further, is_long ? "long" : "src", is_long ? R"("scroll_size":1,)" : "")));
    else if (what == "start")
      ask_before(Principal::setup, request_of("POST", feed + "/_start?start=0"));
    else if (what == "stop")
      ask_before(Principal::setup, request_of("POST", feed + "/_stop"));
    else if (what == "unfeed")
      ask_before(Principal::setup, request_of("DELETE", feed + "?force=true"));
    else
      fail();
  }

  void fault() {
    Captured& captured = add(Captured::Kind::fault);
    captured.begins = captured.ends = std::stoll(word()) * kMillisecond;
    const auto known = fault_named(word());
    if (!known) fail();
    captured.fault = *known;
    captured.job = word();
    if (const std::string duration = word(); !duration.empty())
      captured.duration = parse_duration(duration).value_or(0);
  }

  void request() {
    Captured& captured = add(Captured::Kind::exchange);
    const std::string times = word();
    const std::size_t plus = times.find('+');
    if (plus == std::string::npos) fail();
    captured.begins = std::stoll(times) * kMillisecond;
    captured.ends = captured.begins + std::stoll(times.substr(plus + 1)) * kMillisecond;
    const std::string who = word();
    const std::string method = word();
    captured.request = request_of(method, word());
    if (const auto known = principal_named(who)) {
      captured.who = *known;
    } else {
      captured.who = Principal::setup;
      captured.request.headers.emplace_back(kRunAsHeader, who);
    }
  }

  void body(const std::string& text) {
    Captured& captured = last();
    if (text == "<ten-records>")
      captured.request.body = ten_records();
    else if (text.starts_with("\" "))
      captured.request.body = Json::parse(text.substr(2)).get<std::string>();
    else
      captured.request.body = text;
    if (captured.request.content_type.empty()) captured.request.content_type = "application/json";
    if (captured.request.content_type == "none") captured.request.content_type.clear();
  }

  void answer(const std::string& text) {
    if (text == "none") return;
    if (text == "\"") {
      last().answer = previous_;
      return;
    }
    WireAnswer answer;
    answer.status = std::stoi(text);
    const std::string rest = text.size() > 4 ? text.substr(4) : "";
    const std::size_t colon = rest.find(": ");
    if (rest.starts_with("\" "))
      answer.body = Json::parse(rest.substr(2)).get<std::string>();
    else if (rest.empty() || rest.front() == '{' || rest.front() == '[')
      answer.body = rest;
    else if (colon != std::string::npos)
      answer.body = envelope(answer.status, rest.substr(0, colon), rest.substr(colon + 2));
    else
      fail();
    answer.headers.emplace_back("content-type", "application/json; charset=UTF-8");
    last().answer = previous_ = std::move(answer);
  }

  std::string further_words() {
    std::string text;
    std::getline(words_ >> std::ws, text);
    return text;
  }

  void breaks() {
    const std::string clause = word();
    last().breaks[clause] = further_words();
  }

  void header() {
    const std::string name = word();
    const std::string value = further_words();
    if (!last().answer) fail();
    auto& headers = last().answer->headers;
    std::erase_if(headers, [&](const auto& one) { return one.first == name; });
    headers.emplace_back(name, value);
  }

  std::ifstream file_;
  std::string name_;
  int number_ = 0;
  std::istringstream words_;
  WireAnswer previous_;
  std::vector<CapturedRun> runs_;
};

}  // namespace

std::vector<CapturedRun> read_captures(const std::filesystem::path& path) {
  return Reader(path).read();
}

}  // namespace closecheck::sut
