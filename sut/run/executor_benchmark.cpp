// What the executor itself costs: programs of one client against a system that answers at once, in virtual time.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "closecheck/sut/executor.h"

namespace closecheck::sut {
namespace {

const std::string kJob = "closecheck-a";

/// Answers that every job is closed.
class Echo : public System {
 public:
  Echo() {
    JobStatistics closed;
    closed.job = kJob;
    closed.state = JobState::closed;
    Response response;
    response.outcome = Outcome::accepted;
    response.content = JobStatisticsList{1, {closed}};
    response_ = std::make_shared<const Response>(std::move(response));
  }
  void submit(int client, std::shared_ptr<const Request>, bool) override {
    pending_ = Completion{client, ++now_, response_, {}};
  }
  std::optional<Completion> next(Time until) override {
    if (pending_) return std::exchange(pending_, std::nullopt);
    now_ = std::max(now_, until);
    return std::nullopt;
  }
  Time now() override { return now_; }
  bool inject(Fault, const std::string&, Duration) override { return false; }
  bool can_inject(Fault) const override { return false; }
  void clean_up(const Program&) override {}

 private:
  Time now_ = 0;
  std::shared_ptr<const Response> response_;
  std::optional<Completion> pending_;
};

std::shared_ptr<const Program> program_of(std::size_t calls) {
  auto program = std::make_shared<Program>();
  for (std::size_t i = 0; i < calls; ++i) program->steps.push_back(call(JobStats{kJob}));
  return program;
}

void run_programs(benchmark::State& state) {
  const auto program = program_of(static_cast<std::size_t>(state.range(0)));
  Executor executor(Profile::xpack_5_4, {});
  for ([[maybe_unused]] auto _ : state) {
    Echo system;
    benchmark::DoNotOptimize(executor.run(program, system, nullptr).events.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(run_programs)->Arg(10)->Arg(100);

/// Two clients, and a point of rest after every close: what one costs must not depend on how many came before.
void settle_again_and_again(benchmark::State& state) {
  auto program = std::make_shared<Program>();
  for (std::int64_t round = 0; round < state.range(0); ++round) {
    program->steps.push_back(call(OpenJob{kJob}));
    program->steps.push_back(call(PostData{kJob, {}, false}));
    program->steps.back().client = 1;
    program->steps.back().detached = true;
    program->steps.push_back(call(CloseJob{kJob, {}, {}, {}, {}}));
    program->steps.push_back(settle_step(kJob, kMinute));
  }
  Executor executor(Profile::xpack_5_4, {});
  for ([[maybe_unused]] auto _ : state) {
    Echo system;
    benchmark::DoNotOptimize(executor.run(program, system, nullptr).events.data());
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(program->steps));
}
BENCHMARK(settle_again_and_again)->Arg(10)->Arg(100)->Arg(1'000);

/// Reads that are asked again a while later.
class AsksAgain : public Observer {
 public:
  Advice on_event(const Event& event) override {
    return event.type == EventType::ok && ++answers_ % 2 == 1 ? Advice::read_again : Advice::go_on;
  }

 private:
  std::size_t answers_ = 0;
};

void reads_again_and_again(benchmark::State& state) {
  const auto program = program_of(static_cast<std::size_t>(state.range(0)));
  Executor executor(Profile::xpack_5_4, {});
  for ([[maybe_unused]] auto _ : state) {
    Echo system;
    AsksAgain observer;
    executor.run(program, system, &observer);
    benchmark::DoNotOptimize(executor.program());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(reads_again_and_again)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace closecheck::sut
