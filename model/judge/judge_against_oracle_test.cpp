// The judge against the oracle that it asks, on random histories of a simulated service: whatever the oracle convicts
// the judge convicts, and nobody is convicted whose answers and effects are right. All orders, on the short ones.
//
// CLOSECHECK_HISTORIES=20000 takes so many of them, from CLOSECHECK_FIRST_SEED on, and prints how many were convicted.
// CLOSECHECK_HISTORIES_FILE=FILE writes them as lines for another checker (see model/benchmarks/porcupine).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "closecheck/model/judge.h"
#include "closecheck/vocabulary/text.h"
#include "model/brute_force_for_test.h"
#include "model/simulated_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr std::size_t kBudget = 100'000;
constexpr std::size_t kRequestsForAllOrders = 7;

struct Sample {
  std::uint64_t seed = 0;
  SimulationShape shape;
  Corruption corruption = Corruption::none;
  SimulatedHistory history;
};

SimulationShape shape_of(Dice& dice) {
  SimulationShape shape;
  shape.profile = dice.chance(50) ? Profile::xpack_5_4 : Profile::xpack_6_3;
  shape.clients = 1 + static_cast<int>(dice.below(8));
  const std::size_t longest = shape.clients == 1 ? 60 : shape.clients <= 3 ? 40 : shape.clients <= 5 ? 25 : 16;
  shape.requests = static_cast<int>(dice.chance(25) ? 2 + dice.below(5) : 5 + dice.below(longest));
  if (dice.chance(5)) shape.requests *= 5;
  shape.lost_max = dice.chance(50) ? 0 : static_cast<int>(dice.below(4));
  shape.jobs = dice.chance(80) ? 1 : 2;
  shape.forces = dice.chance(40);
  shape.faults = dice.chance(30);
  shape.in_order = dice.chance(75);
  return shape;
}

/// One of a series: everything about it follows from the seed.
Sample sample_of(std::uint64_t seed) {
  Dice dice(seed * 0x9e3779b97f4a7c15U + 1);
  Sample sample;
  sample.seed = seed;
  sample.shape = shape_of(dice);
  if (!dice.chance(25)) sample.corruption = static_cast<Corruption>(1 + dice.below(kCorruptionCount - 1));
  sample.history = simulate(seed, sample.shape, sample.corruption);
  return sample;
}

/// Asks the oracle of one job. A count that is too low may only be late: it is held against the service if it is not
/// right before the job is opened or removed again, or before the end.
class Opinion {
 public:
  /// `told`: as many events of the script as somebody can follow.
  Opinion(const Script& script, std::size_t told, Profile profile) : oracle_(profile, kBudget) {
    for (std::size_t i = 0; i < told && verdict_ == OracleVerdict::fits; ++i) take(script, i);
    if (verdict_ == OracleVerdict::fits && told < script.size()) verdict_ = OracleVerdict::inconclusive;
    if (verdict_ == OracleVerdict::fits && !is_low_) note(oracle_.finish(), 0);
    if (verdict_ == OracleVerdict::fits && is_low_) verdict_ = OracleVerdict::violated;
  }
  OracleVerdict verdict() const { return verdict_; }

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
      verdict = oracle_.forgive();
    }
    verdict_ = verdict;
    return is_low;
  }

  JobOracle oracle_;
  OracleVerdict verdict_ = OracleVerdict::fits;
  bool is_low_ = false;
};

/// Of several jobs one that is wrong is enough.
OracleVerdict oracle_of(const Sample& sample) {
  OracleVerdict all = OracleVerdict::fits;
  for (std::size_t job = 0; job < sample.history.jobs; ++job) {
    const Opinion opinion(script_of(sample.history, job), events_followed_of(sample.history, job),
                          sample.shape.profile);
    if (opinion.verdict() == OracleVerdict::violated) return OracleVerdict::violated;
    if (opinion.verdict() == OracleVerdict::inconclusive) all = OracleVerdict::inconclusive;
  }
  return all;
}

Judged judge_of(const Sample& sample, bool in_process) {
  return judge(history_of(sample.history), JudgeOptions{.budget = kBudget, .in_process = in_process});
}

std::string text_of(const Sample& sample) {
  std::string text = fmt::format("CLOSECHECK_FIRST_SEED={}, {} clients, {}, corruption {}{}", sample.seed,
                                 sample.shape.clients, name(sample.shape.profile), static_cast<int>(sample.corruption),
                                 sample.shape.in_order ? "" : ", records out of order");
  for (std::size_t job = 0; job < sample.history.jobs; ++job)
    text += "\n  " + write_script(script_of(sample.history, job));
  return text;
}

std::string text_of(const Judged& judged) {
  if (judged.findings.empty()) return "the judge convicts nobody: " + judged.why;
  const Finding& first = judged.findings.front();
  return fmt::format("the judge convicts of {}: expected {}; observed {}", id_of(first.clause), first.expected,
                     first.observed);
}

struct Tally {
  int histories = 0;
  int corrupted = 0;
  int undecided = 0;  // by the oracle
  int convicted_by_oracle = 0;
  int convicted_by_judge = 0;       // of those
  int convicted_by_judge_live = 0;  // ... where nothing is known of what stands between
  int all_orders = 0;               // histories of which all orders were tried
};

void compare(const Sample& sample, Tally& tally) {
  const OracleVerdict oracle = oracle_of(sample);
  const Judged in_process = judge_of(sample, true);
  const Judged live = judge_of(sample, false);
  ++tally.histories;
  tally.undecided += oracle == OracleVerdict::inconclusive ? 1 : 0;
  if (sample.history.is_corrupted) {
    ++tally.corrupted;
    if (oracle != OracleVerdict::violated) return;
    ++tally.convicted_by_oracle;
    tally.convicted_by_judge += in_process.findings.empty() ? 0 : 1;
    tally.convicted_by_judge_live += live.findings.empty() ? 0 : 1;
    EXPECT_FALSE(in_process.findings.empty()) << text_of(in_process) << "\n" << text_of(sample);
    return;
  }
  EXPECT_NE(oracle, OracleVerdict::violated) << "the oracle convicts\n" << text_of(sample);
  EXPECT_TRUE(in_process.findings.empty()) << text_of(in_process) << "\n" << text_of(sample);
  EXPECT_TRUE(live.findings.empty()) << text_of(live) << "\n" << text_of(sample);
}

void compare_with_all_orders(const Sample& sample, Tally& tally) {
  if (sample.history.requests.size() > kRequestsForAllOrders) return;
  for (std::size_t job = 0; job < sample.history.jobs; ++job) {
    const Script script = script_of(sample.history, job);
    JobOracle oracle(sample.shape.profile, kBudget);
    EXPECT_EQ(run_script(oracle, script) == OracleVerdict::fits, brute::explains(cells(sample.shape.profile), script))
        << text_of(sample);
  }
  ++tally.all_orders;
}

/// One event of a script as JSON.
std::string json_of(const ScriptEvent& event) {
  const Answer& answer = event.answer;
  constexpr std::array kOutcomes{"accepted", "refused", "timed out", "failed", "busy", "unknown"};
  switch (event.type) {
    case ScriptEvent::Type::invoke: {
      std::string kind = write_script({event});  // `r7>post:2+1`
      kind = kind.substr(kind.find('>') + 1);
      return fmt::format(R"({{"type":"invoke","id":{},"kind":"{}","records":{},"perhaps":{}}})", event.id,
                         kind.substr(0, kind.find(':')), event.question.records, event.question.records_perhaps);
    }
    case ScriptEvent::Type::respond:
      return fmt::format(R"({{"type":"answer","id":{},"outcome":"{}","state":"{}"{}}})", event.id,
                         kOutcomes.at(static_cast<std::size_t>(answer.outcome)),
                         answer.state == JobState::unknown ? "" : name(answer.state),
                         answer.processed ? fmt::format(R"(,"count":{})", *answer.processed) : "");
    case ScriptEvent::Type::lose:
      return fmt::format(R"({{"type":"lose","id":{}}})", event.id);
    case ScriptEvent::Type::fault:
      return event.fault == Fault::fail_job ? R"({"type":"fail"})" : R"({"type":"hang"})";
    case ScriptEvent::Type::settled:
      break;
  }
  return R"({"type":"settled"})";
}

/// A line for each job, with what the oracle says.
void write_lines(const Sample& sample, std::ofstream& file) {
  for (std::size_t job = 0; job < sample.history.jobs; ++job) {
    const Script script = script_of(sample.history, job);
    file << fmt::format(R"({{"name":"{}, job {}","in_5_4":{},"fits":{},"events":[{}]}})", sample.seed, job,
                        sample.shape.profile == Profile::xpack_5_4, fits(cells(sample.shape.profile), log_of(script)),
                        joined(script, ",", json_of))
         << '\n';
  }
}

int number_in(const char* variable, int usual) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? usual : std::atoi(text);
}

// concurrent-requests-linearize
TEST(JudgeAgainstOracle, ConvictsWhomTheOracleConvictsAndNobodyWhoIsRight) {
  const int first = number_in("CLOSECHECK_FIRST_SEED", 1);
  const int count = number_in("CLOSECHECK_HISTORIES", 2'000);
  std::map<int, Tally> tallies;  // by number of clients
  Tally all;
  std::ofstream file;
  if (const char* path = std::getenv("CLOSECHECK_HISTORIES_FILE")) file.open(path);
  for (int i = 0; i < count; ++i) {
    const Sample sample = sample_of(static_cast<std::uint64_t>(first) + static_cast<std::uint64_t>(i));
    compare(sample, tallies[sample.shape.clients]);
    compare_with_all_orders(sample, all);
    if (file.is_open()) write_lines(sample, file);
  }
  for (const auto& [clients, tally] : tallies) {
    all.convicted_by_judge += tally.convicted_by_judge;
    if (std::getenv("CLOSECHECK_HISTORIES") == nullptr) continue;
    fmt::print(
        "{} clients: {} histories, {} corrupted; convicted by the oracle {}, by the judge {}, live {}; undecided {}\n",
        clients, tally.histories, tally.corrupted, tally.convicted_by_oracle, tally.convicted_by_judge,
        tally.convicted_by_judge_live, tally.undecided);
  }
  RecordProperty("all_orders", all.all_orders);
  EXPECT_GE(4 * all.convicted_by_judge, count) << "too few of the corruptions show";
  EXPECT_GE(20 * all.all_orders, count);
}

}  // namespace
}  // namespace closecheck::model
