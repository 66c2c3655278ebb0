// The head of a request and what it says of its body's length. Whatever two readers of HTTP could understand in two
// ways is refused: who smuggles one request inside another needs such a difference. Pure; any thread may use it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace closecheck::sut {

/// A request that is not taken, with the status of its answer; nothing behind it on its connection is read.
struct RequestRefused : std::runtime_error {
  RequestRefused(int with_status, const std::string& why) : std::runtime_error(why), status(with_status) {}
  int status;
};

struct RequestHead {
  std::string method;
  std::string target;                          // path and query, still percent-encoded
  std::map<std::string, std::string> headers;  // by their names in lower case; several of a name are divided by commas
  std::optional<std::uint64_t> body_bytes;     // as announced, 0 where nothing is; empty: the body comes in chunks
  bool awaits_continue = false;                // the body comes once it is asked for
  bool keeps_connection = true;                // for a next request

  /// Empty: there is none.
  std::string header(const std::string& name) const;
};

/// Throws RequestRefused where a line (without its end) holds a character that no line of HTTP holds.
void check_line(std::string_view line);

/// Throws RequestRefused where the line is no header.
void check_header(std::string_view line);

/// `lines`: the request line and the headers, without their ends. Throws RequestRefused.
RequestHead read_request_head(const std::vector<std::string>& lines);

/// The size that begins a chunk. Throws RequestRefused.
std::uint64_t read_chunk_bytes(std::string_view line);

}  // namespace closecheck::sut
