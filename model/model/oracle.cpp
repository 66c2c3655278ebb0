#include "model/oracle.h"

#include <algorithm>
#include <cassert>

#include "model/attribution.h"

namespace closecheck::model {
namespace {

constexpr Reductions kNoReductions{.greedy = false, .dominance = false, .canonical_lost = false, .symmetric = false};
// Explaining must not cost more than judging.
constexpr std::size_t kProbeBudget = 20'000;

JobState as_read(Life life) {
  switch (life) {
    case Life::absent:
      return JobState::absent;
    case Life::closed:
      return JobState::closed;
    case Life::opening:
      return JobState::opening;
    case Life::opened:
      return JobState::opened;
    case Life::closing:
    case Life::forced:
      return JobState::closing;
    case Life::failed:
      return JobState::failed;
  }
  return JobState::unknown;
}

}  // namespace

struct JobOracle::Impl {
  Impl(Profile profile, std::size_t budget, bool brute_force)
      : table(&cells(profile)),
        player(*table, budget, brute_force ? kNoReductions : Reductions{}),
        probe(*table, std::min(budget, kProbeBudget), Reductions{}) {}

  struct Open {
    int id;
    std::uint32_t entry;
  };
  const CellTable* table;
  Player player, probe;
  Log log;
  std::vector<Open> open;
  std::size_t next = 0;  // first item that is not consumed
  OracleVerdict verdict = OracleVerdict::fits;
  OracleFinding finding{};
  std::string why;
  std::uint32_t failed_entry = 0;
  bool widened = false;

  void clear() {
    log.clear();
    open.clear();
    next = 0;
    verdict = OracleVerdict::fits;
    widened = false;
    why.clear();
    player.reset(*table, log);
  }

  std::uint32_t close_open(int id) {
    const auto found = std::find_if(open.begin(), open.end(), [id](const Open& o) { return o.id == id; });
    assert(found != open.end() && "an answer to a request that is not open");
    const std::uint32_t entry = found->entry;
    *found = open.back();
    open.pop_back();
    return entry;
  }

  // An event is judged once every request that went out before it is answered or lost.
  OracleVerdict drain() {
    while (verdict == OracleVerdict::fits && next < log.items.size()) {
      const LogItem& item = log.items[next];
      if (item.type == ItemType::invoke && log.entries[item.entry].status == EntryStatus::open) break;
      const Played played = player.play(log, next);
      if (played == Played::fits)
        ++next;
      else if (played == Played::empty)
        violate(next);
      else
        give_up(played);
    }
    return verdict;
  }

  void violate(std::size_t item) {
    if (log.items[item].type != ItemType::respond) {
      verdict = OracleVerdict::inconclusive;
      why = log.items[item].type == ItemType::fault ? "the job was in no state that the fault could change"
                                                    : "the job could not have come to rest";
      return;
    }
    Attribution told = explain(log, item, player, probe);
    if (!told.clause) {
      verdict = OracleVerdict::inconclusive;
      why = std::move(told.why);
      return;
    }
    verdict = OracleVerdict::violated;
    finding = std::move(told.finding);
    failed_entry = log.items[item].entry;
  }

  // Over budget: judge once more with lost posts as a bound. A violation found so is one all the same.
  void give_up(Played played) {
    if (!widened) {
      widened = true;
      player.reset(*table, log);
      player.search().widen();
      Played again = Played::fits;
      std::size_t item = 0;
      for (; item <= next && again == Played::fits; ++item) again = player.play(log, item);
      if (again == Played::fits) {
        next = item;
        return;
      }
      if (again == Played::empty) return violate(item - 1);
      played = again;
    }
    verdict = OracleVerdict::inconclusive;
    why = played == Played::too_many
              ? "too many requests about one job overlap or were left unanswered"
              : "too many ways in which overlapping or unanswered requests may have taken effect";
  }
};

JobOracle::JobOracle(Profile profile, std::size_t budget, bool brute_force)
    : impl_(std::make_unique<Impl>(profile, budget, brute_force)) {}
JobOracle::~JobOracle() = default;
JobOracle::JobOracle(JobOracle&&) noexcept = default;
JobOracle& JobOracle::operator=(JobOracle&&) noexcept = default;

void JobOracle::reset(Profile profile) {
  impl_->table = &cells(profile);
  impl_->clear();
}

void JobOracle::start_anywhere() {
  assert(impl_->log.items.empty());
  impl_->log.from_anywhere = true;
  impl_->player.reset(*impl_->table, impl_->log);
}

void JobOracle::invoke(int id, const Question& question, std::size_t event) {
  Impl& impl = *impl_;
  const auto entry = static_cast<std::uint32_t>(impl.log.entries.size());
  LogEntry& added = impl.log.entries.emplace_back();
  added.question = question;
  added.event = event;
  added.id = id;
  added.item = static_cast<std::uint32_t>(impl.log.items.size());
  impl.log.items.push_back({.type = ItemType::invoke, .fault = {}, .entry = entry, .event = event});
  impl.open.push_back({id, entry});
}

OracleVerdict JobOracle::respond(int id, const Answer& answer, std::size_t event) {
  Impl& impl = *impl_;
  const std::uint32_t index = impl.close_open(id);
  LogEntry& entry = impl.log.entries[index];
  entry.answer = answer;
  entry.answer_event = event;
  entry.answer_item = static_cast<std::uint32_t>(impl.log.items.size());
  entry.status = EntryStatus::answered;
  impl.log.items.push_back({.type = ItemType::respond, .fault = {}, .entry = index, .event = event});
  return impl.drain();
}

OracleVerdict JobOracle::lose(int id) {
  impl_->log.entries[impl_->close_open(id)].status = EntryStatus::lost;
  return impl_->drain();
}

OracleVerdict JobOracle::fault(Fault fault, std::size_t event) {
  impl_->log.items.push_back({.type = ItemType::fault, .fault = fault, .entry = 0, .event = event});
  return impl_->drain();
}

OracleVerdict JobOracle::settled(std::size_t event) {
  impl_->log.items.push_back({.type = ItemType::settled, .fault = {}, .entry = 0, .event = event});
  return impl_->drain();
}

OracleVerdict JobOracle::finish() {
  for (const Impl::Open& left : impl_->open) impl_->log.entries[left.entry].status = EntryStatus::lost;
  impl_->open.clear();
  return impl_->drain();
}

const OracleFinding& JobOracle::finding() const {
  return impl_->finding;
}
const std::string& JobOracle::why() const {
  return impl_->why;
}
bool JobOracle::pending() const {
  return !impl_->open.empty() || impl_->next < impl_->log.items.size();
}

Certain JobOracle::certain() const {
  Certain certain;
  const Search& search = impl_->player.search();
  if (pending() || impl_->verdict != OracleVerdict::fits) return certain;
  bool first = true;
  bool same_state = true;
  bool same_records = true;
  bool same_feed = true;
  std::optional<std::int64_t> records;
  Life life{};
  Feed feed{};
  for (const Configuration& c : search.set()) {
    const JobValue& job = c.job;
    if (search.may_move(c)) return certain;
    std::optional<std::int64_t> here;
    if (job.lo == job.hi && job.feeding == 0 && search.perhaps_more() == 0) here = job.most();
    if (first) {
      life = job.life;
      feed = job.feed;
      records = here;
    }
    first = false;
    same_state &= job.life == life;
    same_feed &= job.feed == feed;
    same_records &= here == records;
  }
  if (same_state) certain.state = as_read(life);
  if (same_records) certain.records = records;
  if (same_feed && feed != Feed::none) certain.feed_started = feed == Feed::started;
  return certain;
}

void JobOracle::forgive() {
  Impl& impl = *impl_;
  if (impl.verdict != OracleVerdict::violated) return;
  impl.verdict = OracleVerdict::fits;
  impl.log.entries[impl.failed_entry].answer.outcome = RequestOutcome::unknown;
  impl.player.forget(impl.failed_entry);
  ++impl.next;
}

const std::vector<std::uint64_t>& JobOracle::state_visits() const {
  return impl_->player.search().state_visits();
}
const std::vector<std::uint64_t>& JobOracle::transition_visits() const {
  return impl_->player.search().row_visits();
}

}  // namespace closecheck::model
