// Warning headers of the Elasticsearch family: `299 Elasticsearch-6.3.0-abcdef "text"`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "script.h"

namespace closecheck::scenarios {

/// The text of a Warning header, escapes as sent; empty optional when the header has another form.
std::optional<std::string> warning_text(const std::string& header);

/// What does not fit between the warnings that came and those that the call expects or allows; empty: all fits.
std::optional<std::string> check_warnings(const DoStep& call, const std::vector<std::string>& headers);

}  // namespace closecheck::scenarios
