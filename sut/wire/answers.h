// Answers that need no service behind them, byte for byte as the profiles write them.
#pragma once

#include <string>
#include <string_view>

#include "closecheck/sut/wire.h"
#include "wire/json.h"

namespace closecheck::sut::wire {

WireAnswer json_answer(int status, const Json& body);
WireAnswer text_answer(int status, std::string body);

/// The envelope of errors. A 401 also names the scheme, in the body and as a header.
WireAnswer error_answer(int status, std::string_view type, std::string_view reason);

/// What routing says of a path that nothing listens on, or of a method that the path does not have. `allowed`: the
/// methods that it has, comma-separated; empty: unknown path.
WireAnswer unrouted_answer(const HttpRequest& request, std::string_view allowed, Profile profile);

}  // namespace closecheck::sut::wire
