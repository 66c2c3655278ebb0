#include "closecheck/sut/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "closecheck/sut/executor.h"
#include "endpoint/test_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kClosed = R"({"closed": true})";

void answer(httplib::Response& response, int status, const std::string& body) {
  response.status = status;
  response.set_content(body, "application/json");
}

EndpointOptions options_for(const std::string& url) {
  EndpointOptions options;
  options.url = url;
  options.request_timeout = 10 * kSecond;
  return options;
}

Operation close_of(std::string job, Parameter force = {}, Parameter timeout = {}) {
  return CloseJob{std::move(job), std::move(force), std::move(timeout), {}, {}};
}

std::shared_ptr<const Request> request(Operation operation, Principal who = Principal::manage_ml) {
  return std::make_shared<const Request>(Request{who, std::move(operation), nullptr});
}

Completion ask(System& system, Operation operation, Principal who = Principal::manage_ml) {
  system.submit(0, request(std::move(operation), who));
  std::optional<Completion> completion = system.next(system.now() + kMinute);
  EXPECT_TRUE(completion);
  return completion ? *completion : Completion{};
}

/// A request that nothing goes on beside is sent in the caller's thread, any other in its client's; nothing else may
/// differ.
class EitherWay : public testing::TestWithParam<bool> {
 protected:
  static Completion ask(System& system, Operation operation, Principal who = Principal::manage_ml) {
    if (!GetParam()) return sut::ask(system, std::move(operation), who);
    const auto completion = system.exchange(0, request(std::move(operation), who), false, system.now() + kMinute);
    EXPECT_TRUE(completion);
    return completion ? *completion : Completion{};
  }
};
INSTANTIATE_TEST_SUITE_P(Endpoint, EitherWay, testing::Bool());

/// What the requests to a server had in common, under a lock.
template <typename T>
class Heard {
 public:
  void add(T value) {
    const std::lock_guard lock(mutex_);
    values_.push_back(std::move(value));
  }
  std::vector<T> all() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<T> values_;
};

TEST_P(EitherWay, BringsTheDecodedAnswerWithItsTimeAndBytes) {
  TestServer server([](const httplib::Request&, httplib::Response& response) { answer(response, 200, kClosed); });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  const Time before = system->now();
  const Completion completion = ask(*system, close_of("closecheck-a"));

  ASSERT_TRUE(completion.response) << completion.error;
  EXPECT_EQ(completion.response->outcome, Outcome::accepted);
  ASSERT_TRUE(completion.response->wire);
  EXPECT_EQ(completion.response->wire->body, kClosed);
  EXPECT_GE(completion.time, before);
  EXPECT_LE(completion.time, system->now());
}

TEST(Endpoint, LetsClientsWaitBesideEachOther) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    if (request.path.ends_with("_close")) released.wait_for(std::chrono::seconds(20));
    answer(response, 200, kClosed);
  });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  system->submit(1, request(close_of("closecheck-a")));
  system->submit(2, request(OpenJob{"closecheck-b"}));
  const auto first = system->next(system->now() + kMinute);
  release.set_value();
  const auto second = system->next(system->now() + kMinute);

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->client, 2);
  EXPECT_EQ(second->client, 1);
  EXPECT_GE(second->time, first->time);
}

TEST(Endpoint, ReachesTheGivenTimeWhenNothingComes) {
  TestServer server([](const httplib::Request&, httplib::Response&) {});
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  const Time until = system->now() + 20 * kMillisecond;

  EXPECT_FALSE(system->next(until));
  EXPECT_GE(system->now(), until);
  EXPECT_FALSE(system->next(0));
}

TEST_P(EitherWay, LosesAnAnswerThatDoesNotComeInTime) {
  RawServer server([&](int socket, const std::string&) { RawServer::read_head(socket); });
  EndpointOptions options = options_for(server.url());
  options.request_timeout = 150 * kMillisecond;
  const auto system = make_endpoint_factory(options)->make(1);
  const Completion completion = ask(*system, close_of("closecheck-a"));

  EXPECT_FALSE(completion.response);
  EXPECT_THAT(completion.error, HasSubstr("no answer within 150 ms"));
  EXPECT_GE(completion.time, 150 * kMillisecond);
}

TEST_P(EitherWay, LosesAnAnswerThatDripsForEverAndEndsItsConnection) {
  std::promise<void> ended;
  std::atomic<bool> over = false;
  RawServer server([&](int socket, const std::string&) {
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (!over && ::send(socket, "x", 1, MSG_NOSIGNAL) == 1)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ended.set_value();
  });
  EndpointOptions options = options_for(server.url());
  options.request_timeout = 200 * kMillisecond;
  const auto system = make_endpoint_factory(options)->make(1);
  const Completion completion = ask(*system, close_of("closecheck-a"));

  EXPECT_THAT(completion.error, HasSubstr("no answer within 200 ms"));
  EXPECT_EQ(ended.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  over = true;
}

TEST(Endpoint, GivesAnExchangeUpAtTheGivenTimeAndGoesOnWithAnotherConnection) {
  std::atomic<int> connections = 0;
  RawServer server([&](int socket, const std::string&) {
    if (connections++ == 0)
      RawServer::read_head(socket);  // until the client ends the connection
    else
      RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  });
  EndpointOptions options = options_for(server.url());
  options.request_timeout = kHour;
  const auto system = make_endpoint_factory(options)->make(1);
  const Time until = system->now() + 100 * kMillisecond;
  EXPECT_FALSE(system->exchange(0, request(JobStats{"closecheck-a"}), false, until));
  EXPECT_GE(system->now(), until);

  const auto completion = system->exchange(0, request(JobStats{"closecheck-a"}), false, system->now() + kMinute);
  ASSERT_TRUE(completion);
  EXPECT_TRUE(completion->response) << completion->error;
}

TEST(Endpoint, StopsAnExchangeInTimeThatIsShorterThanTheOneBefore) {
  std::atomic<int> requests = 0;
  TestServer server([&](const httplib::Request&, httplib::Response& response) {
    if (requests++ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    answer(response, 200, kClosed);
  });
  EndpointOptions options = options_for(server.url());
  options.request_timeout = kMinute;
  const auto system = make_endpoint_factory(options)->make(1);
  EXPECT_TRUE(system->exchange(0, request(close_of("closecheck-a")), false, system->now() + kMinute));
  EXPECT_FALSE(system->exchange(0, request(close_of("closecheck-a")), false, system->now() + 50 * kMillisecond));
}

TEST(Endpoint, MakesAnExchangeBesideARequestThatNobodyWaitsForAnyMore) {
  TestServer server([](const httplib::Request& request, httplib::Response& response) {
    if (request.path.ends_with("_close")) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    answer(response, 200, kClosed);
  });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  system->submit(1, request(close_of("closecheck-a")));
  const auto completion = system->exchange(0, request(OpenJob{"closecheck-b"}), false, system->now() + kMinute);

  ASSERT_TRUE(completion);
  EXPECT_EQ(completion->client, 0);
}

TEST(Endpoint, UsesOneConnectionOfAClientForBothWays) {
  Heard<int> ports;
  TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    ports.add(request.remote_port);
    answer(response, 200, kClosed);
  });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  ask(*system, close_of("closecheck-a"));
  system->exchange(0, request(close_of("closecheck-a")), false, system->now() + kMinute);
  ask(*system, close_of("closecheck-a"));

  const std::vector<int> heard = ports.all();
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[1], heard[0]);
  EXPECT_EQ(heard[2], heard[0]);
}

TEST(Endpoint, EndsAtOnceWithARequestOpen) {
  RawServer server([](int socket, const std::string&) { RawServer::read_head(socket); });
  EndpointOptions options = options_for(server.url());
  options.request_timeout = kHour;
  auto system = make_endpoint_factory(options)->make(1);
  system->submit(0, request(close_of("closecheck-a")));
  system->submit(1, request(close_of("closecheck-a")));
  const auto begin = std::chrono::steady_clock::now();
  system.reset();

  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_P(EitherWay, KeepsAConnectionAndOpensAnotherOnlyWhenAsked) {
  Heard<int> ports;
  TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    ports.add(request.remote_port);
    answer(response, 200, kClosed);
  });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  ask(*system, close_of("closecheck-a"));
  ask(*system, close_of("closecheck-a"));
  system->submit(0, request(close_of("closecheck-a")), true);
  system->next(system->now() + kMinute);
  ask(*system, close_of("closecheck-a"));

  const std::vector<int> heard = ports.all();
  ASSERT_EQ(heard.size(), 4U);
  EXPECT_EQ(heard[0], heard[1]);
  EXPECT_NE(heard[2], heard[1]);
  EXPECT_EQ(heard[3], heard[1]);
}

// accepted-data-is-kept, job-reopens: whether a busy target is asked again is to be seen in the history.
TEST_P(EitherWay, SendsNothingTwiceToABusyTarget) {
  std::atomic<int> asked = 0;
  std::atomic<int> status = 429;
  TestServer server([&](const httplib::Request&, httplib::Response& response) {
    ++asked;
    response.set_header("Retry-After", "0");
    answer(response, status, "{}");
  });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);

  EXPECT_EQ(ask(*system, OpenJob{"closecheck-a"}).response->refusal, Refusal::busy);
  status = 503;
  EXPECT_EQ(ask(*system, JobStats{"closecheck-a"}).response->outcome, Outcome::not_from_service);
  EXPECT_EQ(asked, 2);
}

// A connection that was kept may die under the next request: that may have been done.
TEST_P(EitherWay, SendsNothingTwiceWhenAKeptConnectionDies) {
  std::atomic<int> asked = 0;
  RawServer server([&](int socket, const std::string&) {
    ++asked;
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"closed\": true}");
    if (!RawServer::read_head(socket).empty()) ++asked;
  });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  ASSERT_TRUE(ask(*system, close_of("closecheck-a")).response);
  const Completion lost = ask(*system, close_of("closecheck-a"));

  EXPECT_FALSE(lost.response);
  EXPECT_FALSE(lost.never_sent);
  server.wait_until_closed(1);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(EitherWay, TellsWhatWasNeverSent) {
  std::string nowhere;
  {
    nowhere = RawServer([](int, const std::string&) {}).url();
  }
  EndpointOptions options = options_for(nowhere);
  options.principals = {{Principal::manage_ml, {"ml", "1"}}};
  const auto system = make_endpoint_factory(options)->make(1);

  EXPECT_TRUE(ask(*system, close_of("closecheck-a")).never_sent);
  EXPECT_TRUE(ask(*system, close_of("closecheck-a"), Principal::none).never_sent);
  EXPECT_TRUE(ask(*system, RawRequest{"G ET", "/", {}, "", ""}).never_sent);
}

/// A server that answers 200 and remembers who asked.
struct WhoServer {
  Heard<std::string> users;
  TestServer server{[this](const httplib::Request& request, httplib::Response& response) {
    users.add(request.get_header_value("Authorization"));
    answer(response, 200, kClosed);
  }};
};

std::string basic(const std::string& user, const std::string& password) {
  return httplib::make_basic_authentication_header(user, password).second;
}

TEST(Endpoint, SendsEachPrincipalsOwnCredentials) {
  WhoServer who;
  EndpointOptions options = options_for(who.server.url());
  options.principals = {{Principal::manage_ml, {"ml", "1"}}, {Principal::monitor_ml, {"reader", "2"}}};
  const auto system = make_endpoint_factory(options)->make(1);
  for (const Principal principal :
       {Principal::manage_ml, Principal::monitor_ml, Principal::setup, Principal::anonymous})
    ask(*system, close_of("closecheck-a"), principal);

  EXPECT_THAT(who.users.all(), ElementsAre(basic("ml", "1"), basic("reader", "2"), basic("ml", "1"), ""));
}

TEST(Endpoint, FallsBackToManageForOrdinaryRequests) {
  WhoServer who;
  EndpointOptions options = options_for(who.server.url());
  options.principals = {{Principal::manage, {"boss", "1"}}};
  const auto system = make_endpoint_factory(options)->make(1);
  ask(*system, close_of("closecheck-a"));

  EXPECT_THAT(who.users.all(), ElementsAre(basic("boss", "1")));
}

TEST(Endpoint, SendsNothingForAPrincipalThatIsNotConfiguredBesideOthers) {
  WhoServer who;
  EndpointOptions options = options_for(who.server.url());
  options.principals = {{Principal::manage_ml, {"ml", "1"}}};
  const auto system = make_endpoint_factory(options)->make(1);
  const Completion completion = ask(*system, close_of("closecheck-a"), Principal::monitor_ml);

  EXPECT_FALSE(completion.response);
  EXPECT_THAT(completion.error, HasSubstr("no principal 'monitor_ml' is configured"));
  EXPECT_THAT(who.users.all(), ElementsAre());
}

TEST(Endpoint, SendsNoCredentialsWhereNoneAreConfigured) {
  WhoServer who;
  const auto system = make_endpoint_factory(options_for(who.server.url()))->make(1);
  for (const Principal principal : {Principal::manage_ml, Principal::monitor_ml, Principal::none, Principal::setup})
    EXPECT_TRUE(ask(*system, close_of("closecheck-a"), principal).response);

  EXPECT_THAT(who.users.all(), ElementsAre("", "", "", ""));
}

// anonymous-refused: more wrong passwords could lock the account.
TEST(Endpoint, SendsAWrongPasswordTwiceInARunAndNeverAgain) {
  WhoServer who;
  EndpointOptions options = options_for(who.server.url());
  options.principals = {{Principal::manage_ml, {"ml", "right"}}};
  const auto factory = make_endpoint_factory(options);
  ask(*factory->make(1), close_of("closecheck-a"), Principal::wrong_password);
  ask(*factory->make(2), close_of("closecheck-a"), Principal::wrong_password);
  const Completion third = ask(*factory->make(3), close_of("closecheck-a"), Principal::wrong_password);

  const std::vector<std::string> heard = who.users.all();
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_THAT(heard[0], testing::StartsWith("Basic "));
  EXPECT_NE(heard[0], basic("ml", "right"));
  EXPECT_FALSE(third.response);
  EXPECT_THAT(third.error, HasSubstr("nothing was sent"));
  EXPECT_THAT(third.error, Not(HasSubstr("right")));
}

TEST(Endpoint, InjectsAFaultByItsHook) {
  EndpointOptions options = options_for("http://127.0.0.1:1");
  options.principals = {{Principal::manage_ml, {"ml", "hunter2"}}};
  options.hooks = {{Fault::slow_close, "test {job_id}-{duration} = closecheck-a-3s"},
                   {Fault::fail_job, "echo 'hunter2 refused' >&2; exit 1"},
                   {Fault::hang_close, ""}};
  const auto system = make_endpoint_factory(options)->make(1);

  EXPECT_TRUE(system->can_inject(Fault::slow_close));
  EXPECT_FALSE(system->can_inject(Fault::hang_close));
  EXPECT_TRUE(system->inject(Fault::slow_close, "closecheck-a", 3 * kSecond));
  EXPECT_THROW(system->inject(Fault::slow_close, "closecheck-b", 3 * kSecond), FaultFailed);
  EXPECT_FALSE(system->inject(Fault::hang_close, "closecheck-a", 0));
  try {
    system->inject(Fault::fail_job, "closecheck-a", 0);
    FAIL();
  } catch (const FaultFailed& failure) {
    EXPECT_THAT(failure.why, HasSubstr("*** refused"));
  }
}

TEST(Endpoint, LetsFourJobsBeOpenAtOnceAcrossAllItsSystems) {
  const auto factory = make_endpoint_factory(options_for("http://127.0.0.1:1"));
  std::shared_ptr<void> three = factory->reserve_jobs(3);
  std::shared_ptr<void> one = factory->reserve_jobs(1);
  auto more = std::async(std::launch::async, [&] { return factory->reserve_jobs(2); });
  EXPECT_EQ(more.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  one.reset();
  EXPECT_EQ(more.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  three.reset();
  EXPECT_EQ(more.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  more.get().reset();

  EXPECT_TRUE(factory->reserve_jobs(100)) << "a program with more jobs runs alone";
}

TEST(Endpoint, HoldsNoPlaceForAJobWhoseOpenOrReopenWasRefused) {
  std::atomic<int> opens = 0;
  TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    if (request.path.ends_with("_close")) return answer(response, 200, kClosed);
    if (opens++ % 3 == 1) return answer(response, 200, R"({"opened": true})");
    answer(response, 409, "{}");
  });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  for (std::size_t i = 0; i <= kOpenJobsMax; ++i) {
    const OpenJob open{"closecheck-" + std::to_string(i)};
    for (const Outcome outcome : {Outcome::refused, Outcome::accepted, Outcome::refused}) {
      const Completion opened = ask(*system, open);
      ASSERT_NE(opened.response, nullptr) << i << opened.error;
      EXPECT_EQ(opened.response->outcome, outcome);
      if (outcome == Outcome::accepted) ask(*system, close_of(open.job));
    }
  }
}

TEST(Endpoint, SharesWhatATargetMayTakeWithEveryFactoryOfIt) {
  TestServer server([](const httplib::Request&, httplib::Response& response) { answer(response, 401, "{}"); });
  EndpointOptions options = options_for(server.url());
  options.principals[Principal::manage_ml] = {"ml_admin", "secret"};
  options.commons = make_commons();
  const auto one = make_endpoint_factory(options);
  options.profile = Profile::xpack_5_4;
  const auto other = make_endpoint_factory(options);

  std::shared_ptr<void> all = one->reserve_jobs(kOpenJobsMax);
  auto more = std::async(std::launch::async, [&] { return other->reserve_jobs(1); });
  EXPECT_EQ(more.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  EXPECT_TRUE(make_endpoint_factory(options_for("http://127.0.0.1:1"))->reserve_jobs(1)) << "another target";
  all.reset();
  EXPECT_EQ(more.wait_for(std::chrono::seconds(10)), std::future_status::ready);

  ask(*one->make(1), close_of("closecheck-a"), Principal::wrong_password);
  ask(*other->make(1), close_of("closecheck-a"), Principal::wrong_password);
  EXPECT_THAT(ask(*other->make(1), close_of("closecheck-a"), Principal::wrong_password).error,
              HasSubstr("2 times for user 'ml_admin'"));
}

TEST(Endpoint, RunsAProgramOfTheExecutor) {
  std::promise<void> release;
  std::atomic<int> polls = 0;
  const std::shared_future<void> released = release.get_future().share();
  TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    if (request.path.ends_with("_stats")) {
      // With the second read the answer of the first one has arrived.
      if (++polls == 2) release.set_value();
      return answer(response, 200,
                    R"({"count": 1, "jobs": [{"job_id": "closecheck-a", "state": "closed", "data_counts": {}}]})");
    }
    released.wait_for(std::chrono::seconds(20));
    answer(response, 200, kClosed);
  });
  const auto system = make_endpoint_factory(options_for(server.url()))->make(1);
  ExecutorOptions executor_options;
  executor_options.poll_every = kMillisecond;
  executor_options.quiet = 5 * kMillisecond;
  const Execution execution =
      execute({{detached_call(1, close_of("closecheck-a")), call(JobStats{"closecheck-a"}),
                call(JobStats{"closecheck-a"}), join_step(), settle_step("closecheck-a", kMinute)}},
              *system, Profile::xpack_6_3, executor_options, nullptr);

  const std::vector<Event>& events = execution.history.events;
  ASSERT_GE(events.size(), 9U);
  EXPECT_EQ(events[2].type, EventType::ok) << "a read is answered while the close waits";
  EXPECT_EQ(events[2].process, 0);
  EXPECT_EQ(events.back().type, EventType::settled);
  EXPECT_TRUE(std::any_of(events.begin(), events.end(),
                          [](const Event& event) { return event.type == EventType::ok && event.process == 1; }));
  for (std::size_t i = 1; i < events.size(); ++i) EXPECT_GE(events[i].time, events[i - 1].time);
}

}  // namespace
}  // namespace closecheck::sut
