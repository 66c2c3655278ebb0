// Checked exchanges per second on the mix of `run`: random programs on the in-process implementation, judged as they
// run, one program of 250 through the wire codec. One core.
#include <benchmark/benchmark.h>

#include "engine/campaign.h"
#include "engine/environment.h"
#include "engine/gate_for_test.h"

namespace closecheck::properties {
namespace {

void run_checks(benchmark::State& state, bool (*wanted)(const Check&)) {
  const GateOptions options = everything(Profile::xpack_5_4);
  const auto factory = sut::make_in_process_factory({.profile = options.profile});
  const auto codec_factory = sut::make_in_process_factory({.profile = options.profile, .through_codec = true});
  TrialRunner trials(environment_of(options), std::string(kNamePrefix), *factory, *codec_factory);
  std::vector<const Check*> checks;
  for (const Check& check : all_checks())
    if (wanted(check)) checks.push_back(&check);
  CampaignOptions campaign;
  campaign.generated_exchanges = state.range(0);
  const std::atomic<bool> cancelled{false};
  std::int64_t exchanges = 0;
  for ([[maybe_unused]] auto _ : state) {
    const CampaignResult result = run_campaign(checks, campaign, trials, {}, cancelled);
    for (const CheckResult& check : result.checks) exchanges += check.exchanges;
  }
  state.SetItemsProcessed(exchanges);
}

void GeneratedPrograms(benchmark::State& state) {
  run_checks(state, [](const Check& check) { return check.is_generated(); });
}
BENCHMARK(GeneratedPrograms)->Arg(130'000)->Unit(benchmark::kMillisecond);

void RandomSequences(benchmark::State& state) {
  run_checks(state, [](const Check& check) { return check.name == "random-sequences"; });
}
BENCHMARK(RandomSequences)->Arg(130'000)->Unit(benchmark::kMillisecond);

void AimedPrograms(benchmark::State& state) {
  run_checks(state, [](const Check& check) { return !check.is_generated(); });
}
BENCHMARK(AimedPrograms)->Arg(0)->Unit(benchmark::kMillisecond);

void WholeCampaign(benchmark::State& state) {
  run_checks(state, [](const Check&) { return true; });
}
BENCHMARK(WholeCampaign)->Arg(130'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace closecheck::properties
