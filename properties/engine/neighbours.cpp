#include "engine/neighbours.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "engine/estimate.h"
#include "engine/isolation.h"
#include "engine/rounds.h"

namespace closecheck::properties {
namespace {

/// How many programs of several jobs that broke a clause are tried.
constexpr std::ptrdiff_t kCandidatesMax = 3;

/// How often a program is tried: requests that race need not meet in the same way each time.
int trials_of(const Program& program, int without_races) {
  return has_overlap(program) ? 4 : without_races;
}

bool is_about_several_jobs(const Check& check) {
  return check.aims_at(Clause::close_touches_one_job);
}

}  // namespace

Neighbours::Neighbours(const CampaignResult& campaign, const Environment& environment, Trial trial,
                       std::function<bool()> enough)
    : campaign_(campaign), environment_(environment), trial_(std::move(trial)), enough_(std::move(enough)) {}

std::map<Clause, Candidate> Neighbours::set_aside(std::map<Clause, std::vector<Candidate>>& by_clause) {
  std::map<Clause, Candidate> aside;
  bool is_explained = false;
  for (auto& [clause, candidates] : by_clause) {
    const auto first = std::ranges::find(candidates, false, &Candidate::timing);
    if (first == candidates.end()) continue;
    const Candidate found = *first;
    const Program& program = found.violation->program;
    if (has_overlap(program) && !is_explained) continue;
    if (shows_alone(clause, found, trials_of(program, is_explained ? 1 : 2))) continue;
    if (!is_explained && put_several_jobs_first(clause, candidates)) {
      is_explained = true;
      continue;
    }
    aside.emplace(clause, found);
    std::erase_if(candidates, [](const Candidate& it) { return !it.timing; });
  }
  return aside;
}

bool Neighbours::shows_alone(Clause clause, const Candidate& candidate, int trials) const {
  const Program& program = candidate.violation->program;
  if (std::ranges::any_of(program.steps, may_lock_somebody_out)) return true;
  for (int i = 0; i < trials; ++i)
    if (enough_() || finding_for(trial_(program).findings, clause, true) != nullptr) return true;
  return false;
}

bool Neighbours::put_several_jobs_first(Clause clause, std::vector<Candidate>& candidates) {
  const Reproduction* found = std::ranges::find(candidates, false, &Candidate::timing)->violation;
  const auto end = std::stable_partition(candidates.begin(), candidates.end(), [](const Candidate& it) {
    return !it.timing && has_several_jobs(it.violation->program);
  });
  std::stable_partition(candidates.begin(), end,
                        [](const Candidate& it) { return is_about_several_jobs(*it.result->check); });
  const auto tried = candidates.begin() + std::min(end - candidates.begin(), kCandidatesMax);
  const auto shown = std::find_if(candidates.begin(), tried, [&](const Candidate& it) {
    return it.violation != found && shows_alone(clause, it, 2);
  });
  if (shown != tried) {
    std::rotate(candidates.begin(), shown, std::next(shown));
    return true;
  }
  const std::optional<Candidate> written = shown_by_written_programs(clause);
  if (written) candidates.insert(candidates.begin(), *written);
  return written.has_value();
}

std::optional<Candidate> Neighbours::shown_by_written_programs(Clause clause) {
  if (!std::exchange(written_programs_are_tried_, true)) try_written_programs();
  for (const Tried& it : violating_) {
    const Finding* finding = finding_for(it.reproduction.findings, clause, false);
    if (finding != nullptr && !finding->timing) return Candidate{it.result, &it.reproduction, false, {}};
  }
  return std::nullopt;
}

void Neighbours::try_written_programs() {
  for (const CheckResult& result : campaign_.checks) {
    const Check& check = *result.check;
    if (!is_about_several_jobs(check) || !check.programs || result.unmet) continue;
    std::vector<Program> programs = check.programs(environment_);
    programs.resize(std::min(programs.size(), check.core_programs));
    for (const Program& program : programs) {
      if (!has_several_jobs(program) || !may_run(program, environment_)) continue;
      for (int i = 0; i < trials_of(program, 2) && !enough_(); ++i) {
        Reproduction tried = trial_(program);
        if (tried.findings.empty()) continue;
        violating_.push_back({&result, std::move(tried)});
        break;
      }
    }
  }
}

}  // namespace closecheck::properties
