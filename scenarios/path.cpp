#include "path.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "closecheck/vocabulary/text.h"

namespace closecheck::scenarios {
namespace {

/// Names between dots; `\.` is a dot, empty names are dropped.
std::vector<std::string> names_of(std::string_view path) {
  std::vector<std::string> names;
  std::string name;
  for (std::size_t at = 0; at < path.size(); ++at) {
    // Dots within `${...}` lead into the stash.
    if (const std::size_t close = path.substr(at).starts_with("${") ? path.find('}', at) : std::string_view::npos;
        close != std::string_view::npos) {
      name += path.substr(at, close - at + 1);
      at = close;
    } else if (path[at] == '\\' && at + 1 < path.size() && path[at + 1] == '.') {
      name += path[++at];
    } else if (path[at] == '.') {
      if (!name.empty()) names.push_back(std::move(name));
      name.clear();
    } else {
      name += path[at];
    }
  }
  if (!name.empty()) names.push_back(std::move(name));
  return names;
}

/// One name further; `from` is not null.
Value member_of(const Value& from, const std::string& name) {
  if (const Map* map = from.map()) {
    if (name == "_arbitrary_key_") return map->empty() ? Value{} : make_text(map->front().key);
    const Value* found = from.find(name);
    return found == nullptr ? Value{} : *found;
  }
  if (const List* list = from.list()) {
    const auto index = number_in<std::size_t>(name);
    if (!index) throw StepFailure{fmt::format("expected an index into a list, found \"{}\"", name)};
    if (*index >= list->size())
      throw StepFailure{fmt::format("the list has {} elements, there is no number {}", list->size(), *index)};
    return (*list)[*index];
  }
  throw StepFailure{fmt::format("{} has no member \"{}\"", describe(from), name)};
}

Value walk_names(Value value, const std::vector<std::string>& names, std::size_t first, const Stash& stash) {
  for (std::size_t i = first; i < names.size() && !value.is_null(); ++i) {
    const std::string& name = names[i];
    if (has_stash_name(make_text(name)))
      value = member_of(value, text_of(stash.resolve(make_text(name))).value_or(name));
    else
      value = member_of(value, name);
  }
  return value;
}

}  // namespace

Value Stash::get(std::string_view path) const {
  if (const auto whole = values_.find(path); whole != values_.end()) return whole->second;
  const std::vector<std::string> names = names_of(path);
  const auto found = names.empty() ? values_.end() : values_.find(names.front());
  if (found == values_.end()) throw StepFailure{fmt::format("nothing was set under the name \"{}\"", path)};
  return walk_names(found->second, names, 1, *this);
}

std::string Stash::resolve_text(const std::string& text) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find("${", at);
    const std::size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) return out + text.substr(at);
    if (open > at && text[open - 1] == '\\') {
      out += text.substr(at, open - 1 - at) + "${";
      at = open + 2;
      continue;
    }
    out += text.substr(at, open - at);
    const auto value = text_of(get(std::string_view(text).substr(open + 2, close - open - 2)));
    if (!value) throw StepFailure{fmt::format("{} cannot stand inside of a text", text.substr(open, close - open + 1))};
    out += *value;
    at = close + 1;
  }
  return out;
}

Value Stash::resolve(const Value& value) const {
  if (const std::string* text = value.string()) {
    if (text->size() > 1 && text->front() == '$' && (*text)[1] != '{') return get(std::string_view(*text).substr(1));
    Value resolved = make_text(resolve_text(*text));
    resolved.place = value.place;
    return resolved;
  }
  Value out = value;
  if (auto* list = std::get_if<List>(&out.data))
    for (Value& item : *list) item = resolve(item);
  if (auto* map = std::get_if<Map>(&out.data))
    for (Member& member : *map) {
      member.key = text_of(resolve(make_text(member.key))).value_or(member.key);
      member.value = resolve(member.value);
    }
  return out;
}

bool has_stash_name(const Value& value) {
  if (const std::string* text = value.string())
    return (text->size() > 1 && text->front() == '$') || text->find("${") != std::string::npos;
  if (const List* list = value.list()) return std::any_of(list->begin(), list->end(), has_stash_name);
  const Map* map = value.map();
  return map != nullptr && std::any_of(map->begin(), map->end(), [](const Member& member) {
           return has_stash_name(member.value) || has_stash_name(make_text(member.key));
         });
}

Value walk(const Value& root, std::string_view path, const Stash& stash) {
  if (path.size() > 1 && path.front() == '$' && path[1] != '{') return stash.get(path.substr(1));
  return walk_names(root, names_of(path), 0, stash);
}

}  // namespace closecheck::scenarios
