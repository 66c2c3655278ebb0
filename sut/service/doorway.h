// The way of an HTTP message into the core and of its answer out again, with what deviations and variants change on
// the wire. Simulation and server use the same doorway. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/wire.h"
#include "in_process/manner.h"
#include "wire/routes.h"
#include "wire/service_answer.h"
#include "wire/service_request.h"

namespace closecheck::sut {

/// A message that came in: a request for the core, or, where routing has already told, its answer.
struct Entered {
  ServiceRequest request;
  std::optional<ServiceAnswer> answer;
  Parameters query;  // as sent; it also says in which form the answer is to be written
  /// What else of the message its answer depends on.
  struct Asked {
    std::string method;
    bool is_routed = false;
    std::optional<wire::OlderPath> older{};
    std::string accept{};
    std::vector<std::string> deprecated{};
  };
  Asked asked{};
};

/// Who asks is already known; identity is checked between routing and the parameters, as the API does.
Entered enter(const wire::HttpRequest& message, const Manner& manner, Principal who);

/// What goes back over the wire, whoever gave the answer.
WireAnswer leave(const ServiceAnswer& answer, const Entered& entered, const Manner& manner);

/// Whether something of this manner can only be seen on the wire.
bool shows_on_wire_only(const Manner& manner);

}  // namespace closecheck::sut
