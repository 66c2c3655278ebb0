#include "in_process/analysis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <tuple>
#include <utility>

namespace closecheck::sut {
namespace {

constexpr std::size_t kHistoryMax = 4'096;
constexpr std::int64_t kEmptyBucketsMax = 10'000;
constexpr std::int64_t kBucketsBeforeJudging = 3;
/// After a hundred buckets a bucket weighs half as much.
constexpr double kHalfLifeBuckets = 100;
/// As probable as being three deviations off: what is likelier is not worth a record.
constexpr double kUnusual = 0.0027;
/// Few entities are found faster one by one.
constexpr std::size_t kIndexedFrom = 16;

// Functions that nothing here computes are modelled by the nearest that is computed.
constexpr auto kFunctions =
    std::to_array<std::pair<std::string_view, Function>>({{"count", Function::count},
                                                          {"high_count", Function::high_count},
                                                          {"low_count", Function::low_count},
                                                          {"non_zero_count", Function::count},
                                                          {"high_non_zero_count", Function::high_count},
                                                          {"low_non_zero_count", Function::low_count},
                                                          {"distinct_count", Function::count},
                                                          {"high_distinct_count", Function::high_count},
                                                          {"low_distinct_count", Function::low_count},
                                                          {"rare", Function::count},
                                                          {"freq_rare", Function::count},
                                                          {"info_content", Function::count},
                                                          {"high_info_content", Function::high_count},
                                                          {"low_info_content", Function::low_count},
                                                          {"time_of_day", Function::count},
                                                          {"time_of_week", Function::count},
                                                          {"lat_long", Function::count},
                                                          {"mean", Function::mean},
                                                          {"high_mean", Function::mean},
                                                          {"low_mean", Function::mean},
                                                          // Of its three the mean is modelled.
                                                          {"metric", Function::mean},
                                                          {"avg", Function::mean},
                                                          {"high_avg", Function::mean},
                                                          {"low_avg", Function::mean},
                                                          {"median", Function::mean},
                                                          {"high_median", Function::mean},
                                                          {"low_median", Function::mean},
                                                          {"varp", Function::mean},
                                                          {"high_varp", Function::mean},
                                                          {"low_varp", Function::mean},
                                                          {"min", Function::min},
                                                          {"max", Function::max},
                                                          {"sum", Function::sum},
                                                          {"high_sum", Function::sum},
                                                          {"low_sum", Function::sum},
                                                          {"non_null_sum", Function::sum},
                                                          {"high_non_null_sum", Function::sum},
                                                          {"low_non_null_sum", Function::sum}});

std::int64_t bucket_start(std::int64_t time_ms, std::int64_t span_ms) {
  const std::int64_t into = time_ms % span_ms;
  return time_ms - (into < 0 ? into + span_ms : into);
}

double decay() {
  static const double factor = std::exp2(-1 / kHalfLifeBuckets);
  return factor;
}

/// How probable it is to be so far off or farther, in the direction that the function looks into.
double probability_of(Function function, double value, double mean, double deviation) {
  const double width = std::max({deviation, 0.1 * std::abs(mean), 1e-9});
  double off = (value - mean) / width;
  if (function == Function::low_count) off = -off;
  const bool one_sided = function == Function::low_count || function == Function::high_count;
  if (one_sided && off <= 0) return 1;
  return std::max(std::erfc(std::abs(off) / std::sqrt(2.0)), std::numeric_limits<double>::min());
}

/// 0 for what is not unusual, then towards 100 the less probable it is.
double score_of(double probability) {
  if (probability >= kUnusual) return 0;
  return 100 * (1 - std::exp(std::log(probability / kUnusual) / 10));
}

void put_bucket(Results& results, const ResultBucket& bucket) {
  auto& buckets = results.buckets;
  auto place = buckets.end();
  while (place != buckets.begin() && std::prev(place)->start_ms > bucket.start_ms) --place;
  if (place != buckets.begin() && std::prev(place)->start_ms == bucket.start_ms)
    *std::prev(place) = bucket;
  else
    buckets.insert(place, bucket);
}

/// A process whose state was lost may have written results that the model does not know of.
bool has_bucket(const Results& results, std::int64_t start_ms) {
  const auto& buckets = results.buckets;
  const auto found = std::ranges::lower_bound(buckets, start_ms, {}, &ResultBucket::start_ms);
  return found != buckets.end() && found->start_ms == start_ms;
}

ResultBucket empty_bucket(std::int64_t start_ms) {
  ResultBucket bucket;
  bucket.start_ms = start_ms;
  return bucket;
}

double value_of(Function function, const Entity& entity) {
  switch (function) {
    case Function::count:
    case Function::high_count:
    case Function::low_count:
      return static_cast<double>(entity.count);
    case Function::mean:
      return entity.sum / static_cast<double>(entity.count);
    case Function::min:
      return entity.min;
    case Function::max:
      return entity.max;
    case Function::sum:
      return entity.sum;
  }
  return 0;
}

std::size_t hash_of(std::uint32_t item, std::string_view by, std::string_view partition) {
  const std::hash<std::string_view> hash;
  return hash(by) * 31 + hash(partition) * 7 + item;
}

bool is(const Entity& entity, std::uint32_t item, std::string_view by, std::string_view partition) {
  return entity.item == item && entity.by == by && entity.partition == partition;
}

/// Takes a value into the baseline.
void learn_value(Entity& entity, double value) {
  ++entity.buckets;
  entity.weight = entity.weight * decay() + 1;
  entity.squares *= decay();
  const double off = value - entity.mean;
  entity.mean += off / entity.weight;
  entity.squares += off * (value - entity.mean);
}

/// The same as learning nought so many times.
void learn_noughts(Entity& entity, std::int64_t times) {
  const double faded = std::pow(decay(), static_cast<double>(times));
  const double before = entity.weight * faded;
  const double added = (1 - faded) / (1 - decay());
  entity.buckets += times;
  entity.weight = before + added;
  entity.squares = entity.squares * faded + entity.mean * entity.mean * before * added / entity.weight;
  entity.mean *= before / entity.weight;
}

void forget_baseline(Entity& entity) {
  entity.buckets = 0;
  entity.weight = entity.mean = entity.squares = 0;
}

void clear_gathered(Entity& entity) {
  entity.count = 0;
  entity.sum = entity.min = entity.max = 0;
}

}  // namespace

std::optional<Function> function_named(std::string_view text) {
  for (const auto& [name, function] : kFunctions)
    if (name == text) return function;
  return std::nullopt;
}

bool counts_records(Function function) {
  return function == Function::count || function == Function::high_count || function == Function::low_count;
}

std::int64_t Results::final_buckets() const {
  const bool interim = !buckets.empty() && buckets.back().interim;
  return static_cast<std::int64_t>(buckets.size()) - (interim ? 1 : 0);
}

void drop_interim(Results& results) {
  while (!results.buckets.empty() && results.buckets.back().interim) results.buckets.pop_back();
  while (!results.records.empty() && results.records.back().interim) results.records.pop_back();
}

Entity& Model::entity(std::uint32_t item, std::string_view by, std::string_view partition) {
  if (entities_.size() < kIndexedFrom) {
    for (Entity& known : entities_)
      if (is(known, item, by, partition)) return known;
  } else {
    if (index_.empty())
      for (std::size_t i = 0; i < entities_.size(); ++i) {
        const Entity& known = entities_[i];
        index_.emplace(hash_of(known.item, known.by, known.partition), static_cast<std::uint32_t>(i));
      }
    const auto [first, last] = index_.equal_range(hash_of(item, by, partition));
    for (auto found = first; found != last; ++found)
      if (is(entities_[found->second], item, by, partition)) return entities_[found->second];
    index_.emplace(hash_of(item, by, partition), static_cast<std::uint32_t>(entities_.size()));
  }
  Entity& added = entities_.emplace_back();
  added.item = item;
  added.by = by;
  added.partition = partition;
  return added;
}

void Model::gather(std::uint32_t item, std::string_view by, std::string_view partition, double value) {
  Entity& seen = entity(item, by, partition);
  seen.min = seen.count == 0 ? value : std::min(seen.min, value);
  seen.max = seen.count == 0 ? value : std::max(seen.max, value);
  seen.sum += value;
  ++seen.count;
}

std::int64_t Model::take(const Plan& plan, const ReadRecord& record, bool report_empty, Results& results) {
  const std::int64_t start = bucket_start(record.time_ms, plan.span_ms);
  const bool passes = open_ && start > open_start_ms_;
  if (passes) finish_bucket(plan, results);
  std::int64_t jumped = 0;
  if (!open_ && latest_result_ms_ && start > *latest_result_ms_ + plan.span_ms) {
    jumped = (start - *latest_result_ms_) / plan.span_ms - 1;
    pass_empty(plan, jumped);
    if (report_empty && passes) {
      const std::int64_t first = std::max(*latest_result_ms_ + plan.span_ms, start - kEmptyBucketsMax * plan.span_ms);
      for (std::int64_t empty = first; empty < start; empty += plan.span_ms)
        if (!has_bucket(results, empty)) put_bucket(results, empty_bucket(empty));
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
  for (std::uint32_t i = 0; i < plan.items.size(); ++i) {
    const Plan::Item& item = plan.items[i];
    if (!record.readings.empty()) {
      const Reading& reading = record.readings[i];
      if (reading.present) gather(i, reading.by, reading.partition, reading.value);
    } else if (!item.splits()) {
      gather(i, {}, {}, record.value);
    } else if (!record.entity.empty()) {
      const std::string_view nobody;
      gather(i, item.by_field.empty() ? nobody : record.entity, item.partition_field.empty() ? nobody : record.entity,
             record.value);
    }
  }
  return jumped;
}

ResultBucket Model::judge(const Plan& plan, std::vector<ResultRecord>& records, bool interim) const {
  ResultBucket bucket;
  bucket.start_ms = open_start_ms_;
  bucket.event_count = open_count_;
  bucket.interim = interim;
  if (history_.size() >= static_cast<std::size_t>(kBucketsBeforeJudging)) {
    const std::size_t from = history_.size() - std::min(history_.size(), kHistoryNeeded);
    const auto n = static_cast<double>(history_.size() - from);
    double mean = 0;
    double squares = 0;
    for (std::size_t i = from; i < history_.size(); ++i) mean += static_cast<double>(history_[i].count) / n;
    for (std::size_t i = from; i < history_.size(); ++i)
      squares += std::pow(static_cast<double>(history_[i].count) - mean, 2) / n;
    bucket.probability = probability_of(Function::count, static_cast<double>(open_count_), mean, std::sqrt(squares));
  }
  const std::size_t before = records.size();
  for (const Entity& seen : entities_) {
    const Plan::Item& item = plan.items[seen.item];
    if (seen.buckets < kBucketsBeforeJudging) continue;
    // An entity that is not seen has a count all the same, as long as it is remembered.
    if (seen.count == 0 && !counts_records(item.function)) continue;
    if (open_start_ms_ - seen.last_seen_ms > plan.prune_window_ms) continue;
    const double deviation = std::sqrt(std::max(0.0, seen.squares / seen.weight));
    const double value = value_of(item.function, seen);
    const double probability = probability_of(item.function, value, seen.mean, deviation);
    bucket.probability = std::min(bucket.probability, probability);
    if (probability >= kUnusual) continue;
    ResultRecord record;
    record.start_ms = open_start_ms_;
    record.function = item.name;
    record.entity = seen.by.empty() ? seen.partition : seen.by;
    record.score = score_of(probability);
    record.interim = interim;
    record.item = seen.item;
    record.by = seen.by;
    record.partition = seen.partition;
    record.probability = probability;
    record.typical = seen.mean;
    record.actual = value;
    records.push_back(std::move(record));
  }
  // Pruning changes the order of the entities, and must not show.
  std::sort(records.begin() + static_cast<std::ptrdiff_t>(before), records.end(),
            [](const ResultRecord& a, const ResultRecord& b) {
              return std::tie(a.item, a.partition, a.by) < std::tie(b.item, b.partition, b.by);
            });
  bucket.score = score_of(bucket.probability);
  return bucket;
}

void Model::learn(const Plan& plan) {
  for (Entity& seen : entities_) {
    const Plan::Item& item = plan.items[seen.item];
    // Whether a job was closed in between must make no difference: what a close would drop counts as dropped.
    if (open_start_ms_ - seen.last_seen_ms > plan.prune_window_ms) forget_baseline(seen);
    if (seen.count == 0 && (seen.buckets == 0 || !counts_records(item.function))) continue;
    learn_value(seen, value_of(item.function, seen));
    if (seen.count > 0) seen.last_seen_ms = open_start_ms_;
  }
  history_.push_back(PastBucket{open_start_ms_, open_count_});
  // A job that is never closed must not grow without bound either.
  if (history_.size() > kHistoryMax) history_.erase(history_.begin(), history_.end() - kHistoryNeeded);
}

void Model::pass_empty(const Plan& plan, std::int64_t buckets) {
  for (Entity& seen : entities_)
    if (seen.buckets > 0 && counts_records(plan.items[seen.item].function)) learn_noughts(seen, buckets);
}

void Model::finish_bucket(const Plan& plan, Results& results) {
  if (!open_) return;
  drop_interim(results);
  put_bucket(results, judge(plan, results.records, false));
  learn(plan);
  latest_result_ms_ = open_start_ms_;
  drop_unfinished();
}

void Model::advance_to(const Plan& plan, std::int64_t time_ms, Results& results) {
  if (open_ && open_start_ms_ + plan.span_ms <= time_ms) finish_bucket(plan, results);
  if (latest_record_ms_) not_before_ms_ = std::max(not_before_ms_, std::optional(bucket_start(time_ms, plan.span_ms)));
}

void Model::jump_to(const Plan& plan, std::int64_t time_ms) {
  // The bucket that the time lies in is skipped as a whole.
  const std::int64_t begun = bucket_start(time_ms, plan.span_ms);
  const std::int64_t start = begun == time_ms ? begun : begun + plan.span_ms;
  if (open_ && start <= open_start_ms_) return;
  drop_unfinished();
  not_before_ms_ = std::max(not_before_ms_, std::optional(start));
  if (latest_result_ms_) latest_result_ms_ = std::max(*latest_result_ms_, start - plan.span_ms);
}

void Model::write_interim(const Plan& plan, Results& results) const {
  drop_interim(results);
  if (open_) put_bucket(results, judge(plan, results.records, true));
}

std::optional<std::int64_t> Model::unfinished_ms() const {
  return open_ ? std::optional(open_start_ms_) : std::nullopt;
}

void Model::prune(const Plan& plan) {
  if (history_.size() > kHistoryNeeded) history_.erase(history_.begin(), history_.end() - kHistoryNeeded);
  if (!latest_record_ms_) return;
  const std::int64_t now_ms = bucket_start(*latest_record_ms_, plan.span_ms);
  const std::size_t dropped = std::erase_if(entities_, [&](const Entity& known) {
    return known.count == 0 && now_ms - known.last_seen_ms > plan.prune_window_ms;
  });
  if (dropped > 0) index_.clear();
}

void Model::forget() {
  std::erase_if(entities_, [](const Entity& known) { return known.count == 0; });
  index_.clear();
  for (Entity& known : entities_) forget_baseline(known);
  history_.clear();
  forgotten_ = true;
}

void Model::drop_unfinished() {
  open_ = false;
  open_count_ = 0;
  for (Entity& seen : entities_) clear_gathered(seen);
}

void Model::double_unfinished() {
  open_count_ *= 2;
  for (Entity& seen : entities_) {
    seen.count *= 2;
    seen.sum *= 2;
  }
}

void Model::skip_to(std::optional<std::int64_t> latest_ms, const Results& results) {
  if (latest_ms == latest_record_ms_) return;
  latest_record_ms_ = latest_ms;
  // A bucket that already has its final result must not be written again with fewer records.
  if (open_ && !results.buckets.empty() && results.buckets.back().start_ms >= open_start_ms_) drop_unfinished();
  if (results.final_buckets() > 0) {
    const std::int64_t last_ms = results.buckets[static_cast<std::size_t>(results.final_buckets() - 1)].start_ms;
    latest_result_ms_ = std::max(latest_result_ms_, std::optional(last_ms));
  }
}

std::int64_t Model::bytes() const {
  // An entity without a baseline that nothing was gathered of is only a name.
  const auto is_known = [](const Entity& entity) { return entity.buckets > 0 || entity.count > 0; };
  if (forgotten_ || (history_.empty() && std::ranges::none_of(entities_, is_known))) return 0;
  std::size_t bytes = 1'024 + sizeof(PastBucket) * history_.size();
  for (const Entity& known : entities_)
    if (is_known(known)) bytes += sizeof(Entity) + known.by.size() + known.partition.size();
  return static_cast<std::int64_t>(bytes);
}

std::int64_t Model::by_fields() const {
  return std::ranges::count_if(entities_, [](const Entity& known) { return !known.by.empty(); });
}

std::int64_t Model::partition_fields() const {
  return std::ranges::count_if(entities_, [](const Entity& known) { return !known.partition.empty(); });
}

}  // namespace closecheck::sut
