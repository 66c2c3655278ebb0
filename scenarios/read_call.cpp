// Calls of a scenario: the API and its arguments, or a request word by word, and what is expected of the answer.
#include <fmt/format.h>

#include "call.h"
#include "closecheck/vocabulary/base64.h"
#include "closecheck/vocabulary/job_expression.h"
#include "closecheck/vocabulary/text.h"
#include "path.h"
#include "pattern.h"
#include "step_reader.h"

namespace closecheck::scenarios {
namespace {

/// The words of the format, and one of ours: `refused` is any error, whatever its code.
constexpr std::array kCatchNames{"bad_request", "unauthorized", "forbidden", "missing", "request_timeout", "conflict",
                                 "gone",        "unavailable",  "request",   "param",   "refused"};

bool is_modifier(std::string_view key) {
  return is_among(kFormatModifiers, key) || is_among(kOwnModifiers, key);
}

class CallReader : StepReading {
 public:
  using StepReading::StepReading;

  DoStep read_do(const Member& kind, const Map& step) {
    DoStep call;
    call.place = kind.place;
    const Member* what = kind.key == "request" ? &kind : nullptr;
    for (const Member& member : step)
      if (&member != &kind) read_modifier(member, call);
    if (kind.key == "do") {
      if (kind.value.map() == nullptr)
        fail(kind.value.place, fmt::format("expected a map with one call, found {}", describe(kind.value)));
      what = find_call(*kind.value.map(), call);
    }
    if (what == nullptr) fail(kind.place, "expected a call: the name of an API with its arguments, or `request`");
    if (what->key == "request")
      read_request(what->value, call);
    else if (what->key == "raw" && script_.is_foreign() && what->value.map() != nullptr)
      read_raw_call(*what, call);
    else
      read_api_call(*what, call);
    return call;
  }

 private:
  /// The call among its modifiers, which are read; null: there is none.
  const Member* find_call(const Map& map, DoStep& call) const {
    const Member* found = nullptr;
    for (const Member& member : map) {
      if (is_modifier(member.key)) {
        read_modifier(member, call);
      } else if (found != nullptr && script_.is_foreign() && (is_scalar(*found) || is_scalar(member))) {
        // Arguments are a map, so this is no call: somebody lost the indentation, and nobody noticed.
        const Member& stray = is_scalar(member) ? member : *found;
        call.oddities.push_back({stray.place, fmt::format("\"{}\" beside the call is passed over", stray.key)});
        if (&stray == found) found = &member;
      } else if (found == nullptr) {
        found = &member;
      } else {
        fail(member.place, fmt::format("expected one call, found \"{}\" beside \"{}\"", member.key, found->key));
      }
    }
    return found;
  }

  static bool is_scalar(const Member& member) {
    return member.value.map() == nullptr && member.value.list() == nullptr && !member.value.is_null();
  }

  void read_modifier(const Member& member, DoStep& call) const {
    if (member.value.is_null() && is_among(kFormatModifiers, member.key)) return;
    if (member.key == "within") {
      call.within = duration(member.value);
    } else if (member.key == "no_sooner_than") {
      call.no_sooner_than = duration(member.value);
    } else if (member.key == "as") {
      const auto who = principal_named(text(member.value, "the name of a principal"));
      if (!who)
        fail(member.value.place,
             fmt::format("expected a principal ({}), found {}",
                         joined(kPrincipals, ", ", [](Principal principal) { return closecheck::name(principal); }),
                         describe(member.value)));
      call.who = *who;
      call.says_who = true;
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
      read_warnings(member, member.key == "warnings" ? call.warnings : call.warning_patterns, call);
    } else if (member.key == "allowed_warnings" || member.key == "allowed_warnings_regex") {
      read_warnings(member, member.key == "allowed_warnings" ? call.allowed_warnings : call.allowed_warning_patterns,
                    call);
    } else if (member.key == "node_selector") {
      read_selector(member.value, call);
    }
  }

  void read_selector(const Value& value, DoStep& call) const {
    if (value.map() == nullptr)
      fail(value.place,
           fmt::format("expected {{version: RANGE}} or {{attribute: {{NAME: VALUE}}}}, found {}", describe(value)));
    call.nodes.emplace();
    for (const Member& member : *value.map()) {
      if (member.key == "attribute") {
        call.nodes->has_attributes = true;
      } else if (member.key == "version") {
        const std::string& versions = text(member.value, "a range of versions");
        // Where all nodes are of one version, either word means them all.
        if (versions == "current" || versions == "original") continue;
        if (!is_version_range(versions))
          fail(member.value.place,
               fmt::format("expected a range of versions such as \" - 6.9.99\", found {}", describe(member.value)));
        call.nodes->versions = versions;
      } else {
        fail(member.place, fmt::format("expected version or attribute, found \"{}\"", member.key));
      }
    }
  }

  /// An error that counts only if the test is run: one that is left out may be written for another runner or server.
  static void put_off(DoStep& call, Place place, std::string message) {
    if (!call.problem) call.problem = CallProblem{place, std::move(message)};
  }

  void read_catch(const Value& value, DoStep& call) const {
    const std::string& wanted = text(value, fmt::format("one of {} or a /regular expression/", joined(kCatchNames)));
    if (is_pattern(wanted)) {
      check_pattern(value, pattern_of(wanted), call);
    } else if (!is_among(kCatchNames, wanted)) {
      put_off(call, value.place,
              fmt::format("expected one of {} or a /regular expression/, found \"{}\"", joined(kCatchNames), wanted));
    }
    call.catch_text = wanted;
  }

  static void check_pattern(const Value& value, const std::string& expression, DoStep& call) {
    if (const auto error = pattern_error(expression))
      put_off(call, value.place, fmt::format("this is not a regular expression: {}", *error));
  }

  void read_headers(const Value& value, DoStep& call) const {
    if (value.map() == nullptr) fail(value.place, fmt::format("expected a map of headers, found {}", describe(value)));
    for (const Member& header : *value.map()) {
      const std::string name = lower(header.key);
      const auto header_text = text_of(header.value);
      if (!header_text) fail(header.value.place, fmt::format("expected a text, found {}", describe(header.value)));
      if (name == "content-type")
        call.content_type = *header_text;
      else
        call.headers.emplace_back(header.key, *header_text);
    }
  }

  void read_warnings(const Member& member, std::vector<std::string>& out, DoStep& call) const {
    const auto one = [&](const Value& value) {
      out.push_back(text(value, "the text of a warning"));
      if (member.key.ends_with("_regex")) check_pattern(value, out.back(), call);
    };
    if (member.value.list() == nullptr) return one(member.value);
    for (const Value& value : *member.value.list()) one(value);
  }

  void read_api_call(const Member& what, DoStep& call) {
    const Api* api = script_.apis().find(what.key);
    if (api == nullptr) {
      const std::string nearest = script_.apis().nearest(what.key);
      const std::string problem = script_.apis().problem_of(what.key);
      put_off(call, what.place,
              !problem.empty()
                  ? fmt::format("the description of \"{}\" cannot be used: {}", what.key, problem)
                  : fmt::format("there is no API \"{}\"{}", what.key,
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
        if (argument.value.is_null()) continue;  // as if it were not there
        if (argument.key == "ignore") {
          read_ignore(argument.value, call);
        } else if (argument.key != "body") {
          std::get<Map>(api_call.arguments.data).push_back(argument);
        } else {
          api_call.body = argument.value;
        }
      }
    // A call that cannot be made is an error, unless the test is about just that.
    if (api != nullptr && call.catch_text != "param") try_call(api_call, call);
    call.call = std::move(api_call);
  }

  /// `raw: {method: GET, path: _cluster/health, NAME: VALUE, body: {...}}`: whatever else it has goes into the query.
  void read_raw_call(const Member& what, DoStep& call) {
    RawCall raw;
    for (const Member& member : *what.value.map()) {
      const auto parameter = text_of(member.value);
      if (member.value.is_null()) continue;
      if (member.key == "ignore")
        read_ignore(member.value, call);
      else if (member.key == "method")
        raw.method = upper(text(member.value, "an HTTP method"));
      else if (member.key == "path")
        raw.path = "/" + std::string(without_leading_slash(text(member.value, "a path")));
      else if (member.key == "body")
        raw.body = member.value;
      else if (parameter)
        raw.query.emplace_back(member.key, *parameter);
      else
        fail(member.value.place, fmt::format("expected a text, found {}", describe(member.value)));
    }
    if (raw.method.empty() || raw.path.empty()) fail(what.place, "expected `raw` with a `method` and a `path`");
    raw.content_type = !call.content_type.empty() || !raw.body ? call.content_type : "application/json";
    call.call = std::move(raw);
  }

  static std::string_view without_leading_slash(std::string_view path) {
    return path.starts_with('/') ? path.substr(1) : path;
  }

  void try_call(const ApiCall& api_call, DoStep& call) const {
    // What a text holds where a value is still to be put in, only the run knows.
    const Value unknown = make_map();
    const bool is_known = !api_call.body || api_call.body->string() == nullptr || !has_stash_name(*api_call.body);
    const Value* body = !api_call.body ? nullptr : is_known ? &*api_call.body : &unknown;
    try {
      make_request(script_.apis(), *api_call.api, api_call.arguments, body, call.content_type);
    } catch (const CallError& error) {
      put_off(call, error.place, error.what);
    }
  }

  void read_ignore(const Value& value, DoStep& call) const {
    const auto codes = text_of(value);
    each_part(codes ? std::string_view(*codes) : "?", [&](std::string_view part) {
      const std::string_view code = trimmed(part);
      const auto number = number_in<int>(code);
      if (!number || code.size() != 3 || !std::ranges::all_of(code, is_digit))
        fail(value.place, fmt::format("expected a status code or a list of them, found {}", describe(value)));
      call.ignored.push_back(*number);
    });
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
        if (!(raw.path.starts_with('/') || raw.path.starts_with(kJobsBase)) ||
            raw.path.find_first_of("? #") != std::string::npos)
          fail(member.value.place,
               "expected a path that begins with / or {ml}/ and has no query; parameters stand under `query`");
      } else if (member.key == "query") {
        read_query(member.value, raw.query);
      } else if (member.key == "body") {
        if (!member.value.is_null()) raw.body = member.value;
        if (raw.body && raw.body->string() == nullptr && raw.body->map() == nullptr && raw.body->list() == nullptr)
          fail(member.value.place, fmt::format("expected a text, a map or a list, found {}", describe(member.value)));
      } else if (member.key == "body_base64") {
        const auto bytes = from_base64(text(member.value, "base64"));
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
    if (raw.method.empty() || !std::ranges::all_of(raw.method, [](char c) { return is_letter(c) || c == '-'; }))
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
};

}  // namespace

DoStep read_call(const Script& script, const Member& kind, const Map& step) {
  return CallReader(script).read_do(kind, step);
}

void StepReading::fail(Place place, const std::string& message) const {
  script_.source.fail(place, message);
}

const std::string& StepReading::text(const Value& value, std::string_view what) const {
  if (value.string() == nullptr) fail(value.place, fmt::format("expected {}, found {}", what, describe(value)));
  return *value.string();
}

Duration StepReading::duration(const Value& value) const {
  const std::string* span = value.string();
  const auto parsed = span == nullptr ? std::nullopt : parse_duration(*span);
  if (!parsed)
    fail(value.place, fmt::format("expected a duration with a unit, such as 500ms or 3s, found {}", describe(value)));
  return *parsed;
}

bool StepReading::flag(const Value& value) const {
  const bool* parsed = std::get_if<bool>(&value.data);
  if (parsed == nullptr) fail(value.place, fmt::format("expected true or false, found {}", describe(value)));
  return *parsed;
}

int StepReading::client_number(const Value& value) const {
  const auto* number = std::get_if<std::int64_t>(&value.data);
  if (number == nullptr || *number < 0 || *number > kClientMax)
    fail(value.place, fmt::format("expected a client number from 0 to {}, found {}", kClientMax, describe(value)));
  return static_cast<int>(*number);
}

}  // namespace closecheck::scenarios
