// The way of an HTTP message into the core and of its answer out again, with what deviations and variants change on
// the wire. Simulation and server use the same doorway. Pure functions; thread-safe.
#pragma once

#include <variant>

#include "closecheck/sut/wire.h"
#include "in_process/manner.h"

namespace closecheck::sut {

/// The request that the message makes, or the answer of routing itself. Who asks is already known; identity is
/// checked between routing and the parameters, as the API does.
std::variant<Request, WireAnswer> enter(const wire::HttpRequest& message, const Manner& manner, Principal who);

/// What goes back over the wire.
WireAnswer leave(const Response& response, const Request& request, const Manner& manner);

/// An answer that never saw the core, as it goes back over the wire.
WireAnswer leave(WireAnswer answer, const Manner& manner);

/// Whether something of this manner can only be seen on the wire.
bool shows_on_wire_only(const Manner& manner);

}  // namespace closecheck::sut
