// Paths of API descriptions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace closecheck::scenarios {

/// The names in braces, in order.
std::vector<std::string> placeholders(std::string_view path);

}  // namespace closecheck::scenarios
