#include "endpoint/hostile_server_for_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace closecheck::sut {
namespace {

constexpr const char* kBody = R"({"closed": true})";

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

/// A whole answer; `head` are further lines, each with its end.
std::string whole(const std::string& body, const std::string& head = "") {
  return "HTTP/1.1 200 OK\r\n" + head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string in_chunks(const std::string& chunks, const std::string& trailer = "") {
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n" + trailer + "\r\n";
}

/// `format`: 31 for gzip, 15 for deflate.
std::string compressed(const std::string& text, int format = 31) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, format, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("nothing can be compressed");
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string coded(const std::string& coding, const std::string& body) {
  return whole(body, "Content-Encoding: " + coding + "\r\n");
}

/// The head of a gzip file, and of one block of text that stands as it is: five bytes, and none of text.
constexpr std::string_view kGzipHead{"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10};
constexpr std::string_view kEmptyBlock{"\0\0\0\xff\xff", 5};

constexpr const char* kLongLine = "the answer's head has a line of more than 16 KiB";
constexpr const char* kManyLines = "the answer's head has more than 1000 lines";
constexpr const char* kLongHead = "the answer's head is longer than 256 KiB";
constexpr const char* kTooLongLine = "the answer has a line that is too long";
constexpr const char* kLongBody = "the answer's body is longer than 16 MiB";
constexpr const char* kMuchSent = "the answer takes more than 32 MiB to send";
constexpr const char* kTwoLengths = "the answer's head gives two lengths";
constexpr const char* kCoded = "in a way that nobody asked for";
constexpr const char* kSentCoded = "in a coding that nobody asked for";
constexpr const char* kNotWhole = "the answer's body is not whole in its coding";
constexpr const char* kTooDeep = "the answer's JSON nests deeper than 64";
constexpr const char* kTooWide = "the answer's JSON holds more than 250000 values";
constexpr const char* kNoAnswer = "the connection ended before a whole answer, or what came is no HTTP answer";
constexpr const char* kInTime = "no answer within";

HostileAnswer bytes(const char* name, std::string text, const char* words = "") {
  return {name, words, [text = std::move(text)](const AnswerSocket& socket) { socket.write(text); }};
}

/// Of long ones, which are made when they are asked for.
HostileAnswer made(const char* name, std::function<std::string()> make, const char* words = "") {
  return {name, words, [make = std::move(make)](const AnswerSocket& socket) { socket.write(make()); }};
}

/// The bytes, then others for ever.
HostileAnswer endless(const char* name, std::string begin, std::string again, const char* words) {
  return {name, words, [begin = std::move(begin), again = std::move(again)](const AnswerSocket& socket) {
            socket.write(begin);
            socket.write_endlessly(again);
          }};
}

HostileAnswer dripped(const char* name, std::string begin, std::string rest, const char* words = "") {
  return {name, words, [begin = std::move(begin), rest = std::move(rest)](const AnswerSocket& socket) {
            if (socket.write(begin)) socket.drip(rest, 1);
          }};
}

std::vector<HostileAnswer> whole_answers() {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  return {
      bytes("Plain", whole(kBody)),
      bytes("BareLineFeeds", "HTTP/1.1 200 OK\nContent-Length: 16\n\n" + std::string(kBody)),
      bytes("Continue", "HTTP/1.1 100 Continue\r\n\r\n" + whole(kBody)),
      bytes("Processing", "HTTP/1.1 102 Processing\r\n\r\n" + whole(kBody)),
      bytes("EarlyHints", "HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\nLink: </a>\r\n\r\n" + whole(kBody)),
      bytes("HundredHeads", repeated("HTTP/1.1 102 Processing\r\n\r\n", 100) + whole(kBody)),
      bytes("NoReason", "HTTP/1.1 200\r\nContent-Length: 16\r\n\r\n" + std::string(kBody)),
      bytes("LongReason", "HTTP/1.1 200 " + std::string(10'000, 'r') + "\r\nContent-Length: 16\r\n\r\n" + kBody),
      bytes("ManyHeaders", whole(kBody, repeated("X: y\r\n", 900))),
      bytes("LongHeader", whole(kBody, "X: " + std::string(15'000, 'y') + "\r\n")),
      bytes("EmptyHeader", whole(kBody, "X:\r\nY: \r\n")),
      bytes("FoldedHeader", whole(kBody, "X: a\r\n b\r\n\tc\r\n")),
      bytes("LowerCaseHeaders", "HTTP/1.1 200 OK\r\ncontent-length:16\r\n\r\n" + std::string(kBody)),
      bytes("SameLengthTwice", whole(kBody, "Content-Length: 16\r\n")),
      bytes("Cookie", whole(kBody, "Set-Cookie: a=b; Path=/\r\n")),
      bytes("Redirect", "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
      bytes("NoContent", "HTTP/1.1 204 No Content\r\n\r\n"),
      bytes("Closing", whole(kBody, "Connection: close\r\n")),
      bytes("OldVersion", "HTTP/1.0 200 OK\r\n\r\n" + std::string(kBody)),
      bytes("UntilTheEnd", ok + "\r\n" + std::string(kBody)),
      bytes("Chunks", in_chunks("5\r\n{\"clo\r\nb\r\nsed\": true}\r\n")),
      bytes("ChunksOfOneByte", in_chunks(repeated("1\r\n \r\n", 5'000) + "2\r\n{}\r\n")),
      bytes("ChunkExtensions", in_chunks("2;name=\"value\";other\r\n{}\r\n")),
      bytes("ChunksWithZeros", in_chunks("0002\r\n{}\r\n")),
      bytes("Trailers", in_chunks("2\r\n{}\r\n", "X-Checksum: 1\r\nContent-Length: 7\r\n")),
      bytes("ChunksAndLength",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
            "2\r\n{}\r\n0\r\n\r\n"),
      bytes("Gzip", coded("gzip", compressed(kBody))),
      bytes("OldGzip", coded("x-gzip", compressed(kBody))),
      bytes("Deflate", coded("deflate", compressed(kBody, 15))),
      bytes("Identity", coded("identity", kBody)),
      bytes("EmptyBody", whole("")),
      made("FifteenMegabytes", [] { return whole("\"" + std::string(std::size_t{15} << 20, 'x') + "\""); }),
      bytes("DeepEnough", whole(repeated("[", 64) + repeated("]", 64))),
      made("BracketsInText", [] { return whole("{\"a\": \"" + repeated("[{\\\"", 100'000) + "\"}"); }),
      made("WideEnough", [] { return whole("[" + repeated("1,", 200'000) + "1]"); }),
      bytes("NoJson", whole("{[{[ this is no JSON")),
      dripped("SlowHead", "", ok + "Content-Length: 2\r\n\r\n{}"),
      dripped("SlowBody", ok + "Content-Length: 16\r\n\r\n", kBody),
  };
}

void add_heads_that_are_none(std::vector<HostileAnswer>& all) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const auto add = [&all](HostileAnswer answer) { all.push_back(std::move(answer)); };
  add(bytes("Nothing", "", kNoAnswer));
  add({"Reset", kNoAnswer, [](const AnswerSocket& socket) { socket.reset(); }});
  add({"Silence", kInTime, [](const AnswerSocket& socket) { socket.keep_silent(); }});
  add(bytes("Garbage", "garbage\r\n\r\n", kNoAnswer));
  add(bytes("OldestVersion", "{\"closed\": true}", kNoAnswer));
  add(bytes("Zeros", std::string(10'000, '\0'), kNoAnswer));
  add(bytes("NoStatus", "HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\n{}", kNoAnswer));
  add(bytes("UnknownVersion", "HTTP/7.3 200 OK\r\nContent-Length: 2\r\n\r\n{}", kNoAnswer));
  add(bytes("StatusLineOf30000Bytes", "HTTP/1.1 200 " + std::string(30'000, 'r') + "\r\nContent-Length: 2\r\n\r\n{}",
            kLongLine));
  add(endless("EndlessStatusLine", "HTTP/1.1 200 ", std::string(1000, 'r'), kTooLongLine));
  add(endless("EndlessGarbage", "", std::string(1000, 'g'), kNoAnswer));
  add(bytes("HeaderOf20000Bytes", whole("{}", "X: " + std::string(20'000, 'y') + "\r\n"), kLongLine));
  add(endless("EndlessHeaderName", ok, std::string(1000, 'n'), kTooLongLine));
  add(endless("EndlessHeaderValue", ok + "X: ", std::string(1000, 'y'), kTooLongLine));
  add(endless("EndlessFoldedHeader", ok + "X: y\r\n", " " + std::string(100, 'y') + "\r\n", kManyLines));
  add(made(
      "Headers200000", [] { return whole("{}", repeated("X: y\r\n", 200'000)); }, kManyLines));
  add(endless("EndlessHeaders", ok, "X: y\r\n", kManyLines));
  add(endless("EndlessLongHeaders", ok, "X: " + std::string(15'000, 'y') + "\r\n", kLongHead));
  add(endless("EndlessContinue", "", "HTTP/1.1 100 Continue\r\n\r\n", kManyLines));
  add(endless("EndlessProcessing", "", "HTTP/1.1 102 Processing\r\n\r\n", kManyLines));
  add(endless("EndlessHints", "", "HTTP/1.1 103 Hints\r\nX: " + std::string(15'000, 'y') + "\r\n\r\n", kLongHead));
  add(dripped("DrippedHead", ok, "X: " + std::string(100'000, 'y'), kInTime));
  add(dripped("DrippedHints", "", repeated("HTTP/1.1 103 Hints\r\n\r\n", 10'000), kInTime));
  add(bytes("HalfAHead", ok + "Content-Le", kNoAnswer));
  add(bytes("ZeroInAHeader", whole("{}", std::string("X: a\0b\r\n", 8)), kNoAnswer));
  add(bytes("HeaderWithoutColon", whole(kBody, "what is this\r\n"), kNoAnswer));
  add(bytes("LengthOfLetters", ok + "Content-Length: abc\r\n\r\n{}", kNoAnswer));
  add(bytes("LengthBelowZero", ok + "Content-Length: -1\r\n\r\n{}", kNoAnswer));
  add(bytes("TwoLengths", whole("{}", "Content-Length: 7\r\n"), kTwoLengths));
}

void add_bodies_that_are_none(std::vector<HostileAnswer>& all) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string kilobyte(1024, 'x');
  const auto add = [&all](HostileAnswer answer) { all.push_back(std::move(answer)); };
  add(bytes("HalfABody", ok + "Content-Length: 100\r\n\r\nshort", kNoAnswer));
  add(bytes("LengthOfATerabyte", ok + "Content-Length: 1000000000000\r\n\r\n{}", kNoAnswer));
  add(endless("EndlessTerabyte", ok + "Content-Length: 1000000000000\r\n\r\n", kilobyte, kLongBody));
  add(endless("EndlessBody", ok + "\r\n", kilobyte, kLongBody));
  add(made(
      "SeventeenMegabytes", [] { return whole(std::string(std::size_t{17} << 20, 'x')); }, kLongBody));
  add(dripped("DrippedBody", ok + "Content-Length: 100000\r\n\r\n", std::string(100'000, ' '), kInTime));
  add({"SilenceInTheBody", kInTime, [ok](const AnswerSocket& socket) {
         socket.write(ok + "Content-Length: 100\r\n\r\nshort");
         socket.keep_silent();
       }});
  add(bytes("NoChunk", chunked + "zz\r\nno chunk", kNoAnswer));
  add(bytes("HalfAChunk", chunked + "5\r\n{\"c", kNoAnswer));
  add(bytes("NoLastChunk", chunked + "2\r\n{}\r\n", kNoAnswer));
  add(bytes("ChunkBelowZero", chunked + "-5\r\n{}", kNoAnswer));
  add(bytes("ChunkWithoutEnd", chunked + "fffffffffffffffff\r\n{}", kNoAnswer));
  add(endless("EndlessChunkOfZeros", chunked, "0000000000000000", kNoAnswer));
  add(endless("EndlessChunks", chunked, "400\r\n" + kilobyte + "\r\n", kLongBody));
  add(endless("EndlessChunksOfOneByte", chunked, "1\r\nx\r\n", kMuchSent));
  add(endless("EndlessChunkExtension", chunked + "2;", kilobyte, kMuchSent));
  add(endless("EndlessTrailers", chunked + "2\r\n{}\r\n0\r\n", "X: y\r\n", kManyLines));
  add(endless("EndlessTrailer", chunked + "2\r\n{}\r\n0\r\nX: ", kilobyte, kNoAnswer));
  add(dripped("DrippedChunkLine", chunked + "2;", std::string(100'000, 'x'), kInTime));
  add(made(
      "GzipBomb", [] { return coded("gzip", compressed(std::string(std::size_t{32} << 20, ' '))); }, kLongBody));
  add(bytes("GzipWithinGzip", coded("gzip, gzip", compressed(compressed(kBody))), kCoded));
  add(bytes("GzipTwice", whole(compressed(compressed(kBody)), "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"),
            kCoded));
  add(endless("EndlessGzipOfNothing", ok + "Content-Encoding: gzip\r\n\r\n" + std::string(kGzipHead),
              repeated(kEmptyBlock, 1000), kLongBody));
  add(endless("EndlessGzipHead",
              ok + "Content-Encoding: gzip\r\n\r\n" + std::string("\x1f\x8b\x08\x08\0\0\0\0\0\x03", 10), kilobyte,
              kLongBody));
  add(bytes("HalfAGzip", coded("gzip", compressed(kBody).substr(0, 12)), kNotWhole));
  add(bytes("GzipWithoutItsSum", coded("gzip", compressed(kBody).substr(0, compressed(kBody).size() - 8)), kNotWhole));
  add(bytes("GzipAndMore", coded("gzip", compressed(kBody) + "more"), kNotWhole));
  add(bytes("NoGzip", coded("gzip", kBody), kNotWhole));
  add(bytes("Brotli", coded("br", kBody), kCoded));
  add(bytes("Zstandard", coded("zstd", kBody), kCoded));
  add(bytes("SentInGzip", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", kSentCoded));
  add(bytes("TooDeep", whole(repeated("[", 65) + repeated("]", 65)), kTooDeep));
  add(made(
      "Depth100000", [] { return whole(repeated("{\"a\":", 100'000) + "1" + repeated("}", 100'000)); }, kTooDeep));
  add(made(
      "DepthWithoutEnd", [] { return whole(repeated("[", 1'000'000)); }, kTooDeep));
  add(made(
      "TooWide", [] { return whole("[" + repeated("1,", 250'000) + "1]"); }, kTooWide));
  add(made(
      "Values8000000", [] { return whole("[" + repeated("1,", 8'000'000) + "1]"); }, kTooWide));
  add(made(
      "Members1000000", [] { return whole("{" + repeated("\"a\":1,", 1'000'000) + "\"b\":1}"); }, kTooWide));
  add(endless("Values20000000", ok + "\r\n[", repeated("1,", 1000), kLongBody));
}

std::vector<HostileAnswer> make_answers() {
  std::vector<HostileAnswer> all = whole_answers();
  add_heads_that_are_none(all);
  add_bodies_that_are_none(all);
  return all;
}

/// Whether the client can tell the end of the answer without the end of the connection.
bool keeps_connection(const HostileAnswer& answer) {
  const std::string_view name = answer.name;
  return answer.words.empty() && name != "Closing" && name != "OldVersion" && name != "UntilTheEnd";
}

/// The length that a head gives, of a body that is to be read; 0: none.
std::size_t length_in(std::string head) {
  std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::size_t at = head.find("\r\ncontent-length:");
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 17, nullptr, 10);
}

struct ReadRequest {
  std::string head;  // empty: none came
  std::string body;
};

ReadRequest read_request(int socket) {
  ReadRequest request;
  char byte = 0;
  while (!request.head.ends_with("\r\n\r\n")) {
    if (::recv(socket, &byte, 1, 0) != 1) return {};
    request.head += byte;
  }
  for (std::size_t left = length_in(request.head); left > 0;) {
    char part[4096];
    const ssize_t count = ::recv(socket, part, std::min(left, sizeof part), 0);
    if (count <= 0) return {};
    request.body.append(part, static_cast<std::size_t>(count));
    left -= static_cast<std::size_t>(count);
  }
  return request;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// Hands the request to a good server, and its answer back. It closes its connection then.
void forward(ReadRequest request, int port, const AnswerSocket& to) {
  request.head.replace(request.head.size() - 2, 2, "Connection: close\r\n\r\n");
  const int good = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(good, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      AnswerSocket(good, to.ending()).write(request.head + request.body)) {
    char part[4096];
    for (ssize_t count = 0; (count = ::recv(good, part, sizeof part, 0)) > 0;)
      if (!to.write({part, static_cast<std::size_t>(count)})) break;
  }
  ::close(good);
}

}  // namespace

bool AnswerSocket::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    if (ending_) return false;
    const ssize_t count = ::send(socket_, bytes.data(), std::min<std::size_t>(bytes.size(), 64UL * 1024), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void AnswerSocket::write_endlessly(std::string_view bytes) const {
  const std::string many = repeated(bytes, std::max<std::size_t>(1, 32UL * 1024 / bytes.size()));
  while (write(many)) {
  }
}

bool AnswerSocket::drip(std::string_view bytes, int pause_ms) const {
  for (const char byte : bytes) {
    if (!write({&byte, 1})) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
  }
  return true;
}

void AnswerSocket::keep_silent() const {
  pollfd closed{socket_, POLLIN | POLLRDHUP, 0};
  while (!ending_ && ::poll(&closed, 1, 20) == 0) {
  }
}

void AnswerSocket::reset() const {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

const std::vector<HostileAnswer>& hostile_answers() {
  static const std::vector<HostileAnswer> all = make_answers();
  return all;
}

const HostileAnswer& hostile_answer(std::string_view name) {
  for (const HostileAnswer& answer : hostile_answers())
    if (name == answer.name) return answer;
  throw std::out_of_range("no such answer");
}

HostileServer::HostileServer(Pick pick, int good_port, std::string before)
    : pick_(std::move(pick)),
      good_port_(good_port),
      before_(std::move(before)),
      listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listening_, 128) != 0 ||
      ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for a test server");
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_all(); });
}

HostileServer::~HostileServer() {
  ending_ = true;
  ::shutdown(listening_, SHUT_RDWR);
  accepting_.join();
  ::close(listening_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
}

void HostileServer::accept_all() {
  while (!ending_) {
    const int socket = ::accept(listening_, nullptr, nullptr);
    if (socket < 0) continue;
    const int at_once = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void HostileServer::serve(int socket) {
  const AnswerSocket client(socket, ending_);
  for (bool goes_on = true; goes_on && !ending_;) {
    ReadRequest request = read_request(socket);
    if (request.head.empty()) break;
    const HostileAnswer* const answer = pick_(requests_++);
    if (answer != nullptr)
      answer->write(client);
    else if (client.write(before_))
      forward(std::move(request), good_port_, client);
    goes_on = answer != nullptr && keeps_connection(*answer);
  }
  const std::lock_guard lock(mutex_);
  std::erase(sockets_, socket);
  ::close(socket);
}

}  // namespace closecheck::sut
