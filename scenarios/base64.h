// Base64 of bytes that no YAML text can carry.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace closecheck::scenarios {

std::string encode_base64(std::string_view bytes);
/// Empty optional for anything that is not padded base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace closecheck::scenarios
