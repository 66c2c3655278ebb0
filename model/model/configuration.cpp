#include "model/configuration.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>

namespace closecheck::model {
namespace {

// Below this a scan over the configurations is cheaper than any table.
constexpr std::size_t kScanMax = 12;
// Who looks for one way only may look at something twice, but not long for what would spare it.
constexpr std::size_t kPlacedScanMax = 32;
constexpr std::uint32_t kNoIndex = 0xFFFF'FFFF;

std::uint64_t hash_of_state(const Configuration& c, std::uint32_t place) {
  std::uint64_t hash = c.progress | std::uint64_t{place} << 32U;
  for (const std::uint64_t word : {std::uint64_t{c.job.feeding}, static_cast<std::uint64_t>(c.job.life) |
                                                                     static_cast<std::uint64_t>(c.job.feed) << 8U |
                                                                     std::uint64_t{c.job.flags} << 16U}) {
    hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15U;
    hash ^= hash >> 29;
  }
  return hash;
}

bool makes_needless(const Configuration& other, const Configuration& c, bool by_dominance) {
  if (!is_in_same_state(other, c)) return false;
  return by_dominance ? covers(other, c) : other.job == c.job && other.unhappened == c.unhappened;
}

auto state_of(const Configuration& c) {
  return std::tuple(c.progress, c.job.life, c.job.feed, c.job.flags, c.job.feeding);
}

/// Whoever covers another comes before it.
auto rank_in_state(const Configuration& c) {
  return std::tuple(c.job.lo, std::uint64_t{c.job.lo} + c.job.since,
                    ~(std::uint64_t{c.job.hi} + c.job.since + c.job.queued), -std::popcount(c.unhappened));
}

}  // namespace

bool covers(const Configuration& a, const Configuration& b) {
  if ((b.unhappened & ~a.unhappened) != 0) return false;
  const JobValue& x = a.job;
  const JobValue& y = b.job;
  const auto sum = [](std::uint32_t bound, std::uint32_t since, std::uint32_t queued) {
    return std::uint64_t{bound} + since + queued;
  };
  return x.lo <= y.lo && sum(x.lo, x.since, 0) <= sum(y.lo, y.since, 0) &&
         sum(x.lo, x.since, x.queued) <= sum(y.lo, y.since, y.queued) && x.hi >= y.hi &&
         sum(x.hi, x.since, 0) >= sum(y.hi, y.since, 0) && sum(x.hi, x.since, x.queued) >= sum(y.hi, y.since, y.queued);
}

void know_counts(JobValue& job, std::int64_t records) {
  if (records < 0) {
    if (job.life == Life::absent) return;
    job.lo = job.since = job.queued = job.feeding = 0;
    job.hi = kNoBound;
    return;
  }
  if (job.life != Life::closed) return;
  const bool is_exact = job.queued == 0;
  const std::uint32_t counted = saturated(static_cast<std::uint64_t>(records));
  const std::uint32_t most = job.most();
  const std::uint32_t least = saturated(std::uint64_t{job.lo} + job.queued);
  job.lo = counted;
  job.queued = least > counted ? least - counted : 0;
  job.hi = is_exact ? counted : std::max(counted, most - job.queued);
}

void keep_maximal(std::vector<Configuration>& all, std::vector<std::uint32_t>& order) {
  if (all.size() < 2) return;
  order.resize(all.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t i, std::uint32_t j) {
    const auto mine = state_of(all[i]);
    const auto theirs = state_of(all[j]);
    if (mine != theirs) return mine < theirs;
    const auto first = rank_in_state(all[i]);
    const auto second = rank_in_state(all[j]);
    return first != second ? first < second : i < j;
  });
  std::size_t group = 0;  // in `order`, of the kept ones in the same state
  std::size_t kept = 0;
  for (const std::uint32_t i : order) {
    if (kept > group && !is_in_same_state(all[order[group]], all[i])) group = kept;
    bool covered = false;
    for (std::size_t k = group; k < kept && !covered; ++k) covered = covers(all[order[k]], all[i]);
    if (!covered) order[kept++] = i;
  }
  order.resize(kept);
  std::ranges::sort(order);
  for (std::size_t k = 0; k < kept; ++k) all[k] = all[order[k]];
  all.resize(kept);
}

void ReachedConfigurations::clear() {
  all_.clear();
  places_.clear();
  chain_.clear();
}

std::uint32_t& ReachedConfigurations::head_of(const Configuration& c, std::uint32_t place) {
  return buckets_[hash_of_state(c, place) & (buckets_.size() - 1)];
}

void ReachedConfigurations::build_chains() {
  buckets_.assign(std::bit_ceil(all_.size() * 4), kNoIndex);
  chain_.clear();
  for (std::uint32_t i = 0; i < all_.size(); ++i) {
    std::uint32_t& head = head_of(all_[i], i < places_.size() ? places_[i] : 0);
    chain_.push_back(head);
    head = i;
  }
}

bool ReachedConfigurations::add(const Configuration& c, std::uint32_t place, bool by_dominance) {
  if (place != 0) places_.resize(all_.size(), 0);
  const bool placed = place != 0 || !places_.empty();
  const auto is_known = [&](std::size_t i) {
    return (!placed || places_[i] == place) && makes_needless(all_[i], c, by_dominance);
  };
  if (all_.size() <= kScanMax) {
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (is_known(i)) return false;
  } else {
    // Grown, or the first time beyond scanning.
    if (buckets_.size() < all_.size() * 2 || chain_.size() != all_.size()) build_chains();
    std::uint32_t& head = head_of(c, place);
    std::size_t left = placed ? kPlacedScanMax : all_.size();
    for (std::uint32_t i = head; i != kNoIndex && left > 0; i = chain_[i], --left)
      if (is_known(i)) return false;
    chain_.push_back(head);
    head = static_cast<std::uint32_t>(all_.size());
  }
  all_.push_back(c);
  if (placed) places_.push_back(place);
  return true;
}

}  // namespace closecheck::model
