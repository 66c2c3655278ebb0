// What becomes of requests when the time of the run is up.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "closecheck/sut/endpoint.h"
#include "endpoint/test_server_for_test.h"

namespace closecheck::sut {
namespace {

class EndOfARun : public testing::TestWithParam<bool> {
 protected:
  /// In the caller's thread, or in its client's.
  static Completion ask(System& system) {
    const auto request =
        std::make_shared<const Request>(Request{Principal::manage_ml, JobStats{"closecheck-a"}, nullptr});
    std::optional<Completion> completion;
    if (GetParam()) {
      completion = system.exchange(0, request, false, system.now() + kMinute);
    } else {
      system.submit(0, request);
      completion = system.next(system.now() + kMinute);
    }
    EXPECT_TRUE(completion);
    return completion ? *completion : Completion{};
  }
};
INSTANTIATE_TEST_SUITE_P(Endpoint, EndOfARun, testing::Bool());

TEST_P(EndOfARun, LosesWhatIsOpenAndSendsNothingMore) {
  std::atomic<int> asked = 0;
  RawServer server([&](int socket, const std::string&) {
    ++asked;
    RawServer::read_head(socket);
  });
  EndpointOptions options;
  options.url = server.url();
  options.hooks[Fault::fail_job] = "true";
  options.end_of_work = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  const auto system = make_endpoint_factory(options)->make(1);
  const Completion cut = ask(*system);
  EXPECT_EQ(cut.error, "no answer before the time of the run was up");
  EXPECT_FALSE(cut.never_sent);
  EXPECT_GE(system->now(), system->end());

  const Completion late = ask(*system);
  EXPECT_EQ(late.error, "the time of the run was up, so nothing was sent");
  EXPECT_TRUE(late.never_sent);
  EXPECT_THROW(system->inject(Fault::fail_job, "closecheck-a", 0), FaultFailed);
  EXPECT_EQ(asked, 1);
}

TEST_P(EndOfARun, ComesForwardForAllThatIsUnderWay) {
  std::promise<void> asked;
  RawServer server([&](int socket, const std::string&) {
    asked.set_value();
    RawServer::read_head(socket);
  });
  EndpointOptions options;
  options.url = server.url();
  options.commons = make_commons();
  const auto system = make_endpoint_factory(options)->make(1);
  std::thread interrupt([&] {
    asked.get_future().wait();
    bring_ends_forward(*options.commons, std::chrono::steady_clock::now(), std::chrono::steady_clock::now());
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto request =
      std::make_shared<const Request>(Request{Principal::manage_ml, JobStats{"closecheck-a"}, nullptr});
  if (GetParam()) {
    system->exchange(0, request, false, system->now() + kMinute);
  } else {
    system->submit(0, request);
    system->next(system->now() + kMinute);
  }
  interrupt.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_GE(system->now(), system->end());
  // What was under way may have been noticed first by whoever waits, and be told only now; nothing else is awaited.
  int told = 0;
  while (system->next(system->now() + kMinute)) ++told;
  EXPECT_LE(told, 1);
  EXPECT_TRUE(make_endpoint_factory(options)->make(2)->exchange(0, request, false, kMinute)->never_sent);
}

TEST(EndOfAHook, ComesForward) {
  EndpointOptions options;
  options.url = "http://127.0.0.1:1";
  options.hooks[Fault::fail_job] = "sleep 9";
  options.commons = make_commons();
  const auto system = make_endpoint_factory(options)->make(1);
  std::thread interrupt([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    bring_ends_forward(*options.commons, std::chrono::steady_clock::now(), std::chrono::steady_clock::now());
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(system->inject(Fault::fail_job, "closecheck-a", 0), FaultFailed);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
  interrupt.join();
}

}  // namespace
}  // namespace closecheck::sut
