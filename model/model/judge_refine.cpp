// Which clause a departure breaks: the oracle sees one job and abstract requests; here stands who asked, in what form,
// what happened to other jobs, and whether one changed answer would explain everything.
#include <fmt/format.h>

#include <algorithm>

#include "model/authorization_check.h"
#include "model/judge_core.h"

namespace closecheck::model {
namespace {

// Explaining must not cost more than judging.
constexpr std::size_t kTellingsMax = 4'000;
constexpr std::size_t kCandidatesMax = 32;

void lead_with(Finding& finding, Clause clause) {
  if (finding.clause == clause) return;
  std::erase(finding.also, clause);
  if (std::ranges::find(finding.also, finding.clause) == finding.also.end())
    finding.also.insert(finding.also.begin(), finding.clause);
  finding.clause = clause;
}

void stand_also(Finding& finding, Clause clause) {
  if (finding.clause != clause && std::ranges::find(finding.also, clause) == finding.also.end())
    finding.also.push_back(clause);
}

/// Every close may give up after 30 minutes, so the oracle hears of a timeout also where none was sent.
std::string plain(std::string text) {
  constexpr std::string_view kWith = "close with a timeout";
  for (std::size_t at = text.find(kWith); at != std::string::npos; at = text.find(kWith, at))
    text.replace(at, kWith.size(), "close");
  return text;
}

std::size_t number_of(const OracleFinding& found) {
  return static_cast<std::size_t>(found.id);
}

bool is_normal_close_answer(const Exchange& exchange) {
  return exchange.is_close && exchange.meant == RequestKind::close;
}

/// The dialect clause that speaks of an odd form.
Clause dialect_of(const Exchange& exchange) {
  if (exchange.wrong_method) return Clause::wire_path_and_method;
  if (exchange.unknown_parameter) return Clause::unknown_parameter_refused;
  if (exchange.odd_force) return Clause::force_boolean_grammar;
  return Clause::close_many;
}

}  // namespace

std::vector<Telling> JudgeCore::log_of(const JobFile& job) const {
  std::vector<Telling> log = job.marks;
  for (const Exchange& exchange : exchanges_) {
    const auto targets = targets_of(exchange);
    const auto mine = std::ranges::find(targets, job.index);
    if (mine == targets.end()) continue;
    const int id = static_cast<int>(exchange.number);
    log.push_back({Telling::Kind::invoke, {}, id, exchange.invoke_event, exchange.number, exchange.question, {}});
    if (exchange.stage == Exchange::Stage::open) continue;
    Telling end{Telling::Kind::lose, {}, id, exchange.answer_event, exchange.number, exchange.question, {}};
    if (exchange.stage == Exchange::Stage::answered) {
      end.kind = Telling::Kind::respond;
      end.answer = answers_[exchange.first_target + static_cast<std::size_t>(mine - targets.begin())];
    }
    log.push_back(end);
  }
  std::ranges::stable_sort(log, {}, &Telling::at);
  return log;
}

bool JudgeCore::fits_when(JobFile& job, const std::vector<Telling>& log) {
  JobOracle oracle(options_.profile, std::min<std::size_t>(options_.budget, 20'000), false);
  if (job.adopted) oracle.start_anywhere();
  OracleVerdict verdict = OracleVerdict::fits;
  for (const Telling& telling : log) {
    switch (telling.kind) {
      case Telling::Kind::invoke:
        oracle.invoke(telling.id, telling.question, telling.at);
        break;
      case Telling::Kind::respond:
        verdict = oracle.respond(telling.id, telling.answer, telling.at);
        break;
      case Telling::Kind::lose:
        verdict = oracle.lose(telling.id);
        break;
      case Telling::Kind::fault:
        verdict = oracle.fault(telling.fault, telling.at);
        break;
      case Telling::Kind::settled:
        verdict = oracle.settled(telling.at);
        break;
    }
    if (verdict != OracleVerdict::fits) return false;
  }
  repaired_ = std::move(oracle);
  return true;
}

bool JudgeCore::repair_dialect(JobFile& job, const OracleFinding& found) {
  if (job.log.size() > kTellingsMax) return false;
  const auto take = [&](const Exchange& odd, Clause clause) {
    job.oracle = std::move(*repaired_);
    repaired_.reset();
    job.log = altered_;
    job.keeps_log = true;
    std::string expected = plain(found.expected);
    if (odd.is_odd()) expected = fmt::format("{} does what the profile says; then {}", cite(odd.number), expected);
    accuse_dialect(clause, std::move(expected), fmt::format("{}: {}", cite(number_of(found)), plain(found.observed)),
                   exchange_of(number_of(found)).answer_event);
    return true;
  };
  const auto with_answer = [&](std::size_t number, RequestOutcome told, std::optional<RequestKind> kind = {}) {
    altered_ = job.log;
    for (Telling& telling : altered_) {
      if (telling.number != number) continue;
      if (telling.kind == Telling::Kind::invoke && kind) telling.question.kind = *kind;
      if (telling.kind == Telling::Kind::respond)
        telling.answer = {.outcome = told, .state = JobState::unknown, .processed = {}, .feed_started = {}};
    }
    return fits_when(job, altered_);
  };
  const auto with_reading = [&](std::size_t number, RequestKind kind) {
    altered_ = job.log;
    for (Telling& telling : altered_) {
      if (telling.number != number || telling.kind != Telling::Kind::invoke) continue;
      telling.question.kind = kind;
      telling.question.may_be_refused = true;
    }
    return fits_when(job, altered_);
  };
  if (found.id == 0 || number_of(found) > exchanges_.size()) return false;
  const Exchange& blamed = exchange_of(number_of(found));
  if (level_of(found.clause) == Level::dialect) {
    // A departure of the dialect itself. A job that is closed under its datafeed ends like one closed by force; what
    // else should have been refused is taken to have done nothing, or anything.
    const bool closes =
        found.clause == Clause::running_datafeed_blocks_close && blamed.outcome == RequestOutcome::accepted;
    if ((closes && with_answer(number_of(found), RequestOutcome::accepted, RequestKind::force_close)) ||
        with_answer(number_of(found), RequestOutcome::busy) || with_answer(number_of(found), RequestOutcome::unknown))
      return take(blamed, found.clause);
    return false;
  }
  // A request in an odd form that was read in another way.
  for (std::size_t i = job.log.size(), tried = 0; i-- > 0 && tried < kCandidatesMax;) {
    const Telling& telling = job.log[i];
    if (telling.kind != Telling::Kind::respond) continue;
    const Exchange& odd = exchange_of(telling.number);
    if (!odd.is_odd() || is_read(odd.meant)) continue;
    // What it was read as shows in its own answer, or in a state that only it can have brought about.
    const bool is_direct = odd.number == number_of(found);
    if (!is_direct && blamed.meant != RequestKind::stats) continue;
    ++tried;
    if (odd.odd_force) {
      // `false` read as `true` shows on a failed job; behind that, what a close loses is its own matter.
      if (!is_direct && odd.question.kind == RequestKind::close) continue;
      if (odd.outcome == RequestOutcome::refused && !is_direct) continue;
      for (const RequestKind kind : {RequestKind::force_close, RequestKind::close})
        if (with_reading(odd.number, kind)) return take(odd, Clause::force_boolean_grammar);
    }
    const bool says_nothing = odd.expression || (odd.wrong_method && !is_direct);
    if (says_nothing && with_answer(odd.number, RequestOutcome::unknown)) return take(odd, dialect_of(odd));
  }
  return false;
}

bool JudgeCore::refused_one_explains(JobFile& job, Finding& finding) {
  if (job.log.size() > kTellingsMax) return false;
  for (std::size_t i = job.log.size(), tried = 0; i-- > 0 && tried < kCandidatesMax;) {
    const Telling& telling = job.log[i];
    if (telling.kind != Telling::Kind::respond) continue;
    if (telling.answer.outcome != RequestOutcome::refused && telling.answer.outcome != RequestOutcome::failed) continue;
    const Exchange& refused = exchange_of(telling.number);
    if (is_read(refused.meant)) continue;
    ++tried;
    // What if it had been honoured all the same, at once or, for a close, after a while?
    for (const RequestOutcome told : {RequestOutcome::accepted, RequestOutcome::timed_out}) {
      if (told == RequestOutcome::timed_out && refused.meant != RequestKind::close) continue;
      altered_ = job.log;
      for (Telling& other : altered_) {
        if (other.number != refused.number) continue;
        if (other.kind == Telling::Kind::invoke) {
          other.question.kind = refused.meant;
          other.question.may_be_refused = false;
          other.question.has_timeout = true;
        }
        if (other.kind == Telling::Kind::respond)
          other.answer = {.outcome = told, .state = JobState::unknown, .processed = {}, .feed_started = {}};
      }
      if (!fits_when(job, altered_)) continue;
      const bool barred = options_.secured && refused.unprivileged && refused.is_close;
      lead_with(finding, barred ? barred_clause(refused) : Clause::refused_request_changes_nothing);
      stand_also(finding, Clause::refused_request_changes_nothing);
      finding.expected += fmt::format("; {} was refused and changes nothing", cite(refused.number));
      finding.observed += ", as if it had been honoured";
      return true;
    }
  }
  return false;
}

bool JudgeCore::other_close_explains(JobFile& job, Finding& finding) {
  if (job.log.size() > kTellingsMax) return false;
  std::size_t tried = 0;
  for (std::size_t n = exchanges_.size(); n-- > 0 && tried < kCandidatesMax;) {
    const Exchange& other = exchanges_[n];
    if (!other.is_close || other.stage != Exchange::Stage::answered || other.outcome == RequestOutcome::busy) continue;
    const auto targets = targets_of(other);
    if (std::ranges::find(targets, job.index) != targets.end()) continue;
    if (other.outcome == RequestOutcome::refused && !other.without_id) continue;
    ++tried;
    altered_ = job.log;
    const int id = static_cast<int>(other.number);
    Question question{.kind = other.meant, .records = 0, .has_timeout = true, .may_be_refused = false};
    Telling invoke{Telling::Kind::invoke, {}, id, other.invoke_event, other.number, question, {}};
    Telling respond{Telling::Kind::respond, {}, id, other.answer_event, other.number, question, {}};
    respond.answer.outcome = RequestOutcome::accepted;
    const auto place_of = [&](std::size_t at) {
      return std::ranges::find_if(altered_, [at](const Telling& telling) { return telling.at > at; });
    };
    altered_.insert(place_of(respond.at), respond);
    altered_.insert(place_of(invoke.at), invoke);
    if (!fits_when(job, altered_)) continue;
    lead_with(finding, other.without_id ? Clause::unknown_job_refused : Clause::close_touches_one_job);
    finding.expected += fmt::format("; {} names another job", cite(other.number));
    if (other.without_id) finding.expected += fmt::format("; {} names no job and closes none", cite(other.number));
    finding.observed += ", as if that close had closed this job too";
    return true;
  }
  return false;
}

const Exchange* JudgeCore::overlapping_close(const JobFile& job, const Exchange& exchange) const {
  for (const Exchange& other : exchanges_) {
    if (!other.is_close || other.number == exchange.number) continue;
    const auto targets = targets_of(other);
    if (std::ranges::find(targets, job.index) == targets.end()) continue;
    const bool before = other.stage != Exchange::Stage::open && other.answer_event < exchange.invoke_event;
    const bool after = exchange.stage != Exchange::Stage::open && exchange.answer_event < other.invoke_event;
    if (!before && !after) return &other;
  }
  return nullptr;
}

bool JudgeCore::claimed_at_timeout(const JobFile& job) const {
  if (job.course.normal_close == 0 || job.course.forced != 0) return false;
  const Exchange& close = exchange_of(job.course.normal_close);
  const bool at_once = close.timeout.reading == TimeReading::unsettled && close.timeout.span == 0;
  if (close.timeout.reading != TimeReading::valid && !at_once) return false;
  const Duration waited = close.answered - close.invoked;
  return at_once ? waited <= kSecond : waited >= close.timeout.span - options_.margin;
}

void JudgeCore::refine_answer(JobFile& job, const Exchange& blamed, Finding& finding) {
  if (blamed.meant == RequestKind::open && blamed.outcome == RequestOutcome::refused && job.course.opened_by != 0) {
    // The job cannot be opened because it is not closed yet, whatever its close was told.
    if (claimed_at_timeout(job))
      lead_with(finding, Clause::timed_out_close_is_no_success);
    else if (job.course.forced_from_failed)
      lead_with(finding, Clause::force_closes_failed_job);
    else if (job.course.forced_unresponsive)
      lead_with(finding, Clause::force_closes_unresponsive_job);
    return;
  }
  if (!is_normal_close_answer(blamed)) return;
  const bool lacks_privilege = blamed.refusal == Refusal::forbidden || blamed.refusal == Refusal::unauthenticated;
  if (blamed.outcome == RequestOutcome::accepted) return;
  if (job.name.ends_with("event_rate")) {
    lead_with(finding, Clause::example_event_rate);
  } else if (lacks_privilege && options_.secured) {
    if (const auto right = right_of(blamed.request->who)) lead_with(finding, *right);
    finding.observed += fmt::format(" (status {})", blamed.status);
  } else if (blamed.timeout.reading == TimeReading::valid && blamed.refusal == Refusal::bad_request) {
    lead_with(finding, Clause::timeout_takes_time_units);
  } else if (blamed.overlapped && blamed.met_close) {
    lead_with(finding, Clause::concurrent_requests_linearize);
  }
}

void JudgeCore::refine_reading(JobFile& job, const Exchange& blamed, Finding& finding) {
  if (blamed.meant != RequestKind::stats || finding.clause == Clause::refused_request_changes_nothing) return;
  const Course& course = job.course;
  const bool about_state =
      finding.clause == Clause::closed_means_closed || finding.clause == Clause::close_waits_for_housekeeping ||
      finding.clause == Clause::close_ends_open_job || finding.clause == Clause::timed_out_close_goes_on ||
      finding.clause == Clause::concurrent_requests_linearize ||
      finding.clause == Clause::force_closes_unresponsive_job || finding.clause == Clause::force_closes_failed_job;
  if (about_state && course.forced != 0) {
    if (course.forced_from_failed)
      lead_with(finding, Clause::force_closes_failed_job);
    else if (course.forced_unresponsive)
      lead_with(finding, Clause::force_closes_unresponsive_job);
    return;
  }
  if (about_state && course.normal_close != 0) {
    const Exchange& close = exchange_of(course.normal_close);
    if (claimed_at_timeout(job) && !job.closed_stats_read) {
      lead_with(finding, Clause::timed_out_close_is_no_success);
      finding.expected += fmt::format("; {} was answered after {}, when its timeout was up", cite(close.number),
                                      describe_duration(close.answered - close.invoked));
    } else if (overlapping_close(job, close) != nullptr) {
      lead_with(finding, Clause::concurrent_requests_linearize);
    }
    return;
  }
  const bool about_counts =
      finding.clause == Clause::close_flushes_buffers || finding.clause == Clause::accepted_data_is_kept;
  if (!about_counts || course.forced != 0) return;
  if (course.timed_out_close != 0 && course.normal_close == 0 && finding.clause == Clause::close_flushes_buffers)
    lead_with(finding, Clause::timed_out_close_goes_on);
  if (course.feed_with_end != 0 && course.normal_close == 0 && course.timed_out_close == 0)
    lead_with(finding, Clause::datafeed_end_closes_job);
}

Finding JudgeCore::refined(JobFile& job, const OracleFinding& found) {
  Finding finding;
  finding.clause = found.clause;
  finding.also = found.also;
  finding.expected = plain(found.expected);
  finding.observed = plain(found.observed);
  finding.event = found.event;
  if (found.id == 0 || number_of(found) > exchanges_.size()) return finding;
  const Exchange& blamed = exchange_of(number_of(found));
  finding.event = blamed.answer_event;
  finding.observed = fmt::format("{}: {}", cite(blamed.number), finding.observed);
  refine_answer(job, blamed, finding);
  const bool claimed = claimed_at_timeout(job) && !job.closed_stats_read;
  if (blamed.meant == RequestKind::stats && !found.count_too_low && !claimed && !other_close_explains(job, finding))
    refused_one_explains(job, finding);
  refine_reading(job, blamed, finding);
  return finding;
}

void JudgeCore::explain(JobFile& job, const Exchange* exchange) {
  const OracleFinding found = job.oracle.finding();
  if (!job.keeps_log) job.log = log_of(job);
  if (repair_dialect(job, found)) {
    refresh(job);
    return;
  }
  if (level_of(found.clause) == Level::dialect) {
    // It cannot be judged past, and is no more than a matter of form.
    const std::size_t event =
        found.id > 0 && number_of(found) <= exchanges_.size() ? exchange_of(number_of(found)).answer_event : 0;
    accuse_dialect(found.clause, found.expected, found.observed, event);
    job.judged = false;
    return;
  }
  Finding finding = refined(job, found);
  if (found.count_too_low && exchange != nullptr && exchange->number == number_of(found)) {
    std::string lacked = fmt::format("records in the counts ({})", found.observed);
    const OracleVerdict verdict = job.oracle.forgive();
    job.keeps_log = true;
    std::erase_if(job.log, [&](const Telling& telling) { return telling.number == number_of(found); });
    miss(*exchange, job, std::move(finding), std::move(lacked));
    return take_verdict(job, nullptr, verdict);
  }
  accuse(std::move(finding));
}

}  // namespace closecheck::model
