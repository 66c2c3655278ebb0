// JSON with bounds: reading that never throws, whatever the bytes. Not for public headers.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace closecheck::sut::wire {

/// Members in the order written.
using Json = nlohmann::ordered_json;
/// Members in lexical order: its text is a canonical form.
using SortedJson = nlohmann::json;

/// Deeper nesting than this is no JSON to us: writing and freeing recurse.
inline constexpr int kDepthMax = 64;

/// How a JSON text is built, by its brackets and commas; whether it is one in truth is for others to say.
struct Build {
  std::size_t depth = 0;
  std::size_t values = 0;
};
Build build_of(std::string_view text);
/// Whether a count of the brackets alone shows that the text is built within these bounds, as most are.
bool is_surely_within(std::string_view text, std::size_t depth, std::size_t values);

/// The value if the text is exactly one, of bounded depth; empty otherwise.
std::optional<Json> parse_json(std::string_view text);

/// The texts of the JSON values that stand one after another in `text`, however spaced. `complete` is false when what
/// follows the last of them cannot be the start of a value or breaks off. The values are delimited, not yet parsed.
struct ValueTexts {
  std::vector<std::string_view> values;
  bool complete = true;
};
ValueTexts split_values(std::string_view text);

/// Compact text; bytes that are no UTF-8 are replaced.
std::string dump(const Json& value, int indent = -1);
std::string dump(const SortedJson& value);

/// The member of that name; null when `object` is none or lacks it.
const Json* member(const Json& object, std::string_view name);

}  // namespace closecheck::sut::wire
