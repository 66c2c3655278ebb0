// Base64. Pure; any thread may use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace closecheck {

/// In the usual alphabet, padded.
std::string to_base64(std::string_view bytes);

/// The bytes of a text of either alphabet (`+/` or `-_`), padded or not; empty when it holds anything else.
std::optional<std::string> from_base64(std::string_view text);

/// Whether the character stands in texts of either alphabet, as a digit or as padding.
bool is_base64(char c);

}  // namespace closecheck
