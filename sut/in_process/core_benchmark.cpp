// How fast the service answers simple requests, alone and under the virtual clock.
#include <benchmark/benchmark.h>

#include <memory>

#include "closecheck/sut/in_process.h"
#include "in_process/core.h"

namespace closecheck::sut {
namespace {

Request ask(Operation operation) {
  return Request{Principal::manage_ml, std::move(operation), nullptr};
}

/// One life of a job after another: open, three posts, three readings of statistics, close.
struct Life {
  Request create = ask(CreateJob{"closecheck-a", {}});
  Request open = ask(OpenJob{"closecheck-a"});
  Request close = ask(CloseJob{"closecheck-a", {}, {}, {}, {}});
  Request stats = ask(JobStats{"closecheck-a"});
  Request post = ask(PostData{"closecheck-a", {Record{kDataStart, 1, ""}}, false});
};

void answers_simple_requests(benchmark::State& state) {
  const Life life;
  Core core(Manner{});
  Replies replies;
  Time now = 0;
  std::int64_t requests = 0;
  const auto send = [&](const Request& request) {
    core.handle(request, now, 0, replies);
    while (replies.empty()) {
      now = core.due();
      core.fire(now, replies);
    }
    replies.clear();
    ++requests;
  };
  send(life.create);
  for ([[maybe_unused]] auto _ : state) {
    send(life.open);
    for (int i = 0; i < 3; ++i) {
      send(life.post);
      send(life.stats);
    }
    send(life.close);
  }
  state.SetItemsProcessed(requests);
}
BENCHMARK(answers_simple_requests);

void simulates_programs(benchmark::State& state) {
  const Life life;
  const auto shared = [](const Request& request) { return std::make_shared<const Request>(request); };
  const auto create = shared(life.create);
  const auto open = shared(life.open);
  const auto post = shared(life.post);
  const auto stats = shared(life.stats);
  const auto close = shared(life.close);
  const auto factory = make_in_process_factory({});
  std::int64_t requests = 0;
  std::uint64_t seed = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto system = factory->make(++seed);
    for (const auto& request : {create, open, post, stats, post, stats, close, stats}) {
      system->submit(0, request);
      benchmark::DoNotOptimize(system->next(kNever - 1));
      ++requests;
    }
  }
  state.SetItemsProcessed(requests);
}
BENCHMARK(simulates_programs);

void makes_a_system(benchmark::State& state) {
  const auto factory = make_in_process_factory({});
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(factory->make(1));
}
BENCHMARK(makes_a_system);

}  // namespace
}  // namespace closecheck::sut
