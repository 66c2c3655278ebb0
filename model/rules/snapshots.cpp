// Model snapshots: one covers all data once a normal close has returned, and a closed job makes no more of them.
#include <fmt/format.h>

#include <algorithm>

#include "rules/naming.h"
#include "rules/rules.h"

namespace closecheck::model::snapshots {
namespace {

/// More snapshots than one answer lists.
constexpr std::int64_t kListedMax = 100;

/// What the newest snapshot covers; empty: no snapshot tells of any record.
std::optional<std::int64_t> covered_by(const SnapshotList& list) {
  std::optional<std::int64_t> covered;
  for (const Snapshot& snapshot : list.snapshots)
    if (snapshot.latest_record_ms) covered = std::max(covered.value_or(INT64_MIN), *snapshot.latest_record_ms);
  return covered;
}

/// False: nothing further is to be said of the list.
bool judge_coverage(const Exchange& exchange, JobFile& job, const SnapshotList& list, RuleContext& context) {
  const std::int64_t newest_ms = job.results.newest().sure_ms;
  const std::optional<std::int64_t> covered = covered_by(list);
  // A server that does not tell what its snapshots cover.
  if (!covered && !list.snapshots.empty()) return false;
  if (!covered || *covered < newest_ms) {
    const std::string reading = context.log.cite(exchange.number);
    Finding finding =
        finding_at(exchange, Clause::close_persists_snapshot,
                   fmt::format("after {} a model snapshot covers the newest processed record, at {}",
                               context.log.cite(job.closer()), newest_ms),
                   covered ? fmt::format("{}: the newest snapshot covers records up to {}", reading, *covered)
                           : fmt::format("{}: no snapshot covers any record", reading));
    const std::size_t before = job.readings.snapshots_read;
    if (before != 0 && isolation::touched_by_other_close(job, before, context))
      name_also(finding, Clause::close_touches_one_job);
    else if (before != 0 && job.last_refused_change > before)
      name_also(finding, Clause::refused_request_changes_nothing);
    if (job.period.normal_close == 0 && job.period.timed_out_close != 0)
      stand_beside(finding, Clause::timed_out_close_goes_on);
    if (job.period.normal_close == 0 && job.period.feed_with_end != 0)
      name_also(finding, Clause::datafeed_end_closes_job);
    await_promise(exchange, job, std::move(finding), fmt::format("a snapshot that covers the record at {}", newest_ms),
                  context);
    return false;
  }
  if (!job.unmet.empty() && promise_kept_late(exchange, job, context)) return false;
  context.rulings.prove(Clause::close_persists_snapshot);
  context.rulings.prove(Clause::close_waits_for_housekeeping);
  return true;
}

}  // namespace

void judge_list(const Exchange& exchange, JobFile& job, const SnapshotList& list, RuleContext& context) {
  if (!job.is_closed_again() || !job.results.is_readable()) return;
  const bool is_covered =
      job.closed_cleanly() && job.results.took_data_since_open() && job.results.newest().sure_ms != INT64_MIN;
  if (is_covered && !judge_coverage(exchange, job, list, context)) return;
  if (force::may_still_work(job, exchange, context)) return;
  ClosedReadings& readings = job.readings;
  if (readings.snapshots_read == 0) {
    readings.snapshots_read = exchange.number;
    for (const Snapshot& snapshot : list.snapshots) readings.snapshots.push_back(snapshot.id);
    return;
  }
  if (list.count <= kListedMax)
    for (const Snapshot& snapshot : list.snapshots) {
      if (std::ranges::find(readings.snapshots, snapshot.id) != readings.snapshots.end()) continue;
      return context.rulings.accuse(
          finding_at(exchange, Clause::closed_job_refuses_analysis,
                     fmt::format("the job is closed since {}: no model snapshot is added to those of #{}",
                                 context.log.cite(job.closer()), readings.snapshots_read),
                     fmt::format("{}: a new snapshot `{}`", context.log.cite(exchange.number), snapshot.id)));
    }
  context.rulings.prove(Clause::closed_job_refuses_analysis);
}

}  // namespace closecheck::model::snapshots
