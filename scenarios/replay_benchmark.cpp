// How long a file of ten thousand steps takes in process, from its text to the verdict.
#include <benchmark/benchmark.h>

#include <string>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/in_process.h"

namespace closecheck::scenarios {
namespace {

std::string text_of_steps(std::int64_t steps, const std::string& header) {
  std::string text = header + "t:\n";
  text +=
      "  - do: { xpack.ml.put_job: { job_id: closecheck-a, body: { analysis_config: { bucket_span: 60s, detectors: [ { "
      "function: count } ] }, data_description: { time_field: time } } } }\n";
  for (std::int64_t i = 0; i + 1 < steps; i += 2)
    text += "  - do: { xpack.ml.get_job_stats: { job_id: closecheck-a } }\n  - match: { jobs.0.state: closed }\n";
  return text;
}

void replay_steps(benchmark::State& state, const std::string& header) {
  const std::string text = text_of_steps(state.range(0), header);
  sut::InProcessOptions options;
  options.profile = Profile::xpack_6_3;
  options.through_codec = true;
  const auto factory = sut::make_in_process_factory(options);
  model::JudgeOptions judge;
  judge.profile = Profile::xpack_6_3;
  for ([[maybe_unused]] auto _ : state) {
    const Scenario scenario = Scenario::parse(text, "f.yml");
    const Replay result = replay(scenario, *factory, {}, judge, kNamePrefix);
    if (result.verdict != ReplayVerdict::fixed) state.SkipWithError(result.why.c_str());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void suite_of_the_format(benchmark::State& state) {
  replay_steps(state, "");
}
BENCHMARK(suite_of_the_format)->Arg(10'000)->Unit(benchmark::kMillisecond);

void scenario_of_ours(benchmark::State& state) {
  replay_steps(state, "closecheck: {seed: 1}\n---\n");
}
BENCHMARK(scenario_of_ours)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace closecheck::scenarios
