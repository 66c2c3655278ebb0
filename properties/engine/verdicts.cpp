#include "engine/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "closecheck/model/reference_model.h"
#include "closecheck/sut/history_lines.h"

namespace closecheck::properties {
namespace {

constexpr std::size_t kWhysMax = 2;

double figure_of(const std::string& name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return name.rfind("longest_", 0) == 0 ? values.back() : values[values.size() / 2];
}

/// The first few of a set of sentences, in one line.
std::string joined(const std::set<std::string>& sentences) {
  std::string text;
  std::size_t count = 0;
  for (const std::string& sentence : sentences) {
    if (count++ == kWhysMax) return text + "; and more";
    if (!text.empty()) text += "; ";
    text += sentence;
  }
  return text;
}

class Clerk {
 public:
  Clerk(const GateOptions& options, const Environment& environment, const CampaignResult& campaign,
        const Proofs& proofs, bool cancelled)
      : options_(options), environment_(environment), campaign_(campaign), proofs_(proofs), cancelled_(cancelled) {}

  ClauseRecord record_of(Clause clause) const {
    ClauseRecord record;
    record.clause = clause;
    Samples samples;
    std::set<std::string> unmet;
    std::set<std::string> whys;
    std::uint32_t evidence = 0;
    std::int64_t skipped = 0;
    for (const CheckResult& result : campaign_.checks) {
      if (!result.check->serves_clause(clause)) continue;
      if (!result.unmet.empty()) {
        unmet.insert(result.unmet);
        continue;
      }
      skipped += result.skipped;
      for (const auto& [key, values] : result.samples)
        if (key.first == clause) samples[key].insert(samples[key].end(), values.begin(), values.end());
      if (result.sequences == 0) continue;
      ++record.checks;
      record.exchanges += result.exchanges;
      evidence += result.evidence.of(clause);
      if (result.check->aim() == clause) whys.insert(result.whys.begin(), result.whys.end());
    }
    for (const auto& [key, values] : samples) record.figures[key.second] = figure_of(key.second, values);
    decide(record, evidence, skipped, unmet, whys);
    return record;
  }

 private:
  void decide(ClauseRecord& record, std::uint32_t evidence, std::int64_t skipped, const std::set<std::string>& unmet,
              const std::set<std::string>& whys) const {
    const Clause clause = record.clause;
    const auto is = [&](ClauseVerdict verdict, std::string why) {
      record.verdict = verdict;
      record.why = std::move(why);
    };
    if (const Proof* proof = proof_of(clause)) return is(ClauseVerdict::violated, proof->finding.observed);
    if (const auto root = proofs_.follows.find(clause); root != proofs_.follows.end())
      return is(ClauseVerdict::inconclusive,
                fmt::format("what was seen follows from the violation of {}", id_of(root->second)));
    const bool told = record.checks > 0;
    if (level_of(clause) == Level::measured && !record.figures.empty()) return is(ClauseVerdict::measured, "");
    if (told && environment_.live && clause == Clause::close_prunes_model)
      return is(ClauseVerdict::measured, "no history that is needed was lost; what was dropped a client cannot see");
    if (told && environment_.live && clause == Clause::timeout_defaults_to_30m)
      return is(ClauseVerdict::inconclusive, waited(record));
    const auto doubt = proofs_.doubts.find(clause);
    if (evidence > 0 && level_of(clause) != Level::measured)
      return is(ClauseVerdict::holds, fmt::format("stood {} test{}{}", evidence, evidence == 1 ? "" : "s",
                                                  doubt == proofs_.doubts.end() ? "" : "; " + doubt->second));
    if (!told && skipped == 0)
      return is(ClauseVerdict::not_exercised, unmet.empty() ? "no check for it" : joined(unmet));
    if (cancelled_ && (!told || skipped > 0)) return is(ClauseVerdict::inconclusive, "the run was interrupted");
    if (!told) return is(ClauseVerdict::inconclusive, "the time was up before its checks could run");
    if (doubt != proofs_.doubts.end()) return is(ClauseVerdict::inconclusive, doubt->second);
    if (!whys.empty()) return is(ClauseVerdict::inconclusive, joined(whys));
    is(ClauseVerdict::inconclusive, untold(record, skipped, unmet));
  }

  /// Programs ran and everything fitted, but nothing in them could have told.
  std::string untold(const ClauseRecord& record, std::int64_t skipped, std::set<std::string> unmet) const {
    std::string text = fmt::format("none of {} exchanges could tell", record.exchanges);
    if (skipped > 0) text += fmt::format("; the time was up before {} more programs", skipped);
    if (environment_.live)
      text += fmt::format(" (a close takes about {}, the margin is {})", describe_duration(environment_.normal_close),
                          describe_duration(environment_.margin));
    std::erase_if(unmet, [](const std::string& why) { return why == kOtherwhere[0] || why == kOtherwhere[1]; });
    if (!unmet.empty()) text += "; " + joined(unmet);
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

  const GateOptions& options_;
  const Environment& environment_;
  const CampaignResult& campaign_;
  const Proofs& proofs_;
  bool cancelled_;
};

ViolationRecord violation_of(const Proof& proof, const Environment& environment) {
  ViolationRecord record;
  record.finding = proof.finding;
  if (record.finding.timing)
    record.finding.observed +=
        fmt::format(" (three of three repetitions; margin {})", describe_duration(environment.margin));
  record.check = proof.check->name;
  record.program = with_prefix(proof.reproduction.program, kNamePrefix, proof.reproduction.prefix);
  record.history = proof.reproduction.history;
  record.seed = proof.reproduction.seed;
  record.history_lines = sut::write_history_lines(record.history);
  return record;
}

void fill_coverage(const std::vector<std::string>& names, const std::vector<std::uint64_t>& visits,
                   std::map<std::string, std::int64_t>& coverage) {
  for (std::size_t i = 0; i < names.size(); ++i)
    coverage[names[i]] += i < visits.size() ? static_cast<std::int64_t>(visits[i]) : 0;
}

}  // namespace

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
  const Clerk clerk(options, environment, campaign, proofs, cancelled);
  for (const Clause clause : options.selected) record.clauses.push_back(clerk.record_of(clause));
  for (const Proof& proof : proofs.violations) record.violations.push_back(violation_of(proof, environment));
  fill_coverage(model::state_names(), campaign.state_visits, record.state_coverage);
  fill_coverage(model::transition_names(), campaign.transition_visits, record.transition_coverage);
  record.verdict = verdict_of(record);
  if (cancelled && record.verdict == RunVerdict::conforms) record.verdict = RunVerdict::inconclusive;
  return record;
}

}  // namespace closecheck::properties
