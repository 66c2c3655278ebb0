// What the user may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace closecheck::cli {

/// `; did you mean "a" or "b"?` for the closest names, or nothing when none is close.
std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& names);

}  // namespace closecheck::cli
