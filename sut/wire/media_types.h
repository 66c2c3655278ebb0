// Media types that ask for a major version of the product, as its newer clients send them. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "closecheck/vocabulary/dialect.h"

namespace closecheck::sut::wire {

/// `application/vnd.elasticsearch+json; compatible-with=8` is `application/json` in version 8.
struct MediaType {
  std::string plain;   // in lower case, without parameters
  int compatible = 0;  // 0: it asks for no version
};
MediaType read_media_type(std::string_view text);

/// Why a server of the dialect refuses what these headers ask for; empty: it does not. `accept` empty: there is none.
std::optional<std::string> trouble_with_media_types(std::string_view accept, std::string_view content_type,
                                                    bool has_body, const Dialect& dialect);

/// The type of a JSON answer to whoever accepts that.
std::string json_type_for(std::string_view accept, const Dialect& dialect);

}  // namespace closecheck::sut::wire
