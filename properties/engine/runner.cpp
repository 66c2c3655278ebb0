#include "engine/runner.h"

#include <utility>

namespace closecheck::properties {
namespace {

class JudgingObserver final : public sut::Observer {
 public:
  explicit JudgingObserver(model::Judge& judge) : judge_(judge) {}

  sut::Advice on_event(const Event& event) override {
    switch (judge_.observe(event)) {
      case model::Judgement::fits:
        return sut::Advice::go_on;
      case model::Judgement::missing:
        return sut::Advice::read_again;
      case model::Judgement::violated:
      case model::Judgement::inconclusive:
        break;
    }
    return sut::Advice::stop;
  }

 private:
  model::Judge& judge_;
};

/// Adds what came since `base`; a judge may count from its construction or from its last reset.
void add_difference(const std::vector<std::uint64_t>& now, const std::vector<std::uint64_t>& base,
                    std::vector<std::uint64_t>& sum) {
  if (sum.size() < now.size()) sum.resize(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) sum[i] += now[i] - (i < base.size() ? base[i] : 0);
}

}  // namespace

Runner::Runner(Profile profile, const RunnerOptions& options)
    : profile_(profile), options_(options), judge_(options.judge), executor_(profile, options.executor) {}
Runner::~Runner() = default;

RunResult Runner::run(std::shared_ptr<const Program> program, sut::System& system) {
  judge_.reset();
  const std::vector<std::uint64_t> states_before = judge_.state_visits();
  const std::vector<std::uint64_t> transitions_before = judge_.transition_visits();
  JudgingObserver observer(judge_);
  history_ = &executor_.run(std::move(program), system, &observer);
  const model::Judgement judgement = judge_.finish();

  RunResult result;
  result.findings = judge_.findings();
  result.evidence = judge_.evidence();
  result.exchanges = request_count(*history_);
  if (executor_.fault_missing()) {
    result.inconclusive = true;
    result.why = "the target has no way to put a job into the state that is needed";
  } else if (!executor_.fault_error().empty()) {
    result.inconclusive = true;
    result.why = executor_.fault_error();
  } else if (judgement == model::Judgement::inconclusive) {
    result.inconclusive = true;
    result.why = judge_.why();
  }
  add_difference(judge_.state_visits(), states_before, state_visits_);
  add_difference(judge_.transition_visits(), transitions_before, transition_visits_);
  return result;
}

const History& Runner::history() const {
  return *history_;
}

std::shared_ptr<const Program> Runner::program() const {
  return executor_.program();
}

}  // namespace closecheck::properties
