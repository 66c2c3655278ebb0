#include "endpoint/answer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace closecheck::sut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(AnswerReader, KeepsTheHeadersOfTheLastHeadInTheirOrder) {
  AnswerReader reader(std::make_shared<AnswerRoom>());
  for (const char* line : {"HTTP/1.1 103 Hints\r\n", "Early: 1\r\n", "\r\n", "HTTP/1.1 200 OK\n", "Zebra:  a \r\n",
                           "  b\r\n", "Ape:\n", "\n", "Trailer: 1\r\n"})
    EXPECT_TRUE(reader.take_line(line));
  EXPECT_TRUE(reader.has_head());
  EXPECT_TRUE(reader.finish());
  const WireAnswer answer = reader.take_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.headers, ElementsAre(Pair("zebra", "a b"), Pair("ape", "")));
}

TEST(AnswerReader, HasNoHeadBeforeTheLastOne) {
  AnswerReader reader(std::make_shared<AnswerRoom>());
  for (const char* line : {"HTTP/1.1 100 Continue\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "A: b\r\n"})
    reader.take_line(line);
  EXPECT_FALSE(reader.has_head());
}

TEST(AnswerReader, TakesNoMoreThanTheRoomThatAllAnswersHaveTogether) {
  const auto room = std::make_shared<AnswerRoom>();
  const std::string megabytes(std::size_t{10} << 20, ' ');
  {
    std::vector<AnswerShare> kept;
    for (std::size_t i = 0; i < kAnswersBytesMax / megabytes.size(); ++i) {
      AnswerReader reader(room);
      EXPECT_TRUE(reader.take_body(megabytes));
      kept.push_back(reader.take_share());
    }
    AnswerReader reader(room);
    EXPECT_FALSE(reader.take_body(megabytes));
    EXPECT_THAT(reader.refusal(), HasSubstr("the answers that are kept at once are longer than 24 MiB together"));
  }
  AnswerReader reader(room);
  EXPECT_TRUE(reader.take_body(megabytes));
}

TEST(AnswerReader, KeepsABodyOfAnnouncedLengthInAsManyBytes) {
  constexpr std::size_t kPiece = std::size_t{16} << 10;
  constexpr std::size_t kPieces = 65;
  AnswerReader reader(std::make_shared<AnswerRoom>());
  reader.take_line("HTTP/1.1 200 OK\r\n");
  reader.take_line("Content-Length: " + std::to_string(kPieces * kPiece) + "\r\n");
  for (std::size_t i = 0; i < kPieces; ++i) EXPECT_TRUE(reader.take_body(std::string(kPiece, ' ')));
  EXPECT_LE(reader.take_answer().body.capacity(), (kPieces + 1) * kPiece);
}

// What a head says of a length may be anything.
TEST(AnswerReader, SetsNoMoreAsideThanABodyMayHave) {
  for (const char* length : {"99999999999999999999", "9999999999999", "many", "-1"}) {
    AnswerReader reader(std::make_shared<AnswerRoom>());
    reader.take_line(std::string("Content-Length: ") + length + "\r\n");
    EXPECT_TRUE(reader.take_body("{}")) << length;
    EXPECT_LE(reader.take_answer().body.capacity(), kBodyBytesMax) << length;
  }
}

}  // namespace
}  // namespace closecheck::sut
