#include "engine/calibration.h"

#include <gtest/gtest.h>

#include <memory>

#include "engine/environment.h"
#include "engine/faulty_system_for_test.h"
#include "engine/gate_for_test.h"

namespace closecheck::properties {
namespace {

/// A service whose first so many programs are told to come again, whatever they ask.
struct Crowded : sut::SystemFactory {
  explicit Crowded(int programs) : left(programs) {}
  std::unique_ptr<sut::System> make(std::uint64_t seed) override {
    const Profile profile = Profile::xpack_6_3;
    const int percent = left-- > 0 ? 100 : 0;
    return std::make_unique<FaultySystem>(sut::make_in_process({.profile = profile}, seed), profile, seed, percent,
                                          std::vector<Mishap>{Mishap::busy});
  }
  int left;
};

Calibration calibrated_behind(int crowded_programs) {
  GateOptions options = everything(Profile::xpack_6_3);
  options.live = true;
  options.round_trip = options.round_trip_max = kMillisecond;
  Crowded factory(crowded_programs);
  return calibrated(environment_of(options), "closecheck-test-", factory);
}

TEST(Calibration, TakesNoTargetForFullThatHasRoomAMomentLater) {
  const Calibration calibration = calibrated_behind(1);
  EXPECT_EQ(calibration.no_room, "");
  EXPECT_GE(calibration.environment.normal_close, 150 * kMillisecond) << "closes were measured all the same";
}

TEST(Calibration, NamesTheAnswerOfATargetThatHasNoRoomEither) {
  const Calibration calibration = calibrated_behind(1000);
  EXPECT_NE(calibration.no_room.find("an open was answered 429"), std::string::npos) << calibration.no_room;
}

}  // namespace
}  // namespace closecheck::properties
