// The judge against the oracle that it asks, on random histories of a simulated service: whatever the oracle convicts
// the judge convicts, and nobody is convicted without a corruption.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "closecheck/model/judge.h"
#include "model/brute_force.h"
#include "model/simulated_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr std::size_t kBudget = 100'000;

struct Sample {
  std::uint64_t seed = 0;
  SimulationShape shape;
  Corruption corruption = Corruption::none;
  SimulatedHistory history;
};

/// One of a series: everything about it follows from the seed.
Sample sample_of(std::uint64_t seed) {
  Dice dice(seed * 0x9e3779b97f4a7c15U + 1);
  Sample sample;
  sample.seed = seed;
  SimulationShape& shape = sample.shape;
  shape.profile = dice.chance(50) ? Profile::xpack_5_4 : Profile::xpack_6_3;
  shape.clients = 1 + static_cast<int>(dice.below(8));
  const int longest = shape.clients == 1 ? 60 : shape.clients <= 3 ? 40 : shape.clients <= 5 ? 25 : 16;
  shape.requests = dice.chance(25) ? 2 + static_cast<int>(dice.below(5))
                                   : 5 + static_cast<int>(dice.below(static_cast<std::size_t>(longest)));
  shape.lost_max = dice.chance(50) ? 0 : static_cast<int>(dice.below(4));
  shape.jobs = dice.chance(80) ? 1 : 2;
  shape.forces = dice.chance(40);
  shape.faults = dice.chance(30);
  shape.in_order = dice.chance(75);
  sample.corruption =
      dice.chance(25) ? Corruption::none : static_cast<Corruption>(1 + dice.below(kCorruptionCount - 1));
  sample.history = simulate(seed, shape, sample.corruption);
  return sample;
}

/// Asks the oracle of one job. A count that is too low may only be late: it is held against the service if it is not
/// right before the job is opened or removed again, or before the end.
class Opinion {
 public:
  Opinion(const Script& script, Profile profile) : oracle_(profile, kBudget) {
    for (std::size_t i = 0; i < script.size() && verdict_ == OracleVerdict::fits; ++i) take(script, i);
    if (verdict_ == OracleVerdict::fits && !is_low_) note(oracle_.finish(), 0);
    if (verdict_ == OracleVerdict::fits && is_low_) verdict_ = OracleVerdict::violated;
  }
  OracleVerdict verdict() const { return verdict_; }
  const std::string& named() const { return named_; }

 private:
  void take(const Script& script, std::size_t index) {
    const ScriptEvent& event = script[index];
    const RequestKind kind = event.question.kind;
    const bool ends = kind == RequestKind::open || kind == RequestKind::remove || kind == RequestKind::force_remove;
    if (event.type == ScriptEvent::Type::invoke && ends && is_low_) {
      verdict_ = OracleVerdict::violated;
      return;
    }
    const bool reads = event.type == ScriptEvent::Type::respond && event.answer.processed.has_value();
    const bool is_low = note(tell(oracle_, script, index), event.id);
    if (is_low || reads) is_low_ = is_low;
  }

  /// Whether the answer to this request shows a count that is too low.
  bool note(OracleVerdict verdict, int id) {
    bool is_low = false;
    while (verdict == OracleVerdict::violated && oracle_.finding().count_too_low && oracle_.finding().id == id) {
      is_low = true;
      named_ = id_of(oracle_.finding().clause);
      verdict = oracle_.forgive();
    }
    verdict_ = verdict;
    if (verdict == OracleVerdict::violated) named_ = id_of(oracle_.finding().clause);
    if (verdict == OracleVerdict::inconclusive) named_ = oracle_.why();
    return is_low;
  }

  JobOracle oracle_;
  OracleVerdict verdict_ = OracleVerdict::fits;
  bool is_low_ = false;
  std::string named_;
};

OracleVerdict oracle_of(const Sample& sample, std::string& named) {
  OracleVerdict verdict = OracleVerdict::fits;
  for (std::size_t job = 0; job < sample.history.jobs; ++job) {
    const Opinion one(script_of(sample.history, job), sample.shape.profile);
    named = one.named();
    if (one.verdict() == OracleVerdict::violated) return one.verdict();
    if (one.verdict() == OracleVerdict::inconclusive) verdict = one.verdict();
  }
  return verdict;
}

Judged judge_of(const Sample& sample, bool in_process) {
  JudgeOptions options;
  options.budget = kBudget;
  options.in_process = in_process;
  return judge(history_of(sample.history), options);
}

std::string text_of(const Sample& sample) {
  std::string text = fmt::format("seed {}, {} clients, {}, corruption {}{}", sample.seed, sample.shape.clients,
                                 name(sample.shape.profile), static_cast<int>(sample.corruption),
                                 sample.shape.in_order ? "" : ", records out of order");
  for (std::size_t job = 0; job < sample.history.jobs; ++job)
    text += "\n    " + write_script(script_of(sample.history, job));
  return text;
}

std::string named(const Judged& judged) {
  if (judged.findings.empty()) return judged.judgement == Judgement::inconclusive ? judged.why : "fits";
  const Finding& first = judged.findings.front();
  return fmt::format("{}: expected {}; observed {}", id_of(first.clause), first.expected, first.observed);
}

/// What may have kept the judge from seeing it.
std::string cause_of(const Sample& sample, const Judged& judged) {
  if (judged.judgement == Judgement::inconclusive) return "gave up: " + judged.why;
  std::string cause;
  const auto& requests = sample.history.requests;
  const auto is_close = [](const SimulatedRequest& it) {
    return it.question.kind == RequestKind::close || it.question.kind == RequestKind::force_close;
  };
  bool open_meets_close = false, lost_change = false, lost_post = false, create_overlaps = false, removes = false,
       create_lost = false, posts_overlap = false;
  for (const SimulatedRequest& a : requests) {
    const bool lost = a.end == SimulatedRequest::End::lost || a.end == SimulatedRequest::End::unavailable;
    const RequestKind kind = a.question.kind;
    lost_post |= lost && kind == RequestKind::post && a.records.size() > 1;
    create_lost |= lost && kind == RequestKind::create;
    lost_change |= lost && (is_close(a) || kind == RequestKind::open || kind == RequestKind::remove ||
                            kind == RequestKind::force_remove);
    removes |= !lost && (kind == RequestKind::remove || kind == RequestKind::force_remove) &&
               a.answer.outcome == RequestOutcome::accepted;
    for (const SimulatedRequest& b : requests) {
      if (&a == &b || !overlap(a, b)) continue;
      open_meets_close |= kind == RequestKind::open && a.answer.outcome == RequestOutcome::accepted && is_close(b);
      create_overlaps |= kind == RequestKind::create && a.answer.outcome == RequestOutcome::accepted &&
                         b.question.kind == RequestKind::post;
      posts_overlap |= kind == RequestKind::post && b.question.kind == RequestKind::post;
    }
  }
  if (open_meets_close) cause += " open-meets-close";
  if (!sample.shape.in_order)
    cause += posts_overlap ? " out-of-order-overlapping" : " out-of-order-one-after-the-other";
  if (lost_change) cause += " lost-change";
  if (create_lost) cause += " lost-create";
  if (lost_post) cause += " lost-post-of-several";
  if (create_overlaps) cause += " post-meets-create";
  if (removes) cause += " removed";
  return cause.empty() ? " other" : cause;
}

struct Tally {
  int histories = 0;
  int convicted_by_oracle = 0;
  int convicted_by_both = 0;
  int convicted_live = 0;
  int undecided_by_oracle = 0;
  int beyond_oracle = 0;
  int accused_without_cause = 0;
};

int histories_wanted(const char* variable, int usual) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? usual : std::atoi(text);
}

TEST(JudgeAgainstOracle, Compares) {
  const int first = histories_wanted("CLOSECHECK_FIRST_SEED", 1);
  const int count = histories_wanted("CLOSECHECK_HISTORIES", 1'000);
  std::map<int, Tally> tallies;
  std::map<std::string, int> beyond;
  for (int i = 0; i < count; ++i) {
    const Sample sample = sample_of(static_cast<std::uint64_t>(first + i));
    std::string clause;
    const OracleVerdict oracle = oracle_of(sample, clause);
    const Judged judged = judge_of(sample, true);
    const Judged live = judge_of(sample, false);
    Tally& tally = tallies[sample.shape.clients];
    ++tally.histories;
    tally.convicted_by_oracle += oracle == OracleVerdict::violated;
    tally.undecided_by_oracle += oracle == OracleVerdict::inconclusive;
    tally.convicted_by_both += oracle == OracleVerdict::violated && !judged.findings.empty();
    tally.convicted_live += oracle == OracleVerdict::violated && !live.findings.empty();
    if (oracle == OracleVerdict::inconclusive)
      fmt::print("UNDECIDED {} {}: {}\n", sample.corruption == Corruption::none ? "valid" : "corrupted", clause,
                 text_of(sample));
    if (sample.corruption == Corruption::none) {
      if (oracle == OracleVerdict::violated) fmt::print("ORACLE ACCUSES {}: {}\n", clause, text_of(sample));
      if (!judged.findings.empty() || !live.findings.empty()) {
        ++tally.accused_without_cause;
        fmt::print("JUDGE ACCUSES {} / {}: {}\n", named(judged), named(live), text_of(sample));
      }
    } else if (oracle == OracleVerdict::violated && judged.findings.empty()) {
      fmt::print("MISSED {} [{}]: {}\n", clause, cause_of(sample, judged), text_of(sample));
    } else if (oracle == OracleVerdict::fits && !judged.findings.empty()) {
      ++tally.beyond_oracle;
      if (beyond[std::string(id_of(judged.findings.front().clause))]++ < 3)
        fmt::print("BEYOND {}: {}\n", named(judged), text_of(sample));
    }
    if (sample.history.requests.size() <= 7 && sample.history.jobs == 1) {
      const Script script = script_of(sample.history, 0);
      const bool explained = brute::explains(cells(sample.shape.profile), script);
      JobOracle strict(sample.shape.profile, kBudget);
      if (explained != (run_script(strict, script) == OracleVerdict::fits))
        fmt::print("BRUTE {}: {}\n", explained, text_of(sample));
    }
  }
  for (const auto& [clients, t] : tallies)
    fmt::print(
        "{} clients: {} histories, oracle convicts {}, judge too {}, live too {}, undecided {}, beyond {}, wrongly "
        "{}\n",
        clients, t.histories, t.convicted_by_oracle, t.convicted_by_both, t.convicted_live, t.undecided_by_oracle,
        t.beyond_oracle, t.accused_without_cause);
  for (const auto& [clause, times] : beyond) fmt::print("beyond the oracle: {} {}\n", clause, times);
}

}  // namespace
}  // namespace closecheck::model
