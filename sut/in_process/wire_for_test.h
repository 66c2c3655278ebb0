// The service as its clients see it, without sockets and under a virtual clock.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "in_process/core.h"
#include "service/doorway.h"
#include "wire/text.h"

namespace closecheck::sut {

/// The body of a job that counts records by the minute.
inline constexpr const char* kCountingJob =
    R"({"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},)"
    R"("data_description":{"time_field":"time"}})";

class WireForTest {
 public:
  explicit WireForTest(Profile profile, bool security = false)
      : manner_{profile.implemented(), Deviation::none, Variant::usual, 200 * kMillisecond, security}, core_(manner_) {}

  /// Waits for the answer, at most two hours.
  WireAnswer send(const std::string& method, const std::string& target, const std::string& body = "",
                  Principal who = Principal::manage_ml) {
    const std::size_t question = std::min(target.find('?'), target.size());
    const wire::HttpRequest http{
        method, target.substr(0, question),
        wire::split_query(std::string_view(target).substr(std::min(question + 1, target.size()))), body,
        body.empty() ? "" : "application/json"};
    Entered entered = enter(http, manner_, who);
    entered.query.clear();  // transcripts show answers as a whole
    Replies replies;
    if (entered.answer)
      replies.push_back({++last_token_, *entered.answer});
    else
      core_.handle(entered.request, now_, ++last_token_, replies);
    const Time until = now_ + 2 * kHour;
    while (replies.empty() && core_.due() <= until) fire(replies);
    if (replies.empty()) {
      ADD_FAILURE() << "no answer to " << method << ' ' << target;
      return {};
    }
    return leave(replies.front().answer, entered, manner_);
  }

  /// Status and body.
  std::string ask(const std::string& method, const std::string& target, const std::string& body = "",
                  Principal who = Principal::manage_ml) {
    const WireAnswer answer = send(method, target, body, who);
    return std::to_string(answer.status) + " " + answer.body;
  }

  void wait(Duration duration) {
    const Time until = now_ + duration;
    Replies replies;
    while (core_.due() <= until) fire(replies);
    now_ = until;
  }

 private:
  void fire(Replies& replies) {
    now_ = std::max(now_, core_.due());
    core_.fire(now_, replies);
  }

  Manner manner_;
  Core core_;
  Time now_ = 0;
  Token last_token_ = 0;
};

}  // namespace closecheck::sut
