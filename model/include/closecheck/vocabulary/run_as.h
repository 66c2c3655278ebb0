// Requests in the name of a user whom the caller, an administrator, has made himself. Pure functions; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "closecheck/vocabulary/request.h"

namespace closecheck {

/// The header field that names the user, in lower case.
inline constexpr std::string_view kRunAsHeader = "es-security-runas-user";

/// The user in whose name the request is made; empty: the caller's own.
std::string run_as_of(const Request& request);

}  // namespace closecheck
