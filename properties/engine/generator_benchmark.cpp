// Steps of random programs written per second, and numbers drawn: why a writer of programs takes its numbers of
// RapidCheck's random state itself, instead of building a generator for each.
#include <benchmark/benchmark.h>
#include <rapidcheck.h>

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
  for ([[maybe_unused]] auto _ : state)
    steps += static_cast<std::int64_t>(programs(rc::Random(seed++), 20).value().steps.size());
  state.SetItemsProcessed(steps);
}
BENCHMARK(StepsOfPrograms);

constexpr int kLimit = 100;

void NumbersByGenerators(benchmark::State& state) {
  rc::Random random(1);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(rc::gen::inRange(0, kLimit)(random).value());
    random.next();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(NumbersByGenerators);

void NumbersOfTheState(benchmark::State& state) {
  rc::Random random(1);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(static_cast<int>(random.next() % kLimit));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(NumbersOfTheState);

}  // namespace
}  // namespace closecheck::properties
