// The server's side of the wire: from a request line to an operation, table-driven.
#pragma once

#include <optional>
#include <variant>

#include "closecheck/sut/wire.h"

namespace closecheck::sut::wire {

struct Routed {
  std::variant<Request, WireAnswer> result;
  /// The answer comes from routing itself (unknown path, wrong method, content type): who asks does not matter yet.
  bool before_identity = false;
};

/// As `route`, and tells at which stage an answer was given.
Routed route_request(const HttpRequest& request, Profile profile);

/// The operation that a recorded or scripted request is, with the names of what it does not carry. Parameters that the
/// API does not know are among these. Empty: it is none, or a server refuses it before it is one.
std::optional<Request> view_request(const HttpRequest& request, Profile profile);

/// Whether no operation of the API has this path and method.
bool is_unrouted(const HttpRequest& request, Profile profile);

}  // namespace closecheck::sut::wire
