// How the cost of judging grows: with requests, clients and lost answers for the oracle, with steps and jobs for the
// judge. One run of the whole table: model_benchmarks --benchmark_filter=Grows
#include <benchmark/benchmark.h>

#include "closecheck/model/judge.h"
#include "model/simulated_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr std::size_t kBudget = 100'000;

OracleVerdict play(JobOracle& oracle, const Script& script) {
  OracleVerdict verdict = OracleVerdict::fits;
  for (std::size_t i = 0; i < script.size() && verdict == OracleVerdict::fits; ++i) {
    const ScriptEvent& event = script[i];
    switch (event.type) {
      case ScriptEvent::Type::invoke:
        oracle.invoke(event.id, event.question, i);
        break;
      case ScriptEvent::Type::respond:
        verdict = oracle.respond(event.id, event.answer, i);
        break;
      case ScriptEvent::Type::lose:
        verdict = oracle.lose(event.id);
        break;
      case ScriptEvent::Type::fault:
        verdict = oracle.fault(event.fault, i);
        break;
      case ScriptEvent::Type::settled:
        verdict = oracle.settled(i);
        break;
    }
  }
  return verdict == OracleVerdict::fits ? oracle.finish() : verdict;
}

/// Clients that are always busy with one job; requests, clients, lost answers, and whether closes are forced.
SimulationShape shape_of(const benchmark::State& state) {
  SimulationShape shape;
  shape.requests = static_cast<int>(state.range(0));
  shape.clients = static_cast<int>(state.range(1));
  shape.lost_max = static_cast<int>(state.range(2));
  shape.forces = state.range(3) != 0;
  shape.faults = shape.removes = shape.settles = false;
  return shape;
}

void OracleGrows(benchmark::State& state) {
  const Script script = script_of(simulate(7, shape_of(state), Corruption::none), 0);
  JobOracle oracle(Profile{}, kBudget);
  OracleVerdict verdict = OracleVerdict::fits;
  for ([[maybe_unused]] auto _ : state) {
    oracle.reset(Profile{});
    verdict = play(oracle, script);
    if (verdict == OracleVerdict::violated) state.SkipWithError("a conforming history was accused");
  }
  state.SetLabel(verdict == OracleVerdict::fits ? "fits" : "inconclusive");
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(OracleGrows)
    ->ArgNames({"requests", "clients", "lost", "forces"})
    ->ArgsProduct({{100, 1'000, 10'000}, {1, 2, 4, 8, 16}, {0, 5, 20}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

void judge_all(benchmark::State& state, const History& history) {
  Judge judge({});
  Judgement judgement = Judgement::fits;
  for ([[maybe_unused]] auto _ : state) {
    judge.reset();
    for (const Event& event : history.events)
      if (judge.observe(event) == Judgement::violated) break;
    judgement = judge.finish();
  }
  if (!judge.findings().empty())
    state.SkipWithError((judge.findings().front().expected + "; but: " + judge.findings().front().observed).c_str());
  state.SetLabel(judgement == Judgement::fits ? "fits" : "inconclusive");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(request_count(history)));
}

void JudgeGrowsWithClients(benchmark::State& state) {
  judge_all(state, history_of(simulate(7, shape_of(state), Corruption::none)));
}
BENCHMARK(JudgeGrowsWithClients)
    ->ArgNames({"requests", "clients", "lost", "forces"})
    ->ArgsProduct({{100, 1'000, 10'000}, {1, 4, 8}, {0, 5}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

/// One client that opens, feeds, closes and reads each job in turn, again and again.
class Lives {
 public:
  explicit Lives(std::size_t jobs) : counted_(jobs) {
    for (std::size_t job = 0; job < jobs; ++job) exchange(CreateJob{name_of(job), {}}, Acknowledged{});
  }
  void live(std::size_t job) {
    const std::string name = name_of(job);
    const std::int64_t bucket_ms = kDataStart + counted_[job] * 60'000;
    exchange(OpenJob{name}, Acknowledged{});
    exchange(PostData{name, {Record{bucket_ms, 1, ""}}, false}, DataCounts{}, 202);
    ++counted_[job];
    read(job, JobState::opened);
    exchange(CloseJob{name, {}, {}, {}, {}}, Acknowledged{});
    read(job, JobState::closed);
    if (counted_[job] == 1) return;
    const std::int64_t passed = counted_[job] - 1;
    exchange(GetBuckets{name, static_cast<int>(passed - 1), 1},
             BucketPage{passed, {{bucket_ms - 60'000, 1, false, 0}}});
  }
  const History& history() const { return history_; }

 private:
  static std::string name_of(std::size_t job) { return fmt::format("{}{}", kNamePrefix, job); }
  void read(std::size_t job, JobState shown) {
    JobStatistics one;
    one.job = name_of(job);
    one.state = shown;
    one.counts.processed_records = one.counts.input_records = counted_[job];
    one.counts_told = true;
    exchange(JobStats{name_of(job)}, JobStatisticsList{1, {one}});
  }
  void exchange(Operation operation, Content content, int status = 200) {
    Event event;
    event.request = std::make_shared<const Request>(Request{Principal::manage_ml, std::move(operation), nullptr});
    event.time = time_;
    history_.events.push_back(event);
    Response response;
    response.outcome = Outcome::accepted;
    response.status = status;
    response.content = std::move(content);
    event.type = EventType::ok;
    event.time = time_ += 20 * kMicrosecond;
    event.response = std::make_shared<const Response>(std::move(response));
    history_.events.push_back(event);
  }

  History history_;
  std::vector<std::int64_t> counted_;
  Time time_ = 0;
};

void JudgeGrowsWithSteps(benchmark::State& state) {
  Lives lives(1);
  while (std::ssize(lives.history().events) < 2 * state.range(0)) lives.live(0);
  judge_all(state, lives.history());
}
BENCHMARK(JudgeGrowsWithSteps)
    ->ArgName("steps")
    ->RangeMultiplier(10)
    ->Range(10, 100'000)
    ->Unit(benchmark::kMillisecond);

void JudgeGrowsWithJobs(benchmark::State& state) {
  const auto jobs = static_cast<std::size_t>(state.range(0));
  Lives lives(jobs);
  for (int life = 0; life < 3; ++life)
    for (std::size_t job = 0; job < jobs; ++job) lives.live(job);
  judge_all(state, lives.history());
}
BENCHMARK(JudgeGrowsWithJobs)->ArgName("jobs")->RangeMultiplier(4)->Range(1, 4'096)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace closecheck::model
