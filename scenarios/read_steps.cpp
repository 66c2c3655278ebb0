// Steps of a scenario, from YAML values to data.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base64.h"
#include "call.h"
#include "pattern.h"
#include "script.h"

namespace closecheck::scenarios {
namespace {

constexpr int kClientMax = 63;

constexpr std::array kCheckNames{"match", "is_true", "is_false",   "length",   "gt",       "gte",     "lt",
                                 "lte",   "exists",  "not_exists", "contains", "close_to", "is_after"};

/// The words of the format, and one of ours: `refused` is any error, whatever its code.
constexpr std::array kCatchNames{"bad_request", "unauthorized", "forbidden", "missing", "request_timeout", "conflict",
                                 "gone",        "unavailable",  "request",   "param",   "refused"};

/// Keys that stand beside the call in a `do`, or beside `do` in its step.
constexpr std::array kModifiers{
    "as",       "catch",          "client",           "fresh_connection",       "headers",
    "warnings", "warnings_regex", "allowed_warnings", "allowed_warnings_regex", "node_selector"};

template <std::size_t N>
bool is_among(const std::array<const char*, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <std::size_t N>
std::string list_of(const std::array<const char*, N>& names) {
  std::string text;
  for (const char* const name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

class StepReader {
 public:
  StepReader(const Script& script, int& client_max) : script_(script), client_max_(client_max) {}

  std::vector<ScriptStep> read(const List& steps) {
    for (const Value& step : steps) read_step(step);
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(Place place, const std::string& message) const { script_.source.fail(place, message); }

  const std::string& text(const Value& value, std::string_view what) const {
    if (value.string() == nullptr) fail(value.place, fmt::format("expected {}, found {}", what, describe(value)));
    return *value.string();
  }

  Duration duration(const Value& value) const {
    const std::string* span = value.string();
    const auto parsed = span == nullptr ? std::nullopt : parse_duration(*span);
    if (!parsed)
      fail(value.place, fmt::format("expected a duration with a unit, such as 500ms or 3s, found {}", describe(value)));
    return *parsed;
  }

  bool flag(const Value& value) const {
    const bool* parsed = std::get_if<bool>(&value.data);
    if (parsed == nullptr) fail(value.place, fmt::format("expected true or false, found {}", describe(value)));
    return *parsed;
  }

  int client_number(const Value& value) const {
    const auto* number = std::get_if<std::int64_t>(&value.data);
    if (number == nullptr || *number < 0 || *number > kClientMax)
      fail(value.place, fmt::format("expected a client number from 0 to {}, found {}", kClientMax, describe(value)));
    return static_cast<int>(*number);
  }

  void read_step(const Value& step) {
    const Map* map = step.map();
    if (map == nullptr || map->empty())
      fail(step.place, fmt::format("expected a step, such as `do: ...` or `match: ...`, found {}", describe(step)));
    const auto kind_at =
        std::find_if(map->begin(), map->end(), [](const Member& member) { return !is_among(kModifiers, member.key); });
    if (kind_at == map->end())
      fail(map->front().place, fmt::format("\"{}\" belongs to a call: expected `do` beside it", map->front().key));
    const Member& kind = *kind_at;
    const bool is_call = kind.key == "do" || kind.key == "request";
    for (const Member& member : *map)
      if (&member != &kind && !(is_call && is_among(kModifiers, member.key)))
        fail(member.place, fmt::format("expected one kind of step, found \"{}\" beside \"{}\"", member.key, kind.key));
    if (is_call) {
      out_.emplace_back(read_do(kind, *map));
    } else if (kind.key == "set" || kind.key == "transform_and_set") {
      read_set(kind);
    } else if (kind.key == "wait") {
      out_.emplace_back(PlainStep{read_wait(kind.value)});
    } else if (kind.key == "fault") {
      out_.emplace_back(PlainStep{read_fault(kind.value)});
    } else if (kind.key == "meanwhile") {
      read_meanwhile(kind.value);
    } else if (kind.key == "skip" || kind.key == "requires") {
      fail(kind.place, fmt::format("\"{}\" may only be the first step", kind.key));
    } else if (is_among(kCheckNames, kind.key)) {
      read_check(kind);
    } else {
      fail(kind.place,
           fmt::format("expected a kind of step (do, request, meanwhile, wait, fault, set, transform_and_set, "
                       "{}), found \"{}\"",
                       list_of(kCheckNames), kind.key));
    }
  }

  DoStep read_do(const Member& kind, const Map& step) {
    DoStep call;
    call.place = kind.place;
    const Member* what = kind.key == "request" ? &kind : nullptr;
    for (const Member& member : step)
      if (&member != &kind) read_modifier(member, call);
    if (kind.key == "do") {
      if (kind.value.map() == nullptr)
        fail(kind.value.place, fmt::format("expected a map with one call, found {}", describe(kind.value)));
      for (const Member& member : *kind.value.map()) {
        if (is_among(kModifiers, member.key)) {
          read_modifier(member, call);
        } else if (what == nullptr) {
          what = &member;
        } else {
          fail(member.place, fmt::format("expected one call, found \"{}\" beside \"{}\"", member.key, what->key));
        }
      }
    }
    if (what == nullptr) fail(kind.place, "expected a call: the name of an API with its arguments, or `request`");
    if (what->key == "request")
      read_request(what->value, call);
    else
      read_api_call(*what, call);
    client_max_ = std::max(client_max_, call.client);
    return call;
  }

  void read_modifier(const Member& member, DoStep& call) const {
    if (member.key == "as") {
      const auto who = principal_named(text(member.value, "the name of a principal"));
      if (!who) {
        std::string names;
        for (const Principal principal : kPrincipals)
          names += (names.empty() ? "" : ", ") + std::string(closecheck::name(principal));
        fail(member.value.place, fmt::format("expected a principal ({}), found {}", names, describe(member.value)));
      }
      call.who = *who;
    } else if (member.key == "catch") {
      read_catch(member.value, call);
    } else if (member.key == "client") {
      call.client = client_number(member.value);
    } else if (member.key == "fresh_connection") {
      call.fresh_connection = flag(member.value);
    } else if (member.key == "headers") {
      read_headers(member.value, call);
    } else if (member.key == "warnings" || member.key == "warnings_regex") {
      call.has_warnings = true;
      read_warnings(member, member.key == "warnings" ? call.warnings : call.warning_patterns);
    } else if (member.key == "allowed_warnings" || member.key == "allowed_warnings_regex") {
      read_warnings(member, member.key == "allowed_warnings" ? call.allowed_warnings : call.allowed_warning_patterns);
    }
    // `node_selector` chooses between nodes; a target here is one.
  }

  void read_catch(const Value& value, DoStep& call) const {
    const std::string& wanted = text(value, fmt::format("one of {} or a /regular expression/", list_of(kCatchNames)));
    if (is_pattern(wanted)) {
      check_pattern(value, pattern_of(wanted));
    } else if (!is_among(kCatchNames, wanted)) {
      fail(value.place,
           fmt::format("expected one of {} or a /regular expression/, found \"{}\"", list_of(kCatchNames), wanted));
    }
    call.catch_text = wanted;
  }

  void check_pattern(const Value& value, const std::string& expression) const {
    if (const auto error = pattern_error(expression))
      fail(value.place, fmt::format("this is not a regular expression: {}", *error));
  }

  void read_headers(const Value& value, DoStep& call) const {
    if (value.map() == nullptr) fail(value.place, fmt::format("expected a map of headers, found {}", describe(value)));
    for (const Member& header : *value.map()) {
      std::string name = header.key;
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      const auto header_text = text_of(header.value);
      if (!header_text) fail(header.value.place, fmt::format("expected a text, found {}", describe(header.value)));
      // Who asks is a matter of `as` and the configuration; a scenario carries no credentials.
      if (name != "content-type") continue;
      call.content_type = *header_text;
    }
  }

  void read_warnings(const Member& member, std::vector<std::string>& out) const {
    const auto one = [&](const Value& value) {
      out.push_back(text(value, "the text of a warning"));
      if (member.key.ends_with("_regex")) check_pattern(value, out.back());
    };
    if (member.value.list() == nullptr) return one(member.value);
    for (const Value& value : *member.value.list()) one(value);
  }

  void read_api_call(const Member& what, DoStep& call) {
    const Api* api = script_.apis().find(what.key);
    if (api == nullptr) {
      const std::string nearest = script_.apis().nearest(what.key);
      fail(what.place, fmt::format("there is no API \"{}\"{}", what.key,
                                   nearest.empty() ? std::string() : fmt::format(", did you mean \"{}\"?", nearest)));
    }
    ApiCall api_call;
    api_call.api = api;
    api_call.arguments = make_map();
    api_call.arguments.place = what.place;
    if (!what.value.is_null() && what.value.map() == nullptr)
      fail(what.value.place, fmt::format("expected a map of arguments, found {}", describe(what.value)));
    if (what.value.map() != nullptr)
      for (const Member& argument : *what.value.map()) {
        if (argument.key == "body")
          api_call.body = argument.value;
        else if (argument.key == "ignore")
          read_ignore(argument.value, call);
        else
          std::get<Map>(api_call.arguments.data).push_back(argument);
      }
    // A call that cannot be made is an error here, unless the test is about just that.
    if (call.catch_text != "param") try {
        make_request(script_.apis(), *api, api_call.arguments, api_call.body ? &*api_call.body : nullptr,
                     call.content_type);
      } catch (const CallError& error) {
        fail(error.place, error.what);
      }
    call.call = std::move(api_call);
  }

  void read_ignore(const Value& value, DoStep& call) const {
    const auto codes = text_of(value);
    std::string_view rest = codes ? std::string_view(*codes) : std::string_view("?");
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view code = rest.substr(0, comma);
      const bool is_code =
          code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (!is_code)
        fail(value.place, fmt::format("expected a status code or a list of them, found {}", describe(value)));
      call.ignored.push_back((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }

  void read_request(const Value& value, DoStep& call) {
    if (value.map() == nullptr)
      fail(value.place, fmt::format("expected a map with method, path, query and body, found {}", describe(value)));
    RawCall raw;
    bool has_type = false;
    for (const Member& member : *value.map()) {
      if (member.key == "method") {
        raw.method = text(member.value, "an HTTP method");
      } else if (member.key == "path") {
        raw.path = text(member.value, "a path");
        if (!raw.path.starts_with('/') || raw.path.find_first_of("? #") != std::string::npos)
          fail(member.value.place,
               "expected a path that begins with / and has no query; parameters stand under `query`");
      } else if (member.key == "query") {
        read_query(member.value, raw.query);
      } else if (member.key == "body") {
        if (!member.value.is_null()) raw.body = member.value;
        if (raw.body && raw.body->string() == nullptr && raw.body->map() == nullptr && raw.body->list() == nullptr)
          fail(member.value.place, fmt::format("expected a text, a map or a list, found {}", describe(member.value)));
      } else if (member.key == "body_base64") {
        const auto bytes = decode_base64(text(member.value, "base64"));
        if (!bytes) fail(member.value.place, "expected base64");
        raw.body = make_text(*bytes);
      } else if (member.key == "content_type") {
        raw.content_type = text(member.value, "a content type");
        has_type = true;
      } else if (member.key == "typed") {
        raw.typed = flag(member.value);
      } else {
        fail(member.place,
             fmt::format("expected method, path, query, body, body_base64, content_type or typed, found \"{}\"",
                         member.key));
      }
    }
    if (raw.method.empty() || !std::all_of(raw.method.begin(), raw.method.end(), [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
        }))
      fail(value.place, "expected a request with a `method`");
    if (raw.path.empty()) fail(value.place, "expected a request with a `path`");
    if (!has_type && !call.content_type.empty()) {
      raw.content_type = call.content_type;
      has_type = true;
    }
    const bool has_body = raw.body && (raw.body->string() == nullptr || !raw.body->string()->empty());
    if (!has_type && has_body) raw.content_type = "application/json";
    call.call = std::move(raw);
  }

  void read_query(const Value& value, Parameters& query) const {
    const auto take = [&](const std::string& name, const Value& parameter) {
      const auto parameter_text = text_of(parameter);
      if (!parameter_text || parameter.list() != nullptr)
        fail(parameter.place, fmt::format("expected a text, found {}", describe(parameter)));
      query.emplace_back(name, *parameter_text);
    };
    if (value.is_null()) return;
    if (value.map() != nullptr) {
      for (const Member& member : *value.map()) take(member.key, member.value);
      return;
    }
    if (value.list() == nullptr)
      fail(value.place, fmt::format("expected a map of parameters, or a list of pairs, found {}", describe(value)));
    for (const Value& pair : *value.list()) {
      if (pair.list() == nullptr || pair.list()->size() != 2)
        fail(pair.place, fmt::format("expected a pair [name, value], found {}", describe(pair)));
      const auto name_text = text_of(pair.list()->front());
      if (!name_text) fail(pair.place, "expected a pair [name, value]");
      take(*name_text, pair.list()->back());
    }
  }

  Step read_wait(const Value& value) const {
    if (const std::string* word = value.string(); word != nullptr && *word == "answers") return join_step();
    if (value.map() == nullptr) return wait_step(duration(value));
    const Value* job = value.find("settled");
    if (job == nullptr) fail(value.place, "expected a duration, `answers`, or {settled: JOB, at_most: 10s}");
    Duration at_most = kMinute;
    for (const Member& member : *value.map()) {
      if (member.key == "at_most")
        at_most = duration(member.value);
      else if (member.key != "settled")
        fail(member.place, fmt::format("expected settled or at_most, found \"{}\"", member.key));
    }
    return settle_step(text(*job, "the id of a job"), at_most);
  }

  Step read_fault(const Value& value) const {
    constexpr const char* kForms = "{fail_job: JOB}, {slow_close: JOB, duration: 3s} or {hang_close: JOB}";
    if (value.map() == nullptr) fail(value.place, fmt::format("expected {}, found {}", kForms, describe(value)));
    std::optional<Fault> fault;
    std::string job;
    std::optional<Duration> span;
    for (const Member& member : *value.map()) {
      if (member.key == "duration") {
        span = duration(member.value);
      } else if (const auto named = fault_named(member.key); named && !fault) {
        fault = named;
        job = text(member.value, "the id of a job");
      } else {
        fail(member.place, fmt::format("expected {}, found \"{}\"", kForms, member.key));
      }
    }
    if (!fault) fail(value.place, fmt::format("expected {}", kForms));
    if (*fault == Fault::slow_close && !span) fail(value.place, "expected slow_close with a duration");
    return fault_step(*fault, job, span.value_or(0));
  }

  void read_meanwhile(const Value& value) {
    const List* steps = value.list();
    int client = client_max_ + 1;
    if (value.map() != nullptr) {
      for (const Member& member : *value.map()) {
        if (member.key == "client") {
          client = client_number(member.value);
        } else if (member.key == "steps") {
          steps = member.value.list();
        } else {
          fail(member.place, fmt::format("expected client or steps, found \"{}\"", member.key));
        }
      }
    }
    if (steps == nullptr) fail(value.place, "expected a list of steps, or {client: 1, steps: [...]}");
    if (client == 0 || client > kClientMax)
      fail(value.place, fmt::format("expected a second client, from 1 to {}; 0 is the first one", kClientMax));
    client_max_ = std::max(client_max_, client);
    const std::size_t before = out_.size();
    for (const Value& step : *steps) read_step(step);
    for (std::size_t i = before; i < out_.size(); ++i) {
      if (auto* call = std::get_if<DoStep>(&out_[i])) {
        if (call->client != 0 || call->detached)
          fail(call->place, "expected no client within `meanwhile`: it has its own");
        call->client = client;
        call->detached = true;
      } else if (auto* check = std::get_if<CheckStep>(&out_[i])) {
        check->detached = true;
      } else {
        fail(value.place, "expected only calls and assertions within `meanwhile`");
      }
    }
  }

  void read_check(const Member& kind) {
    CheckStep step;
    step.place = kind.place;
    const auto* const found = std::find(kCheckNames.begin(), kCheckNames.end(), kind.key);
    step.check = static_cast<Check>(found - kCheckNames.begin());
    const bool path_only = step.check == Check::is_true || step.check == Check::is_false ||
                           step.check == Check::exists || step.check == Check::not_exists;
    if (path_only) {
      const auto path = text_of(kind.value);
      if (!path || kind.value.list() != nullptr)
        fail(kind.value.place, fmt::format("expected a path, found {}", describe(kind.value)));
      step.path = *path;
      out_.emplace_back(std::move(step));
      return;
    }
    if (kind.value.map() == nullptr || kind.value.map()->empty())
      fail(kind.value.place, fmt::format("expected {{path: value}}, found {}", describe(kind.value)));
    for (const Member& member : *kind.value.map()) {
      CheckStep one = step;
      one.path = member.key;
      one.expected = member.value;
      check_expected(one);
      out_.emplace_back(std::move(one));
    }
  }

  void check_expected(const CheckStep& step) const {
    const Value& expected = step.expected;
    const std::string* expected_text = expected.string();
    const bool stashed = expected_text != nullptr && expected_text->find('$') != std::string::npos;
    if (step.check == Check::length && !expected.is_number() && !stashed)
      fail(expected.place, fmt::format("expected a number, found {}", describe(expected)));
    if (step.check == Check::match && expected_text != nullptr && is_pattern(*expected_text))
      check_pattern(expected, extended_pattern_of(*expected_text));
    if (step.check == Check::close_to && (expected.find("value") == nullptr || expected.find("error") == nullptr))
      fail(expected.place, "expected {value: v, error: e}");
  }

  void read_set(const Member& kind) {
    if (kind.value.map() == nullptr || kind.value.map()->empty())
      fail(kind.value.place, fmt::format("expected {{path: name}}, found {}", describe(kind.value)));
    for (const Member& member : *kind.value.map()) {
      SetStep step;
      step.place = member.place;
      step.transform = kind.key == "transform_and_set";
      const std::string& other = text(member.value, step.transform ? "what to keep" : "the name to keep it under");
      step.name = step.transform ? member.key : other;
      step.path = step.transform ? other : member.key;
      out_.emplace_back(std::move(step));
    }
  }

  const Script& script_;
  int& client_max_;
  std::vector<ScriptStep> out_;
};

}  // namespace

std::string_view name(Check check) {
  return kCheckNames.at(static_cast<std::size_t>(check));
}

std::vector<ScriptStep> read_steps(const Script& script, const List& steps, int& client_max) {
  return StepReader(script, client_max).read(steps);
}

}  // namespace closecheck::scenarios
