// What is read of a closed job besides its results: statistics, snapshots and configuration; and what to make of
// something that is not there yet.
#include <fmt/format.h>

#include <algorithm>

#include "model/judge_core.h"

namespace closecheck::model {
namespace {

/// An end before this has passed by any clock: milliseconds since the epoch, the year 2018.
constexpr std::int64_t kSurelyPastMs = 1'540'000'000'000;

/// Whether two reads ask for the same.
bool is_same_reading(const Request& a, const Request& b) {
  if (a.operation.index() != b.operation.index()) return false;
  if (const auto* buckets = std::get_if<GetBuckets>(&a.operation)) {
    const auto& other = std::get<GetBuckets>(b.operation);
    return buckets->from == other.from && buckets->size == other.size;
  }
  if (const auto* records = std::get_if<GetRecords>(&a.operation)) {
    const auto& other = std::get<GetRecords>(b.operation);
    return records->from == other.from && records->size == other.size;
  }
  return true;
}

// What is still missing after so long, or after so many readings, does not come any more.
constexpr Duration kLateAfter = 10 * kSecond;
constexpr std::size_t kReadingsMax = 3;

/// Paths of what a client configures; everything else is the server's own.
bool is_configured(std::string_view path) {
  for (const std::string_view root :
       {"description", "groups", "analysis_config", "analysis_limits", "data_description", "custom_settings"})
    if (path == root || (path.starts_with(root) && path[root.size()] == '.')) return true;
  return false;
}

}  // namespace

void JudgeCore::miss(const Exchange& exchange, JobFile& job, Finding finding, std::string lacked,
                     const Expectation* bucket) {
  for (Miss& known : job.misses) {
    if (!is_same_reading(*exchange_of(known.number).request, *exchange.request)) continue;
    ++known.readings;
    if (known.readings >= kReadingsMax || exchange.answered - known.time >= kLateAfter) {
      Finding never = known.finding;
      never.event = exchange.answer_event;
      if (known.readings > 1)
        never.observed += fmt::format("; {} after that, #{} shows the same",
                                      describe_duration(exchange.answered - known.time), exchange.number);
      accuse(std::move(never));
      job.misses.clear();
    } else {
      missing_ = true;
    }
    return;
  }
  job.misses.push_back({exchange.number, exchange.answered, 1, std::move(finding), std::move(lacked),
                        bucket != nullptr ? bucket->start_ms : INT64_MIN, bucket != nullptr ? bucket->lo : 0});
  missing_ = true;
}

bool JudgeCore::arrived(const Exchange& exchange, JobFile& job) {
  const auto known = std::ranges::find_if(
      job.misses, [&](const Miss& it) { return is_same_reading(*exchange_of(it.number).request, *exchange.request); });
  if (known == job.misses.end()) return false;
  const Miss late = std::move(*known);
  job.misses.erase(known);
  // Only a normal close that claimed success promised that it would be there at once.
  if (job.course.normal_close == 0 || job.course.forced != 0) return false;
  Finding finding;
  finding.clause = Clause::close_waits_for_housekeeping;
  finding.also = {late.finding.clause};
  finding.expected = fmt::format("{} is answered only when the job's housekeeping is done: {}",
                                 cite(job.course.normal_close), late.finding.expected);
  finding.observed = fmt::format("#{} lacked {}; it was there {} later, in #{}", late.number, late.lacked,
                                 describe_duration(exchange.answered - late.time), exchange.number);
  finding.event = exchange.answer_event;
  accuse(std::move(finding));
  return true;
}

void JudgeCore::give_up_waiting(JobFile& job) {
  // Only a normal close that claimed success promised that all is there at once. What another leaves behind may come a
  // little later, and who wanted to look again may have been given no answer.
  const bool was_promised = job.course.normal_close != 0 && job.course.forced == 0;
  for (Miss& known : job.misses)
    if (was_promised || known.readings > 1 || options_.in_process) accuse(std::move(known.finding));
  job.misses.clear();
}

bool JudgeCore::touched_by_other_close(const JobFile& job, std::size_t since) const {
  if (job.last_change > since) return false;
  for (std::size_t n = exchanges_.size(); n > since; --n) {
    const Exchange& other = exchange_of(n);
    const auto targets = targets_of(other);
    if (other.is_close && std::ranges::find(targets, job.index) == targets.end()) return true;
  }
  return false;
}

void JudgeCore::look(const Exchange& exchange, JobFile& job, const Response& response) {
  if (!is_read(exchange.meant) || !exchange.quiet || exchange.is_part || !job.judged || job.blurred) return;
  const Operation& operation = exchange.request->operation;
  if (const auto* buckets = std::get_if<GetBuckets>(&operation)) {
    if (const auto* page = std::get_if<BucketPage>(&response.content))
      look_at_buckets(exchange, job, *page, static_cast<std::size_t>(std::max(0, buckets->from.value_or(0))),
                      static_cast<std::size_t>(std::max(0, buckets->size.value_or(100))));
  } else if (const auto* records = std::get_if<GetRecords>(&operation)) {
    if (const auto* page = std::get_if<RecordPage>(&response.content))
      look_at_records(exchange, job, *page, static_cast<std::size_t>(std::max(0, records->from.value_or(0))),
                      static_cast<std::size_t>(std::max(0, records->size.value_or(100))));
  } else if (std::holds_alternative<GetSnapshots>(operation)) {
    if (const auto* list = std::get_if<SnapshotList>(&response.content)) look_at_snapshots(exchange, job, *list);
  } else if (std::holds_alternative<JobStats>(operation)) {
    if (const auto* list = std::get_if<JobStatisticsList>(&response.content))
      for (const JobStatistics& statistics : list->jobs)
        if (statistics.job == job.name) look_at_statistics(exchange, job, statistics);
  } else if (const auto* asked = std::get_if<DatafeedStats>(&operation)) {
    if (const auto* list = std::get_if<DatafeedStatisticsList>(&response.content))
      for (const DatafeedStatistics& statistics : list->feeds)
        if (statistics.feed == asked->feed) job.course.feed_seen_running = statistics.state != "stopped";
  } else if (std::holds_alternative<GetJob>(operation)) {
    if (const auto* list = std::get_if<JobDescriptionList>(&response.content))
      for (const JobDescription& description : list->jobs)
        if (description.job == job.name) look_at_metadata(exchange, job, description);
  }
}

bool JudgeCore::accuse_endless_feed(const Exchange& exchange, JobFile& job, const JobStatistics& statistics) {
  const Course& course = job.course;
  const bool let_be = course.feed_with_end == 0 || !job.is_settled() || statistics.state != JobState::opened ||
                      course.normal_close != 0 || course.timed_out_close != 0 || course.lost_close != 0 ||
                      course.forced != 0 || course.failed_fault || course.feed_seen_running;
  if (let_be) return false;
  // A feed whose end is still to come may rightly wait for it.
  const auto* start = std::get_if<StartDatafeed>(&exchange_of(course.feed_with_end).request->operation);
  if (start == nullptr || !start->end_ms || *start->end_ms >= kSurelyPastMs) return false;
  Finding finding;
  finding.clause = Clause::datafeed_end_closes_job;
  finding.expected = fmt::format("{} has its end in the past: the feed stops there and its job reads closed",
                                 cite(course.feed_with_end));
  finding.observed = fmt::format("{}: still opened", cite(exchange.number));
  finding.event = exchange.answer_event;
  accuse(std::move(finding));
  return true;
}

bool JudgeCore::may_still_work(const JobFile& job) const {
  if (job.course.forced == 0) return false;
  return !job.is_settled() || now_ < exchange_of(job.course.forced).answered + options_.forced_rest;
}

void JudgeCore::look_at_statistics(const Exchange& exchange, JobFile& job, const JobStatistics& statistics) {
  if (accuse_endless_feed(exchange, job, statistics)) return;
  if (job.now == JobState::opened && statistics.state == JobState::opened) {
    job.model_bytes_open = statistics.model_bytes;
    job.model_bytes_number = exchange.number;
  }
  if (job.now != JobState::closed || statistics.state != JobState::closed) return;
  if (job.times_closed == 0 || !look_at_model(exchange, job, statistics)) return;
  const std::size_t closer = job.closer();
  const auto accuse_here = [&](Clause clause, std::string expected, std::string observed) -> Finding& {
    Finding finding;
    finding.clause = clause;
    finding.expected = std::move(expected);
    finding.observed = fmt::format("{}: {}", cite(exchange.number), observed);
    finding.event = exchange.answer_event;
    accuse(std::move(finding));
    return accusations_.back();
  };
  if (statistics.counts_told && job.ledger.is_readable() && !job.ledger.has_exact_counts() && job.closed_cleanly()) {
    // The oracle hears of exact counts only; after overlapping posts these bounds are left.
    const std::int64_t counted = statistics.counts.processed_records;
    const std::int64_t lo = job.ledger.total_lo();
    const std::int64_t hi = job.ledger.total_hi();
    if (counted > hi) {
      accuse_here(Clause::accepted_data_is_kept, fmt::format("at most {} records, for no more were sent", hi),
                  fmt::format("{} processed records", counted));
      return;
    }
    if (counted < lo) {
      Finding finding;
      finding.clause = Clause::close_flushes_buffers;
      finding.also = {Clause::accepted_data_is_kept};
      finding.expected = fmt::format("at least {} records, which were accepted before {}", lo, cite(closer));
      finding.observed = fmt::format("{}: {} processed records", cite(exchange.number), counted);
      finding.event = exchange.answer_event;
      return miss(exchange, job, std::move(finding), fmt::format("{} records in the counts", lo - counted));
    }
  }
  if (!job.misses.empty() && arrived(exchange, job)) return;
  if (may_still_work(job)) return;
  if (!statistics.node.empty()) {
    accuse_here(Clause::closed_job_is_idle,
                fmt::format("the job is closed since {}: its statistics name no node", cite(closer)),
                fmt::format("node `{}`", statistics.node));
    return;
  }
  IdleReading reading{exchange.number, statistics.counts, statistics.counts_told, statistics.model_bytes, {}};
  if (statistics.open_time) reading.open_time = parse_duration(*statistics.open_time);
  if (!job.idle) {
    job.idle = reading;
    return;
  }
  const IdleReading& before = *job.idle;
  if (before.open_time && reading.open_time && *reading.open_time > *before.open_time) {
    accuse_here(Clause::closed_job_is_idle,
                fmt::format("the job is closed since {}: its open time does not grow", cite(closer)),
                fmt::format("open time {}, after {} in #{}", *statistics.open_time,
                            describe_duration(*before.open_time), before.number));
    return;
  }
  // The oracle holds processed records against what was posted; whatever else is counted must not move either.
  const DataCounts& now = reading.counts;
  const bool moved =
      before.counts_told && reading.counts_told &&
      (now.processed_records != before.counts.processed_records || now.input_records != before.counts.input_records ||
       now.invalid_dates != before.counts.invalid_dates || now.out_of_order != before.counts.out_of_order ||
       now.buckets != before.counts.buckets || now.latest_record_ms != before.counts.latest_record_ms);
  const bool model_grew = before.model_bytes > 0 && reading.model_bytes > before.model_bytes;
  if (!moved && !model_grew) return;
  if (job.last_refused_change > before.number) {
    accuse_here(Clause::refused_request_changes_nothing,
                fmt::format("{} was refused and changes nothing", cite(job.last_refused_change)),
                fmt::format("the statistics of the closed job differ from those of #{}", before.number))
        .also = {Clause::closed_job_refuses_analysis};
    return;
  }
  const bool other = touched_by_other_close(job, before.number);
  Finding& finding = accuse_here(
      other ? Clause::close_touches_one_job : Clause::closed_job_refuses_analysis,
      fmt::format("the job is closed since {}: its counts and its model stay as #{} read them", cite(closer),
                  before.number),
      fmt::format("{} processed records (before: {}), {} buckets (before: {}), {} bytes of model (before: {})",
                  now.processed_records, before.counts.processed_records, now.buckets, before.counts.buckets,
                  reading.model_bytes, before.model_bytes));
  finding.also = {other ? Clause::closed_job_refuses_analysis : Clause::close_waits_for_housekeeping};
}

bool JudgeCore::look_at_model(const Exchange& exchange, JobFile& job, const JobStatistics& statistics) {
  const bool compares = job.closed_cleanly() && job.model_bytes_number > job.last_post && job.model_bytes_open > 0 &&
                        job.model_bytes_number > job.course.opened_by && !job.idle;
  if (!compares) return true;
  // So many buckets of history are more than any analysis of the next one needs.
  constexpr std::size_t kBucketsMany = 40;
  std::size_t passed = 0;
  for (const Expectation& expected : job.ledger.buckets())
    if (expected.lo > expected.early && job.ledger.has_passed(expected.start_ms)) ++passed;
  if (statistics.model_bytes == 0) job.model_vanished = true;
  if (statistics.model_bytes > 0 && statistics.model_bytes < job.model_bytes_open) {
    evidence_.add(Clause::close_prunes_model);
    return true;
  }
  if (!options_.in_process || (!job.model_vanished && passed < kBucketsMany)) return true;
  Finding finding;
  finding.clause = Clause::close_prunes_model;
  finding.event = exchange.answer_event;
  finding.observed = fmt::format("{}: {} bytes of model, after {} before the close, in #{}", cite(exchange.number),
                                 statistics.model_bytes, job.model_bytes_open, job.model_bytes_number);
  finding.expected = job.model_vanished
                         ? fmt::format("{} keeps the history that the job needs", cite(job.closer()))
                         : fmt::format("{} drops history of the {} buckets since {} that is no longer needed",
                                       cite(job.closer()), passed, cite(job.course.opened_by));
  miss(exchange, job, std::move(finding), "the pruned model");
  return false;
}

void JudgeCore::look_at_snapshots(const Exchange& exchange, JobFile& job, const SnapshotList& list) {
  if (job.now != JobState::closed || job.times_closed == 0 || !job.ledger.is_readable()) return;
  const std::int64_t newest_ms = job.ledger.newest_lo_ms();
  const std::size_t closer = job.closer();
  if (job.closed_cleanly() && job.ledger.took_data_since_open() && newest_ms != INT64_MIN) {
    std::optional<std::int64_t> covered;
    bool told = list.snapshots.empty();
    for (const Snapshot& snapshot : list.snapshots) {
      if (!snapshot.latest_record_ms) continue;
      told = true;
      covered = std::max(covered.value_or(INT64_MIN), *snapshot.latest_record_ms);
    }
    if (!told) return;  // a server that does not tell what its snapshots cover
    if (!covered || *covered < newest_ms) {
      Finding finding;
      finding.clause = Clause::close_persists_snapshot;
      finding.expected =
          fmt::format("after {} a model snapshot covers the newest processed record, at {}", cite(closer), newest_ms);
      finding.observed =
          covered ? fmt::format("{}: the newest snapshot covers records up to {}", cite(exchange.number), *covered)
                  : fmt::format("{}: no snapshot covers any record", cite(exchange.number));
      finding.event = exchange.answer_event;
      if (job.course.normal_close == 0 && job.course.timed_out_close != 0)
        finding.also = {Clause::timed_out_close_goes_on};
      return miss(exchange, job, std::move(finding), fmt::format("a snapshot that covers the record at {}", newest_ms));
    }
    if (!job.misses.empty() && arrived(exchange, job)) return;
    evidence_.add(Clause::close_persists_snapshot);
    evidence_.add(Clause::close_waits_for_housekeeping);
  }
  if (may_still_work(job)) return;
  for (const Snapshot& snapshot : list.snapshots) {
    if (job.snapshots_read == 0 || list.count > 100) break;
    if (std::ranges::find(job.snapshots, snapshot.id) != job.snapshots.end()) continue;
    Finding finding;
    finding.clause = Clause::closed_job_refuses_analysis;
    finding.expected = fmt::format("the job is closed since {}: no model snapshot is added to those of #{}",
                                   cite(closer), job.snapshots_read);
    finding.observed = fmt::format("{}: a new snapshot `{}`", cite(exchange.number), snapshot.id);
    finding.event = exchange.answer_event;
    return accuse(std::move(finding));
  }
  if (job.snapshots_read != 0) {
    evidence_.add(Clause::closed_job_refuses_analysis);
    return;
  }
  job.snapshots_read = exchange.number;
  for (const Snapshot& snapshot : list.snapshots) job.snapshots.push_back(snapshot.id);
}

void JudgeCore::look_at_metadata(const Exchange& exchange, JobFile& job, const JobDescription& description) {
  if (job.update_lost) return;
  const bool was_closed = job.close_since_metadata > job.metadata_number && job.metadata_number != 0;
  std::size_t compared = 0;
  if (job.metadata_number != 0) {
    for (const auto& [path, value] : job.metadata) {
      ++compared;
      const auto now = std::ranges::find(description.members, path, [](const auto& member) { return member.first; });
      if (now != description.members.end() && now->second == value) continue;
      const bool by_refused = job.refused_update > job.metadata_number;
      // While a job is open the page says nothing of its configuration.
      if (!by_refused && !(job.now == JobState::closed && was_closed)) break;
      Finding finding;
      finding.clause =
          by_refused && !was_closed ? Clause::refused_request_changes_nothing : Clause::closed_job_keeps_metadata;
      if (by_refused && was_closed) finding.also = {Clause::refused_request_changes_nothing};
      finding.expected =
          fmt::format("`{}` is {} as in #{}{}", path, value, job.metadata_number,
                      was_closed ? fmt::format(", also after {}", cite(job.close_since_metadata)) : std::string());
      finding.observed =
          fmt::format("{}: {}", cite(exchange.number),
                      now != description.members.end() ? "`" + path + "` is " + now->second : "`" + path + "` is gone");
      finding.event = exchange.answer_event;
      return accuse(std::move(finding));
    }
  }
  if (compared > 0 && was_closed && job.now == JobState::closed) evidence_.add(Clause::closed_job_keeps_metadata);
  if (compared > 0 && job.refused_update > job.metadata_number) evidence_.add(Clause::refused_request_changes_nothing);
  if (was_closed && job.now == JobState::closed) return;
  job.metadata.clear();
  for (const auto& member : description.members)
    if (is_configured(member.first)) job.metadata.push_back(member);
  job.metadata_number = exchange.number;
}

}  // namespace closecheck::model
