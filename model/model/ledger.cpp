#include "model/ledger.h"

#include <algorithm>

#include "closecheck/vocabulary/time.h"

namespace closecheck::model {
namespace {

std::int64_t start_of(std::int64_t time_ms, std::int64_t span_ms) {
  const std::int64_t into = time_ms % span_ms;
  return time_ms - (into < 0 ? into + span_ms : into);
}

}  // namespace

void Ledger::create(const JobConfig* config) {
  span_ms_ = 0;
  exact_counts_ = config != nullptr;
  buckets_.clear();
  queued_.clear();
  touched_from_ms_ = INT64_MAX;
  total_lo_ = total_hi_ = since_open_ = 0;
  newest_lo_ms_ = newest_hi_ms_ = newest_persisted_ms_ = INT64_MIN;
  if (config == nullptr || config->time_format != "epoch_ms") return;
  if (config->bucket_span == "60s") {
    span_ms_ = 60'000;
  } else if (const auto span = parse_duration(config->bucket_span); span && *span >= kMillisecond) {
    span_ms_ = *span / kMillisecond;
  }
}

std::int64_t Ledger::processed_of(std::span<const Record> records) const {
  std::int64_t count = 0;
  std::int64_t newest = newest_hi_ms_;
  for (const Record& record : records) {
    if (record.time_ms == Record::kInvalidTime || record.time_ms < newest) continue;
    newest = record.time_ms;
    ++count;
  }
  return count;
}

void Ledger::book(std::span<const Record> records, Fate fate, std::int64_t others_newest_ms,
                  std::int64_t newest_before_ms) {
  if (fate == Fate::refused) {
    if (span_ms_ == 0) return;
    for (const Record& record : records)
      if (record.time_ms != Record::kInvalidTime) ++at(record.time_ms).refused;
    return;
  }
  // What was newest before this post: within the post its own records decide.
  const std::int64_t surely_before_ms = std::max(newest_hi_ms_, others_newest_ms);
  std::int64_t newest_of_post_ms = INT64_MIN;
  for (const Record& record : records) {
    if (record.time_ms == Record::kInvalidTime || record.time_ms < newest_of_post_ms) continue;
    if (record.time_ms < newest_before_ms) continue;  // surely out of order
    const bool certain = record.time_ms >= surely_before_ms;
    if (!certain) exact_counts_ = false;
    newest_of_post_ms = record.time_ms;
    ++total_hi_;
    if (span_ms_ > 0) {
      Expectation& bucket = at(record.time_ms);
      ++bucket.hi;
      if (certain && fate == Fate::taken) {
        ++bucket.lo;
        touched_from_ms_ = std::min(touched_from_ms_, bucket.start_ms);
      }
    }
    if (certain && fate == Fate::taken) {
      ++total_lo_;
      ++since_open_;
      newest_lo_ms_ = std::max(newest_lo_ms_, record.time_ms);
    } else if (certain && fate == Fate::queued) {
      queued_.push_back(record);
    }
    newest_hi_ms_ = std::max(newest_hi_ms_, record.time_ms);
  }
}

void Ledger::reopen() {
  since_open_ = 0;
  for (Expectation& bucket : buckets_) bucket.early = bucket.lo;
  if (span_ms_ > 0 && newest_lo_ms_ != INT64_MIN)
    if (Expectation* unfinished = find(start_of(newest_lo_ms_, span_ms_))) unfinished->cut = true;
  // Whoever queued data while closing has to analyse it now.
  take_queued();
}

void Ledger::take_queued() {
  for (const Record& record : queued_) {
    ++total_lo_;
    ++since_open_;
    newest_lo_ms_ = std::max(newest_lo_ms_, record.time_ms);
    if (span_ms_ == 0) continue;
    Expectation& bucket = at(record.time_ms);
    ++bucket.lo;
    touched_from_ms_ = std::min(touched_from_ms_, bucket.start_ms);
  }
  queued_.clear();
}

void Ledger::drop_queued() {
  queued_.clear();
}

void Ledger::end_cleanly() {
  for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend() && bucket->start_ms >= touched_from_ms_; ++bucket)
    bucket->persisted = bucket->lo;
  touched_from_ms_ = INT64_MAX;
  newest_persisted_ms_ = newest_lo_ms_;
}

void Ledger::lose() {
  for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend() && bucket->start_ms >= touched_from_ms_; ++bucket) {
    total_lo_ -= bucket->lo - bucket->persisted;
    bucket->lo = bucket->persisted;
  }
  if (span_ms_ == 0) total_lo_ = 0;
  touched_from_ms_ = INT64_MAX;
  queued_.clear();
  newest_lo_ms_ = newest_persisted_ms_;
}

void Ledger::give_up() {
  span_ms_ = 0;
  exact_counts_ = false;
  buckets_.clear();
  queued_.clear();
  total_lo_ = 0;
}

Expectation* Ledger::find(std::int64_t start_ms) {
  if (!buckets_.empty() && buckets_.back().start_ms == start_ms) return &buckets_.back();
  const auto place = std::ranges::lower_bound(buckets_, start_ms, {}, &Expectation::start_ms);
  return place != buckets_.end() && place->start_ms == start_ms ? &*place : nullptr;
}

bool Ledger::has_passed(std::int64_t start_ms) const {
  if (span_ms_ == 0 || newest_lo_ms_ == INT64_MIN) return false;
  return start_ms + span_ms_ <= start_of(newest_lo_ms_, span_ms_);
}

Expectation& Ledger::at(std::int64_t time_ms) {
  const std::int64_t start = start_of(time_ms, span_ms_);
  if (Expectation* known = find(start)) return *known;
  if (buckets_.empty() || buckets_.back().start_ms < start) {
    buckets_.push_back({});
    buckets_.back().start_ms = start;
    return buckets_.back();
  }
  const auto place = std::ranges::lower_bound(buckets_, start, {}, &Expectation::start_ms);
  Expectation fresh;
  fresh.start_ms = start;
  return *buckets_.insert(place, fresh);
}

}  // namespace closecheck::model
