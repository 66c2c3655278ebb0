#include "model/search.h"

#include <algorithm>

namespace closecheck::model {
namespace {

constexpr std::uint32_t kNoIndex = 0xFFFF'FFFF;

}  // namespace

Search::Search(const CellTable& table, std::size_t budget, const Reductions& reductions)
    : budget_(budget), transitions_(table, reductions) {
  visits_.states.assign(kLifeCount + kFeedCount, 0);
  visits_.rows.assign(rows().size(), 0);
  reset(table);
}

void Search::reset(const CellTable& table) {
  transitions_.reset(table);
  pending_.used = pending_.lost_used = pending_.killed = 0;
  pending_.perhaps_more = 0;
  pending_.is_approximate = false;
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

void Search::know_counts(std::int64_t records) {
  for (Configuration& c : set_) {
    model::know_counts(c.job, records);
    transitions_.settle_reads(pending_, c);
  }
  if (transitions_.reductions().dominance) keep_maximal(set_, order_);
}

int Search::enter(std::size_t step, const Question& question, const Answer& answer, std::size_t order) {
  const int slot = pending_.take_slot();
  if (slot < 0) return slot;
  SearchExchange& exchange = pending_.slots[static_cast<std::size_t>(slot)];
  exchange.read_from(step, question, answer, order, transitions_.table());
  if (exchange.pure_only && transitions_.reductions().greedy)
    for (Configuration& c : set_)
      if (transitions_.matches(pending_, exchange, c)) c.set_progress(slot, 2);
  return slot;
}

bool Search::lose(std::size_t step, const Question& question) {
  const int bit = pending_.lose(step, question, transitions_.table());
  if (bit == kTooManyLost) return false;
  for (Configuration& c : set_) {
    if (bit >= 0) c.unhappened |= 1U << bit;
    if (pending_.is_approximate) transitions_.settle_reads(pending_, c);  // the bound may have grown
  }
  return true;
}

bool Search::has_outstanding() const {
  return pending_.perhaps_more != 0 ||
         std::ranges::any_of(set_, [](const Configuration& c) { return c.unhappened != 0; });
}

void Search::take(const Configuration& c, Origin origin, int slot) {
  if (!c.is_done(slot)) {
    if (work_.add(c, transitions_.reductions().dominance)) origins_.push_back(origin);
    return;
  }
  if (out_.size() == 0) first_out_ = origin;
  out_.add(c, transitions_.reductions().dominance);
}

void Search::expand(std::uint32_t from, int slot) {
  const Configuration c = work_[from];
  const auto take_it = [&](const Configuration& next, std::int16_t row) { take(next, {from, row}, slot); };
  transitions_.by_itself(pending_, c, take_it);
  for (std::uint32_t rest = pending_.used; rest != 0; rest &= rest - 1) {
    const int pending = std::countr_zero(rest);
    if (c.progress_of(pending) == 0 && !transitions_.is_after_another(pending_, c, pending))
      transitions_.by_pending(pending_, c, pending, take_it);
  }
  if (c.unhappened != 0) transitions_.by_lost(pending_, c, take_it);
}

void Search::count_path(Origin origin) {
  while (origin.row >= 0) {
    ++visits_.rows[static_cast<std::size_t>(origin.row)];
    if (origin.from == kNoIndex) break;
    origin = origins_[origin.from];
  }
}

// Where all have answered already, nothing needs to happen.
bool Search::leave_at_once(int slot) {
  for (const Configuration& c : set_)
    if (!c.is_done(slot)) return false;
  const std::int16_t row = transitions_.table().at(pending_.at(slot).step, set_.front().job).row;
  count_path({kNoIndex, row});
  keep(slot);
  return true;
}

void Search::begin_work(int slot) {
  work_.clear();
  origins_.clear();
  out_.clear();
  first_out_ = {kNoIndex, -1};
  for (const Configuration& c : set_) {
    if (c.is_done(slot)) {
      if (out_.size() == 0) first_out_.row = transitions_.table().at(pending_.at(slot).step, c.job).row;
      out_.begin_with(c);
    } else {
      work_.begin_with(c);
      origins_.push_back({kNoIndex, -1});
    }
  }
  before_ = work_.size();
}

Found Search::leave(int slot) {
  cost_ = 0;
  if (leave_at_once(slot)) return Found::fits;
  begin_work(slot);
  for (std::uint32_t i = 0; i < work_.size(); ++i) {
    expand(i, slot);
    cost_ = work_.size() + out_.size();
    if (cost_ > budget_) return Found::too_much;
  }
  if (out_.size() == 0) return Found::empty;
  count_path(first_out_);
  out_.swap_with(set_);
  if (transitions_.reductions().dominance) keep_maximal(set_, order_);
  keep(slot);
  return Found::fits;
}

void Search::keep(int slot) {
  std::uint32_t unhappened = 0;
  for (Configuration& c : set_) {
    c.set_progress(slot, 0);
    unhappened |= c.unhappened;
  }
  // The others surely happened, or cannot any more.
  if (!pending_.is_approximate) pending_.lost_used &= unhappened;
  pending_.free_slot(slot);
  const JobValue& job = set_.front().job;
  ++visits_.states[static_cast<std::size_t>(job.life)];
  ++visits_.states[kLifeCount + static_cast<std::size_t>(job.feed)];
}

void Search::forget(int slot) {
  pending_.free_slot(slot);
  for (Configuration& c : set_) c.set_progress(slot, 0);
}

}  // namespace closecheck::model
