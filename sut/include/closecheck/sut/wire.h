// The wire codec: typed requests and responses to and from HTTP messages, without sockets. Tolerant on reading (unknown
// members, other order, missing optional ones), exact on writing. Pure functions; thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"

namespace closecheck::sut::wire {

struct HttpRequest {
  std::string method;
  std::string path;  // percent-encoded, begins with '/', no query
  Parameters query;  // decoded
  std::string body;
  std::string content_type;  // empty: none
  Parameters headers{};      // further ones
  bool body_known = true;    // false: a recording without it
};

/// The path with its query, percent-encoded, as it stands in a request line.
std::string target_of(const HttpRequest& request);

/// What a client sends. A request with `as_sent` is sent exactly so.
HttpRequest encode(const Request& request, Profile profile);

/// What a client makes of the answer: accepted, refused or unreadable from status and body together, with a note for
/// every departure from the profile's form. The request tells which shape to expect. Of an answer whose body nobody
/// knows the status decides what it can, and its form is not judged.
Response decode(WireAnswer answer, const Request& request, Profile profile);

/// A response as bytes: its own, else those that a server of the profile writes of what the vocabulary knows.
WireAnswer encode(const Response& response, const Request& request, Profile profile);

/// The parsed view of a request that is sent exactly so: an operation if it is one, else RawRequest; `as_sent` is set,
/// and `not_carried` names what the operation leaves out.
Request parse(const HttpRequest& request, Profile profile, Principal who);

/// A request as one curl line; `user` is the configured user name, its password stands as `"$NAME_PASSWORD"`.
std::string curl_line(const Request& request, Profile profile, const std::string& base_url, const std::string& user,
                      const std::string& password_variable);

}  // namespace closecheck::sut::wire
