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
    EXPECT_THAT(reader.refusal(), HasSubstr("the answers that are kept at once are longer than 48 MiB together"));
  }
  AnswerReader reader(room);
  EXPECT_TRUE(reader.take_body(megabytes));
}

}  // namespace
}  // namespace closecheck::sut
