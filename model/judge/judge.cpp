#include "closecheck/model/judge.h"

#include "judge/history_judge.h"

namespace closecheck::model {

struct Judge::Impl {
  explicit Impl(const JudgeOptions& options) : history(options) {}

  HistoryJudge history;
  mutable std::vector<std::uint64_t> state_visits;
  mutable std::vector<std::uint64_t> transition_visits;
};

Judge::Judge(const JudgeOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Judge::~Judge() = default;
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;

void Judge::reset() {
  impl_->history.reset();
}
Judgement Judge::observe(const Event& event) {
  return impl_->history.observe(event);
}
Judgement Judge::finish() {
  return impl_->history.finish();
}
const std::vector<Finding>& Judge::findings() const {
  return impl_->history.rulings().findings();
}
const Evidence& Judge::evidence() const {
  return impl_->history.rulings().evidence();
}
const std::string& Judge::why() const {
  return impl_->history.rulings().why();
}
std::size_t Judge::requests_kept() const {
  return impl_->history.log().kept();
}
const std::vector<std::uint64_t>& Judge::state_visits() const {
  return impl_->state_visits = impl_->history.state_visits();
}
const std::vector<std::uint64_t>& Judge::transition_visits() const {
  return impl_->transition_visits = impl_->history.transition_visits();
}

Judged judge(const History& history, const JudgeOptions& options) {
  JudgeOptions used = options;
  used.profile = history.profile;
  Judge judge(used);
  Judgement judgement = Judgement::fits;
  for (const Event& event : history.events) {
    judgement = judge.observe(event);
    if (judgement == Judgement::violated) break;
  }
  if (judgement != Judgement::violated) judgement = judge.finish();
  return {judgement, judge.findings(), judge.evidence(), judge.why()};
}

}  // namespace closecheck::model
