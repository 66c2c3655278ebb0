// Steps of random programs written per second, with every decision drawn by a generator of RapidCheck.
#include <benchmark/benchmark.h>

#include "engine/generator.h"

namespace closecheck::properties {
namespace {

void StepsOfPrograms(benchmark::State& state) {
  Environment environment;
  environment.principals = {Principal::manage_ml, Principal::manage, Principal::monitor_ml, Principal::none};
  environment.faults = {Fault::fail_job, Fault::slow_close, Fault::hang_close};
  const rc::Gen<Program> programs = programs_of({.overlap_percent = 14, .fault_percent = 40}, environment);
  std::uint64_t seed = 0;
  std::int64_t steps = 0;
  for (auto _ : state) steps += static_cast<std::int64_t>(programs(rc::Random(seed++), 20).value().steps.size());
  state.SetItemsProcessed(steps);
}
BENCHMARK(StepsOfPrograms);

}  // namespace
}  // namespace closecheck::properties
