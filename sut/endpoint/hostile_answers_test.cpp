// Whatever a server answers, an exchange ends in time, with a whole answer or with words that say what is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "endpoint/endpoint_connection.h"
#include "endpoint/hostile_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::HasSubstr;

/// Of a machine that has much else to do.
constexpr Duration kSlack = 15 * kSecond;

/// On a connection of its own: one that the server is about to close may take a request with it.
Exchange ask(const HostileServer& server, const HostileAnswer& answer, const std::string& method) {
  // Of those that never come to an end nobody learns more by waiting longer.
  const Duration patience = answer.words.starts_with("no answer within") ? kSecond / 4 : 20 * kSecond;
  Connection connection(server.url(), std::make_shared<AnswerRoom>());
  const auto begin = std::chrono::steady_clock::now();
  Exchange exchange = connection.exchange({method, "/_xpack/ml", {}, "", ""}, {}, patience);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::nanoseconds(patience + kSlack));
  return exchange;
}

TEST(HostileAnswers, AreReadWhereTheyAreWhole) {
  for (const HostileAnswer& answer : hostile_answers()) {
    if (!answer.words.empty()) continue;
    SCOPED_TRACE(answer.name);
    HostileServer server([&](int) { return &answer; });
    for (const char* method : {"GET", "POST"}) {
      const Exchange exchange = ask(server, answer, method);
      ASSERT_TRUE(exchange.answer) << exchange.error;
      EXPECT_GE(exchange.answer->status, 200);
      EXPECT_LT(exchange.answer->status, 400);
    }
    EXPECT_EQ(server.requests(), 2);
  }
}

TEST(HostileAnswers, AreNoAnswersWhereTheyBreakABoundOrBreakOff) {
  for (const HostileAnswer& answer : hostile_answers()) {
    if (answer.words.empty()) continue;
    SCOPED_TRACE(answer.name);
    HostileServer server([&](int) { return &answer; });
    // What changes something and what only reads are sent once, both.
    for (const char* method : {"GET", "POST"}) {
      const Exchange exchange = ask(server, answer, method);
      EXPECT_FALSE(exchange.answer);
      EXPECT_THAT(exchange.error, HasSubstr(answer.words));
      EXPECT_TRUE(exchange.connected);
      EXPECT_FALSE(exchange.never_sent);
    }
    EXPECT_EQ(server.requests(), 2);
  }
}

TEST(HostileAnswers, AreManyAndEachHasItsName) {
  std::set<std::string> names;
  for (const HostileAnswer& answer : hostile_answers()) names.insert(answer.name);
  EXPECT_EQ(names.size(), hostile_answers().size());
  EXPECT_GE(names.size(), 80U);
}

}  // namespace
}  // namespace closecheck::sut
