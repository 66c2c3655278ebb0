#include "wire/answer_options.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wire/json.h"
#include "wire/text.h"

namespace closecheck::sut::wire {
namespace {

using Names = std::vector<std::string_view>;

/// The parts that are not empty.
Names names_of(std::string_view text, char divider) {
  Names names = divided(text, divider);
  std::erase(names, "");
  return names;
}

/// What is left of `value` when only what one of the paths leads to stays. Lists are looked through.
std::optional<Json> kept(const Json& value, const std::vector<Names>& paths) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& element : value)
      if (auto inner = kept(element, paths)) out.push_back(*std::move(inner));
    if (out.empty()) return std::nullopt;
    return out;
  }
  if (!value.is_object()) return std::nullopt;
  Json out = Json::object();
  for (const auto& [name, inner] : value.items()) {
    std::vector<Names> further;
    bool whole = false;
    for (const Names& path : paths) {
      if (path.front() == "**") further.push_back(path);
      const std::size_t at = path.front() == "**" ? 1 : 0;
      if (at == path.size()) {
        whole = true;
      } else if (matches_wildcard(path[at], name)) {
        if (at + 1 == path.size())
          whole = true;
        else
          further.emplace_back(path.begin() + static_cast<std::ptrdiff_t>(at) + 1, path.end());
      }
    }
    if (whole)
      out[name] = inner;
    else if (auto left = further.empty() ? std::nullopt : kept(inner, further))
      out[name] = *std::move(left);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace

void apply_options(WireAnswer& answer, const Parameters& query) {
  const Parameter pretty = find(query, "pretty");
  const bool indented = pretty && *pretty != "false";
  const std::string filter = answer.status < 300 ? find(query, "filter_path").value_or("") : "";
  std::vector<Names> paths;
  for (const std::string_view path : names_of(filter, ','))
    if (Names names = names_of(path, '.'); !names.empty() && !path.starts_with('-')) paths.push_back(std::move(names));
  if (!indented && paths.empty()) return;
  auto body = parse_json(answer.body);
  if (!body) return;
  if (!paths.empty()) body = kept(*body, paths).value_or(Json::object());
  answer.body = dump(*body, indented ? 2 : -1) + (indented ? "\n" : "");
}

}  // namespace closecheck::sut::wire
