#include "in_process/analysis.h"

#include <algorithm>
#include <cmath>

namespace closecheck::sut {
namespace {

constexpr std::int64_t kSeriesBucketsKept = 1'000;
constexpr std::size_t kHistoryMax = 4'096;
constexpr std::int64_t kEmptyBucketsMax = 10'000;
constexpr std::int64_t kBucketsBeforeJudging = 3;

std::int64_t bucket_start(std::int64_t time_ms, std::int64_t span_ms) {
  const std::int64_t into = time_ms % span_ms;
  return time_ms - (into < 0 ? into + span_ms : into);
}

/// 0 up to three deviations off, then towards 100.
double score_of(double value, double mean, double deviation) {
  const double width = std::max({deviation, 0.1 * std::abs(mean), 1e-9});
  const double off = std::abs(value - mean) / width;
  return off <= 3 ? 0 : 100 * (1 - std::exp((3 - off) / 3));
}

void put_bucket(Results& results, const Bucket& bucket) {
  auto& buckets = results.buckets;
  auto place = buckets.end();
  while (place != buckets.begin() && std::prev(place)->start_ms > bucket.start_ms) --place;
  if (place != buckets.begin() && std::prev(place)->start_ms == bucket.start_ms)
    *std::prev(place) = bucket;
  else
    buckets.insert(place, bucket);
}

}  // namespace

void drop_interim(Results& results) {
  while (!results.buckets.empty() && results.buckets.back().interim) results.buckets.pop_back();
  while (!results.records.empty() && results.records.back().interim) results.records.pop_back();
}

double Model::value_of(Function function, const Gathering& gathering) {
  switch (function) {
    case Function::count:
      return static_cast<double>(gathering.count);
    case Function::mean:
      return gathering.sum / static_cast<double>(gathering.count);
    case Function::min:
      return gathering.min;
    case Function::max:
      return gathering.max;
    case Function::sum:
      return gathering.sum;
  }
  return 0;
}

Gathering& Model::gathering(std::uint32_t item, const std::string& entity) {
  for (Gathering& known : gatherings_)
    if (known.item == item && known.entity == entity) return known;
  return gatherings_.emplace_back(Gathering{item, entity, 0, 0, 0, 0});
}

const Series* Model::find_series(const Gathering& gathering) const {
  for (const Series& known : series_)
    if (known.item == gathering.item && known.entity == gathering.entity) return &known;
  return nullptr;
}

void Model::take(const Plan& plan, const Record& record, bool report_empty, Results& results) {
  static const std::string kNobody;
  const std::int64_t start = bucket_start(record.time_ms, plan.span_ms);
  if (open_ && start > open_start_ms_) {
    finish_bucket(plan, results);
    if (report_empty) {
      const std::int64_t first = std::max(*latest_result_ms_ + plan.span_ms, start - kEmptyBucketsMax * plan.span_ms);
      for (std::int64_t empty = first; empty < start; empty += plan.span_ms)
        put_bucket(results, Bucket{empty, 0, false, 0});
    }
  }
  if (doubted_) drop_unfinished();
  doubted_ = false;
  if (!open_) {
    open_ = true;
    open_start_ms_ = start;
    open_count_ = 0;
  }
  ++open_count_;
  latest_record_ms_ = record.time_ms;
  forgotten_ = false;
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    Gathering& seen = gathering(static_cast<std::uint32_t>(i), plan.items[i].by_entity ? record.entity : kNobody);
    seen.min = seen.count == 0 ? record.value : std::min(seen.min, record.value);
    seen.max = seen.count == 0 ? record.value : std::max(seen.max, record.value);
    seen.sum += record.value;
    ++seen.count;
  }
}

double Model::judge(const Plan& plan, std::vector<AnomalyRecord>* records, bool interim) const {
  double worst = 0;
  if (history_.size() >= static_cast<std::size_t>(kBucketsBeforeJudging)) {
    const std::size_t from = history_.size() - std::min(history_.size(), kHistoryNeeded);
    const auto n = static_cast<double>(history_.size() - from);
    double mean = 0;
    double squares = 0;
    for (std::size_t i = from; i < history_.size(); ++i) mean += static_cast<double>(history_[i].count) / n;
    for (std::size_t i = from; i < history_.size(); ++i)
      squares += std::pow(static_cast<double>(history_[i].count) - mean, 2) / n;
    worst = score_of(static_cast<double>(open_count_), mean, std::sqrt(squares));
  }
  for (const Gathering& seen : gatherings_) {
    const Series* usual = find_series(seen);
    if (usual == nullptr || usual->buckets < kBucketsBeforeJudging) continue;
    const double deviation = std::sqrt(usual->squares / static_cast<double>(usual->buckets));
    const double score = score_of(value_of(plan.items[seen.item].function, seen), usual->mean, deviation);
    if (score <= 0) continue;
    worst = std::max(worst, score);
    records->push_back(AnomalyRecord{open_start_ms_, plan.items[seen.item].name, seen.entity, score, interim});
  }
  return worst;
}

void Model::learn(const Plan& plan) {
  for (const Gathering& seen : gatherings_) {
    Series* usual = nullptr;
    for (Series& known : series_)
      if (known.item == seen.item && known.entity == seen.entity) usual = &known;
    if (usual == nullptr) usual = &series_.emplace_back(Series{seen.item, seen.entity, 0, 0, 0, 0});
    const double value = value_of(plan.items[seen.item].function, seen);
    ++usual->buckets;
    const double off = value - usual->mean;
    usual->mean += off / static_cast<double>(usual->buckets);
    usual->squares += off * (value - usual->mean);
    usual->last_seen_ms = open_start_ms_;
  }
  history_.push_back(PastBucket{open_start_ms_, open_count_});
  // A job that is never closed must not grow without bound either.
  if (history_.size() > kHistoryMax) history_.erase(history_.begin(), history_.end() - kHistoryNeeded);
}

void Model::finish_bucket(const Plan& plan, Results& results) {
  if (!open_) return;
  drop_interim(results);
  const double score = judge(plan, &results.records, false);
  put_bucket(results, Bucket{open_start_ms_, open_count_, false, score});
  learn(plan);
  latest_result_ms_ = open_start_ms_;
  drop_unfinished();
}

void Model::write_interim(const Plan& plan, Results& results) const {
  drop_interim(results);
  if (!open_) return;
  const double score = judge(plan, &results.records, true);
  put_bucket(results, Bucket{open_start_ms_, open_count_, true, score});
}

void Model::prune(const Plan& plan) {
  if (history_.size() > kHistoryNeeded) history_.erase(history_.begin(), history_.end() - kHistoryNeeded);
  if (!latest_record_ms_) return;
  const std::int64_t oldest = *latest_record_ms_ - kSeriesBucketsKept * plan.span_ms;
  std::erase_if(series_, [&](const Series& known) { return known.last_seen_ms < oldest; });
}

void Model::forget() {
  series_.clear();
  history_.clear();
  forgotten_ = true;
}

void Model::drop_unfinished() {
  open_ = false;
  open_count_ = 0;
  gatherings_.clear();
}

void Model::double_unfinished() {
  open_count_ *= 2;
  for (Gathering& seen : gatherings_) {
    seen.count *= 2;
    seen.sum *= 2;
  }
}

void Model::skip_to(std::optional<std::int64_t> latest_ms, const Results& results) {
  if (latest_ms == latest_record_ms_) return;
  latest_record_ms_ = latest_ms;
  // A bucket that already has its final result must not be written again with fewer records.
  if (open_ && !results.buckets.empty() && results.buckets.back().start_ms >= open_start_ms_) drop_unfinished();
}

std::int64_t Model::bytes() const {
  if (forgotten_ || (history_.empty() && gatherings_.empty())) return 0;
  std::size_t bytes = 1'024 + sizeof(PastBucket) * history_.size() + sizeof(Gathering) * gatherings_.size();
  for (const Series& known : series_) bytes += sizeof(Series) + known.entity.size();
  return static_cast<std::int64_t>(bytes);
}

}  // namespace closecheck::sut
