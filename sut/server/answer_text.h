// An answer as it stands on a connection of HTTP/1.1. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "closecheck/vocabulary/response.h"

namespace closecheck::sut {

/// Without `with_body` the head alone, with the length that the body has.
std::string answer_text(const WireAnswer& answer, bool with_body, bool keeps_connection);

/// The answer to a request that nobody reads any further: its connection ends.
std::string refusal_text(int status, std::string_view reason);

}  // namespace closecheck::sut
