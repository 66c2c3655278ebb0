// The server with many, slow and silent clients. Counts decide, not clocks.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <deque>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/served_for_test.h"

namespace closecheck::sut {
namespace {

constexpr const char* kJob = "/_xpack/ml/anomaly_detectors/j";
constexpr const char* kConfig = R"({"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},)"
                                R"("data_description":{"time_field":"time","time_format":"epoch_ms"}})";

ServerOptions options() {
  ServerOptions options;
  options.service.profile = Profile::xpack_6_3;
  options.service.housekeeping_base = 10 * kMillisecond;
  options.test_hooks = true;
  return options;
}

std::string path(const std::string& rest) {
  return kJob + rest;
}

/// Opens a job whose close never ends by itself.
void open_hanging_job(RawClient& raw) {
  ASSERT_EQ(raw.exchange("PUT", kJob, kConfig), 200);
  ASSERT_EQ(raw.exchange("POST", path("/_open")), 200);
  ASSERT_EQ(raw.exchange("POST", "/_test/jobs/j/_hang"), 200);
}

TEST(ServerLoad, AnswersOthersWhileAThousandClosesWait) {
  // Both ends of every connection are in this process.
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 4'096) GTEST_SKIP() << "this machine gives no more than " << limit.rlim_cur << " descriptors";
  const Served served(options());
  RawClient other(served);
  open_hanging_job(other);
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 1'000; ++i) {
    waiting.push_back(std::make_unique<RawClient>(served));
    waiting.back()->ask("POST", path("/_close"));
  }

  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(other.exchange("GET", path("/_stats")), 200);
  RawClient late(served);
  EXPECT_EQ(late.exchange("GET", path("/_stats")), 200);
  EXPECT_EQ(late.exchange("POST", path("/_close?force=true")), 200);

  // A kill ends the wait of those who had asked; one who is only taken up now finds the job closed.
  int answered = 0;
  for (const auto& raw : waiting) {
    const int status = raw->status();
    answered += status == 409 || status == 200 ? 1 : 0;
  }
  EXPECT_EQ(answered, 1'000);
}

TEST(ServerLoad, ClosesSilentConnectionsWhenOthersNeedTheRoom) {
  ServerOptions few = options();
  few.limits.connections = 20;
  const Served served(few);
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 60; ++i) {
    silent.push_back(std::make_unique<RawClient>(served));
    // Some have sent half of a head, or half of a body, and then nothing more.
    if (i % 3 == 1) silent.back()->send("GET / HTTP/1.1\r\nHos");
    if (i % 3 == 2) silent.back()->send("POST /_bulk HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf");
  }
  for (int i = 0; i < 50; ++i) {
    RawClient raw(served);
    ASSERT_EQ(raw.exchange("GET", "/"), 200) << i;
  }
}

TEST(ServerLoad, TellsWhoeverComesWhenAllWait) {
  ServerOptions few = options();
  few.limits.connections = 20;
  const Served served(few);
  {
    RawClient first(served);
    open_hanging_job(first);
  }
  std::vector<std::unique_ptr<RawClient>> waiting;
  int status = 0;
  for (int i = 0; i < 1'000 && status != 503; ++i) {
    waiting.push_back(std::make_unique<RawClient>(served));
    waiting.back()->ask("POST", path("/_close"));
    if (i >= 20) status = RawClient(served).exchange("GET", "/");
  }
  EXPECT_EQ(status, 503);
}

TEST(ServerLoad, BoundsBodies) {
  ServerOptions small = options();
  small.limits.body_bytes = 10'000;
  small.limits.bodies_bytes = 25'000;
  const Served served(small);
  RawClient raw(served);
  ASSERT_EQ(raw.exchange("PUT", kJob, kConfig), 200);
  raw.send("POST /_bulk HTTP/1.1\r\nContent-Length: 10001\r\n\r\n");
  EXPECT_EQ(raw.status(), 413);
  // Two halves and a whole are too much, of which any may be the one that is refused: another half takes its place.
  std::deque<RawClient> halves;
  int status = 0;
  for (int i = 0; i < 100 && status != 429; ++i) {
    halves.emplace_back(served).send("POST /_bulk HTTP/1.1\r\nContent-Length: 10000\r\n\r\n" + std::string(9'000, ' '));
    status = RawClient(served).exchange("POST", path("/_data"), std::string(9'000, ' '));
  }
  EXPECT_EQ(status, 429);
  RawClient small_one(served);
  EXPECT_EQ(small_one.exchange("GET", kJob), 200);
}

TEST(ServerLoad, WaitsForNobodyWhoDawdles) {
  ServerOptions hasty = options();
  hasty.limits.pause = 50 * kMillisecond;
  hasty.limits.idle = 50 * kMillisecond;
  const Served served(hasty);
  RawClient silent(served);
  RawClient half(served);
  half.send("GET / HTTP/1.1\r\nHos");
  RawClient slow(served);
  slow.send("POST /_bulk HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{");
  for (RawClient* raw : {&silent, &half, &slow}) EXPECT_NE(raw->status(), 200);
}

// A byte now and then is no reason to wait for ever either.
TEST(ServerLoad, WaitsForNobodyWhoSendsAByteNowAndThen) {
  ServerOptions hasty = options();
  hasty.limits.pause = 50 * kMillisecond;
  const Served served(hasty);
  RawClient dripping(served);
  std::atomic<bool> over = false;
  std::thread drips([&] {
    dripping.send("GET / HTTP/1.1\r\nX: ");
    while (!over) {
      dripping.send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  EXPECT_NE(dripping.status(), 200);
  over = true;
  drips.join();
}

TEST(ServerLoad, LetsRequestsInHandEnd) {
  ServerOptions patient = options();
  patient.grace = kMinute;
  patient.service.housekeeping_base = 200 * kMillisecond;
  auto served = std::make_unique<Served>(patient);
  RawClient raw(*served);
  ASSERT_EQ(raw.exchange("PUT", kJob, kConfig), 200);
  ASSERT_EQ(raw.exchange("POST", path("/_open")), 200);
  RawClient other(*served);
  raw.ask("POST", path("/_close"));
  while (other.exchange("GET", path("/_stats")) == 200 && other.body().find("\"opened\"") != std::string::npos)
    std::this_thread::yield();
  served.reset();

  EXPECT_EQ(raw.status(), 200);
  EXPECT_EQ(other.exchange("GET", path("/_stats")), 0);
}

}  // namespace
}  // namespace closecheck::sut
