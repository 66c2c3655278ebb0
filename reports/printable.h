// Text of a server made safe for a terminal and for XML.
#pragma once

#include <string>
#include <string_view>

namespace closecheck::reports {

/// The text with `?` for every control character (but line feed and tab) and every byte that is no UTF-8.
std::string printable(std::string_view text);

}  // namespace closecheck::reports
