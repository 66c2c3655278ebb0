// A long log is cut where everything is known of its job; verdicts do not change by it.
#include <gtest/gtest.h>

#include "model/simulated_history_for_test.h"

namespace closecheck::model {
namespace {

Profile profile_of(std::uint64_t seed) {
  return seed % 2 == 0 ? Profile::xpack_5_4 : Profile::xpack_6_3;
}

Script long_script(std::uint64_t seed, Corruption corruption) {
  SimulationShape shape;
  shape.profile = profile_of(seed);
  shape.requests = 9'000;
  shape.clients = seed % 3 == 0 ? 2 : 1;
  shape.forces = seed % 5 == 0;
  shape.faults = false;
  return script_of(simulate(seed, shape, corruption), 0);
}

// concurrent-requests-linearize
TEST(OracleForgetting, ConvictsWhomItWouldConvictIfItForgotNothing) {
  int cut = 0;
  int convicted = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto corruption = static_cast<Corruption>(seed % kCorruptionCount);
    const Script script = long_script(seed, corruption);
    JobOracle oracle(profile_of(seed), 100'000);

    const OracleVerdict verdict = run_script(oracle, script);

    if (verdict == OracleVerdict::inconclusive) continue;
    EXPECT_EQ(verdict == OracleVerdict::fits, fits(cells(profile_of(seed)), log_of(script))) << "seed " << seed;
    convicted += verdict == OracleVerdict::violated ? 1 : 0;
    cut += oracle.has_forgotten() ? 1 : 0;
  }
  EXPECT_GE(cut, 8);
  EXPECT_GE(convicted, 10);
}

}  // namespace
}  // namespace closecheck::model
