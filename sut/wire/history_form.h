// What readers and writers of history lines agree on. Not for public headers.
#pragma once

#include <string>
#include <string_view>

namespace closecheck::sut {

inline constexpr std::string_view kHistorySchema = "closecheck-history/1";

/// The type of a request's content that goes without saying.
inline std::string usual_content_type(const std::string& body) {
  return body.empty() ? "" : "application/json";
}

}  // namespace closecheck::sut
