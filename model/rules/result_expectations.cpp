#include "rules/result_expectations.h"

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/time.h"

namespace closecheck::model {
namespace {

/// More than any result counts.
constexpr std::int64_t kUnbounded = INT64_MAX / 4;

std::int64_t start_of(std::int64_t time_ms, std::int64_t span_ms) {
  const std::int64_t into = time_ms % span_ms;
  return time_ms - (into < 0 ? into + span_ms : into);
}

/// Calls `take(record, surely)` for each record that a job processes or may process.
template <class Take>
void each_processed(std::span<const Record> records, std::int64_t newest_sure_ms, std::int64_t newest_possible_ms,
                    Take take) {
  std::int64_t newest_of_post_ms = INT64_MIN;
  for (const Record& record : records) {
    const bool out_of_order = record.time_ms < newest_of_post_ms || record.time_ms < newest_sure_ms;
    if (record.time_ms == Record::kInvalidTime || out_of_order) continue;
    newest_of_post_ms = record.time_ms;
    take(record, record.time_ms >= newest_possible_ms);
  }
}

}  // namespace

void ResultExpectations::create(const JobConfig* config, Followed followed) {
  // The memory of the last job serves the next one.
  ResultExpectations fresh;
  fresh.buckets_.swap(buckets_);
  fresh.queued_.swap(queued_);
  fresh.buckets_.clear();
  fresh.queued_.clear();
  *this = std::move(fresh);
  bounded_ = counts_followed_ = config != nullptr && followed != Followed::nothing;
  if (config == nullptr || followed != Followed::results || config->time_format != "epoch_ms") return;
  if (config->bucket_span == "60s") {
    span_ms_ = 60'000;
  } else if (const auto span = parse_duration(config->bucket_span); span && *span >= kMillisecond) {
    span_ms_ = *span / kMillisecond;
  }
}

void ResultExpectations::follow_only(Followed followed) {
  if (followed == Followed::results) return;
  span_ms_ = 0;
  buckets_.clear();
  if (followed == Followed::counts) return;
  counts_followed_ = false;
  queued_.clear();
  book_unknown();
}

bool ResultExpectations::would_follow(const JobConfig* config, Followed followed) const {
  ResultExpectations other;
  other.create(config, followed);
  return other.span_ms_ == span_ms_ && other.counts_followed_ == counts_followed_;
}

ProcessedRange ResultExpectations::processed_of(std::span<const Record> records, std::int64_t newest_sure_ms,
                                                std::int64_t newest_possible_ms) const {
  if (!counts_followed_) return {0, static_cast<std::int64_t>(records.size())};
  ProcessedRange range;
  each_processed(records, newest_sure_ms, newest_possible_ms, [&](const Record&, bool surely) {
    ++range.at_most;
    if (surely) ++range.surely;
  });
  return range;
}

void ResultExpectations::book(std::span<const Record> records, Fate fate, std::int64_t newest_sure_ms,
                              std::int64_t newest_possible_ms) {
  if (fate == Fate::refused) {
    if (span_ms_ == 0) return;
    for (const Record& record : records)
      if (record.time_ms != Record::kInvalidTime) ++at(record.time_ms).refused;
    return;
  }
  each_processed(records, newest_sure_ms, newest_possible_ms, [&](const Record& record, bool surely) {
    if (span_ms_ > 0) ++at(record.time_ms).hi;
    surely = surely && counts_followed_;
    if (surely && fate == Fate::taken) count_surely(record);
    if (surely && (fate == Fate::queued || fate == Fate::fed)) queued_.push_back(record);
    newest_.possible_ms = std::max(newest_.possible_ms, record.time_ms);
    if (fate == Fate::taken || fate == Fate::queued)
      newest_.accepted_ms = std::max(newest_.accepted_ms, record.time_ms);
  });
}

void ResultExpectations::book_unknown() {
  queued_.clear();
  bounded_ = false;
  newest_.possible_ms = INT64_MAX;
}

void ResultExpectations::count_surely(const Record& record) {
  ++since_open_;
  newest_.sure_ms = std::max(newest_.sure_ms, record.time_ms);
  newest_.accepted_ms = std::max(newest_.accepted_ms, record.time_ms);
  if (span_ms_ == 0) return;
  BucketExpectation& bucket = at(record.time_ms);
  if (bucket.period != period_) {
    bucket.period = period_;
    bucket.early = bucket.lo;
  }
  ++bucket.lo;
  touched_from_ms_ = std::min(touched_from_ms_, bucket.start_ms);
}

void ResultExpectations::reopen() {
  since_open_ = 0;
  ++period_;
  if (span_ms_ > 0 && newest_.sure_ms != INT64_MIN)
    if (BucketExpectation* unfinished = find(start_of(newest_.sure_ms, span_ms_))) unfinished->cut = true;
  // Whoever queued data while closing has to analyse it now.
  take_queued();
}

void ResultExpectations::take_queued() {
  for (const Record& record : queued_) count_surely(record);
  queued_.clear();
}

void ResultExpectations::drop_queued() {
  queued_.clear();
}

void ResultExpectations::end_cleanly() {
  for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend() && bucket->start_ms >= touched_from_ms_; ++bucket)
    bucket->persisted = bucket->lo;
  touched_from_ms_ = INT64_MAX;
  newest_.persisted_ms = newest_.sure_ms;
}

void ResultExpectations::lose() {
  for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend() && bucket->start_ms >= touched_from_ms_; ++bucket)
    bucket->lo = bucket->persisted;
  touched_from_ms_ = INT64_MAX;
  queued_.clear();
  newest_.sure_ms = newest_.accepted_ms = newest_.persisted_ms;
}

void ResultExpectations::forget() {
  for (BucketExpectation& bucket : buckets_) {
    bucket.lo = bucket.persisted = bucket.early = 0;
    bucket.cut = bucket.seen = false;
  }
  queued_.clear();
  touched_from_ms_ = INT64_MAX;
  newest_.sure_ms = newest_.accepted_ms = newest_.persisted_ms = INT64_MIN;
  bounded_ = false;
}

void ResultExpectations::rebase(const DataCounts& counts) {
  const bool is_unknown = newest_.possible_ms == INT64_MAX || (!bounded_ && newest_.sure_ms == INT64_MIN);
  if (!is_unknown || (counts.processed_records > 0 && !counts.latest_record_ms)) return;
  newest_.sure_ms = newest_.accepted_ms = newest_.possible_ms = newest_.persisted_ms =
      counts.latest_record_ms.value_or(INT64_MIN);
}

void ResultExpectations::rebase(std::span<const Bucket> buckets) {
  // Without the newest record nobody knows which bucket is not finished, and may count more than is shown.
  if (bounded_ || span_ms_ == 0 || newest_.possible_ms != newest_.sure_ms) return;
  if (std::ranges::any_of(buckets, &Bucket::interim)) return;
  for (BucketExpectation& bucket : buckets_) bucket.hi = bucket.lo;
  for (const Bucket& read : buckets) {
    BucketExpectation& bucket = at(read.start_ms);
    bucket.hi = std::max(bucket.lo, read.event_count);
    bucket.early = std::max(bucket.early, read.event_count - (bucket.lo - early_of(bucket)));
    bucket.lo = bucket.persisted = bucket.hi;
    bucket.period = period_;
  }
  if (newest_.sure_ms != INT64_MIN) at(newest_.sure_ms).hi = kUnbounded;
  bounded_ = true;
}

BucketExpectation* ResultExpectations::find(std::int64_t start_ms) {
  if (!buckets_.empty() && buckets_.back().start_ms == start_ms) return &buckets_.back();
  const auto place = std::ranges::lower_bound(buckets_, start_ms, {}, &BucketExpectation::start_ms);
  return place != buckets_.end() && place->start_ms == start_ms ? &*place : nullptr;
}

bool ResultExpectations::has_passed(std::int64_t start_ms) const {
  if (span_ms_ == 0 || newest_.sure_ms == INT64_MIN) return false;
  return start_ms + span_ms_ <= start_of(newest_.sure_ms, span_ms_);
}

std::size_t ResultExpectations::passed_since_open() const {
  return static_cast<std::size_t>(std::ranges::count_if(buckets_, [this](const BucketExpectation& bucket) {
    return bucket.lo > early_of(bucket) && has_passed(bucket.start_ms);
  }));
}

BucketExpectation& ResultExpectations::at(std::int64_t time_ms) {
  const std::int64_t start = start_of(time_ms, span_ms_);
  if (BucketExpectation* known = find(start)) return *known;
  if (buckets_.empty() || buckets_.back().start_ms < start) {
    buckets_.push_back({});
    buckets_.back().start_ms = start;
    return buckets_.back();
  }
  const auto place = std::ranges::lower_bound(buckets_, start, {}, &BucketExpectation::start_ms);
  BucketExpectation fresh;
  fresh.start_ms = start;
  return *buckets_.insert(place, fresh);
}

}  // namespace closecheck::model
