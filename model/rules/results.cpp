// Results: complete, final and never twice after a close, the same ever after, page by page.
#include <fmt/format.h>

#include <algorithm>

#include "rules/naming.h"
#include "rules/rules.h"

namespace closecheck::model::results {
namespace {

/// A page of results: where it begins, how many it asked for, and the total that it tells.
struct PageFrame {
  std::size_t from = 0;
  std::size_t size = 0;
  std::optional<std::size_t> total;
};

/// `total` is empty for pages of servers that count only the page itself.
PageFrame frame_of(const std::optional<int>& from, const std::optional<int>& size, std::int64_t count,
                   std::size_t rows) {
  PageFrame frame{static_cast<std::size_t>(std::max(0, from.value_or(0))),
                  static_cast<std::size_t>(std::max(0, size.value_or(100))), std::nullopt};
  const std::size_t end = frame.from + rows;
  const std::size_t counted = static_cast<std::size_t>(std::max<std::int64_t>(count, 0));
  const bool is_last = rows < frame.size && (rows > 0 || frame.from == 0);
  // On a full first page the count may be that of the page alone.
  if (is_last || (frame.from > 0 && counted == end))
    frame.total = end;
  else if (counted > end)
    frame.total = counted;
  return frame;
}

/// Whether a page differs from what was read before only by what was missing there.
bool is_fuller(const ObservedRows<Bucket>& before, const std::vector<Bucket>& page, std::size_t from) {
  for (std::size_t i = 0; i < page.size(); ++i) {
    const Bucket* old = before.at(from + i);
    if (old == nullptr) continue;
    if (page[i].start_ms != old->start_ms || page[i].event_count < old->event_count) return false;
    if (page[i].interim && !old->interim) return false;
  }
  return true;
}

std::string describe_row(const Bucket& bucket) {
  return fmt::format("bucket {} with {} record{}{}", bucket.start_ms, bucket.event_count,
                     bucket.event_count == 1 ? "" : "s", bucket.interim ? ", interim" : "");
}
std::string describe_row(const AnomalyRecord& record) {
  return fmt::format("record of bucket {} ({}{}{}, score {:.3g}{})", record.start_ms, record.function,
                     record.entity.empty() ? "" : " of ", record.entity, record.score,
                     record.interim ? ", interim" : "");
}

/// A page that departs from what was read before; empty while none does.
struct Departure {
  std::string expected;
  std::string observed;
  bool added = false;  // something new, rather than something gone or altered
};

template <class Row>
std::optional<Departure> departure(const ObservedRows<Row>& before, const std::vector<Row>& page,
                                   const PageFrame& frame) {
  const std::optional<std::size_t>& total = frame.total;
  for (std::size_t i = 0; i < page.size(); ++i) {
    const std::size_t at = frame.from + i;
    if (before.total() && at >= *before.total()) {
      const bool known = before.find(page[i].start_ms).has_value();
      return Departure{fmt::format("{} results in all", *before.total()),
                       fmt::format("at position {} {}{}", at, known ? "once more " : "a new ", describe_row(page[i])),
                       !known};
    }
    const Row* old = before.at(at);
    if (old == nullptr || *old == page[i]) continue;
    const bool inserted = total && before.total() && *total > *before.total();
    return Departure{fmt::format("at position {} {}", at, describe_row(*old)),
                     fmt::format("at position {} {}", at, describe_row(page[i])), inserted};
  }
  if (total && before.total() && *total != *before.total())
    return Departure{fmt::format("{} results in all", *before.total()), fmt::format("{} results in all", *total),
                     *total > *before.total()};
  const Row* beyond = total ? before.at(*total) : nullptr;
  if (beyond != nullptr)
    return Departure{fmt::format("at position {} {}", *total, describe_row(*beyond)),
                     fmt::format("the results end at position {}", *total), false};
  return std::nullopt;
}

/// A changed reading of a closed job: by whom, as far as the history tells.
Finding changed(const Exchange& exchange, const JobFile& job, std::size_t before, const Departure& change,
                const RuleContext& context) {
  Finding finding = finding_at(exchange, Clause::closed_job_keeps_results,
                               fmt::format("the job is closed since {}: its results stay as #{} read them, {}",
                                           context.log.cite(job.closer()), before, change.expected),
                               fmt::format("{}: {}", context.log.cite(exchange.number), change.observed));
  if (change.added) {
    finding.clause = Clause::closed_job_refuses_analysis;
    finding.also = {Clause::closed_job_keeps_results};
  }
  if (isolation::touched_by_other_close(job, before, context))
    name_also(finding, Clause::close_touches_one_job);
  else if (job.last_refused_change > before)
    name_also(finding, Clause::refused_request_changes_nothing);
  return finding;
}

/// Whether an earlier reading of the closed job showed the bucket with fewer records.
bool reads_less(const JobFile& job, const Bucket& bucket) {
  if (job.now != JobState::closed) return false;
  const ObservedRows<Bucket>& observed = job.readings.buckets;
  const std::optional<std::size_t> at = observed.find(bucket.start_ms);
  return at && observed.at(*at)->event_count < bucket.event_count;
}

/// Whether a bucket shows more than was ever sent for it; open jobs are held to this too.
bool accuse_excess(const Exchange& exchange, JobFile& job, const Bucket& bucket, RuleContext& context) {
  const BucketExpectation* expected = job.results.find(bucket.start_ms);
  const std::int64_t hi = expected != nullptr ? expected->hi : 0;
  if (bucket.event_count <= hi) return false;
  const std::int64_t refused = expected != nullptr ? expected->refused : 0;
  const std::int64_t early = expected != nullptr ? job.results.early_of(*expected) : 0;
  Finding finding = finding_at(
      exchange, Clause::accepted_data_is_kept,
      fmt::format("bucket {} counts at most the {} record{} sent for it", bucket.start_ms, hi, hi == 1 ? "" : "s"),
      fmt::format("{}: {}", context.log.cite(exchange.number), describe_row(bucket)));
  if (refused > 0 && bucket.event_count <= hi + refused) {
    name_also(finding, Clause::refused_request_changes_nothing);
  } else if (early > 0 && bucket.event_count == hi + early && job.times_opened > 1) {
    finding.clause = Clause::reopen_continues_analysis;
    finding.also = {Clause::accepted_data_is_kept};
    finding.observed += ", the records from before the re-open twice";
  } else if (reads_less(job, bucket)) {
    const Departure change{fmt::format("where bucket {} was no more than what was sent for it", bucket.start_ms),
                           describe_row(bucket), false};
    finding = changed(exchange, job, job.readings.buckets.first(), change, context);
    stand_beside(finding, Clause::accepted_data_is_kept);
  }
  context.rulings.accuse(std::move(finding));
  return true;
}

/// The clause that a bucket breaks which lacks records, or all of it, after a clean close.
void name_lack(Finding& finding, const JobFile& job, const BucketExpectation& expected, std::int64_t counted) {
  const std::int64_t early = job.results.early_of(expected);
  const bool straddles = expected.cut && early > 0;
  // What the re-open had left there the close has taken.
  const bool outlived_reopen = job.results.period() > 0 && expected.outlived == job.results.period();
  if ((expected.seen && !outlived_reopen) || (straddles && counted >= expected.lo - early)) {
    finding.clause = straddles && job.model.vanished ? Clause::close_prunes_model : Clause::reopen_continues_analysis;
    stand_beside(finding, Clause::reopen_continues_analysis);
    stand_beside(finding, Clause::accepted_data_is_kept);
    stand_beside(finding, Clause::close_flushes_buffers);
    if (straddles) stand_beside(finding, Clause::close_prunes_model);
    return;
  }
  if (expected.seen) stand_beside(finding, Clause::reopen_continues_analysis);
  if (job.period.normal_close == 0 && job.period.timed_out_close != 0)
    name_also(finding, Clause::timed_out_close_goes_on);
  else if (job.period.normal_close == 0 && job.period.feed_with_end != 0)
    name_also(finding, Clause::datafeed_end_closes_job);
  else
    stand_beside(finding, Clause::accepted_data_is_kept);
}

/// Whether a reading asks for the bucket, however its bounds are meant.
bool surely_takes(const Selection& selection, std::int64_t start_ms) {
  return (!selection.at_ms || start_ms == *selection.at_ms) &&
         (!selection.start_ms || start_ms > *selection.start_ms) && (!selection.end_ms || start_ms < *selection.end_ms);
}

/// Waits for what `rows` lack, which are all that were asked for of a job that closed cleanly. False: they lack
/// nothing.
bool await_lacking(const Exchange& exchange, JobFile& job, std::span<const Bucket> rows, const Selection& selection,
                   RuleContext& context) {
  std::size_t next = 0;
  for (const BucketExpectation& expected : job.results.buckets()) {
    if (expected.lo == 0 || !job.results.has_passed(expected.start_ms)) continue;
    if (!surely_takes(selection, expected.start_ms)) continue;
    const auto end = rows.end();
    const auto is_it = [&](const Bucket& it) { return it.start_ms == expected.start_ms; };
    // Both are mostly in the same order.
    auto row = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(next), end, is_it);
    if (row == end) row = std::find_if(rows.begin(), end, is_it);
    if (row != end) next = static_cast<std::size_t>(row - rows.begin());
    const std::int64_t counted = row != end ? row->event_count : 0;
    if (counted >= expected.lo) continue;
    std::string lacked = row == end ? fmt::format("bucket {}", expected.start_ms)
                                    : fmt::format("{} records of bucket {}", expected.lo - counted, expected.start_ms);
    const std::string reading = context.log.cite(exchange.number);
    Finding finding = finding_at(
        exchange, Clause::close_flushes_buffers,
        fmt::format("after {} the results have bucket {} with all its {} record{}, for the data has passed it",
                    context.log.cite(job.closer()), expected.start_ms, expected.lo, expected.lo == 1 ? "" : "s"),
        row == end ? fmt::format("{}: no bucket {}", reading, expected.start_ms)
                   : fmt::format("{}: {}", reading, describe_row(*row)));
    name_lack(finding, job, expected, counted);
    if (selection.exclude_interim.value_or(false)) stand_beside(finding, Clause::close_finalizes_results);
    await_promise(exchange, job, std::move(finding), std::move(lacked), context, &expected);
    return true;
  }
  return false;
}

/// Whether a bucket stands twice on the page, or on another page as well.
bool accuse_repetition(const Exchange& exchange, const JobFile& job, const std::vector<Bucket>& page, std::size_t from,
                       RuleContext& context) {
  const bool ascends = std::ranges::adjacent_find(page, std::ranges::greater_equal{}, &Bucket::start_ms) == page.end();
  const ObservedRows<Bucket>& observed = job.readings.buckets;
  const auto accuse = [&](Clause clause, std::string expected, const std::string& seen) {
    context.rulings.accuse(finding_at(exchange, clause, std::move(expected),
                                      fmt::format("{}: {}", context.log.cite(exchange.number), seen)));
    return true;
  };
  for (std::size_t i = 0; i < page.size(); ++i) {
    const std::int64_t start = page[i].start_ms;
    const auto before = page.begin() + static_cast<std::ptrdiff_t>(i);
    if (!ascends &&
        std::find_if(page.begin(), before, [&](const Bucket& it) { return it.start_ms == start; }) != before) {
      return accuse(Clause::accepted_data_is_kept, "every bucket stands in the results once",
                    fmt::format("bucket {} twice", start));
    }
    if (from == 0 && page.size() >= observed.size()) continue;
    if (const auto at = observed.find(start, from, from + page.size()))
      return accuse(Clause::closed_job_keeps_results,
                    fmt::format("every bucket stands on one page; #{} showed bucket {} at position {}",
                                observed.first(), start, *at),
                    fmt::format("the same bucket at position {}", from + i));
  }
  return false;
}

/// Whether the page ends before the results do that its own answer counts.
bool accuse_short_page(const Exchange& exchange, const BucketPage& page, const PageFrame& frame, RuleContext& context) {
  const std::size_t rows = page.buckets.size();
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(page.count, 0));
  if (rows >= frame.size || frame.from + rows >= count || rows == count) return false;
  context.rulings.accuse(finding_at(
      exchange, Clause::closed_job_keeps_results,
      fmt::format("the {} results that the answer counts can be paged through", page.count),
      fmt::format("{}: the page from {} ends after {}", context.log.cite(exchange.number), frame.from, rows)));
  return true;
}

/// While a job is open again, and when it was closed by force, its earlier, final results stay.
void judge_earlier_buckets(const Exchange& exchange, JobFile& job, const BucketPage& page, const PageFrame& frame,
                           RuleContext& context) {
  if (frame.from != 0 || !frame.total || *frame.total != page.buckets.size()) return;
  bool any = false;
  for (BucketExpectation& expected : job.results.buckets()) {
    const std::int64_t early = job.results.early_of(expected);
    if (!expected.seen || early == 0) continue;
    any = true;
    const auto row = std::ranges::find(page.buckets, expected.start_ms, &Bucket::start_ms);
    if (row != page.buckets.end() && row->event_count >= early) {
      if (job.now == JobState::opened) expected.outlived = job.results.period();
      continue;
    }
    const std::string reading = context.log.cite(exchange.number);
    context.rulings.accuse(finding_at(exchange, Clause::reopen_continues_analysis,
                                      fmt::format("bucket {} stays with its {} records, as it was read before {}",
                                                  expected.start_ms, early, context.log.cite(job.period.opened_by)),
                                      row == page.buckets.end() ? fmt::format("{}: no such bucket", reading)
                                                                : fmt::format("{}: {}", reading, describe_row(*row))));
    return;
  }
  if (any) context.rulings.prove(Clause::reopen_continues_analysis);
}

/// A whole reading that lacks nothing.
void learn_of_results(JobFile& job, RuleContext& context) {
  bool any_passed = false;
  bool any_new = false;
  bool any_earlier = false;
  for (BucketExpectation& expected : job.results.buckets()) {
    if (expected.lo == 0 || !job.results.has_passed(expected.start_ms)) continue;
    any_passed = true;
    any_new = any_new || expected.lo > job.results.early_of(expected);
    any_earlier = any_earlier || job.results.early_of(expected) > 0;
    expected.seen = true;
  }
  if (!any_passed) return;
  context.rulings.prove(Clause::close_finalizes_results);
  if (any_earlier && job.times_opened > 1) context.rulings.prove(Clause::reopen_continues_analysis);
  if (!any_new) return;
  if (job.period.normal_close != 0) context.rulings.prove(Clause::close_waits_for_housekeeping);
  if (job.readings.counts_fitted && !job.readings.buckets_fitted) context.rulings.prove(Clause::close_flushes_buffers);
  job.readings.buckets_fitted = true;
}

/// Whether the page departs from what was read of this closed job before, and not only by what was awaited.
bool accuse_change(const Exchange& exchange, JobFile& job, const BucketPage& page, const PageFrame& frame,
                   RuleContext& context) {
  ObservedRows<Bucket>& observed = job.readings.buckets;
  if (observed.empty()) return false;
  const auto change = departure(observed, page.buckets, frame);
  if (!change) return false;
  const bool awaited = !job.unmet.empty() && (change->added || is_fuller(observed, page.buckets, frame.from));
  if (awaited) {
    observed.clear();
    return false;
  }
  context.rulings.accuse(changed(exchange, job, observed.first(), *change, context));
  return true;
}

/// Waits for the final result of a bucket that is interim though the data has passed it. False: there is none.
bool await_final(const Exchange& exchange, JobFile& job, const BucketPage& page, RuleContext& context) {
  for (const Bucket& bucket : page.buckets) {
    if (!bucket.interim || !job.results.has_passed(bucket.start_ms)) continue;
    await_promise(exchange, job,
                  finding_at(exchange, Clause::close_finalizes_results,
                             fmt::format("after {} bucket {} is final, for the data has passed it",
                                         context.log.cite(job.closer()), bucket.start_ms),
                             fmt::format("{}: {}", context.log.cite(exchange.number), describe_row(bucket))),
                  fmt::format("the final result of bucket {}", bucket.start_ms), context);
    return true;
  }
  return false;
}

/// Whether a bucket is not what it was when this closed job was read before.
bool accuse_changed_bucket(const Exchange& exchange, const JobFile& job, const BucketPage& page,
                           const Selection& selection, bool is_whole, RuleContext& context) {
  const ObservedRows<Bucket>& observed = job.readings.buckets;
  for (std::size_t at = 0; at < observed.end(); ++at) {
    const Bucket* before = observed.at(at);
    if (before == nullptr || before->interim || !surely_takes(selection, before->start_ms)) continue;
    const auto row = std::ranges::find(page.buckets, before->start_ms, &Bucket::start_ms);
    if (row != page.buckets.end() ? *row == *before : !is_whole) continue;
    const std::string now =
        row != page.buckets.end() ? describe_row(*row) : fmt::format("no bucket {}", before->start_ms);
    context.rulings.accuse(changed(exchange, job, observed.first(), {describe_row(*before), now, false}, context));
    return true;
  }
  return false;
}

/// A reading of some buckets only: each is held to what it must show by itself, and none of them may be missing.
void judge_selection(const Exchange& exchange, JobFile& job, const BucketPage& page, const GetBuckets& request,
                     RuleContext& context) {
  if (!job.is_closed_again() || force::may_still_work(job, exchange, context)) return;
  const PageFrame frame = frame_of(request.from, request.size, page.count, page.buckets.size());
  const bool is_whole = frame.from == 0 && frame.total == page.buckets.size();
  const bool awaited = !job.unmet.empty();
  if (!awaited && accuse_changed_bucket(exchange, job, page, request.selection, is_whole, context)) return;
  if (!job.closed_cleanly() || await_final(exchange, job, page, context)) return;
  if (is_whole && await_lacking(exchange, job, page.buckets, request.selection, context)) return;
  if (awaited) promise_kept_late(exchange, job, context);
}

}  // namespace

void judge_buckets(const Exchange& exchange, JobFile& job, const BucketPage& page, const GetBuckets& request,
                   RuleContext& context) {
  if (!job.results.is_readable()) return;
  if (job.results.is_bounded())
    for (const Bucket& bucket : page.buckets)
      if (accuse_excess(exchange, job, bucket, context)) return;
  if (request.selection != Selection{}) return judge_selection(exchange, job, page, request, context);
  const PageFrame frame = frame_of(request.from, request.size, page.count, page.buckets.size());
  if (job.now == JobState::opened) return judge_earlier_buckets(exchange, job, page, frame, context);
  if (job.now != JobState::closed || force::may_still_work(job, exchange, context)) return;
  if (job.times_closed == 0) {
    if (frame.from == 0 && frame.total == page.buckets.size()) job.results.rebase(page.buckets);
    return;
  }
  const bool awaited = !job.unmet.empty();
  if (accuse_short_page(exchange, page, frame, context) || accuse_change(exchange, job, page, frame, context) ||
      accuse_repetition(exchange, job, page.buckets, frame.from, context))
    return;
  ObservedRows<Bucket>& observed = job.readings.buckets;
  const bool was_whole = observed.is_whole();
  const bool in_pages = !observed.empty() && !was_whole;
  observed.add(exchange.number, frame.from, page.buckets, frame.total);
  if (job.closed_cleanly() && await_final(exchange, job, page, context)) return;
  if (!observed.is_whole()) {
    // A page that now has what it lacked, though there is more behind it.
    const bool there = std::ranges::any_of(job.unmet, [&](const UnmetPromise& known) {
      return std::ranges::any_of(page.buckets, [&](const Bucket& row) {
        return row.start_ms == known.bucket_ms && row.event_count >= known.bucket_records;
      });
    });
    if (there) promise_kept_late(exchange, job, context);
    return;
  }
  const std::span<const Bucket> rows = observed.whole();
  // What is only the job's own word fits whatever it is.
  const bool was_bounded = job.results.is_bounded();
  job.results.rebase(rows);
  const bool has_rows = *observed.total() > 0;
  if (was_whole && !awaited) {
    if (has_rows) context.rulings.prove(Clause::closed_job_keeps_results);
    context.rulings.prove(Clause::closed_job_refuses_analysis);
    return;
  }
  if (in_pages && *observed.total() > 1) context.rulings.prove(Clause::closed_job_keeps_results);
  // Of a forced close nobody says what became of its own data; what was read before that stays.
  if (!job.closed_cleanly()) return judge_earlier_buckets(exchange, job, page, frame, context);
  if (await_lacking(exchange, job, rows, {}, context)) return;
  if (awaited && promise_kept_late(exchange, job, context)) return;
  if (was_bounded) learn_of_results(job, context);
}

namespace {

/// A record that was read earlier and is not among all that are read now; null: there is none.
const AnomalyRecord* lost_record(const JobFile& job, std::span<const AnomalyRecord> now) {
  if (job.earlier.records_number == 0) return nullptr;
  // Its score may change with what came after it.
  const auto is_there = [&](const AnomalyRecord& before) {
    return std::ranges::any_of(now, [&](const AnomalyRecord& record) {
      return record.start_ms == before.start_ms && record.function == before.function && record.entity == before.entity;
    });
  };
  const auto lost = std::ranges::find_if_not(job.earlier.records, is_there);
  return lost == job.earlier.records.end() ? nullptr : &*lost;
}

Finding loss_of(const AnomalyRecord& lost, const Exchange& exchange, const JobFile& job, const RuleContext& context) {
  const std::size_t number = job.earlier.records_number;
  const bool was_read_open = number > job.period.opened_by;
  return finding_at(exchange, was_read_open ? Clause::closed_job_keeps_results : Clause::reopen_continues_analysis,
                    fmt::format("the anomaly records stay, as {} read them before {}", context.log.cite(number),
                                context.log.cite(was_read_open ? job.closer() : job.period.opened_by)),
                    fmt::format("{}: {} is not there", context.log.cite(exchange.number), describe_row(lost)));
}

}  // namespace

void judge_records(const Exchange& exchange, JobFile& job, const RecordPage& page, const GetRecords& request,
                   RuleContext& context) {
  if (request.selection != Selection{}) return;
  const PageFrame frame = frame_of(request.from, request.size, page.count, page.records.size());
  const bool is_whole = frame.from == 0 && frame.total == page.records.size();
  if (job.now == JobState::opened && is_whole && job.results.is_readable() && lost_record(job, page.records) == nullptr)
    return job.keep_records(page.records, exchange.number);
  if (!job.is_closed_again() || force::may_still_work(job, exchange, context)) return;
  const bool awaited = !job.unmet.empty();
  ObservedRows<AnomalyRecord>& observed = job.readings.records;
  if (!observed.empty()) {
    if (const auto change = departure(observed, page.records, frame)) {
      if (!awaited) return context.rulings.accuse(changed(exchange, job, observed.first(), *change, context));
      observed.clear();
    } else if (!page.records.empty()) {
      context.rulings.prove(Clause::closed_job_keeps_results);
    }
  }
  observed.add(exchange.number, frame.from, page.records, frame.total);
  if (!job.closed_cleanly() || !job.results.is_readable()) return;
  for (const AnomalyRecord& record : page.records) {
    if (!record.interim || !job.results.has_passed(record.start_ms)) continue;
    return await_promise(
        exchange, job,
        finding_at(exchange, Clause::close_finalizes_results,
                   fmt::format("after {} the records of bucket {} are final, for the data has passed it",
                               context.log.cite(job.closer()), record.start_ms),
                   fmt::format("{}: {}", context.log.cite(exchange.number), describe_row(record))),
        fmt::format("the final records of bucket {}", record.start_ms), context);
  }
  const AnomalyRecord* lost = observed.is_whole() ? lost_record(job, observed.whole()) : nullptr;
  if (lost != nullptr)
    return await_promise(exchange, job, loss_of(*lost, exchange, job, context),
                         fmt::format("the records of bucket {}", lost->start_ms), context);
  if (awaited && promise_kept_late(exchange, job, context)) return;
  if (!page.records.empty()) context.rulings.prove(Clause::close_finalizes_results);
}

}  // namespace closecheck::model::results
