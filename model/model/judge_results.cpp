// What is read of a job's results: complete, final and never twice after a close, the same ever after, page by page.
#include <fmt/format.h>

#include <algorithm>

#include "model/judge_core.h"

namespace closecheck::model {
namespace {

/// The total that a page tells; pages of servers that count only the page itself tell none.
std::optional<std::size_t> total_of(std::int64_t count, std::size_t from, std::size_t size, std::size_t rows) {
  if (rows < size && (rows > 0 || from == 0)) return from + rows;
  if (count > 0 && static_cast<std::size_t>(count) > from + rows) return static_cast<std::size_t>(count);
  // On a full first page this may be the count of the page alone.
  if (from > 0 && count > 0 && static_cast<std::size_t>(count) == from + rows) return from + rows;
  return std::nullopt;
}

/// Whether a page differs from what was read before only by what was missing there.
bool is_fuller(const Picture<Bucket>& before, const std::vector<Bucket>& page, std::size_t from) {
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (!before.knows(from + i)) continue;
    const Bucket& old = before.rows()[from + i];
    if (page[i].start_ms != old.start_ms || page[i].event_count < old.event_count) return false;
    if (page[i].interim && !old.interim) return false;
  }
  return true;
}

std::string describe_bucket(const Bucket& bucket) {
  return fmt::format("bucket {} with {} record{}{}", bucket.start_ms, bucket.event_count,
                     bucket.event_count == 1 ? "" : "s", bucket.interim ? ", interim" : "");
}

std::string describe_row(const Bucket& bucket) {
  return describe_bucket(bucket);
}
std::string describe_row(const AnomalyRecord& record) {
  return fmt::format("record of bucket {} ({}{}{}, score {:.3g}{})", record.start_ms, record.function,
                     record.entity.empty() ? "" : " of ", record.entity, record.score,
                     record.interim ? ", interim" : "");
}

Finding finding_at(const Exchange& exchange, Clause clause, std::string expected, std::string observed) {
  Finding finding;
  finding.clause = clause;
  finding.expected = std::move(expected);
  finding.observed = std::move(observed);
  finding.event = exchange.answer_event;
  return finding;
}

/// A page that departs from what was read before; empty while none does.
struct Departure {
  std::string expected;
  std::string observed;
  bool added = false;  // something new, rather than something gone or altered
};

template <class Row>
std::optional<Departure> departure(const Picture<Row>& before, const std::vector<Row>& page, std::size_t from,
                                   std::optional<std::size_t> total) {
  for (std::size_t i = 0; i < page.size(); ++i) {
    const std::size_t at = from + i;
    if (before.total() && at >= *before.total()) {
      const bool known = std::ranges::find(before.rows(), page[i].start_ms, &Row::start_ms) != before.rows().end();
      return Departure{fmt::format("{} results in all", *before.total()),
                       fmt::format("at position {} {}{}", at, known ? "once more " : "a new ", describe_row(page[i])),
                       !known};
    }
    if (!before.knows(at) || before.rows()[at] == page[i]) continue;
    const bool inserted = total && before.total() && *total > *before.total();
    return Departure{fmt::format("at position {} {}", at, describe_row(before.rows()[at])),
                     fmt::format("at position {} {}", at, describe_row(page[i])), inserted};
  }
  if (total && before.total() && *total != *before.total())
    return Departure{fmt::format("{} results in all", *before.total()), fmt::format("{} results in all", *total),
                     *total > *before.total()};
  if (total && before.rows().size() > *total && before.knows(*total))
    return Departure{fmt::format("at position {} {}", *total, describe_row(before.rows()[*total])),
                     fmt::format("the results end at position {}", *total), false};
  return std::nullopt;
}

/// Whether an earlier reading of the closed job showed the bucket with fewer records.
bool reads_less(const JobFile& job, const Bucket& bucket) {
  if (job.now != JobState::closed) return false;
  const auto& rows = job.buckets.rows();
  for (std::size_t at = 0; at < rows.size(); ++at)
    if (job.buckets.knows(at) && rows[at].start_ms == bucket.start_ms) return rows[at].event_count < bucket.event_count;
  return false;
}

}  // namespace

/// A changed reading of a closed job: by whom, as far as the history tells.
Finding JudgeCore::changed(const Exchange& exchange, const JobFile& job, std::size_t before, std::string expected,
                           std::string observed, bool added) const {
  Clause clause = added ? Clause::closed_job_refuses_analysis : Clause::closed_job_keeps_results;
  std::vector<Clause> also;
  if (touched_by_other_close(job, before)) {
    also.push_back(clause);
    clause = Clause::close_touches_one_job;
  } else if (job.last_refused_change > before) {
    also.push_back(clause);
    clause = Clause::refused_request_changes_nothing;
  } else if (added) {
    also.push_back(Clause::closed_job_keeps_results);
  }
  Finding finding = finding_at(exchange, clause,
                               fmt::format("the job is closed since {}: its results stay as #{} read them, {}",
                                           cite(job.closer()), before, expected),
                               fmt::format("{}: {}", cite(exchange.number), observed));
  finding.also = std::move(also);
  return finding;
}

/// Whether a bucket shows more than was ever sent, or a final one less than it did; open jobs are held to this too.
bool JudgeCore::accuse_excess(const Exchange& exchange, JobFile& job, const Bucket& bucket) {
  const Expectation* expected = job.ledger.find(bucket.start_ms);
  const std::int64_t hi = expected != nullptr ? expected->hi : 0;
  if (bucket.event_count <= hi) return false;
  const std::int64_t refused = expected != nullptr ? expected->refused : 0;
  const std::int64_t early = expected != nullptr ? expected->early : 0;
  Clause clause = Clause::accepted_data_is_kept;
  std::vector<Clause> also;
  if (refused > 0 && bucket.event_count <= hi + refused) {
    clause = Clause::refused_request_changes_nothing;
    also = {Clause::accepted_data_is_kept};
  } else if (early > 0 && bucket.event_count == hi + early && job.times_opened > 1) {
    clause = Clause::reopen_continues_analysis;
    also = {Clause::accepted_data_is_kept};
  } else if (reads_less(job, bucket)) {
    Finding finding = changed(exchange, job, job.buckets.first(),
                              fmt::format("where bucket {} was no more than what was sent for it", bucket.start_ms),
                              describe_bucket(bucket), false);
    finding.also.push_back(Clause::accepted_data_is_kept);
    accuse(std::move(finding));
    return true;
  }
  Finding finding = finding_at(
      exchange, clause,
      fmt::format("bucket {} counts at most the {} record{} sent for it", bucket.start_ms, hi, hi == 1 ? "" : "s"),
      fmt::format("{}: {}{}", cite(exchange.number), describe_bucket(bucket),
                  clause == Clause::reopen_continues_analysis ? ", the records from before the re-open twice" : ""));
  finding.also = std::move(also);
  accuse(std::move(finding));
  return true;
}

/// What a whole reading of a job that closed cleanly lacks; empty while it lacks nothing.
std::optional<Finding> JudgeCore::lacking(const Exchange& exchange, JobFile& job, std::string& lacked,
                                          const Expectation*& bucket) {
  const auto& rows = job.buckets.rows();
  const std::size_t total = *job.buckets.total();
  std::size_t next = 0;
  for (Expectation& expected : job.ledger.buckets()) {
    if (expected.lo == 0 || !job.ledger.has_passed(expected.start_ms)) continue;
    const auto end = rows.begin() + static_cast<std::ptrdiff_t>(total);
    const auto is_it = [&](const Bucket& it) { return it.start_ms == expected.start_ms; };
    // Both are mostly in the same order.
    auto row = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(next), end, is_it);
    if (row == end) row = std::find_if(rows.begin(), end, is_it);
    if (row != end) next = static_cast<std::size_t>(row - rows.begin());
    const std::int64_t counted = row != end ? row->event_count : 0;
    if (counted >= expected.lo) continue;
    bucket = &expected;
    lacked = row == end ? fmt::format("bucket {}", expected.start_ms)
                        : fmt::format("{} records of bucket {}", expected.lo - counted, expected.start_ms);
    Finding finding = finding_at(
        exchange, Clause::close_flushes_buffers,
        fmt::format("after {} the results have bucket {} with all its {} record{}, for the data has passed it",
                    cite(job.closer()), expected.start_ms, expected.lo, expected.lo == 1 ? "" : "s"),
        row == end ? fmt::format("{}: no bucket {}", cite(exchange.number), expected.start_ms)
                   : fmt::format("{}: {}", cite(exchange.number), describe_bucket(*row)));
    const bool straddles = expected.cut && expected.early > 0;
    if (expected.seen || (straddles && counted >= expected.lo - expected.early)) {
      finding.clause = Clause::reopen_continues_analysis;
      finding.also = {Clause::accepted_data_is_kept};
      if (straddles) finding.also.push_back(Clause::close_prunes_model);
      if (straddles && job.model_vanished) {
        finding.clause = Clause::close_prunes_model;
        finding.also = {Clause::reopen_continues_analysis, Clause::accepted_data_is_kept};
      }
    } else if (job.course.normal_close == 0 && job.course.timed_out_close != 0) {
      finding.clause = Clause::timed_out_close_goes_on;
      finding.also = {Clause::close_flushes_buffers};
    } else if (job.course.normal_close == 0 && job.course.feed_with_end != 0) {
      finding.clause = Clause::datafeed_end_closes_job;
      finding.also = {Clause::close_flushes_buffers};
    } else {
      finding.also = {Clause::accepted_data_is_kept};
    }
    return finding;
  }
  return std::nullopt;
}

/// Whether a bucket stands twice on the page, or on another page as well.
bool JudgeCore::accuse_repetition(const Exchange& exchange, const JobFile& job, const std::vector<Bucket>& page,
                                  std::size_t from) {
  const bool ascends = std::ranges::adjacent_find(page, std::ranges::greater_equal{}, &Bucket::start_ms) == page.end();
  const auto& rows = job.buckets.rows();
  for (std::size_t i = 0; i < page.size(); ++i) {
    const std::int64_t start = page[i].start_ms;
    const auto before = page.begin() + static_cast<std::ptrdiff_t>(i);
    if (!ascends &&
        std::find_if(page.begin(), before, [&](const Bucket& it) { return it.start_ms == start; }) != before) {
      accuse(finding_at(exchange, Clause::accepted_data_is_kept, "every bucket stands in the results once",
                        fmt::format("{}: bucket {} twice", cite(exchange.number), start)));
      return true;
    }
    if (from == 0 && page.size() >= rows.size()) continue;
    for (std::size_t at = 0; at < rows.size(); ++at) {
      const bool on_this_page = at >= from && at < from + page.size();
      if (on_this_page || !job.buckets.knows(at) || rows[at].start_ms != start) continue;
      accuse(finding_at(exchange, Clause::closed_job_keeps_results,
                        fmt::format("every bucket stands on one page; #{} showed bucket {} at position {}",
                                    job.buckets.first(), start, at),
                        fmt::format("{}: the same bucket at position {}", cite(exchange.number), from + i)));
      return true;
    }
  }
  return false;
}

void JudgeCore::look_at_buckets(const Exchange& exchange, JobFile& job, const BucketPage& page, std::size_t from,
                                std::size_t size) {
  if (!job.ledger.is_readable()) return;
  for (const Bucket& bucket : page.buckets)
    if (accuse_excess(exchange, job, bucket)) return;
  const std::optional<std::size_t> total = total_of(page.count, from, size, page.buckets.size());
  if (job.now == JobState::opened) return look_at_earlier_buckets(exchange, job, page, from, total);
  if (job.now != JobState::closed || job.times_closed == 0) return;
  if (may_still_work(job)) return;

  const bool awaited = !job.misses.empty();
  if (page.buckets.size() < size &&
      from + page.buckets.size() < static_cast<std::size_t>(std::max<std::int64_t>(page.count, 0)) &&
      page.buckets.size() != static_cast<std::size_t>(page.count)) {
    Finding finding =
        finding_at(exchange, Clause::closed_job_keeps_results,
                   fmt::format("the {} results that the answer counts can be paged through", page.count),
                   fmt::format("{}: the page from {} ends after {}", cite(exchange.number), from, page.buckets.size()));
    return accuse(std::move(finding));
  }
  if (!job.buckets.empty()) {
    if (const auto change = departure(job.buckets, page.buckets, from, total)) {
      const bool late = awaited && change->added;
      const bool filled = awaited && is_fuller(job.buckets, page.buckets, from);
      if (!late && !filled)
        return accuse(changed(exchange, job, job.buckets.first(), change->expected, change->observed, change->added));
      job.buckets.clear();
    }
  }
  if (accuse_repetition(exchange, job, page.buckets, from)) return;
  const bool was_whole = job.buckets.is_whole();
  const bool read_before = !job.buckets.empty();
  const bool in_pages = read_before && !was_whole;
  job.buckets.add(exchange.number, from, page.buckets, total);

  if (job.closed_cleanly())
    for (const Bucket& bucket : page.buckets) {
      if (!bucket.interim || !job.ledger.has_passed(bucket.start_ms)) continue;
      return miss(exchange, job,
                  finding_at(exchange, Clause::close_finalizes_results,
                             fmt::format("after {} bucket {} is final, for the data has passed it", cite(job.closer()),
                                         bucket.start_ms),
                             fmt::format("{}: {}", cite(exchange.number), describe_bucket(bucket))),
                  fmt::format("the final result of bucket {}", bucket.start_ms));
    }
  if (!job.buckets.is_whole()) {
    // A page that now has what it lacked, though there is more behind it.
    const bool there = std::ranges::any_of(job.misses, [&](const Miss& known) {
      return std::ranges::any_of(page.buckets, [&](const Bucket& row) {
        return row.start_ms == known.bucket_ms && row.event_count >= known.bucket_records;
      });
    });
    if (there) arrived(exchange, job);
    return;
  }
  if (was_whole && !awaited) {
    if (*job.buckets.total() > 0) evidence_.add(Clause::closed_job_keeps_results);
    evidence_.add(Clause::closed_job_refuses_analysis);
    return;
  }
  if (in_pages && *job.buckets.total() > 1) evidence_.add(Clause::closed_job_keeps_results);
  if (!job.closed_cleanly()) return;
  std::string lacked;
  const Expectation* bucket = nullptr;
  if (auto finding = lacking(exchange, job, lacked, bucket))
    return miss(exchange, job, *std::move(finding), std::move(lacked), bucket);
  if (awaited && arrived(exchange, job)) return;
  learn_of_results(job);
}

/// While a job is open again its earlier, final results stay.
void JudgeCore::look_at_earlier_buckets(const Exchange& exchange, JobFile& job, const BucketPage& page,
                                        std::size_t from, std::optional<std::size_t> total) {
  if (from != 0 || !total || *total != page.buckets.size()) return;
  bool any = false;
  for (const Expectation& expected : job.ledger.buckets()) {
    if (!expected.seen || expected.early == 0) continue;
    any = true;
    const auto row = std::ranges::find(page.buckets, expected.start_ms, &Bucket::start_ms);
    if (row != page.buckets.end() && row->event_count >= expected.early) continue;
    Finding finding =
        finding_at(exchange, Clause::reopen_continues_analysis,
                   fmt::format("bucket {} stays with its {} records, as it was read before {}", expected.start_ms,
                               expected.early, cite(job.course.opened_by)),
                   row == page.buckets.end() ? fmt::format("{}: no such bucket", cite(exchange.number))
                                             : fmt::format("{}: {}", cite(exchange.number), describe_bucket(*row)));
    return accuse(std::move(finding));
  }
  if (any) evidence_.add(Clause::reopen_continues_analysis);
}

void JudgeCore::look_at_records(const Exchange& exchange, JobFile& job, const RecordPage& page, std::size_t from,
                                std::size_t size) {
  if (job.now != JobState::closed || job.times_closed == 0) return;
  if (may_still_work(job)) return;
  const std::optional<std::size_t> total = total_of(page.count, from, size, page.records.size());
  const bool awaited = !job.misses.empty();
  if (!job.records.empty()) {
    if (const auto change = departure(job.records, page.records, from, total)) {
      if (!awaited)
        return accuse(changed(exchange, job, job.records.first(), change->expected, change->observed, change->added));
      job.records.clear();
    } else if (!page.records.empty()) {
      evidence_.add(Clause::closed_job_keeps_results);
    }
  }
  job.records.add(exchange.number, from, page.records, total);
  if (!job.closed_cleanly() || !job.ledger.is_readable()) return;
  for (const AnomalyRecord& record : page.records) {
    if (!record.interim || !job.ledger.has_passed(record.start_ms)) continue;
    return miss(exchange, job,
                finding_at(exchange, Clause::close_finalizes_results,
                           fmt::format("after {} the records of bucket {} are final, for the data has passed it",
                                       cite(job.closer()), record.start_ms),
                           fmt::format("{}: {}", cite(exchange.number), describe_row(record))),
                fmt::format("the final records of bucket {}", record.start_ms));
  }
  if (awaited && arrived(exchange, job)) return;
  if (!page.records.empty()) evidence_.add(Clause::close_finalizes_results);
}

}  // namespace closecheck::model
