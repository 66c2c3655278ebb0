// Text that XML 1.0 can carry.
#pragma once

#include <string>
#include <string_view>

namespace closecheck::reports {

/// The text with every control character that XML forbids replaced by `?`.
std::string xml_text(std::string_view text);

}  // namespace closecheck::reports
