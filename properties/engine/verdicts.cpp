#include "engine/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "closecheck/model/reference_model.h"
#include "closecheck/properties/timing.h"
#include "closecheck/sut/history_lines.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::properties {
namespace {

constexpr std::size_t kWhysMax = 2;

double figure_of(const std::string& name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return name.rfind("longest_", 0) == 0 ? values.back() : values[values.size() / 2];
}

/// The first few of a set of sentences, in one line.
std::string first_of(const std::set<std::string>& sentences) {
  std::vector<std::string> few(sentences.begin(), sentences.end());
  if (few.size() > kWhysMax) {
    few.resize(kWhysMax);
    few.emplace_back("and more");
  }
  return joined(few, "; ");
}

/// What the checks of one clause came to.
struct Heard {
  std::uint32_t evidence = 0;
  std::int64_t skipped = 0;
  std::vector<Unmet> unmet;    // of the checks that are aimed at the clause; where there are none, of all its checks
  std::set<std::string> whys;  // of the aimed checks, like all that follow
  std::string trouble;
  std::string unanswered;
  std::string refusal;
  bool setup_refused = false;
};

class Verdicts {
 public:
  Verdicts(const Environment& environment, const CampaignResult& campaign, const Proofs& proofs, bool cancelled)
      : environment_(environment), campaign_(campaign), proofs_(proofs), cancelled_(cancelled) {}

  ClauseRecord record_of(Clause clause) const {
    ClauseRecord record;
    record.clause = clause;
    Heard heard;
    Samples samples;
    std::vector<Unmet> unmet_in_passing;
    for (const CheckResult& result : campaign_.checks) {
      if (!result.check->serves_clause(clause)) continue;
      const bool aimed = result.check->aims_at(clause);
      if (result.unmet) {
        (aimed ? heard.unmet : unmet_in_passing).push_back(result.unmet);
        continue;
      }
      heard.skipped += result.skipped;
      for (const auto& [key, values] : result.samples)
        if (key.first == clause) samples[key].insert(samples[key].end(), values.begin(), values.end());
      if (result.sequences == 0) continue;
      ++record.checks;
      record.exchanges += result.exchanges;
      heard.evidence += result.evidence.of(clause);
      if (!aimed) continue;
      heard.whys.insert(result.whys.begin(), result.whys.end());
      if (heard.trouble.empty()) heard.trouble = result.trouble;
      if (heard.unanswered.empty()) heard.unanswered = result.unanswered;
      if (heard.refusal.empty()) heard.refusal = result.refusal;
      heard.setup_refused = heard.setup_refused || result.setup_refused;
    }
    if (heard.unmet.empty()) heard.unmet = std::move(unmet_in_passing);
    std::ranges::stable_sort(heard.unmet, {}, &Unmet::by);
    for (const auto& [key, values] : samples) record.figures[key.second] = figure_of(key.second, values);
    decide(record, heard);
    return record;
  }

 private:
  static void say(ClauseRecord& record, ClauseVerdict verdict, std::string why) {
    record.verdict = verdict;
    record.why = std::move(why);
  }
  static void say_cannot(ClauseRecord& record, ClauseVerdict verdict, std::string why, std::string cause) {
    say(record, verdict, std::move(why));
    record.kind = Untold::cannot;
    record.cause = std::move(cause);
  }
  static void say_did_not(ClauseRecord& record, ClauseVerdict verdict, std::string why) {
    say(record, verdict, std::move(why));
    record.kind = Untold::did_not;
  }

  void decide(ClauseRecord& record, const Heard& heard) const {
    const Clause clause = record.clause;
    if (const Proof* proof = proof_of(clause)) return say(record, ClauseVerdict::violated, proof->finding.observed);
    if (const auto root = proofs_.follows.find(clause); root != proofs_.follows.end())
      return say_did_not(record, ClauseVerdict::inconclusive,
                         fmt::format("what was seen follows from the violation of {}", id_of(root->second)));
    if (environment_.live && (clause == Clause::close_prunes_model || clause == Clause::timeout_defaults_to_30m))
      return decide_what_no_client_sees(record);
    if (level_of(clause) == Level::measured) {
      if (!record.figures.empty())
        return say_cannot(record, ClauseVerdict::measured, "measured, never judged", "measured");
    } else if (heard.evidence > 0 && !heard.unanswered.empty()) {
      // What others told of the clause is not what that program was to tell.
      return say_did_not(record, ClauseVerdict::inconclusive, heard.unanswered);
    } else if (heard.evidence > 0) {
      return decide_by_evidence(record, heard.evidence);
    }
    decide_untold(record, heard);
  }

  /// What came again, and then did not, is more than noise and less than a proof.
  void decide_by_evidence(ClauseRecord& record, std::uint32_t evidence) const {
    const std::string stood = fmt::format("stood {} test{}", evidence, evidence == 1 ? "" : "s");
    const auto doubt = proofs_.doubts.find(record.clause);
    if (doubt == proofs_.doubts.end()) return say(record, ClauseVerdict::holds, stood);
    if (doubt->second.came_again) return say_did_not(record, ClauseVerdict::inconclusive, doubt->second.story);
    say(record, ClauseVerdict::holds, stood + "; " + doubt->second.story);
  }

  static void decide_what_no_client_sees(ClauseRecord& record) {
    const bool told = record.checks > 0;
    const bool is_timeout = record.clause == Clause::timeout_defaults_to_30m;
    const std::string why = !told        ? "told in process only"
                            : is_timeout ? waited(record)
                                         : "no history that is needed was lost; what was dropped a client cannot see";
    const ClauseVerdict verdict = !told        ? ClauseVerdict::not_exercised
                                  : is_timeout ? ClauseVerdict::inconclusive
                                               : ClauseVerdict::measured;
    say_cannot(record, verdict, why, "only told in process");
  }

  /// Nothing put the clause to the test. It counts as out of reach only where something lacks for it and nothing went
  /// wrong: of a target in trouble nobody knows what it would have told.
  void decide_untold(ClauseRecord& record, const Heard& heard) const {
    const ClauseVerdict verdict = record.checks > 0 || heard.skipped > 0 || !heard.whys.empty()
                                      ? ClauseVerdict::inconclusive
                                      : ClauseVerdict::not_exercised;
    const auto did_not = [&](std::string why) { say_did_not(record, verdict, std::move(why)); };
    const Unmet lacking = heard.unmet.empty() ? Unmet{} : heard.unmet.front();
    const bool never_began = verdict == ClauseVerdict::not_exercised;
    if (never_began && lacking) {
      if (lacking.kind() == Untold::did_not) return did_not(lacking.why);
      return say_cannot(record, verdict, joined_whys(heard.unmet), lacking.cause);
    }
    if (never_began) return say_cannot(record, verdict, "no check for it", "no check");
    if (heard.setup_refused && !environment_.principals.empty() && !environment_.knows(Principal::setup) &&
        campaign_.gone.empty())
      return say_cannot(record, verdict, heard.trouble + "; no principal setup is configured", "no setup principal");
    if (!heard.trouble.empty()) return did_not(heard.trouble);
    if (!campaign_.gone.empty()) return did_not(campaign_.gone);
    if (const auto doubt = proofs_.doubts.find(record.clause); doubt != proofs_.doubts.end())
      return did_not(doubt->second.story);
    if (!heard.whys.empty()) return did_not(first_of(heard.whys));
    if (cancelled_) return did_not("the run was interrupted");
    if (heard.skipped > 0)
      return did_not(record.checks == 0
                         ? "the time was up before its checks could run"
                         : fmt::format("the time was up before {} of its programs could run", heard.skipped));
    if (lacking && lacking.kind() == Untold::cannot)
      return say_cannot(record, verdict, untold(record, heard) + "; " + joined_whys(heard.unmet), lacking.cause);
    did_not(untold(record, heard));
  }

  static std::string joined_whys(const std::vector<Unmet>& unmet) {
    std::set<std::string> whys;
    // Of the kind of target that somebody chose nothing needs to be said beside what could be configured.
    for (const Unmet& one : unmet)
      if (one.by == unmet.front().by) whys.insert(one.why);
    return first_of(whys);
  }

  /// Programs ran and everything fitted, but nothing in them could have told.
  std::string untold(const ClauseRecord& record, const Heard& heard) const {
    std::string text = fmt::format("none of {} exchanges could tell", record.exchanges);
    if (environment_.live)
      text += fmt::format(" (a close takes about {}, the margin is {})", describe_duration(environment_.normal_close),
                          describe_duration(environment_.margin));
    if (!heard.refusal.empty()) text += "; the first that was refused: " + heard.refusal;
    return text;
  }

  static std::string waited(const ClauseRecord& record) {
    const auto longest = record.figures.find("longest_wait_ms");
    const double ms = longest == record.figures.end() ? 0 : longest->second;
    return fmt::format("the longest wait seen without a timeout was {}, and no answer gave up sooner than 30 minutes",
                       describe_duration(static_cast<Duration>(ms * static_cast<double>(kMillisecond))));
  }

  const Proof* proof_of(Clause clause) const {
    for (const Proof& proof : proofs_.violations)
      if (proof.finding.clause == clause) return &proof;
    return nullptr;
  }

  const Environment& environment_;
  const CampaignResult& campaign_;
  const Proofs& proofs_;
  bool cancelled_;
};

/// Whoever replays it prepares as `setup`, who is the ordinary caller where there is no other: where privileges count,
/// that one may not do it.
Program prepared_by_setup(Program program) {
  for (Step& step : program.steps) {
    const Operation& operation = step.request.operation;
    const bool prepares =
        std::holds_alternative<CreateIndex>(operation) || std::holds_alternative<IndexDocuments>(operation);
    if (prepares && step.request.who == Principal::manage_ml) step.request.who = Principal::setup;
  }
  return program;
}

/// Or may do so, as far as its requests are known.
bool closes_by_force(const Program& program) {
  return std::ranges::any_of(program.steps, [](const Step& step) {
    if (step.type != StepType::call) return false;
    const auto* close = std::get_if<CloseJob>(&step.request.operation);
    return std::holds_alternative<RawRequest>(step.request.operation) || (close != nullptr && close->force);
  });
}

void fill_coverage(const std::vector<std::string>& names, const std::vector<std::uint64_t>& visits,
                   std::map<std::string, std::int64_t>& coverage) {
  for (std::size_t i = 0; i < names.size(); ++i)
    coverage[names[i]] += i < visits.size() ? static_cast<std::int64_t>(visits[i]) : 0;
}

}  // namespace

ViolationRecord violation_of(const Finding& finding, std::string_view check, const Reproduction& minimal,
                             const Environment& environment) {
  ViolationRecord record;
  record.finding = finding;
  if (record.finding.timing)
    record.finding.observed +=
        fmt::format(" (three of three repetitions; margin {})", describe_duration(environment.margin));
  record.check = check;
  record.program = prepared_by_setup(with_prefix(minimal.program, kNamePrefix, minimal.prefix));
  record.history = minimal.history;
  record.seed = minimal.seed;
  if (environment.live && closes_by_force(minimal.program))
    record.rest_after_force = timing_of(environment).judge.forced_rest;
  record.history_lines = sut::write_history_lines(record.history);
  return record;
}

RunRecord make_record(const GateOptions& options, const Environment& environment, const CampaignResult& campaign,
                      const Proofs& proofs, bool cancelled) {
  RunRecord record;
  record.http = options.live;
  record.profile = options.profile;
  record.seed = options.seed;
  record.effort = options.effort == Effort::quick      ? "quick"
                  : options.effort == Effort::standard ? "standard"
                                                       : "thorough";
  record.require = options.require;
  record.exchanges = proofs.exchanges;
  record.sequences = proofs.sequences;
  for (const CheckResult& result : campaign.checks) {
    record.exchanges += result.exchanges;
    record.sequences += result.sequences;
    if (result.sequences > 0) ++record.checks;
  }
  const Verdicts verdicts(environment, campaign, proofs, cancelled);
  for (const Clause clause : options.selected) record.clauses.push_back(verdicts.record_of(clause));
  for (const Proof& proof : proofs.violations)
    record.violations.push_back(violation_of(proof.finding, proof.check->name, proof.reproduction, environment));
  fill_coverage(model::state_names(), campaign.state_visits, record.state_coverage);
  fill_coverage(model::transition_names(), campaign.transition_visits, record.transition_coverage);
  if (cancelled)
    record.broken_off = "the run was interrupted";
  else if (!campaign.gone.empty())
    record.broken_off = campaign.gone;
  if (record.broken_off.empty() && campaign.out_of_budget) record.cut_short = "the budget was used up";
  record.verdict = verdict_of(record);
  return record;
}

}  // namespace closecheck::properties
