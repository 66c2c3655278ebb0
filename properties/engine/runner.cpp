#include "engine/runner.h"

#include <utility>

namespace closecheck::properties {
namespace {

class JudgingObserver final : public sut::Observer {
 public:
  JudgingObserver(model::Judge& judge, int lost_in_a_row_max) : judge_(judge), lost_in_a_row_max_(lost_in_a_row_max) {}

  sut::Advice on_event(const Event& event) override {
    if (event.type == EventType::ok) lost_in_a_row_ = 0;
    if (event.type == EventType::info) ++lost_in_a_row_;
    switch (judge_.observe(event)) {
      case model::Judgement::fits:
        return lost_in_a_row_ < lost_in_a_row_max_ ? sut::Advice::go_on : sut::Advice::stop;
      case model::Judgement::missing:
        return sut::Advice::read_again;
      case model::Judgement::caller_in_doubt:
        return sut::Advice::ask_as_caller;
      case model::Judgement::violated:
      case model::Judgement::inconclusive:
        break;
    }
    return sut::Advice::stop;
  }

 private:
  model::Judge& judge_;
  const int lost_in_a_row_max_;
  int lost_in_a_row_ = 0;
};

/// Adds what came since the last time.
void add_difference(const std::vector<std::uint64_t>& now, std::vector<std::uint64_t>& so_far,
                    std::vector<std::uint64_t>& sum) {
  so_far.resize(now.size());
  sum.resize(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) sum[i] += now[i] - so_far[i];
  so_far = now;
}

}  // namespace

Runner::Runner(Profile profile, const RunnerOptions& options)
    : profile_(profile), options_(options), judge_(options.judge), executor_(profile, options.executor) {}
Runner::~Runner() = default;

RunResult Runner::run(std::shared_ptr<const Program> program, sut::System& system) {
  judge_.reset();
  JudgingObserver observer(judge_, options_.lost_in_a_row_max);
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
  count_visits(result.findings.empty());
  return result;
}

// A judge that has found something has gone back and forth in its history, so that its visits are no longer those of
// the run; they are left out, and the next run gets a new judge.
void Runner::count_visits(bool clean) {
  if (clean) {
    add_difference(judge_.state_visits(), states_so_far_, state_visits_);
    add_difference(judge_.transition_visits(), transitions_so_far_, transition_visits_);
    return;
  }
  judge_ = model::Judge(options_.judge);
  states_so_far_.clear();
  transitions_so_far_.clear();
}

void Runner::set_patience(Duration of_answers, Duration of_readings) {
  sut::ExecutorOptions& executor = options_.executor;
  if (of_answers == executor.answer_patience && of_readings == executor.reread_after) return;
  executor.answer_patience = of_answers;
  executor.reread_after = of_readings;
  executor_ = sut::Executor(profile_, options_.executor);
  history_ = nullptr;
}

const History& Runner::history() const {
  return *history_;
}

std::shared_ptr<const Program> Runner::program() const {
  return executor_.program();
}

}  // namespace closecheck::properties
