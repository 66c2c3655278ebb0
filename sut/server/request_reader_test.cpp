// Requests out of bytes: whole, in pieces, within bounds, and never in two ways.
#include "server/request_reader.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

namespace closecheck::sut {
namespace {

constexpr std::size_t kBodyBytesMax = 1'000;
constexpr std::size_t kRoomBytes = 5'000;

/// What is read of the bytes: `METHOD target [body]` for each request, and `STATUS` of a refusal.
std::string read(std::string_view bytes, std::size_t piece_bytes = 1'000'000) {
  BodyRoom room(kRoomBytes);
  std::string out;
  {
    RequestReader reader(kBodyBytesMax, room);
    try {
      for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
        reader.add(bytes.substr(at, piece_bytes));
        while (const auto request = reader.next())
          out += request->head.method + " " + request->head.target + " [" + request->body + "]";
      }
      if (reader.has_begun()) out += "...";
    } catch (const RequestRefused& refused) {
      out += std::to_string(refused.status);
    }
  }
  EXPECT_TRUE(room.is_empty());
  return out;
}

std::string read_head(const std::string& first_line, const std::string& headers = "") {
  return read(first_line + "\r\n" + headers + "\r\n");
}

std::string read_post(const std::string& headers, const std::string& body = "") {
  return read("POST /a HTTP/1.1\r\n" + headers + "\r\n" + body);
}

TEST(RequestReader, ReadsOneRequestAfterAnotherInPiecesOfAnySize) {
  const std::string bytes =
      "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /d HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
      "\r\nPUT /e HTTP/1.1\r\nTransfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\nX: "
      "y\r\n\r\n"
      "DELETE /f HTTP/1.0\r\n\r\n";
  const std::string expected = "GET /a?b=c []POST /d [hello]PUT /e [abc0123456789]DELETE /f []";
  for (const std::size_t piece_bytes : {1U, 2U, 3U, 7U, 1'000U}) EXPECT_EQ(read(bytes, piece_bytes), expected);
}

TEST(RequestReader, WaitsForWhatHasNotCome) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("GET / HT"), "...");
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\n"), "...");
  EXPECT_EQ(read_post("Content-Length: 5\r\n", "hell"), "...");
  EXPECT_EQ(read_post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n"), "...");
}

TEST(RequestReader, RefusesALengthThatCanBeReadInTwoWays) {
  for (const char* length : {"5, 5", "5,5", "abc", "0x5", "-5", "+5", "5 5", "5.0", "", "5;", "\"5\"", "٥"})
    EXPECT_EQ(read_post(std::string("Content-Length: ") + length + "\r\n", "hello"), "400") << length;
  EXPECT_EQ(read_post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), "400");
  EXPECT_EQ(read_post("Content-Length: 5\r\ncontent-length: 4\r\n", "hello"), "400");
  EXPECT_EQ(read_post("Content-Length : 5\r\n", "hello"), "400");
  EXPECT_EQ(read_post("Content-Length:\t5 \r\n", "hello"), "POST /a [hello]");
}

TEST(RequestReader, RefusesALengthBesideChunksAndCodingsThatItDoesNotKnow) {
  EXPECT_EQ(read_post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400");
  EXPECT_EQ(read_post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400");
  for (const char* coding :
       {"gzip, chunked", "chunked, identity", "identity", "xchunked", "chunked;q=1", "\"chunked\"", ""})
    EXPECT_EQ(read_post(std::string("Transfer-Encoding: ") + coding + "\r\n", "0\r\n\r\n"), "400") << coding;
  EXPECT_EQ(read_head("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n"), "400");
}

TEST(RequestReader, RefusesChunksThatAreNotAsLongAsTheySay) {
  const auto chunks = [](const std::string& body) { return read_post("Transfer-Encoding: chunked\r\n", body); };
  for (const char* size : {"0x5", "+5", "-5", " 5", "5 ", "5 ;x", "", ";x", "g", "0000000000000005"})
    EXPECT_EQ(chunks(std::string(size) + "\r\nhello\r\n0\r\n\r\n"), "400") << size;
  EXPECT_EQ(chunks("5\r\nhello!\r\n0\r\n\r\n"), "400");
  EXPECT_EQ(chunks("5\nhello\r\n0\r\n\r\n"), "400");
  EXPECT_EQ(chunks("5\r\nhello\n0\r\n\r\n"), "400");
  EXPECT_EQ(chunks("0\r\nno header\r\n\r\n"), "400");
  EXPECT_EQ(chunks("0\r\n Content-Length: 5\r\n\r\n"), "400");
  EXPECT_EQ(chunks("5;" + std::string(kChunkLineBytesMax, 'x')), "400");
}

// A DELETE inside of what a proxy takes for the body of a HEAD would be done.
TEST(RequestReader, RefusesABodyWhereItMeansNothing) {
  for (const std::string method : {"HEAD", "OPTIONS", "TRACE", "CONNECT", "Head"}) {
    EXPECT_EQ(read_head(method + " / HTTP/1.1", "Content-Length: 25\r\n"), "400") << method;
    EXPECT_EQ(read_head(method + " / HTTP/1.1", "Transfer-Encoding: chunked\r\n"), "400") << method;
    EXPECT_EQ(read_head(method + " / HTTP/1.1", "Content-Length: 0\r\n"), method + " / []");
  }
  EXPECT_EQ(read_head("DELETE / HTTP/1.1", "Content-Length: 1\r\n"), "...");
}

TEST(RequestReader, RefusesLinesThatCanBeDividedInTwoWays) {
  const std::string nul(1, '\0');
  for (const char* header : {"X: a\r b\r\n", "X: a\rContent-Length: 5\r\n", "X: a\n", "\n", "X: a\r\r\n",
                             "X: a\r\n continued\r\n", "X: a\r\n\tcontinued\r\n", " X: a\r\n"})
    EXPECT_EQ(read_head("GET / HTTP/1.1", header), "400") << header;
  EXPECT_EQ(read_head("GET / HTTP/1.1", "X: " + nul + "\r\n"), "400");
  EXPECT_EQ(read_head("GET / HTTP/1.1", "X" + nul + ": a\r\n"), "400");
  EXPECT_EQ(read_head("GET /" + nul + " HTTP/1.1"), "400");
  for (const char* header : {"X : a\r\n", "X\r\n", ": a\r\n", "X Y: a\r\n", "X\t: a\r\n", "(X): a\r\n"})
    EXPECT_EQ(read_head("GET / HTTP/1.1", header), "400") << header;
  EXPECT_EQ(read_head("GET / HTTP/1.1", "Host: a\r\nHost: a\r\n"), "400");
  EXPECT_EQ(read_head("GET / HTTP/1.1", "Authorization: a\r\nauthorization: b\r\n"), "400");
  EXPECT_EQ(read_head("GET / HTTP/1.1", "Accept: a\r\nAccept: b\r\n"), "GET / []");
}

TEST(RequestReader, RefusesFirstLinesOfAnyOtherForm) {
  for (const char* line :
       {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /\tHTTP/1.1", "GET / HTTP/1",
        "GET / http/1.1", "GET / HTTP/1.11", "G,T / HTTP/1.1", "/ HTTP/1.1", "GET / a HTTP/1.1"})
    EXPECT_EQ(read_head(line), "400") << line;
  EXPECT_EQ(read_head("GET / HTTP/2.0"), "505");
  EXPECT_EQ(read_head("PRI * HTTP/2.0"), "505");
  EXPECT_EQ(read_head("GET / HTTP/1.2"), "GET / []");
}

TEST(RequestReader, BoundsHeads) {
  EXPECT_EQ(read("GET /" + std::string(kRequestHeadBytesMax, 'a')), "431");
  EXPECT_EQ(read_head("GET / HTTP/1.1", "X: " + std::string(kRequestHeadBytesMax, 'a') + "\r\n"), "431");
  std::string many = "GET / HTTP/1.1\r\n";
  while (many.size() < kRequestHeadBytesMax + 100) many += "X: y\r\n";
  EXPECT_EQ(read(many, 100), "431");
  std::string empty;
  while (empty.size() < kRequestHeadBytesMax + 100) empty += "\r\n";
  EXPECT_EQ(read(empty), "431");
  std::string trailer = "0\r\n";
  while (trailer.size() < kRequestHeadBytesMax + 100) trailer += "X: y\r\n";
  EXPECT_EQ(read_post("Transfer-Encoding: chunked\r\n", trailer), "400");
}

TEST(RequestReader, BoundsBodiesWhetherTheirLengthIsAnnouncedOrNot) {
  const std::string most(kBodyBytesMax, 'a');
  EXPECT_EQ(read_post("Content-Length: 1000\r\n", most), "POST /a [" + most + "]");
  EXPECT_EQ(read_post("Content-Length: 1001\r\n"), "413");
  EXPECT_EQ(read_post("Content-Length: 99999999999999999999999999999\r\n"), "413");
  EXPECT_EQ(read_post("Transfer-Encoding: chunked\r\n", "3e8\r\n" + most + "\r\n0\r\n\r\n"), "POST /a [" + most + "]");
  EXPECT_EQ(read_post("Transfer-Encoding: chunked\r\n", "3e8\r\n" + most + "\r\n1\r\n"), "413");
  EXPECT_EQ(read_post("Transfer-Encoding: chunked\r\n", "fffffffffffffff\r\n"), "413");
}

TEST(RequestReader, BoundsAllBodiesTogether) {
  BodyRoom room(25);
  RequestReader one(20, room);
  RequestReader other(20, room);
  one.add("POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\n0123456789abcdefghi");
  EXPECT_FALSE(one.next());
  other.add("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\na");
  EXPECT_FALSE(other.next());
  other.add("bc");
  EXPECT_THROW(other.next(), RequestRefused);
}

std::string compressed(const std::string& text) {
  z_stream stream{};
  ::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

TEST(RequestReader, DecodesBodiesWithinTheSameBounds) {
  const auto post = [](const std::string& coding, const std::string& body) {
    return read_post("Content-Encoding: " + coding + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
                     body);
  };
  EXPECT_EQ(post("gzip", compressed("hello")), "POST /a [hello]");
  EXPECT_EQ(post("identity", "hello"), "POST /a [hello]");
  EXPECT_EQ(post("gzip", compressed(std::string(100'000, 'a'))), "413");
  EXPECT_EQ(post("gzip", "hello"), "400");
  EXPECT_EQ(post("gzip", compressed("hello").substr(0, 12)), "400");
  EXPECT_EQ(post("br", "hello"), "415");
  EXPECT_EQ(post("gzip, gzip", compressed("hello")), "415");
}

TEST(RequestReader, SaysOnceThatItsSenderWaitsForAWord) {
  BodyRoom room(kRoomBytes);
  RequestReader reader(kBodyBytesMax, room);
  reader.add("POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n");
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.take_wish_to_continue());
  reader.add("\r\n");
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.take_wish_to_continue());
  EXPECT_FALSE(reader.take_wish_to_continue());
  EXPECT_EQ(read_post("Expect: tea\r\n"), "417");
}

TEST(RequestReader, KnowsWhetherTheConnectionGoesOn) {
  const auto keeps = [](const std::string& version, const std::string& headers) {
    BodyRoom room(kRoomBytes);
    RequestReader reader(kBodyBytesMax, room);
    reader.add("GET / HTTP/" + version + "\r\n" + headers + "\r\n");
    return reader.next()->head.keeps_connection;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: x, Close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
}

}  // namespace
}  // namespace closecheck::sut
