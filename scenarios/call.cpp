#include "call.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/text.h"
#include "json.h"

namespace closecheck::scenarios {
namespace {

using sut::wire::HttpRequest;

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// The path with the most placeholders of those that the arguments fill; one that is not deprecated before others.
const ApiPath& choose_path(const Api& api, const Value& arguments) {
  const ApiPath* best = nullptr;
  for (const ApiPath& path : api.paths) {
    const bool filled = std::all_of(path.parts.begin(), path.parts.end(),
                                    [&](const std::string& part) { return arguments.find(part) != nullptr; });
    if (!filled) continue;
    const bool better = best == nullptr || path.parts.size() > best->parts.size() ||
                        (path.parts.size() == best->parts.size() && best->deprecated && !path.deprecated);
    if (better) best = &path;
  }
  if (best != nullptr) return *best;
  const auto least = std::min_element(
      api.paths.begin(), api.paths.end(),
      [](const ApiPath& left, const ApiPath& right) { return left.parts.size() < right.parts.size(); });
  throw CallError{arguments.place, fmt::format("expected the arguments of {} to have {}", api.name,
                                               least == api.paths.end() ? "a path" : joined(least->parts))};
}

std::string choose_method(const ApiPath& path, bool has_body) {
  const std::vector<std::string>& methods = path.methods;
  if (methods.size() == 1) return methods.front();
  if (has_body && contains(methods, "GET") && contains(methods, "POST")) return "POST";
  const bool has_id = std::any_of(path.parts.begin(), path.parts.end(), [](const std::string& part) {
    return part == "id" || part.ends_with("_id") || part == "name" || part == "username";
  });
  if (has_id && contains(methods, "PUT") && contains(methods, "POST")) return "PUT";
  return methods.front();
}

/// What a call may be given, placeholders first.
std::vector<std::string> parameters_of(const Api& api) {
  std::vector<std::string> all;
  for (const ApiPath& path : api.paths)
    for (const std::string& part : path.parts)
      if (!contains(all, part)) all.push_back(part);
  all.insert(all.end(), api.params.begin(), api.params.end());
  return all;
}

std::string argument_text(const Member& argument) {
  const auto text = text_of(argument.value);
  if (!text)
    throw CallError{argument.value.place, fmt::format("expected {} to be a text, a number, true, false or a list of "
                                                      "these, found {}",
                                                      argument.key, describe(argument.value))};
  return *text;
}

std::string fill(const ApiPath& path, const Value& arguments) {
  std::string out;
  for (std::size_t at = 0; at < path.path.size();) {
    const std::size_t open = path.path.find('{', at);
    out += path.path.substr(at, open - at);
    if (open == std::string::npos) break;
    const std::size_t close = path.path.find('}', open);
    const std::string name = path.path.substr(open + 1, close - open - 1);
    const Map& map = *arguments.map();
    const auto argument = std::find_if(map.begin(), map.end(), [&](const Member& m) { return m.key == name; });
    const std::string text = argument_text(*argument);
    if (text.empty()) throw CallError{argument->value.place, fmt::format("expected {} not to be empty", name)};
    out += encode_segment(text);
    at = close + 1;
  }
  return out.empty() ? "/" : out;
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  for (const std::string_view segment : divided(path, '/')) segments.push_back(decode_percent(segment));
  return segments;
}

bool same_body(const std::string& left, const std::string& right) {
  if (left == right) return true;
  if (left.empty() || right.empty()) return false;
  const auto left_values = read_json_sequence(left);
  const auto right_values = read_json_sequence(right);
  return left_values && right_values &&
         std::equal(left_values->begin(), left_values->end(), right_values->begin(), right_values->end(), equal);
}

bool is_json_type(std::string_view type) {
  return type.empty() || type == "application/json" || type == "application/x-ndjson";
}

/// The arguments that make the path template this path.
std::optional<Value> bind(const ApiPath& path, const std::vector<std::string>& segments) {
  const std::vector<std::string> pattern = segments_of(path.path);
  if (pattern.size() != segments.size()) return std::nullopt;
  Value arguments = make_map();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].starts_with('{')) {
      // `_stats` in the place of a name belongs to another API; `_all` is a name.
      if (segments[i].empty() || (segments[i].front() == '_' && segments[i] != "_all")) return std::nullopt;
      add(arguments, pattern[i].substr(1, pattern[i].size() - 2), make_text(segments[i]));
    } else if (pattern[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return arguments;
}

std::optional<Value> body_value(const HttpRequest& request) {
  auto values = read_json_sequence(request.body);
  if (!values || values->empty()) return std::nullopt;
  const bool maps = std::all_of(values->begin(), values->end(), [](const Value& v) { return v.map() != nullptr; });
  if (!maps) return std::nullopt;
  if (values->size() == 1) return std::move(values->front());
  return Value{List(std::move(*values)), {}};
}

}  // namespace

std::string encode_segment(std::string_view text) {
  return encode_percent(text, "*,:!$&'()+;=@");
}

std::string write_body(const Value& body) {
  std::vector<Value> parsed;
  const List* values = nullptr;
  if (body.map() != nullptr) return write_json(body);
  if (const std::string* text = body.string()) {
    auto sequence = read_json_sequence(*text);
    if (!sequence || sequence->empty())
      throw CallError{body.place, "expected the body to hold JSON objects; use `request` to send a malformed one"};
    parsed = std::move(*sequence);
    values = &parsed;
  } else {
    values = body.list();
  }
  if (values == nullptr)
    throw CallError{body.place, fmt::format("expected the body to be a map, a list of maps or a text that holds JSON "
                                            "objects, found {}",
                                            describe(body))};
  std::string out;
  for (const Value& value : *values) {
    // A list may hold maps written as text, too.
    const std::string* text = value.string();
    std::string line = text != nullptr ? write_body(value) : write_json(value);
    if (values->size() == 1) return line;
    out += line;
    if (!out.ends_with('\n')) out += '\n';
  }
  return out;
}

HttpRequest make_request(const ApiTable& apis, const Api& api, const Value& arguments, const Value* body,
                         std::string_view content_type) {
  const ApiPath& path = choose_path(api, arguments);
  HttpRequest request;
  request.path = fill(path, arguments);
  for (const Member& argument : *arguments.map()) {
    if (contains(path.parts, argument.key)) continue;
    if (!contains(api.params, argument.key) && !apis.is_common(argument.key))
      throw CallError{argument.place, fmt::format("{} has no parameter {}; expected {}", api.name, argument.key,
                                                  joined(parameters_of(api)))};
    request.query.emplace_back(argument.key, argument_text(argument));
  }
  for (const std::string& name : api.required_params)
    if (arguments.find(name) == nullptr)
      throw CallError{arguments.place, fmt::format("expected the arguments of {} to have {}", api.name, name)};
  if (body != nullptr && api.body == ApiBody::none)
    throw CallError{body->place, fmt::format("{} takes no body", api.name)};
  if (body == nullptr && api.body == ApiBody::required)
    throw CallError{arguments.place, fmt::format("{} needs a body", api.name)};
  request.method = choose_method(path, body != nullptr);
  if (body != nullptr) {
    request.body = write_body(*body);
    request.content_type = content_type.empty() ? "application/json" : std::string(content_type);
  }
  return request;
}

std::optional<NamedCall> name_request(const ApiTable& apis, const HttpRequest& request) {
  const std::vector<std::string> segments = segments_of(request.path);
  for (const auto& [name, api] : apis.all()) {
    if (name.starts_with("ml.") || name.starts_with("security.")) continue;
    for (const ApiPath& path : api.paths) {
      auto arguments = bind(path, segments);
      if (!arguments) continue;
      NamedCall call{name, std::move(*arguments), std::nullopt};
      const bool unique = std::all_of(request.query.begin(), request.query.end(), [&](const auto& parameter) {
        if (call.arguments.find(parameter.first) != nullptr) return false;
        add(call.arguments, parameter.first, make_text(parameter.second));
        return true;
      });
      if (!unique) continue;
      if (!request.body.empty()) {
        call.body = body_value(request);
        if (!call.body) continue;
      }
      try {
        const Value* body = call.body ? &*call.body : nullptr;
        if (same_request(make_request(apis, api, call.arguments, body, {}), request, false)) return call;
      } catch (const CallError&) {
        continue;  // Another API of the same path may do.
      }
    }
  }
  return std::nullopt;
}

bool same_request(const HttpRequest& left, const HttpRequest& right, bool strict_type) {
  if (left.method != right.method || left.query != right.query) return false;
  if (segments_of(left.path) != segments_of(right.path)) return false;
  if (!same_body(left.body, right.body)) return false;
  if (left.content_type == right.content_type) return true;
  // Without a body the type is beside the point of every server that we know, but it is part of what is sent.
  if (strict_type || left.body.empty()) return false;
  return is_json_type(left.content_type) && is_json_type(right.content_type);
}

}  // namespace closecheck::scenarios
