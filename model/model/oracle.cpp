#include "model/oracle.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "model/attribution.h"
#include "model/history_summary.h"

namespace closecheck::model {
namespace {

constexpr Reductions kNoReductions{.greedy = false, .dominance = false, .canonical_lost = false, .symmetric = false};
// Explaining must not cost more than judging.
constexpr std::size_t kProbeBudget = 20'000;
constexpr std::size_t kSupposedItemsMax = 8'000;
// A longer log forgets what came before the job was opened last, if that is possible.
constexpr std::size_t kRememberedItemsMax = kSupposedItemsMax;
// What recovering may cost at least.
constexpr std::size_t kBudgetMin = 1'000;

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
  Impl(const CellTable& cells, std::size_t budget_of_search, const Reductions& reductions)
      : table(&cells), budget(budget_of_search), player(cells, budget, reductions) {}

  /// `lost` until the first point at which no request is open.
  enum class Track : std::uint8_t { kept, violated, lost };
  struct Open {
    int id;
    std::uint32_t entry;
  };
  const CellTable* table;
  std::size_t budget;
  Player player;
  std::unique_ptr<Player> probe;  // made when something has to be explained
  Log log;
  std::vector<Open> open;
  std::vector<int> forgotten;
  std::size_t next = 0;  // first item that is not consumed
  Track track = Track::kept;
  bool approximate = false;
  std::size_t budget_left = budget;  // halved whenever it was not enough, so that recovering stays cheap
  OracleFinding finding{};
  std::string why;
  std::optional<Certain> certain;  // as of the last event

  void clear() {
    log.clear();
    open.clear();
    forgotten.clear();
    next = 0;
    track = Track::kept;
    approximate = false;
    why.clear();
    budget_left = budget;
    certain.reset();
    player.set_budget(budget);
    player.reset(*table, log);
  }

  std::uint32_t close_open(int id) {
    const auto found = std::find_if(open.begin(), open.end(), [id](const Open& o) { return o.id == id; });
    assert(found != open.end() && "an answer to a request that is not open");
    const std::uint32_t entry = found->entry;
    if (found + 1 != open.end()) *found = open.back();
    open.pop_back();
    return entry;
  }

  // An event is judged once every request that went out before it is answered or lost.
  Played advance() {
    for (; next < log.items.size(); ++next) {
      const LogItem& item = log.items[next];
      if (item.type == ItemType::invoke && log.entries[item.entry].status == EntryStatus::open) break;
      if (const Played played = player.play(log, next); played != Played::fits) return played;
    }
    return Played::fits;
  }

  OracleVerdict drain() {
    certain.reset();
    if (track == Track::lost) {
      if (open.empty()) start_anew();
      return OracleVerdict::fits;
    }
    while (track == Track::kept) {
      const Played played = advance();
      if (played == Played::fits) {
        if (log.items.size() > kRememberedItemsMax && open.empty()) forget_past();
        return OracleVerdict::fits;
      }
      if (played == Played::empty)
        violate(next);
      else
        approximate_or_give_up(played);
    }
    if (track == Track::violated) return OracleVerdict::violated;
    if (open.empty()) start_anew();
    return OracleVerdict::inconclusive;
  }

  void lose_track(std::string reason) {
    track = Track::lost;
    why = std::move(reason);
  }

  void start_anew() {
    track = Track::kept;
    Log left = log.outstanding(*table);
    auto kept = left.entries.begin();
    for (const LogEntry& entry : log.entries)
      if (kept != left.entries.end() && kept->id == entry.id)
        ++kept;
      else
        forgotten.push_back(entry.id);
    log = std::move(left);
    approximate = budget_left < budget || log.entries.size() > kLostMax;
    replay(log.items.size());
  }

  /// Whoever is open again, with everything known of it, is judged by what comes from here on.
  void forget_past() {
    const LogItem& last = log.items.back();
    const bool opened = last.type == ItemType::respond && log.entries[last.entry].question.kind == RequestKind::open &&
                        log.entries[last.entry].told(RequestOutcome::accepted);
    const JobValue* const job = opened ? player.settled_value() : nullptr;
    if (job == nullptr) return;
    const HistorySummary past = summarize(log, log.items.size(), kNobodyBlamed);
    for (const LogEntry& entry : log.entries) forgotten.push_back(entry.id);
    log.cut({.job = *job, .event = last.event, .opens = past.opens, .died = past.ever_died, .removed = past.removed});
    player.follow_cut();
    next = 0;
  }

  /// Begins anew and takes so many items, until one does not fit; `next` is the one after the last that did.
  Played replay(std::size_t items) {
    player.reset(*table, log);
    if (approximate) player.search().over_approximate();
    Played played = Played::fits;
    for (next = 0; next < items && played == Played::fits; ++next) played = player.play(log, next);
    if (played != Played::fits) --next;
    return played;
  }

  void violate(std::size_t item) {
    if (!probe) probe = std::make_unique<Player>(*table, std::min(budget, kProbeBudget), Reductions{});
    Attribution told = explain(log, item, player, *probe);
    if (!told.clause) return lose_track(std::move(told.why));
    track = Track::violated;
    finding = std::move(told.finding);
  }

  // Over budget: judge once more with lost requests as bounds. A violation found so is one all the same.
  void approximate_or_give_up(Played played) {
    if (!approximate) {
      approximate = true;
      played = replay(next + 1);
      if (played == Played::fits) return;
      if (played == Played::empty) return violate(next);
    }
    budget_left = std::max(budget_left / 2, std::min(budget_left, kBudgetMin));
    player.set_budget(budget_left);
    lose_track(played == Played::too_many
                   ? "too many requests about one job overlap or were left unanswered"
                   : "too many ways in which overlapping or unanswered requests may have taken effect");
  }

  void know_counts(std::int64_t records) {
    log.add_counts(records);
    drain();  // it fits wherever everything before it did
  }

  Certain look();
};

JobOracle::JobOracle(Profile profile, std::size_t budget, bool brute_force)
    : impl_(std::make_unique<Impl>(cells(profile), budget, brute_force ? kNoReductions : Reductions{})) {}
JobOracle::JobOracle(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
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
  impl_->certain.reset();
  impl_->open.push_back({id, impl_->log.add_invocation(id, question, event)});
}

void JobOracle::amend(int id, const Question& question) {
  for (const Impl::Open& o : impl_->open)
    if (o.id == id) impl_->log.entries[o.entry].question = question;
}

void JobOracle::learn_count(std::int64_t records) {
  impl_->know_counts(records);
}

void JobOracle::forget_counts() {
  impl_->know_counts(kAnyCount);
}

OracleVerdict JobOracle::respond(int id, const Answer& answer, std::size_t event) {
  impl_->log.add_answer(impl_->close_open(id), answer, event);
  return impl_->drain();
}

OracleVerdict JobOracle::lose(int id) {
  impl_->log.entries[impl_->close_open(id)].status = EntryStatus::lost;
  return impl_->drain();
}

OracleVerdict JobOracle::fault(Fault fault, std::size_t event) {
  impl_->log.add_fault(fault, event);
  return impl_->drain();
}

OracleVerdict JobOracle::settled(std::size_t event) {
  impl_->log.add_settled(event);
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

bool JobOracle::has_outstanding() const {
  Impl& impl = *impl_;
  if (impl.track == Impl::Track::lost) return true;
  const Configuration* const witness = impl.player.witness();
  if (witness != nullptr && witness->unhappened != 0) return true;
  return impl.player.catch_up(impl.log, impl.next) != Played::fits || impl.player.search().has_outstanding();
}

Certain JobOracle::Impl::look() {
  Certain agreed;
  if (track != Track::kept) return agreed;
  // What the witness alone denies needs no search.
  if (player.witness() != nullptr && (player.witness_may_move() || player.catch_up(log, next) != Played::fits))
    return agreed;
  Search& search = player.search();
  const auto records_of = [&](const JobValue& job) -> std::optional<std::int64_t> {
    if (job.lo == job.hi && job.feeding == 0 && search.pending().perhaps_more == 0) return job.most();
    return std::nullopt;
  };
  const JobValue& first = search.set().front().job;
  bool same_state = true;
  bool same_feed = first.feed != Feed::none;
  std::optional<std::int64_t> records = records_of(first);
  for (const Configuration& c : search.set()) {
    if (search.transitions().may_move(search.pending(), c)) return agreed;
    same_state &= c.job.life == first.life;
    same_feed &= c.job.feed == first.feed;
    if (records_of(c.job) != records) records.reset();
    if (!same_state && !same_feed && !records) return agreed;
  }
  if (same_state) agreed.state = as_read(first.life);
  agreed.records = records;
  if (same_feed) agreed.feed_started = first.feed == Feed::started;
  return agreed;
}

Certain JobOracle::certain() const {
  if (pending()) return {};
  if (!impl_->certain) impl_->certain = impl_->look();
  return *impl_->certain;
}

OracleVerdict JobOracle::forgive() {
  Impl& impl = *impl_;
  if (impl.track != Impl::Track::violated) return OracleVerdict::fits;
  impl.track = Impl::Track::kept;
  const LogItem& failed = impl.log.items[impl.next++];
  if (failed.type == ItemType::respond) {
    impl.log.entries[failed.entry].answer.outcome = RequestOutcome::unknown;
    impl.player.forget(failed.entry);
  }
  return impl.drain();
}

std::optional<JobOracle> JobOracle::suppose(const Supposition& supposition) const {
  if (impl_->track == Impl::Track::lost || impl_->log.items.size() > kSupposedItemsMax) return std::nullopt;
  auto other = std::make_unique<Impl>(*impl_->table, std::min(impl_->budget, kProbeBudget), Reductions{});
  other->log = impl_->log;
  if (!other->log.take(supposition)) return std::nullopt;
  other->player.reset(*other->table, other->log);
  other->open = impl_->open;
  other->forgotten = impl_->forgotten;
  other->approximate = impl_->approximate;
  if (other->approximate) other->player.search().over_approximate();
  if (other->advance() != Played::fits) return std::nullopt;
  other->budget = impl_->budget;
  other->budget_left = impl_->budget_left;
  other->player.set_budget(other->budget_left);
  other->player.search().visits() = impl_->player.search().visits();
  return JobOracle(std::move(other));
}

void JobOracle::give_up(std::string why) {
  if (impl_->track == Impl::Track::lost) return;
  impl_->certain.reset();
  impl_->lose_track(std::move(why));
  if (impl_->open.empty()) impl_->start_anew();
}

std::vector<int> JobOracle::requests() const {
  std::vector<int> numbers;
  numbers.reserve(impl_->log.entries.size());
  for (const LogEntry& entry : impl_->log.entries) numbers.push_back(entry.id);
  return numbers;
}

std::vector<int> JobOracle::take_forgotten() {
  return std::exchange(impl_->forgotten, {});
}

bool JobOracle::has_forgotten() const {
  return !impl_->forgotten.empty();
}

const std::vector<std::uint64_t>& JobOracle::state_visits() const {
  return impl_->player.search().visits().states;
}
const std::vector<std::uint64_t>& JobOracle::transition_visits() const {
  return impl_->player.search().visits().rows;
}

}  // namespace closecheck::model
