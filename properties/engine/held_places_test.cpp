#include "engine/held_places.h"

#include <gtest/gtest.h>

#include "checks/steps.h"
#include "closecheck/sut/executor.h"
#include "closecheck/sut/in_process.h"

namespace closecheck::properties {
namespace {

/// Whether the places of the program are back before its last step, which has to be a wait, and those of its clean-up.
bool gives_back_early(const Program& program, sut::InProcessOptions service = {}) {
  struct Watch final : sut::System {
    explicit Watch(const sut::InProcessOptions& options) : system(sut::make_in_process(options, 7)) {}
    void submit(int client, std::shared_ptr<const Request> request, bool fresh) override {
      system->submit(client, std::move(request), fresh);
    }
    std::optional<sut::Completion> next(Time until) override {
      // Nothing is open while a program waits at its end.
      if (until - system->now() >= kMinute) was_back = places.expired();
      return system->next(until);
    }
    Time now() override { return system->now(); }
    bool inject(Fault fault, const std::string& job, Duration duration) override {
      return system->inject(fault, job, duration);
    }
    bool can_inject(Fault fault) const override { return system->can_inject(fault); }
    void clean_up(const Program&) override {}
    std::unique_ptr<sut::System> system;
    std::weak_ptr<void> places;
    bool was_back = false;
  };
  service.profile = Profile::xpack_6_3;
  auto watch = std::make_unique<Watch>(service);
  Watch& watched = *watch;
  auto places = std::make_shared<int>();
  watch->places = places;
  HeldPlaces system(std::move(watch), program, std::move(places));
  sut::execute(program, system, service.profile, {}, nullptr);
  return watched.was_back;
}

const Step kLongWait = pause(kMinute);

TEST(HeldPlaces, AreGivenBackOnceTheLastJobIsClosed) {
  EXPECT_TRUE(gives_back_early(Steps{create(), open(), close(), stats(), kLongWait}));
  EXPECT_TRUE(gives_back_early(Steps{create(), open(), close(), open(), force(), kLongWait}));
  EXPECT_TRUE(gives_back_early(
      Steps{create(kJob), open(kJob), create(kOtherJob), open(kOtherJob), close(kJob + "," + kOtherJob), kLongWait}));
}

TEST(HeldPlaces, AreKeptForWhatMayBeOpen) {
  EXPECT_FALSE(gives_back_early(Steps{create(), open(), kLongWait}));
  EXPECT_FALSE(gives_back_early(Steps{create(), open(), as(Principal::none, close()), kLongWait})) << "it was refused";
  EXPECT_FALSE(
      gives_back_early(Steps{create(kJob), open(kJob), create(kOtherJob), open(kOtherJob), close(), kLongWait}));
  EXPECT_FALSE(gives_back_early(Steps{create(), open(), close(), kLongWait, open()})) << "it will be opened again";
  EXPECT_FALSE(gives_back_early(
      Steps{create(), open(), slow_close(kHour), meanwhile(1, open()), meanwhile(2, close()), kLongWait}))
      << "a close is still to be answered";
}

}  // namespace
}  // namespace closecheck::properties
