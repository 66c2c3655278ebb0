// Paths and queries of a URL, percent-encoded, as texts. Pure; any thread may use it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace closecheck {

/// The text of a path segment, or of a name or value of a query, where `+` is a space. A `%` that no two hexadecimal
/// digits follow stays.
std::string decode_percent(std::string_view text, bool is_query = false);

/// Every byte as `%XX` but letters, digits, `-._~`, and those of `also_plain`.
std::string encode_percent(std::string_view text, std::string_view also_plain);

/// The segments of a path, decoded. Empty ones are dropped, as the product drops them.
std::vector<std::string> split_path(std::string_view path);

}  // namespace closecheck
