// Who a caller is: HTTP basic authentication against the configured principals.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "closecheck/sut/endpoint.h"
#include "closecheck/vocabulary/principal.h"

namespace closecheck::sut {

struct Caller {
  Principal principal = Principal::anonymous;
  std::string username;  // as the caller gave it; empty: anonymous
};

/// Reads an `Authorization` header. Another scheme, or none, is anonymous; an unknown user and a wrong password are the
/// same to everybody. Takes the same time for all wrong credentials of one length.
Caller identify(std::string_view authorization, const std::map<Principal, Credentials>& principals);

/// The bytes of a base64 text; empty when it is none.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace closecheck::sut
