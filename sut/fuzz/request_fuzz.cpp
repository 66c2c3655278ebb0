// Bytes of a connection as the server reads them: whole or in pieces they say the same, within their bounds, and
// nothing is taken that another reader could take for something else.
#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/text.h"
#include "fuzz/target.h"
#include "server/request_reader.h"

namespace closecheck::sut {
namespace {

constexpr std::size_t kBodyBytesMax = 3'000;
constexpr std::size_t kRoomBytes = 100'000;

struct Taken {
  std::string method, target, body;
  bool operator==(const Taken&) const = default;
};
struct Reading {
  std::vector<Taken> requests;
  int refusal = 0;  // a status; 0: none
  bool operator==(const Reading&) const = default;
};

/// `piece_bytes`: as they come in.
Reading read(std::string_view bytes, std::size_t piece_bytes) {
  BodyRoom room(kRoomBytes);
  Reading reading;
  {
    RequestReader reader(kBodyBytesMax, room);
    try {
      for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
        reader.add(bytes.substr(0, piece_bytes));
        while (auto request = reader.next()) {
          demand(request->body.size() <= kBodyBytesMax, "a body is within its bound");
          reading.requests.push_back({request->head.method, request->head.target, std::move(request->body)});
        }
      }
    } catch (const RequestRefused& refused) {
      reading.refusal = refused.status;
      demand(refused.status >= 400 && refused.status < 600, "a refusal has a status");
    }
  }
  demand(room.is_empty(), "what bodies took is given back");
  return reading;
}

/// How many headers of that name a generous reader finds.
int headers_named(const std::string& lower_head, const std::string& name) {
  int count = 0;
  for (std::size_t at = 0; (at = lower_head.find("\n" + name, at)) != std::string::npos; ++at) {
    const std::size_t behind = lower_head.find_first_not_of(" \t", at + 1 + name.size());
    count += behind != std::string::npos && lower_head[behind] == ':' ? 1 : 0;
  }
  return count;
}

/// As a reader sees it that knows nothing of ours, and reads as generously as the most generous.
void check_first_head(std::string_view bytes) {
  const std::size_t begin = bytes.find_first_not_of("\r\n");
  if (begin == std::string_view::npos) return;
  const std::size_t end = bytes.find("\r\n\r\n", begin);
  demand(end != std::string_view::npos, "a request that was taken has a whole head");
  const std::string head = lower(bytes.substr(begin, end - begin));
  const int lengths = headers_named(head, "content-length");
  const int codings = headers_named(head, "transfer-encoding");
  demand(lengths + codings <= 1, "a body has one length");
  demand(head.find('\0') == std::string::npos, "a head holds no NUL");
  demand(head.find("\n ") == std::string::npos && head.find("\n\t") == std::string::npos, "no header goes on");
  for (std::size_t at = 0; (at = head.find_first_of("\r\n", at)) != std::string::npos; at += 2)
    demand(head.compare(at, 2, "\r\n") == 0, "lines end in one way");
  if (head.starts_with("head ") || head.starts_with("options "))
    demand(codings == 0, "a request without a body announces none");
}

std::string written(const Taken& request) {
  // A body where it means nothing is refused, so there is none to write.
  const std::string length =
      request.body.empty() ? "" : "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return request.method + " " + request.target + " HTTP/1.1\r\n" + length + "\r\n" + request.body;
}

void try_connection(std::string_view bytes) {
  const Reading whole = read(bytes, bytes.size());
  for (const std::size_t piece_bytes : {1U, 2U, 7U, 100U})
    demand(read(bytes, piece_bytes) == whole, "pieces say the same as the whole");
  if (!whole.requests.empty()) check_first_head(bytes);
  std::string again;
  for (const Taken& request : whole.requests) again += written(request);
  demand(read(again, again.size()).requests == whole.requests,
         "what was read is written as something that reads the same");
}

}  // namespace
}  // namespace closecheck::sut

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  closecheck::sut::try_connection(closecheck::sut::text_of_input(data, size));
  return 0;
}
