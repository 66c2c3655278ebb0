// The server's side of the wire: from a request line to an operation, table-driven, and from its answer to bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/wire.h"
#include "wire/service_answer.h"
#include "wire/service_request.h"

namespace closecheck::sut::wire {

/// A path of a route with the names of its parts, as the product writes it.
struct OlderPath {
  std::string sent;  // `/_xpack/ml/anomaly_detectors/{job_id}/_close`
  std::string now;   // `/_ml/anomaly_detectors/{job_id}/_close`
};

/// What a message is: a request, or, where reading it has already told, its answer.
struct Routed {
  ServiceRequest request;
  std::optional<ServiceAnswer> answer;
  /// The answer comes from routing itself (unknown path, wrong method, content type): who asks does not matter yet.
  bool before_identity = false;
  /// Where it was sent to the path that a dialect has kept of an earlier one.
  std::optional<OlderPath> older{};
  /// Members of its body that are known by names of earlier days.
  std::vector<std::string> deprecated{};
};

/// What a server makes of a message: an operation, or an answer of routing itself (unknown path, wrong method, a
/// parameter that the API does not know, a body of a wrong type). Who asks is left for the caller to fill in.
Routed route(const HttpRequest& request, Profile profile);

/// What a server writes. `pretty` and such are the caller's to honour.
WireAnswer encode(const ServiceAnswer& answer, const Request& request, Profile profile);

/// The operation that a recorded or scripted request is, with the names of what it does not carry. Parameters that the
/// API does not know are among these. Empty: it is none, or a server refuses it before it is one.
std::optional<Request> view_request(const HttpRequest& request, Profile profile);

/// Whether no operation of the API has this path and method.
bool is_unrouted(const HttpRequest& request, Profile profile);

}  // namespace closecheck::sut::wire
