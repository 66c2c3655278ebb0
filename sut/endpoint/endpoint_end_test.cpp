// What becomes of requests when the time of the run is up.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>

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

}  // namespace
}  // namespace closecheck::sut
