// What the executor itself costs: programs of one client against a system that answers at once, in virtual time.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "closecheck/sut/executor.h"

namespace closecheck::sut {
namespace {

class Echo : public System {
 public:
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
  std::shared_ptr<const Response> response_ = std::make_shared<const Response>();
  std::optional<Completion> pending_;
};

std::shared_ptr<const Program> program_of(std::size_t calls) {
  auto program = std::make_shared<Program>();
  for (std::size_t i = 0; i < calls; ++i) program->steps.push_back(call(JobStats{"closecheck-a"}));
  return program;
}

void run_programs(benchmark::State& state) {
  const auto program = program_of(static_cast<std::size_t>(state.range(0)));
  Executor executor(Profile::xpack_5_4, {});
  for (auto _ : state) {
    Echo system;
    benchmark::DoNotOptimize(executor.run(program, system, nullptr).events.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(run_programs)->Arg(10)->Arg(100);

}  // namespace
}  // namespace closecheck::sut
