#include "model/search.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>
#include <tuple>

namespace closecheck::model {
namespace {

// Below this a scan over the configurations is cheaper than any table.
constexpr std::size_t kScanMax = 12;
constexpr std::uint32_t kNoIndex = 0xFFFF'FFFF;

/// Whether two configurations differ in counts and lost requests alone.
bool in_same_state(const Configuration& a, const Configuration& b) {
  return a.progress == b.progress && a.job.life == b.job.life && a.job.feed == b.job.feed &&
         a.job.flags == b.job.flags && a.job.feeding == b.job.feeding;
}

/// Of two configurations in the same state, whether all that may come of the second may come of the first: its bounds
/// hold the others', now and after each step that adds up what was accepted, and no more lost requests have happened.
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

bool brings_the_same(const SearchExchange& a, const SearchExchange& b) {
  return a.records == b.records && a.records_perhaps == b.records_perhaps;
}

std::uint64_t hash_of_state(const Configuration& c) {
  std::uint64_t hash = c.progress;
  for (const std::uint64_t word : {std::uint64_t{c.job.feeding}, static_cast<std::uint64_t>(c.job.life) |
                                                                     static_cast<std::uint64_t>(c.job.feed) << 8U |
                                                                     std::uint64_t{c.job.flags} << 16U}) {
    hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15U;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

SearchExchange exchange_of(std::size_t step, const Question& question, const Answer& answer, const CellTable& table) {
  SearchExchange exchange;
  exchange.step = static_cast<std::uint8_t>(step);
  exchange.timed_out = answer.outcome == RequestOutcome::timed_out;
  exchange.answers = answer_bit(answer.outcome);
  // A refusal that comes when the timeout is up cannot be told from giving up, whatever its text.
  if (exchange.timed_out) exchange.answers |= kRefused;
  exchange.may_be_refused = question.may_be_refused;
  exchange.concerns = question.concerns;
  exchange.records = saturated(static_cast<std::uint64_t>(std::max<std::int64_t>(question.records, 0)));
  exchange.records_perhaps = saturated(static_cast<std::uint64_t>(std::max<std::int64_t>(question.records_perhaps, 0)));
  if (step == index_of(RequestKind::stats)) {
    exchange.read = answer.state;
    exchange.processed = answer.processed.value_or(-1);
    if (exchange.processed < 0 && answer.processed) exchange.processed = std::int64_t{kNoBound} * 4;
  }
  if (step == index_of(RequestKind::feed_stats) && answer.feed_started)
    exchange.feed_read = *answer.feed_started ? 1 : 0;
  exchange.pure_only = (exchange.answers & table.changing[step]) == 0;
  return exchange;
}

Search::Search(const CellTable& table, std::size_t budget, Reductions reductions)
    : table_(&table), budget_(budget), reductions_(reductions) {
  state_visits_.assign(kLifeCount + kFeedCount, 0);
  row_visits_.assign(rows().size(), 0);
  reset(table);
}

void Search::reset(const CellTable& table) {
  table_ = &table;
  machine_.switch_off(table.off);
  widened_ = false;
  used_ = lost_used_ = perhaps_more_ = 0;
  set_.assign(1, Configuration{});
  work_.clear();
  before_ = 0;
}

void Search::start_anywhere(bool may_hang) {
  set_.clear();
  for (std::size_t life = 0; life < kLifeCount; ++life)
    for (std::size_t feed = 0; feed < kFeedCount; ++feed)
      for (std::uint8_t flags = 0; flags < JobValue::kFlagsEnd; ++flags) {
        Configuration c{.job = {.life = static_cast<Life>(life), .feed = static_cast<Feed>(feed), .flags = flags}};
        if (c.job.life != Life::absent) c.job.hi = kNoBound;
        if (c.job.is_possible() && (may_hang || !c.job.has(JobValue::kWillHang | JobValue::kHangs))) set_.push_back(c);
      }
}

bool Search::has_outstanding() const {
  return perhaps_more_ != 0 || std::ranges::any_of(set_, [](const Configuration& c) { return c.unhappened != 0; });
}

namespace {

/// A closed job counts `records`: what was queued is in that number as far as it has to be.
void know_count(JobValue& job, std::uint32_t records) {
  const bool is_exact = job.queued == 0;
  const std::uint32_t most = job.most();
  const std::uint32_t least = saturated(std::uint64_t{job.lo} + job.queued);
  job.lo = records;
  job.queued = least > records ? least - records : 0;
  job.hi = is_exact ? records : std::max(records, most - job.queued);
}

}  // namespace

void Search::know_counts(std::int64_t records) {
  for (Configuration& c : set_) {
    JobValue& job = c.job;
    if (records >= 0) {
      if (job.life == Life::closed) know_count(job, saturated(static_cast<std::uint64_t>(records)));
    } else if (job.life != Life::absent) {
      job.lo = job.since = job.queued = job.feeding = 0;
      job.hi = kNoBound;
    }
    settle_reads(c);
  }
  keep_maximal(set_);
}

bool Search::matches(const SearchExchange& x, const Configuration& c) const {
  if (x.concerns == Concerns::perhaps || (x.concerns == Concerns::if_it_exists && c.job.life == Life::absent))
    return true;
  const Cell& cell = table_->at(x.step, c.job);
  if (cell.row < 0) return false;
  Answers allowed = cell.guard == Guard::always || holds(cell.guard, c.job) ? cell.allowed : cell.allowed_otherwise;
  if (x.may_be_refused) allowed |= kRefused;
  if ((allowed & x.answers) == 0) return false;
  if ((x.answers & kAccepted) == 0) return true;
  if (x.step == index_of(RequestKind::stats)) {
    if (!table_->reads_as(c.job.life, x.read)) return false;
    if (x.processed < 0) return true;
    const std::uint64_t most = std::uint64_t{c.job.most()} + perhaps_more_;
    return x.processed >= c.job.lo && (static_cast<std::uint64_t>(x.processed) <= most || most >= kNoBound);
  }
  if (x.step == index_of(RequestKind::feed_stats) && x.feed_read >= 0)
    return (c.job.feed == Feed::started) == (x.feed_read == 1);
  return true;
}

// A pure answer that fits is given at once: having answered dominates having yet to answer.
void Search::settle_reads(Configuration& c) const {
  if (!reductions_.greedy) return;
  for (std::uint32_t rest = used_; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    const SearchExchange& x = slots_[static_cast<std::size_t>(i)];
    if (x.pure_only && progress_of(c, i) == 0 && matches(x, c)) set_progress(c, i, 2);
  }
}

int Search::enter(const SearchExchange& exchange) {
  const int slot = std::countr_one(used_);
  if (slot >= kSlots) return -1;
  used_ |= 1U << slot;
  slots_[static_cast<std::size_t>(slot)] = exchange;
  killed_[static_cast<std::size_t>(slot)] = false;
  if (reductions_.greedy && exchange.pure_only)
    for (Configuration& c : set_)
      if (matches(exchange, c)) set_progress(c, slot, 2);
  return slot;
}

bool Search::lose(const SearchExchange& exchange) {
  if (table_->changing[exchange.step] == 0) return true;
  if (widened_ && exchange.step == index_of(RequestKind::post)) {
    perhaps_more_ = saturated(std::uint64_t{perhaps_more_} + exchange.records + exchange.records_perhaps);
    for (Configuration& c : set_) settle_reads(c);
    return true;
  }
  const auto same_kind = [&](const SearchExchange& other) { return other.step == exchange.step; };
  if (widened_ && std::any_of(lost_.begin(), lost_.begin() + std::countr_one(lost_used_), same_kind)) return true;
  const int bit = std::countr_one(lost_used_);
  if (bit >= kLostMax) return false;
  lost_used_ |= 1U << bit;
  SearchExchange& lost = lost_[static_cast<std::size_t>(bit)];
  lost = exchange;
  if (widened_ && lost.records + lost.records_perhaps != 0) {
    // It stands for all of its kind.
    lost.records = 0;
    lost.records_perhaps = kNoBound;
  }
  for (Configuration& c : set_) c.unhappened |= 1U << bit;
  return true;
}

// Lets the machine move the job, and wakes whoever waited for that. False: nothing moves it, or somebody would have to
// answer otherwise.
bool Search::move(Configuration& c, std::size_t event, std::uint32_t records, std::uint32_t records_perhaps) {
  const MachineStep stepped = machine_.step(c.job, event, records, records_perhaps);
  if (stepped.result != MachineStep::Result::done) return false;
  ++moves_;
  const Life from = c.job.life;
  const Life to = stepped.value.life;
  c.job = stepped.value;
  if (from != to && (c.progress & 0x5555'5555U) != 0) {
    for (std::uint32_t rest = used_; rest != 0; rest &= rest - 1) {
      const int i = std::countr_zero(rest);
      if (progress_of(c, i) != 1) continue;
      const SearchExchange& x = slots_[static_cast<std::size_t>(i)];
      const Answers told = told_at_wake(static_cast<RequestKind>(x.step), from, to);
      if (told == kNothing) continue;
      if ((told & x.answers) == 0) {
        killed_[static_cast<std::size_t>(i)] = true;
        return false;
      }
      set_progress(c, i, 2);
    }
  }
  settle_reads(c);
  return true;
}

bool Search::makes_needless(const Configuration& other, const Configuration& c) const {
  if (!in_same_state(other, c)) return false;
  return reductions_.dominance ? covers(other, c) : other.job == c.job && other.unhappened == c.unhappened;
}

bool Search::known(const std::vector<Configuration>& where, const Configuration& c) const {
  return std::ranges::any_of(where, [&](const Configuration& other) { return makes_needless(other, c); });
}

bool Search::add_work(const Configuration& c) {
  if (work_.size() <= kScanMax) {
    if (known(work_, c)) return false;
  } else {
    if (buckets_.size() < work_.size() * 2 || chain_.size() != work_.size()) {
      // Grown, or the first time beyond scanning: build the chains anew.
      buckets_.assign(std::bit_ceil(work_.size() * 4), kNoIndex);
      chain_.clear();
      for (std::uint32_t i = 0; i < work_.size(); ++i) {
        std::uint32_t& head = buckets_[hash_of_state(work_[i]) & (buckets_.size() - 1)];
        chain_.push_back(head);
        head = i;
      }
    }
    std::uint32_t& head = buckets_[hash_of_state(c) & (buckets_.size() - 1)];
    for (std::uint32_t i = head; i != kNoIndex; i = chain_[i])
      if (makes_needless(work_[i], c)) return false;
    chain_.push_back(head);
    head = static_cast<std::uint32_t>(work_.size());
  }
  work_.push_back(c);
  return true;
}

void Search::take(const Configuration& c, std::size_t from, std::int16_t row, int slot) {
  if (progress_of(c, slot) == 2) {
    if (out_.empty()) first_out_ = {static_cast<std::uint32_t>(from), row};
    if (out_.empty() || !known(out_, c)) out_.push_back(c);
    return;
  }
  if (add_work(c)) origins_.push_back({static_cast<std::uint32_t>(from), row});
}

void Search::step_slot(std::size_t from, int i, int slot) {
  const SearchExchange& x = slots_[static_cast<std::size_t>(i)];
  const Cell& cell = table_->at(x.step, work_[from].job);
  if (cell.row < 0) return;
  if ((!x.pure_only || !reductions_.greedy) && matches(x, work_[from])) {
    Configuration next = work_[from];
    set_progress(next, i, 2);
    take(next, from, cell.row, slot);
  }
  if (!cell.changes) return;
  Configuration next = work_[from];
  if (cell.waits) {
    set_progress(next, i, x.timed_out ? 2 : 1);
  } else {
    if ((x.answers & kAccepted) == 0) return;
    set_progress(next, i, 2);
  }
  const std::uint32_t reached = next.progress;
  // A request that begins to wait must not be woken by its own first step.
  if (cell.waits) set_progress(next, i, 2);
  if (!move(next, x.step, x.records, x.records_perhaps)) return;
  set_progress(next, i, (reached >> (2 * i)) & 3U);
  take(next, from, cell.row, slot);
}

void Search::step_lost(std::size_t from, int slot) {
  for (std::uint32_t rest = work_[from].unhappened; rest != 0; rest &= rest - 1) {
    const int bit = std::countr_zero(rest);
    const SearchExchange& x = lost_[static_cast<std::size_t>(bit)];
    if (reductions_.canonical_lost || reductions_.symmetric) {
      bool later = false;
      if (reductions_.canonical_lost)
        for (std::uint32_t older = work_[from].unhappened & ((1U << bit) - 1); older != 0 && !later;
             older &= older - 1) {
          const SearchExchange& y = lost_[static_cast<std::size_t>(std::countr_zero(older))];
          later = y.step == x.step && brings_the_same(y, x);
        }
      if (reductions_.symmetric && !table_->two_steps[x.step])
        for (std::uint32_t open = used_; open != 0 && !later; open &= open - 1) {
          const int i = std::countr_zero(open);
          const SearchExchange& y = slots_[static_cast<std::size_t>(i)];
          later = progress_of(work_[from], i) == 0 && y.step == x.step && brings_the_same(y, x) &&
                  y.answers == kAccepted && !y.may_be_refused && y.concerns == Concerns::surely;
        }
      if (later) continue;
    }
    const Cell& cell = table_->at(x.step, work_[from].job);
    if (cell.row < 0 || !cell.changes) continue;
    Configuration next = work_[from];
    if (!widened_) next.unhappened &= ~(1U << bit);
    const JobValue old = next.job;
    if (!move(next, x.step, x.records, x.records_perhaps)) continue;
    if (next.job == old) continue;  // it changed nothing: not having happened covers it
    take(next, from, cell.row, slot);
  }
}

void Search::expand(std::size_t from, int slot) {
  for (std::size_t i = 0; i < kHappeningCount; ++i) {
    const Spontaneous& happening = table_->happenings[i];
    if (!table_->may_happen(happening, work_[from].job)) continue;
    Configuration next = work_[from];
    if (move(next, kStepCount + i, 0, 0)) take(next, from, happening.row, slot);
  }
  for (std::uint32_t rest = used_; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    if (progress_of(work_[from], i) != 0) continue;
    const SearchExchange& x = slots_[static_cast<std::size_t>(i)];
    if (reductions_.symmetric && !table_->two_steps[x.step] && (used_ & (used_ - 1)) != 0) {
      // Of two equal requests with equal answers the one that returns first goes first.
      bool later = false;
      for (std::uint32_t others = used_ & ~(1U << i); others != 0 && !later; others &= others - 1) {
        const int j = std::countr_zero(others);
        const SearchExchange& y = slots_[static_cast<std::size_t>(j)];
        later = y.order < x.order && progress_of(work_[from], j) == 0 && y.step == x.step && brings_the_same(y, x) &&
                y.answers == x.answers && y.may_be_refused == x.may_be_refused && y.concerns == x.concerns &&
                y.read == x.read && y.processed == x.processed && y.feed_read == x.feed_read;
      }
      if (later) continue;
    }
    step_slot(from, i, slot);
  }
  if (work_[from].unhappened != 0) step_lost(from, slot);
}

// What may happen to a configuration that is covered may happen to the one that covers it, and every count that the
// first allows the second allows too: each effect moves the six sums alike.
void Search::keep_maximal(std::vector<Configuration>& where) {
  if (!reductions_.dominance || where.size() < 2) return;
  order_.resize(where.size());
  std::iota(order_.begin(), order_.end(), 0U);
  const auto key = [&](std::uint32_t i) {
    const Configuration& c = where[i];
    return std::tuple(c.progress, c.job.life, c.job.feed, c.job.flags, c.job.feeding);
  };
  // Whoever covers another comes before it.
  std::ranges::sort(order_, [&](std::uint32_t i, std::uint32_t j) {
    const auto mine = key(i);
    const auto theirs = key(j);
    if (mine != theirs) return mine < theirs;
    const JobValue& a = where[i].job;
    const JobValue& b = where[j].job;
    const auto bounds = [&](const JobValue& job, std::uint32_t unhappened) {
      return std::tuple(job.lo, std::uint64_t{job.lo} + job.since, ~(std::uint64_t{job.hi} + job.since + job.queued),
                        -std::popcount(unhappened));
    };
    const auto first = bounds(a, where[i].unhappened);
    const auto second = bounds(b, where[j].unhappened);
    return first != second ? first < second : i < j;
  });
  std::size_t group = 0;  // in `order_`, of the kept ones with the same key
  std::size_t kept = 0;
  for (const std::uint32_t i : order_) {
    if (kept > group && key(order_[group]) != key(i)) group = kept;
    bool covered = false;
    for (std::size_t k = group; k < kept && !covered; ++k) covered = covers(where[order_[k]], where[i]);
    if (!covered) order_[kept++] = i;
  }
  order_.resize(kept);
  std::ranges::sort(order_);
  for (std::size_t k = 0; k < kept; ++k) where[k] = where[order_[k]];
  where.resize(kept);
}

void Search::count_path(std::size_t from, std::int16_t row) {
  while (row >= 0) {
    ++row_visits_[static_cast<std::size_t>(row)];
    if (from == kNoIndex) break;
    row = origins_[from].row;
    from = origins_[from].from;
  }
}

Found Search::leave(int slot) {
  const SearchExchange& x = slots_[static_cast<std::size_t>(slot)];
  work_.clear();
  origins_.clear();
  chain_.clear();
  out_.clear();
  first_out_ = {kNoIndex, -1};
  for (const Configuration& c : set_) {
    if (progress_of(c, slot) == 2) {
      if (out_.empty()) first_out_ = {kNoIndex, table_->at(x.step, c.job).row};
      out_.push_back(c);
    } else {
      work_.push_back(c);
      origins_.push_back({kNoIndex, -1});
    }
  }
  before_ = work_.size();
  for (std::size_t i = 0; i < work_.size(); ++i) {
    expand(i, slot);
    if (work_.size() + out_.size() > budget_) return Found::too_much;
  }
  largest_ = std::max(largest_, work_.size() + out_.size());
  if (out_.empty()) return Found::empty;
  count_path(first_out_.from, first_out_.row);
  keep_maximal(out_);
  set_.swap(out_);
  std::uint32_t unhappened = 0;
  for (Configuration& c : set_) {
    set_progress(c, slot, 0);
    unhappened |= c.unhappened;
  }
  if (!widened_) lost_used_ &= unhappened;  // the others surely happened, or cannot any more
  used_ &= ~(1U << slot);
  const JobValue& job = set_.front().job;
  ++state_visits_[static_cast<std::size_t>(job.life)];
  ++state_visits_[kLifeCount + static_cast<std::size_t>(job.feed)];
  return Found::fits;
}

void Search::forget(int slot) {
  used_ &= ~(1U << slot);
  for (Configuration& c : set_) set_progress(c, slot, 0);
}

bool Search::may_move(const Configuration& c) const {
  const auto moves = [&](std::size_t event) {
    const bool moved = machine_.step(c.job, event, 0, 0).result == MachineStep::Result::done;
    moves_ += moved ? 1 : 0;
    return moved;
  };
  for (std::size_t i = 0; i < kHappeningCount; ++i)
    if (table_->may_happen(table_->happenings[i], c.job) && moves(kStepCount + i)) return true;
  for (std::uint32_t rest = c.unhappened; rest != 0; rest &= rest - 1) {
    const SearchExchange& x = lost_[static_cast<std::size_t>(std::countr_zero(rest))];
    const Cell& cell = table_->at(x.step, c.job);
    if (cell.row >= 0 && cell.changes && moves(x.step)) return true;
  }
  return false;
}

}  // namespace closecheck::model
