// The service on the real clock with a store behind it: when answers leave, and what happens when nothing can be
// stored.
#include "server/server_service.h"

#include <gtest/gtest.h>

#include <future>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "store/memory_store_for_test.h"

namespace closecheck::sut {
namespace {

/// What tests see and steer of a store, also when its service is gone.
struct StoreControl {
  std::mutex mutex;
  std::condition_variable changed;
  Rows rows;
  bool held = false;             // commits wait
  bool full = false;             // commits fail
  bool short_of_memory = false;  // commits throw what is no failure of the store's
  bool mute = false;             // nor can it be read
  int waiting = 0;               // commits that wait
  int commits = 0;               // that came through

  void set(bool& what, bool value) {
    const std::lock_guard lock(mutex);
    what = value;
    changed.notify_all();
  }
  void await_waiting() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting > 0; });
  }
  int count() {
    const std::lock_guard lock(mutex);
    return commits;
  }
};

class ControlledStore final : public Store {
 public:
  explicit ControlledStore(StoreControl& control) : control_(control) {}

  void commit(const RowChanges& changes) override {
    std::unique_lock lock(control_.mutex);
    ++control_.waiting;
    control_.changed.notify_all();
    control_.changed.wait(lock, [&] { return !control_.held; });
    --control_.waiting;
    if (control_.full) throw StoreFailed("no room on the disk");
    if (control_.short_of_memory) throw std::bad_alloc();
    ++control_.commits;
    apply_changes(changes, control_.rows);
  }
  Rows load() override {
    const std::lock_guard lock(control_.mutex);
    if (control_.mute) throw StoreFailed("no disk");
    return control_.rows;
  }

 private:
  StoreControl& control_;
};

Manner manner() {
  Manner manner;
  manner.profile = Profile::xpack_6_3;
  manner.security = false;
  manner.housekeeping_base = 20 * kMillisecond;
  return manner;
}

std::unique_ptr<ClockedService> service_on(StoreControl& control) {
  static const ServerLog log(LogLevel::off);
  return std::make_unique<ClockedService>(manner(), log, std::make_unique<ControlledStore>(control));
}

Response ask(ClockedService& service, Operation operation) {
  auto answer = service.ask({Request{Principal::manage_ml, std::move(operation), nullptr}});
  return answer ? std::move(answer->response) : Response{};
}

CloseJob close(const std::string& job) {
  return CloseJob{job, std::nullopt, std::nullopt, std::nullopt, {}};
}

std::int64_t processed(ClockedService& service, const std::string& job) {
  const Response response = ask(service, JobStats{job});
  const auto* list = std::get_if<JobStatisticsList>(&response.content);
  return list == nullptr || list->jobs.empty() ? -1 : list->jobs.front().counts.processed_records;
}

void await_opened(ClockedService& service, const std::string& job) {
  while (std::get<JobStatisticsList>(ask(service, JobStats{job}).content).jobs.front().state != JobState::opened)
    std::this_thread::yield();
}

// accepted-data-is-kept: an answer that left before its change was durable could be taken back by a crash.
TEST(ClockedService, AnswersNothingThatIsNotDurable) {
  StoreControl control;
  const auto service = service_on(control);
  control.set(control.held, true);
  auto created = std::async(std::launch::async, [&] { return ask(*service, CreateJob{"j", {}}); });
  control.await_waiting();
  // Who reads what is not durable yet must not know it before either.
  auto read = std::async(std::launch::async, [&] { return ask(*service, GetJob{"j"}); });
  EXPECT_EQ(created.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  EXPECT_EQ(read.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(control.count(), 0);

  control.set(control.held, false);

  EXPECT_EQ(created.get().status, 200);
  EXPECT_EQ(read.get().status, 200);
  EXPECT_EQ(control.count(), 1);
  EXPECT_EQ(ask(*service, GetJob{"j"}).status, 200);
  EXPECT_EQ(control.count(), 1);
}

TEST(ClockedService, StoresTogetherWhatCameTogether) {
  StoreControl control;
  const auto service = service_on(control);
  control.set(control.held, true);
  std::vector<std::future<Response>> asked;
  asked.reserve(20);
  for (int i = 0; i < 20; ++i)
    asked.push_back(std::async(std::launch::async, [&, i] {
      return ask(*service, CreateJob{"j" + std::to_string(i), {}});
    }));
  control.await_waiting();
  while (service->requests_in_hand() < 20) std::this_thread::yield();

  control.set(control.held, false);

  for (auto& one : asked) EXPECT_EQ(one.get().status, 200);
  EXPECT_LE(control.count(), 3);
}

// refused-request-changes-nothing
TEST(ClockedService, RefusesWhatItCannotStoreAndGoesOnReading) {
  StoreControl control;
  const auto service = service_on(control);
  ask(*service, CreateJob{"j", {}});
  ask(*service, OpenJob{"j"});
  EXPECT_EQ(ask(*service, PostData{"j", {Record{kDataStart, 1, ""}}, false}).status, 202);

  control.set(control.full, true);
  for (int i = 0; i < 3; ++i) {
    const Response refused = ask(*service, PostData{"j", {Record{kDataStart + 1, 1, ""}}, false});
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.reason, "nothing can be stored: no room on the disk");
    EXPECT_EQ(processed(*service, "j"), 1);
  }
  EXPECT_EQ(ask(*service, close("j")).status, 503);
  EXPECT_EQ(std::get<JobStatisticsList>(ask(*service, JobStats{"j"}).content).jobs.front().state, JobState::opened);

  control.set(control.full, false);
  EXPECT_EQ(ask(*service, PostData{"j", {Record{kDataStart + 2, 1, ""}}, false}).status, 202);
  EXPECT_EQ(processed(*service, "j"), 2);
  EXPECT_EQ(ask(*service, close("j")).status, 200);
}

TEST(ClockedService, AnswersWhoeverWaitsWhenNothingCanBeStored) {
  StoreControl control;
  const auto service = service_on(control);
  ask(*service, CreateJob{"j", {}});
  ask(*service, OpenJob{"j"});
  EXPECT_TRUE(service->inject(Fault::hang_close, "j", 0));
  auto closed = std::async(std::launch::async, [&] { return ask(*service, close("j")); });
  while (std::get<JobStatisticsList>(ask(*service, JobStats{"j"}).content).jobs.front().state != JobState::closing)
    std::this_thread::yield();

  control.set(control.full, true);
  EXPECT_EQ(ask(*service, CreateJob{"k", {}}).status, 503);

  EXPECT_EQ(closed.get().status, 503);
  EXPECT_EQ(ask(*service, GetJob{"k"}).status, 404);
}

TEST(ClockedService, SaysNothingWhileItKnowsNothing) {
  StoreControl control;
  const auto service = service_on(control);
  ask(*service, CreateJob{"j", {}});
  control.set(control.mute, true);
  control.set(control.full, true);
  EXPECT_EQ(ask(*service, CreateJob{"k", {}}).status, 503);
  EXPECT_EQ(ask(*service, GetJob{"j"}).status, 503);
  control.set(control.mute, false);
  control.set(control.full, false);
  EXPECT_EQ(ask(*service, GetJob{"j"}).status, 200);
  EXPECT_EQ(ask(*service, GetJob{"k"}).status, 404);
}

// accepted-data-is-kept, timed-out-close-goes-on: over any number of lives.
TEST(ClockedService, GoesOnInTheNextLife) {
  StoreControl control;
  std::int64_t time_ms = kDataStart;
  for (int life = 0; life < 5; ++life) {
    const auto service = service_on(control);
    if (life == 0) {
      ask(*service, CreateJob{"j", {}});
      ask(*service, CreateJob{"closing", {}});
      ask(*service, OpenJob{"j"});
      ask(*service, OpenJob{"closing"});
      EXPECT_TRUE(service->inject(Fault::slow_close, "closing", kMinute));
      EXPECT_NE(ask(*service, CloseJob{"closing", std::nullopt, "1ms", std::nullopt, {}}).status, 200);
    }
    await_opened(*service, "j");
    EXPECT_EQ(processed(*service, "j"), 10 * life);
    for (int i = 0; i < 10; ++i)
      EXPECT_EQ(ask(*service, PostData{"j", {Record{time_ms += 10'000, 1, ""}}, false}).status, 202);
  }
  const auto service = service_on(control);
  await_opened(*service, "j");
  EXPECT_EQ(ask(*service, close("j")).status, 200);
  EXPECT_EQ(processed(*service, "j"), 50);
  EXPECT_EQ(std::get<JobStatisticsList>(ask(*service, JobStats{"closing"}).content).jobs.front().state,
            JobState::closing);
}

TEST(ClockedService, EndsAndKeepsWhatComesOutOfItsThreads) {
  StoreControl control;
  const auto service = service_on(control);
  EXPECT_EQ(ask(*service, CreateJob{"j", {}}).status, 200);
  EXPECT_NO_THROW(service->rethrow_failure());
  control.set(control.short_of_memory, true);

  EXPECT_FALSE(service->ask({Request{Principal::manage_ml, CreateJob{"k", {}}, nullptr}}));
  EXPECT_TRUE(service->has_failed());
  EXPECT_THROW(service->rethrow_failure(), std::bad_alloc);
  EXPECT_FALSE(service->ask({Request{Principal::manage_ml, GetJob{"j"}, nullptr}})) << "nobody waits for ever";
}

}  // namespace
}  // namespace closecheck::sut
