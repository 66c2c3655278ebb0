// Data: what the statistics of a closed job show besides the state and the record counts that the oracle holds.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "rules/naming.h"
#include "rules/rules.h"

namespace closecheck::model::data {
namespace {

/// So many buckets of history are more than any analysis of the next one needs.
constexpr std::size_t kBucketsMany = 40;

/// False: the model's size may only be late.
bool judge_model_size(const Exchange& exchange, JobFile& job, const JobStatistics& statistics, RuleContext& context) {
  ModelReading& model = job.model;
  const bool compares = job.closed_cleanly() && model.number > job.last_post && model.bytes_open > 0 &&
                        model.number > job.period.opened_by && !job.readings.idle;
  if (!compares) return true;
  if (statistics.model_bytes == 0) model.vanished = true;
  if (statistics.model_bytes > 0 && statistics.model_bytes < model.bytes_open) {
    context.rulings.prove(Clause::close_prunes_model);
    return true;
  }
  const std::size_t passed = job.results.passed_since_open();
  if (!context.options.in_process || (!model.vanished && passed < kBucketsMany)) return true;
  const std::string closer = context.log.cite(job.closer());
  std::string expected = model.vanished
                             ? fmt::format("{} keeps the history that the job needs", closer)
                             : fmt::format("{} drops history of the {} buckets since {} that is no longer needed",
                                           closer, passed, context.log.cite(job.period.opened_by));
  await_promise(exchange, job,
                finding_at(exchange, Clause::close_prunes_model, std::move(expected),
                           fmt::format("{}: {} bytes of model, after {} before the close, in #{}",
                                       context.log.cite(exchange.number), statistics.model_bytes, model.bytes_open,
                                       model.number)),
                "the pruned model", context);
  return false;
}

/// Whether anything that statistics count differs between two readings of a closed job. The oracle holds processed
/// records against what was posted; whatever else is counted must not move either.
bool has_moved(const IdleReading& before, const IdleReading& now) {
  const bool model_grew = before.model_bytes > 0 && now.model_bytes > before.model_bytes;
  return model_grew || (before.counts_told && now.counts_told && before.counts != now.counts);
}

/// The first of the counts that is less than it was; empty: none is.
std::string lost_of(const DataCounts& before, const DataCounts& now) {
  constexpr std::array kCounts{std::pair{"input records", &DataCounts::input_records},
                               std::pair{"invalid dates", &DataCounts::invalid_dates},
                               std::pair{"records out of order", &DataCounts::out_of_order},
                               std::pair{"missing fields", &DataCounts::missing_fields}};
  const auto lost =
      std::ranges::find_if(kCounts, [&](const auto& count) { return now.*count.second < before.*count.second; });
  if (lost == kCounts.end()) return {};
  return fmt::format("{} {} (before: {})", now.*lost->second, lost->first, before.*lost->second);
}

/// Whether something that was counted before the close, or before the job was opened again, is not counted any more.
bool await_counts(const Exchange& exchange, JobFile& job, const DataCounts& now, RuleContext& context) {
  if (job.earlier.counts_number == 0 || !job.closed_cleanly()) return false;
  const std::string lost = lost_of(job.earlier.counts, now);
  if (lost.empty()) return false;
  await_promise(exchange, job,
                finding_at(exchange, Clause::accepted_data_is_kept,
                           fmt::format("after {} the job counts what it counted before, in {}",
                                       context.log.cite(job.closer()), context.log.cite(job.earlier.counts_number)),
                           fmt::format("{}: {}", context.log.cite(exchange.number), lost)),
                "what had been counted", context);
  return true;
}

void accuse_of_change(const Exchange& exchange, const JobFile& job, const IdleReading& now, RuleContext& context) {
  const IdleReading& before = *job.readings.idle;
  Finding finding = finding_at(
      exchange, Clause::closed_job_refuses_analysis,
      fmt::format("the job is closed since {}: its counts and its model stay as #{} read them",
                  context.log.cite(job.closer()), before.number),
      fmt::format("{}: {} processed records (before: {}), {} buckets (before: {}), {} bytes of model (before: {})",
                  context.log.cite(exchange.number), now.counts.processed_records, before.counts.processed_records,
                  now.counts.buckets, before.counts.buckets, now.model_bytes, before.model_bytes));
  if (job.last_refused_change > before.number) {
    finding.expected += fmt::format("; {} was refused and changes nothing", context.log.cite(job.last_refused_change));
    name_also(finding, Clause::refused_request_changes_nothing);
  } else if (isolation::touched_by_other_close(job, before.number, context)) {
    name_also(finding, Clause::close_touches_one_job);
  } else {
    stand_beside(finding, Clause::close_waits_for_housekeeping);
  }
  context.rulings.accuse(std::move(finding));
}

/// Whether the statistics show that the closed job still costs the cluster something.
bool accuse_of_cost(const Exchange& exchange, const JobFile& job, const JobStatistics& statistics,
                    const IdleReading& reading, RuleContext& context) {
  const auto accuse = [&](std::string_view expected, const std::string& observed) {
    context.rulings.accuse(
        finding_at(exchange, Clause::closed_job_is_idle,
                   fmt::format("the job is closed since {}: {}", context.log.cite(job.closer()), expected),
                   fmt::format("{}: {}", context.log.cite(exchange.number), observed)));
    return true;
  };
  if (!statistics.node.empty()) return accuse("its statistics name no node", fmt::format("node `{}`", statistics.node));
  if (!job.readings.idle) return false;
  const IdleReading& before = *job.readings.idle;
  if (!before.open_time || !reading.open_time || *reading.open_time <= *before.open_time) return false;
  return accuse("its open time does not grow", fmt::format("open time {}, after {} in #{}", *statistics.open_time,
                                                           describe_duration(*before.open_time), before.number));
}

}  // namespace

void judge_statistics(const Exchange& exchange, JobFile& job, const JobStatistics& statistics, RuleContext& context) {
  if (datafeeds::accuse_endless_feed(exchange, job, statistics, context)) return;
  if (job.now == JobState::opened && statistics.state == JobState::opened) {
    job.model.bytes_open = statistics.model_bytes;
    job.model.number = exchange.number;
    if (statistics.counts_told && lost_of(job.earlier.counts, statistics.counts).empty())
      job.keep_counts(statistics.counts, exchange.number);
  }
  if (job.now != JobState::closed || statistics.state != JobState::closed) return;
  const bool rests = !force::may_still_work(job, exchange, context);
  // What was queued may be counted only when the job is open again.
  if (rests && statistics.counts_told && job.period.queued_post == 0) {
    job.results.rebase(statistics.counts);
    if (!job.records_now) {
      job.oracle.learn_count(statistics.counts.processed_records);
      job.period.count_learned = true;
    }
  }
  if (job.times_closed == 0 || !judge_model_size(exchange, job, statistics, context)) return;
  if (rests && statistics.counts_told && await_counts(exchange, job, statistics.counts, context)) return;
  if (!job.unmet.empty() && promise_kept_late(exchange, job, context)) return;
  if (!rests) return;
  if (statistics.counts_told) job.keep_counts(statistics.counts, exchange.number);
  IdleReading reading{exchange.number, statistics.counts, statistics.counts_told, statistics.model_bytes, {}};
  if (statistics.open_time) reading.open_time = parse_duration(*statistics.open_time);
  if (accuse_of_cost(exchange, job, statistics, reading, context)) return;
  if (!job.readings.idle)
    job.readings.idle = reading;
  else if (has_moved(*job.readings.idle, reading))
    accuse_of_change(exchange, job, reading, context);
}

}  // namespace closecheck::model::data
