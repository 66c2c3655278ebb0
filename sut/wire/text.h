// Texts as HTTP wants them. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::sut::wire {

/// Percent-encodes one path segment; `* , : ; = @ $ !` and the unreserved characters stay as they are.
std::string encode_segment(std::string_view text);

/// Percent-encodes a name or a value of a query.
std::string encode_query_text(std::string_view text);

/// The pairs of a query string, decoded, in the order sent; `a` and `a=` both give an empty value. As in the product
/// they are divided by `&` or `;`, and end where a fragment begins.
Parameters split_query(std::string_view query);

/// The value of the first parameter of that name.
Parameter find(const Parameters& parameters, std::string_view name);

/// The media type without its parameters, in lower case: `application/json`.
std::string media_type(std::string_view content_type);

}  // namespace closecheck::sut::wire
