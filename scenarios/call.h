// From a call by name to the request that goes over the wire, by the rules of the YAML REST test format.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "closecheck/scenarios/apis.h"
#include "closecheck/sut/wire.h"
#include "value.h"

namespace closecheck::scenarios {

/// A call that the API's description does not allow. `place` points at what is wrong.
struct CallError {
  Place place;
  std::string what;
};

/// The request of a call. `arguments` is a map, without `body` and `ignore`. `content_type` is what the headers of the
/// call say; empty: JSON where there is a body. Throws CallError.
sut::wire::HttpRequest make_request(const ApiTable& apis, const Api& api, const Value& arguments, const Value* body,
                                    std::string_view content_type);

/// What is sent for a body of the format: a map is one JSON object, a list or a text with several is newline-delimited.
/// Throws CallError.
std::string write_body(const Value& body);

/// One path segment; `* , : _` stay as they are.
std::string encode_segment(std::string_view text);

/// A call that makes `request`, written with an API of the table.
struct NamedCall {
  std::string name;
  Value arguments;            // placeholders first, then the query
  std::optional<Value> body;  // a map, or a list of maps
};
/// Empty where none of the APIs of the namespaces `xpack.` and the core makes exactly this request.
std::optional<NamedCall> name_request(const ApiTable& apis, const sut::wire::HttpRequest& request);

/// Whether a server has to take both for the same: segments of the path, query, and JSON bodies compare by what they
/// mean. `strict_type`: content types must be equal, too.
bool same_request(const sut::wire::HttpRequest& left, const sut::wire::HttpRequest& right, bool strict_type);

}  // namespace closecheck::scenarios
