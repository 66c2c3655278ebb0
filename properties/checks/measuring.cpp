// Figures that are reported and never judged: how long `closing` shows, how long closing and re-opening take, and what
// a closed job still costs.
#include <map>
#include <string>

#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

constexpr int kPolls = 12;

double milliseconds(Duration span) {
  return static_cast<double>(span) / static_cast<double>(kMillisecond);
}

std::vector<Program> shows_closing(const Environment& environment) {
  const Duration step = std::max(environment.normal_close / kPolls, 5 * kMillisecond);
  Steps steps{create(), open(), post(data(0, 60)), meanwhile(1, close())};
  for (int i = 0; i < kPolls; ++i) steps.add(stats()).add(pause(step));
  return {steps.add(join_step())};
}

std::vector<Program> shows_slow_closing(const Environment& environment) {
  Steps steps{create(), open(), slow_close(environment.slow), meanwhile(1, close())};
  for (int i = 0; i < kPolls; ++i) steps.add(stats()).add(pause(environment.slow / kPolls));
  return {steps.add(join_step())};
}

void measure_closing(const History& history, const Environment&, Samples& samples) {
  Time asked = -1;
  Time first = -1;
  Time last = -1;
  for (const Event& event : history.events) {
    if (!event.request) continue;
    if (event.type == EventType::invoke && std::holds_alternative<CloseJob>(event.request->operation))
      asked = event.time;
    if (event.type != EventType::ok || asked < 0) continue;
    const auto* list = std::get_if<JobStatisticsList>(&event.response->content);
    if (list == nullptr || list->jobs.size() != 1 || list->jobs.front().state != JobState::closing) continue;
    if (first < 0) first = event.time;
    last = event.time;
  }
  if (asked < 0) return;
  samples[{C::closing_is_visible, "closing_seen_ratio"}].push_back(first < 0 ? 0 : 1);
  if (first < 0) return;
  samples[{C::closing_is_visible, "closing_first_seen_ms"}].push_back(milliseconds(first - asked));
  samples[{C::closing_is_visible, "closing_shown_ms"}].push_back(milliseconds(last - first));
}

std::vector<Program> times_closes(const Environment&) {
  std::vector<Program> programs;
  for (const int size : {1, 50, 500})
    programs.push_back(Steps{create(), open(), post(data(0, size)), close(), open(), close()});
  return programs;
}

void measure_times(const History& history, const Environment&, Samples& samples) {
  std::map<int, Time> asked;
  std::size_t records = 0;
  double close_ms = 0;
  for (const Event& event : history.events) {
    if (!event.request) continue;
    if (event.type == EventType::invoke) asked[event.process] = event.time;
    if (event.type != EventType::ok || event.response->outcome != Outcome::accepted) continue;
    const double took = milliseconds(event.time - asked[event.process]);
    const std::string size = "_" + std::to_string(records) + "_buckets";
    if (const auto* upload = std::get_if<PostData>(&event.request->operation)) records = upload->records.size();
    if (records == 0) continue;
    if (std::holds_alternative<CloseJob>(event.request->operation) && close_ms == 0) {
      close_ms = took;
      samples[{C::close_and_reopen_time, "close" + size + "_ms"}].push_back(took);
    } else if (std::holds_alternative<OpenJob>(event.request->operation) && close_ms > 0) {
      samples[{C::close_and_reopen_time, "reopen" + size + "_ms"}].push_back(took);
      samples[{C::close_and_reopen_time, "reopen_to_close" + size + "_ratio"}].push_back(took / close_ms);
    }
  }
}

std::vector<Program> weighs_jobs(const Environment&) {
  return {Steps{create(), open(), post(data(0, 200)), flush(), stats(), close(), stats()}};
}

void measure_overhead(const History& history, const Environment&, Samples& samples) {
  for (const Event& event : history.events) {
    if (event.type != EventType::ok) continue;
    const auto* list = std::get_if<JobStatisticsList>(&event.response->content);
    if (list == nullptr || list->jobs.size() != 1) continue;
    const JobStatistics& job = list->jobs.front();
    const std::string state = job.state == JobState::closed ? "closed" : "opened";
    samples[{C::closed_overhead, state + "_model_bytes"}].push_back(static_cast<double>(job.model_bytes));
    samples[{C::closed_overhead, state + "_nodes"}].push_back(job.node.empty() ? 0 : 1);
  }
}

}  // namespace

std::vector<Check> measuring_checks() {
  return {
      {"how-closing-shows", {C::closing_is_visible}, {}, shows_closing, {}, measure_closing},
      {"how-slow-closing-shows",
       {C::closing_is_visible},
       {.faults = {Fault::slow_close}},
       shows_slow_closing,
       {},
       measure_closing,
       0},
      {"how-long-closing-takes", {C::close_and_reopen_time}, {}, times_closes, {}, measure_times},
      {"what-a-closed-job-costs", {C::closed_overhead}, {}, weighs_jobs, {}, measure_overhead},
  };
}

}  // namespace closecheck::properties
