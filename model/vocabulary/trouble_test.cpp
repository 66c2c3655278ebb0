#include "closecheck/vocabulary/trouble.h"

#include <gtest/gtest.h>

#include <utility>

namespace closecheck {
namespace {

Response accepted() {
  Response response;
  response.outcome = Outcome::accepted;
  response.status = 200;
  response.content = Acknowledged{};
  return response;
}

Response refused(int status, Refusal refusal, std::string type = "", std::string reason = "") {
  Response response;
  response.outcome = Outcome::refused;
  response.status = status;
  response.refusal = refusal;
  response.error_type = std::move(type);
  response.reason = std::move(reason);
  return response;
}

/// A history with one request after the other.
class Asked {
 public:
  Asked& and_heard(Operation operation, Response response, Principal who = Principal::manage_ml) {
    Event& answer = ask(std::move(operation), who, EventType::ok);
    answer.response = std::make_shared<const Response>(std::move(response));
    return *this;
  }
  Asked& and_lost(Operation operation, std::string error, bool never_sent = false) {
    Event& answer = ask(std::move(operation), Principal::manage_ml, EventType::info);
    answer.error = std::move(error);
    answer.never_sent = never_sent;
    return *this;
  }
  std::string trouble() const { return first_trouble(history_); }

 private:
  Event& ask(Operation operation, Principal who, EventType answer) {
    Event event;
    event.request = std::make_shared<const Request>(Request{who, std::move(operation), nullptr});
    history_.events.push_back(event);
    event.type = answer;
    history_.events.push_back(event);
    return history_.events.back();
  }

  History history_;
};

const CreateJob kCreate{"closecheck-a", {}};
const CreateDatafeed kFeed{"closecheck-f", "closecheck-a", "closecheck-i"};

TEST(FirstTrouble, IsNoneWhereEverythingWasAnswered) {
  Asked asked;
  asked.and_heard(kCreate, accepted())
      .and_heard(kCreate, refused(400, Refusal::bad_request))
      .and_heard(CloseJob{"closecheck-a", {}, {}, {}, {}}, refused(409, Refusal::conflict))
      .and_heard(OpenJob{"closecheck-a"}, refused(403, Refusal::forbidden), Principal::none);
  EXPECT_EQ(asked.trouble(), "");
}

TEST(FirstTrouble, NamesTheRequestThatGotNoAnswer) {
  Asked asked;
  asked.and_heard(kCreate, accepted())
      .and_lost(OpenJob{"closecheck-a"}, "connection reset")
      .and_lost(JobStats{"closecheck-a"}, "no answer within 8 s");
  EXPECT_EQ(asked.trouble(), "`open job closecheck-a` (#2) got no answer: connection reset");
}

TEST(FirstTrouble, NamesTheRequestThatWasNotSent) {
  Asked asked;
  asked.and_lost(JobStats{"closecheck-a"}, "no connection to http://h:1", true);
  EXPECT_EQ(asked.trouble(), "`statistics of job closecheck-a` (#1) was not sent: no connection to http://h:1");
}

TEST(FirstTrouble, NamesAnswersThatDecideNothing) {
  Response between;
  between.outcome = Outcome::not_from_service;
  between.status = 504;
  Response login;
  login.status = 302;
  EXPECT_EQ(Asked().and_heard(OpenJob{"closecheck-a"}, between).trouble(),
            "`open job closecheck-a` (#1) was answered 504 from something between us and the service");
  EXPECT_EQ(Asked().and_heard(OpenJob{"closecheck-a"}, login).trouble(),
            "`open job closecheck-a` (#1) was answered 302 with an answer that cannot be read");
  for (const Refusal refusal : {Refusal::busy, Refusal::unavailable})
    EXPECT_EQ(Asked().and_heard(OpenJob{"closecheck-a"}, refused(429, refusal, "status_exception", "full")).trouble(),
              "`open job closecheck-a` (#1) was answered 429 status_exception: full");
}

TEST(FirstTrouble, NamesARefusalOfWhatOnlyPrepares) {
  Asked asked;
  asked.and_heard(kCreate, accepted()).and_heard(kFeed, refused(403, Refusal::forbidden, "security_exception", "no"));
  EXPECT_EQ(asked.trouble(),
            "`create datafeed closecheck-f of job closecheck-a over closecheck-i` (#2) was answered 403 "
            "security_exception: no");
  EXPECT_NE(Asked().and_heard(kCreate, refused(400, Refusal::bad_request)).trouble(), "");
  EXPECT_NE(Asked().and_heard(IndexDocuments{"closecheck-i", {}, true}, refused(400, Refusal::other)).trouble(), "");
}

}  // namespace
}  // namespace closecheck
