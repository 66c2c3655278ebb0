#include "closecheck/model/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "closecheck/model/reference_model.h"
#include "closecheck/vocabulary/program.h"
#include "model/cells.h"
#include "model/clock_check.h"
#include "model/judge_core.h"

namespace closecheck::model {

void JudgeCore::reset() {
  for (std::size_t i = 0; i < job_count_; ++i) job_at(i).clear(options_.profile);
  job_count_ = 0;
  exchanges_.clear();
  targets_.clear();
  answers_.clear();
  open_.clear();
  loose_.clear();
  doubts_.clear();
  let_in_.clear();
  turned_away_.clear();
  feeds_.clear();
  indexes_.clear();
  documents_lost_ = false;
  events_ = 0;
  now_ = 0;
  accusations_.clear();
  findings_.clear();
  evidence_ = {};
  why_.clear();
  missing_ = in_doubt_ = violated_ = inconclusive_ = false;
}

Judgement JudgeCore::observe(const Event& event) {
  if (violated_) return Judgement::violated;
  missing_ = in_doubt_ = false;
  now_ = event.time;
  const std::size_t index = events_++;
  switch (event.type) {
    case EventType::invoke:
      begin(event, index);
      break;
    case EventType::ok:
      conclude(event, index);
      break;
    case EventType::info:
      lose(event, index);
      break;
    case EventType::fault:
      inject(event, index);
      break;
    case EventType::settled:
      settle(event, index);
      break;
  }
  return decide();
}

Judgement JudgeCore::finish() {
  if (violated_) return Judgement::violated;
  missing_ = in_doubt_ = false;
  for (const std::size_t number : open_) {
    if (!options_.in_process) break;  // a history may end before an answer comes
    if (auto finding = check_open_close(exchange_of(number), now_, options_.margin)) accuse(*std::move(finding));
  }
  for (std::size_t i = 0; i < job_count_; ++i) {
    JobFile& job = job_at(i);
    give_up_waiting(job);
    if (job.judged) take_verdict(job, nullptr, job.oracle.finish());
  }
  return decide();
}

Judgement JudgeCore::decide() {
  if (!accusations_.empty()) {
    violated_ = true;
    // Of several departures in one event the most binding comes first, in the order in which they were found.
    std::ranges::stable_sort(accusations_, {}, [](const Finding& finding) { return level_of(finding.clause); });
    Finding first = std::move(accusations_.front());
    for (std::size_t i = 1; i < accusations_.size(); ++i) {
      const Finding& other = accusations_[i];
      if (other.clause != first.clause && std::ranges::find(first.also, other.clause) == first.also.end())
        first.also.push_back(other.clause);
    }
    accusations_.clear();
    findings_.insert(findings_.begin(), std::move(first));
    return Judgement::violated;
  }
  if (missing_) return Judgement::missing;
  if (in_doubt_) return Judgement::caller_in_doubt;
  return inconclusive_ ? Judgement::inconclusive : Judgement::fits;
}

void JudgeCore::begin(const Event& event, std::size_t index) {
  assert(event.request != nullptr);
  Exchange& exchange = exchanges_.emplace_back();
  exchange.request = event.request;
  exchange.number = exchanges_.size();
  exchange.invoke_event = exchange.answer_event = index;
  exchange.invoked = exchange.answered = event.time;
  exchange.process = event.process;
  project(exchange);

  const bool changes = !is_read(exchange.meant);
  for (std::uint32_t i = 0; i < exchange.target_count; ++i) {
    JobFile& job = job_at(targets_[exchange.first_target + i]);
    if (exchange.target_count == 1 && job.open_changes == 0) {
      exchange.before = job.now;
      exchange.feed_before = job.feed_now;
      // What closing a closed job answers is a matter of the dialect.
      if (exchange.is_close && job.now == JobState::closed) exchange.question.may_be_refused = true;
    }
    meet_others(exchange, job);
    prepare(exchange, job);
    ++job.open_requests;
    if (changes) {
      ++job.open_changes;
      job.last_change = exchange.number;
    }
    if (!job.judged) continue;
    const int id = static_cast<int>(exchange.number);
    if (job.keeps_log)
      job.log.push_back({Telling::Kind::invoke, {}, id, index, exchange.number, exchange.question, {}});
    job.oracle.invoke(id, exchange.question, index);
  }
  if (exchange.target_count == 0) prepare_world(exchange);
  answers_.resize(targets_.size());
  open_.push_back(exchange.number);
  if (exchange.is_close && exchange.expression) loose_.push_back(exchange.number);
}

Exchange* JudgeCore::open_exchange(int process) {
  for (const std::size_t number : open_)
    if (exchange_of(number).process == process) return &exchange_of(number);
  return nullptr;
}

void JudgeCore::conclude(const Event& event, std::size_t index) {
  Exchange* const found = open_exchange(event.process);
  if (found == nullptr || event.response == nullptr) return;  // an answer to nothing that this history asked
  Exchange& exchange = *found;
  const Response& response = *event.response;
  if (response.outcome == Outcome::not_from_service) return lose(event, index);
  exchange.stage = Exchange::Stage::answered;
  exchange.answered = event.time;
  exchange.answer_event = index;
  exchange.refusal = response.outcome == Outcome::refused ? response.refusal : Refusal::none;
  exchange.status = response.status;
  JobFile* const only = exchange.target_count == 1 ? &job_at(targets_[exchange.first_target]) : nullptr;
  exchange.outcome = told_of(exchange, only, response);
  exchange.unanswered = response.outcome == Outcome::unreadable || exchange.refusal == Refusal::unavailable;
  std::erase(open_, exchange.number);
  if (!exchange.unanswered) std::erase(loose_, exchange.number);
  learn_of_caller(exchange, response);
  if (is_caller_in_doubt(exchange)) {
    exchange.caller_in_doubt = in_doubt_ = true;
    exchange.outcome = RequestOutcome::busy;
    doubts_.push_back({exchange.number, event.response});
  } else {
    if (exchange.is_close) rule_on_close(exchange, only);
    rule_on_form(exchange, response);
  }
  for (std::uint32_t i = 0; i < exchange.target_count; ++i) {
    JobFile& job = job_at(targets_[exchange.first_target + i]);
    const Answer answer = answer_for(exchange, job, response);
    --job.open_requests;
    if (!is_read(exchange.meant)) --job.open_changes;
    book(exchange, job, answer.outcome);
    // Whom to accuse of its form needs no second opinion.
    if (std::ranges::any_of(accusations_, [](const Finding& finding) { return !finding.timing; })) continue;
    const bool missed = missing_;
    tell(job, exchange, exchange.first_target + i, answer);
    if (!accusations_.empty() || missing_ != missed) continue;
    // A reading of what was certain before tells nothing new.
    const bool was_certain = is_read(exchange.meant) && exchange.meant != RequestKind::feed_stats &&
                             job.now != JobState::unknown && job.records_now && job.open_requests == 0;
    if (!was_certain) refresh(job);
    if (answer.outcome == RequestOutcome::accepted) look(exchange, job, response);
    if (accusations_.empty() && !missing_) learn(exchange, job, response);
  }
  if (exchange.target_count == 0) book_world(exchange, exchange.outcome);
  if (exchange.outcome == RequestOutcome::accepted) learn_names(exchange, response);
}

void JudgeCore::lose(const Event& event, std::size_t index) {
  Exchange* const found = open_exchange(event.process);
  if (found == nullptr) return;
  Exchange& exchange = *found;
  exchange.stage = event.never_sent ? Exchange::Stage::answered : Exchange::Stage::lost;
  exchange.answered = event.time;
  exchange.answer_event = index;
  exchange.outcome = event.never_sent ? RequestOutcome::busy : RequestOutcome::unknown;
  exchange.unanswered = !event.never_sent;
  std::erase(open_, exchange.number);
  if (!exchange.unanswered) std::erase(loose_, exchange.number);
  JobFile* const only = exchange.target_count == 1 ? &job_at(targets_[exchange.first_target]) : nullptr;
  if (exchange.is_close) rule_on_close(exchange, only);
  for (std::uint32_t i = 0; i < exchange.target_count; ++i) {
    JobFile& job = job_at(targets_[exchange.first_target + i]);
    --job.open_requests;
    if (!is_read(exchange.meant)) --job.open_changes;
    book(exchange, job, exchange.outcome);
    if (!job.judged) continue;
    if (event.never_sent) {
      tell(job, exchange, exchange.first_target + i, Answer{.outcome = RequestOutcome::busy});
    } else {
      const int id = static_cast<int>(exchange.number);
      if (job.keeps_log) job.log.push_back({Telling::Kind::lose, {}, id, index, exchange.number, {}, {}});
      take_verdict(job, &exchange, job.oracle.lose(id));
    }
    refresh(job);
  }
  if (exchange.target_count == 0) book_world(exchange, exchange.outcome);
}

void JudgeCore::tell(JobFile& job, const Exchange& exchange, std::uint32_t target, const Answer& answer) {
  if (!job.judged) return;
  const int id = static_cast<int>(exchange.number);
  answers_[target] = answer;
  if (job.keeps_log)
    job.log.push_back(
        {Telling::Kind::respond, {}, id, exchange.answer_event, exchange.number, exchange.question, answer});
  take_verdict(job, &exchange, job.oracle.respond(id, answer, exchange.answer_event));
}

void JudgeCore::take_verdict(JobFile& job, const Exchange* exchange, OracleVerdict verdict) {
  if (verdict == OracleVerdict::fits) return;
  if (verdict == OracleVerdict::inconclusive) return give_up_job(job, job.oracle.why());
  explain(job, exchange);
}

void JudgeCore::refresh(JobFile& job) {
  if (!job.judged || job.oracle.pending()) {
    job.now = JobState::unknown;
    job.records_now.reset();
    job.feed_now.reset();
    return;
  }
  const Certain certain = job.oracle.certain();
  job.records_now = certain.records;
  job.feed_now = certain.feed_started;
  if (job.now == certain.state) return;
  job.now = certain.state;
  if (job.now == JobState::closed) end_period(job);
}

void JudgeCore::inject(const Event& event, std::size_t index) {
  JobFile& job = job_named(event.job);
  book_fault(event, job);
  if (event.fault == Fault::slow_close || !job.judged) return;
  const std::size_t number = exchanges_.size();
  job.marks.push_back({Telling::Kind::fault, event.fault, 0, index, number, {}, {}});
  if (job.keeps_log) job.log.push_back(job.marks.back());
  take_verdict(job, nullptr, job.oracle.fault(event.fault, index));
  refresh(job);
}

void JudgeCore::settle(const Event& event, std::size_t index) {
  JobFile& job = job_named(event.job);
  // A request that was lost may arrive at the very last moment.
  if (!job.judged || (job.blurred && !options_.in_process)) return;
  const std::size_t number = exchanges_.size();
  job.settled_event = index + 1;
  job.marks.push_back({Telling::Kind::settled, {}, 0, index, number, {}, {}});
  if (job.keeps_log) job.log.push_back(job.marks.back());
  take_verdict(job, nullptr, job.oracle.settled(index));
  refresh(job);
}

void JudgeCore::accuse(Finding finding) {
  accusations_.push_back(std::move(finding));
}

void JudgeCore::accuse_dialect(Clause clause, std::string expected, std::string observed, std::size_t event) {
  if (std::ranges::find(findings_, clause, &Finding::clause) != findings_.end()) return;
  Finding finding;
  finding.clause = clause;
  finding.expected = std::move(expected);
  finding.observed = std::move(observed);
  finding.event = event;
  findings_.push_back(std::move(finding));
}

void JudgeCore::give_up(std::string why) {
  if (!inconclusive_) why_ = std::move(why);
  inconclusive_ = true;
}

void JudgeCore::give_up_job(JobFile& job, std::string why) {
  job.judged = false;
  give_up(std::move(why));
}

std::string JudgeCore::cite(std::size_t number) const {
  if (number == 0 || number > exchanges_.size()) return "nothing";
  return fmt::format("`{}` (#{})", describe(*exchange_of(number).request), number);
}

JobFile* JudgeCore::find_job(std::string_view name) {
  for (std::size_t i = 0; i < job_count_; ++i)
    if (job_at(i).name == name) return &job_at(i);
  return nullptr;
}

JobFile& JudgeCore::job_named(std::string_view name) {
  if (JobFile* known = find_job(name)) return *known;
  if (job_count_ == jobs_.size()) {
    jobs_.push_back(std::make_unique<JobFile>(options_));
    jobs_.back()->index = static_cast<std::uint32_t>(job_count_);
  }
  JobFile& job = job_at(job_count_++);
  job.name = name;
  // Our programs name only what they create; a foreign name may have been there before the history began.
  job.adopted = !options_.knows_every_job || (!name.starts_with(kNamePrefix) && !name.ends_with("event_rate"));
  if (job.adopted) job.oracle.start_anywhere();
  job.now = job.adopted ? JobState::unknown : JobState::absent;
  return job;
}

namespace {

void add_up(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& visits) {
  if (sum.size() < visits.size()) sum.resize(visits.size(), 0);
  for (std::size_t i = 0; i < visits.size(); ++i) sum[i] += visits[i];
}

}  // namespace

const std::vector<std::uint64_t>& JudgeCore::state_visits() const {
  state_visits_.assign(kLifeCount + kFeedCount, 0);
  for (const auto& job : jobs_) add_up(state_visits_, job->oracle.state_visits());
  return state_visits_;
}

const std::vector<std::uint64_t>& JudgeCore::transition_visits() const {
  transition_visits_.assign(rows().size(), 0);
  for (const auto& job : jobs_) add_up(transition_visits_, job->oracle.transition_visits());
  return transition_visits_;
}

struct Judge::Impl : JudgeCore {
  using JudgeCore::JudgeCore;
};

Judge::Judge(const JudgeOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Judge::~Judge() = default;
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;

void Judge::reset() {
  impl_->reset();
}
Judgement Judge::observe(const Event& event) {
  return impl_->observe(event);
}
Judgement Judge::finish() {
  return impl_->finish();
}
const std::vector<Finding>& Judge::findings() const {
  return impl_->findings();
}
const Evidence& Judge::evidence() const {
  return impl_->evidence();
}
const std::string& Judge::why() const {
  return impl_->why();
}
const std::vector<std::uint64_t>& Judge::state_visits() const {
  return impl_->state_visits();
}
const std::vector<std::uint64_t>& Judge::transition_visits() const {
  return impl_->transition_visits();
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
