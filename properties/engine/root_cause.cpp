#include "engine/root_cause.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace closecheck::properties {
namespace {

bool overlaps(const Program& program) {
  return std::ranges::any_of(program.steps, [](const Step& step) { return step.detached; });
}

bool is_close(const Step& step) {
  return step.type == StepType::call && std::holds_alternative<CloseJob>(step.request.operation);
}

}  // namespace

Program watched(const Program& program) {
  Program out;
  std::vector<std::string> jobs;
  for (const Step& step : program.steps) {
    out.steps.push_back(step);
    if (const auto* create = std::get_if<CreateJob>(&step.request.operation)) jobs.push_back(create->job);
    if (step.detached) continue;
    for (const std::string& job : jobs) out.steps.push_back(call(JobStats{job}));
  }
  return out;
}

bool has_circumstances(const Program& program) {
  return std::ranges::any_of(program.steps, [](const Step& step) {
    if (step.type == StepType::fault || step.detached) return true;
    if (step.type != StepType::call) return false;
    const auto* close = std::get_if<CloseJob>(&step.request.operation);
    return (close != nullptr && close->timeout) || !may_manage_jobs(step.request.who);
  });
}

bool is_plain(const Program& program) {
  return !has_circumstances(program) && std::ranges::none_of(program.steps, [](const Step& step) {
    const auto* const close = std::get_if<CloseJob>(&step.request.operation);
    return (close != nullptr && close->force) || std::holds_alternative<StartDatafeed>(step.request.operation);
  });
}

bool bears_on(const Departure& seen_before, const Departure& departing) {
  return seen_before.shows_another_state || (seen_before.count != 0 && departing.is_of_contents());
}

const RootCauses::Departures& RootCauses::departures_of(const Proof& proof) {
  const auto at = departures_.find(proof.finding.clause);
  if (at != departures_.end()) return at->second;
  const Reproduction& own = proof.reproduction;
  Departures departures;
  departures.own = departures.watched = departure_of(proof.finding, own.history, secured_);
  departures.watched_clause = proof.finding.clause;
  const auto seen = attempt_(watched(own.program), own.seed);
  if (seen && !seen->findings.empty()) {
    const Departure departure = departure_of(seen->findings.front(), seen->history, secured_);
    if (departure.shows_in_statistics()) {
      departures.watched = departure;
      departures.watched_clause = seen->findings.front().clause;
    }
  }
  return departures_.emplace(proof.finding.clause, std::move(departures)).first->second;
}

bool RootCauses::explains(const Proof& root, const Proof& other) {
  return has_answer_like(departures_of(root), other) || shows_in_the_same_contents(root, other) ||
         shows_by_the_same_status(root, other) || is_named_in_passing(root, other) || shows_when_watched(root, other) ||
         is_only_early(root, other) || is_status_in_an_overlap(root, other) || shows_without_the_overlap(root, other);
}

/// An answer that departs as the root's does, be it hidden: by a timeout that was up, or by what overlapped it.
bool RootCauses::has_answer_like(const Departures& root, const Proof& other) {
  const Departure& departing = departures_of(other).own;
  const bool is_aimed = other.check->aims_at(other.finding.clause);
  for (const Departure& answer : answers_of(other.reproduction.history, secured_)) {
    if (answer.event > departing.event) break;
    const bool departs = answer.event == departing.event;
    // In an overlap any answer may be right. What an aimed program shows there is its own.
    if (answer.states.empty() && is_aimed && !departs) continue;
    const Departure& it = departs ? departing : answer;
    if (are_alike(it, root.own) || are_alike(it, root.watched)) return true;
  }
  return false;
}

/// Contents that are read in the same way, where the judge names the root as well or nothing was aimed at the other.
bool RootCauses::shows_in_the_same_contents(const Proof& root, const Proof& other) {
  const Departure& first = departures_of(root).own;
  const Departure& second = departures_of(other).own;
  if (!first.is_of_contents() || !second.is_of_contents() || first.operation != second.operation) return false;
  return std::ranges::find(other.finding.also, root.finding.clause) != other.finding.also.end() ||
         !other.check->aims_at(other.finding.clause);
}

/// Of clauses about the form of answers.
bool RootCauses::shows_by_the_same_status(const Proof& root, const Proof& other) {
  return level_of(other.finding.clause) == Level::dialect &&
         are_of_the_same_status(departures_of(root).own, root.finding.clause, departures_of(other).own);
}

/// Where nothing was aimed at the other, and the judge names the root for its departure as well.
bool RootCauses::is_named_in_passing(const Proof& root, const Proof& other) {
  return root.check->aims_at(root.finding.clause) && !other.check->aims_at(other.finding.clause) &&
         std::ranges::find(other.finding.also, root.finding.clause) != other.finding.also.end();
}

bool RootCauses::shows_when_watched(const Proof& root, const Proof& other) {
  const Departures& roots = departures_of(root);
  const Departures& others = departures_of(other);
  const bool is_same = others.watched_clause == root.finding.clause && roots.watched.shows_in_statistics();
  return (is_same || are_alike(others.watched, roots.watched)) && bears_on(others.watched, others.own);
}

/// Which status is right depends on the job's state, and where requests overlap this is known to be told wrongly.
bool RootCauses::is_status_in_an_overlap(const Proof& root, const Proof& other) {
  return level_of(other.finding.clause) == Level::dialect && !other.check->aims_at(other.finding.clause) &&
         overlaps(other.reproduction.program) && overlaps(root.reproduction.program);
}

/// Right as soon as the job's housekeeping, for which its close did not wait, is done.
bool RootCauses::is_only_early(const Proof& root, const Proof& other) {
  if (root.finding.clause != Clause::close_waits_for_housekeeping) return false;
  Program patient;
  for (const Step& step : other.reproduction.program.steps) {
    patient.steps.push_back(step);
    if (!is_close(step)) continue;
    patient.steps.push_back(join_step());
    patient.steps.push_back(wait_step(housekeeping_max_));
  }
  const auto seen_later = attempt_(patient, other.reproduction.seed);
  return seen_later && seen_later->findings.empty();
}

/// Without the request whose answer departs in an overlap, the rest departs as the root does: at once, or once it has
/// settled where the root needs more than plain requests.
bool RootCauses::shows_without_the_overlap(const Proof& root, const Proof& other) {
  const Reproduction& seen = other.reproduction;
  const std::size_t departing = departures_of(other).own.event;
  if (!overlaps(seen.program) || departing >= seen.history.events.size()) return false;
  const auto& request = seen.history.events[departing].request;
  if (request == nullptr) return false;
  Program rest = with_prefix(seen.program, kNamePrefix, seen.prefix);
  const auto is_departing = [&](const Step& step) {
    return step.type == StepType::call && describe(step.request) == describe(*request);
  };
  const auto last = std::find_if(rest.steps.rbegin(), rest.steps.rend(), is_departing);
  if (last == rest.steps.rend()) return false;
  rest.steps.erase(std::next(last).base());
  if (has_circumstances(root.reproduction.program)) {
    const std::string& job = job_of(request->operation);
    rest.steps.push_back(settle_step(job, kHour));
    rest.steps.push_back(call(JobStats{job}));
  }
  const auto without = attempt_(with_prefix(rest, seen.prefix, kNamePrefix), seen.seed);
  if (!without || without->findings.empty()) return false;
  const Finding& finding = without->findings.front();
  return finding.clause == root.finding.clause ||
         are_alike(departure_of(finding, without->history, secured_), departures_of(root).watched);
}

}  // namespace closecheck::properties
