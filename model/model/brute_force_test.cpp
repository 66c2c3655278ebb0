#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_set>

#include "model/brute_force_for_test.h"
#include "model/oracle_corpus_for_test.h"
#include "model/random_history_for_test.h"

namespace closecheck::model {
namespace brute {
namespace {

bool reads(const CellTable& table, const JobValue& saw, const Answer& answer) {
  const bool opening_is_hidden = table.dialect->opening_may_be_hidden;
  if (answer.processed &&
      (*answer.processed < saw.lo || *answer.processed > std::int64_t{saw.hi} + saw.since + saw.queued + saw.feeding) &&
      saw.hi < kNoBound)
    return false;
  if (answer.processed && *answer.processed < saw.lo) return false;
  if (answer.state == JobState::unknown) return true;
  switch (answer.state) {
    case JobState::closed:
      return saw.life == Life::closed || saw.life == Life::forced || (opening_is_hidden && saw.life == Life::opening);
    case JobState::opening:
      return saw.life == Life::opening || saw.life == Life::forced;
    case JobState::opened:
      return saw.life == Life::opened || saw.life == Life::forced || saw.life == Life::closing ||
             (opening_is_hidden && saw.life == Life::opening);
    case JobState::closing:
      return saw.life == Life::closing || saw.life == Life::forced;
    case JobState::failed:
      return saw.life == Life::failed || saw.life == Life::forced;
    case JobState::absent:
    case JobState::unknown:
      break;
  }
  return false;
}

JobMachine& machine(const CellTable& table) {
  static thread_local JobMachine machine;
  machine.speak(*table.dialect);
  return machine;
}

/// Puts the moved job in place and tells the waiting.
World moved(const World& world, const JobValue& job) {
  World next = world;
  next.job = job;
  const Life from = world.job.life;
  const Life to = job.life;
  if (from == to) return next;
  for (Pending& p : next.pending) {
    if (p.stage != Pending::Stage::waits) continue;
    const bool of_open = p.question.kind == RequestKind::open;
    if (of_open ? from != Life::opening : from != Life::closing && from != Life::forced) continue;
    p.stage = Pending::Stage::done;
    if (of_open)
      p.may_be_told |= to == Life::opened ? kAccepted : static_cast<Answers>(kRefused | kFailed);
    else if (to == Life::closed)
      p.may_be_told |= kAccepted;
    else
      p.may_be_told |= static_cast<Answers>(to == Life::failed ? kRefused | kFailed : kAccepted | kRefused | kFailed);
  }
  return next;
}

}  // namespace

std::vector<World> steps(const CellTable& table, const World& world, std::size_t which) {
  std::vector<World> all;
  const Pending& request = world.pending[which];
  const std::size_t step = index_of(request.question.kind);
  const Cell& cell = table.at(step, world.job);
  Answers pure = holds(cell.guard, world.job, *table.dialect) ? cell.allowed : cell.allowed_otherwise;
  if (request.question.may_be_refused) pure |= kRefused;
  if (pure != kNothing) {
    World next = world;
    Pending& p = next.pending[which];
    p.stage = Pending::Stage::done;
    p.may_be_told = pure;
    p.saw = world.job;
    all.push_back(std::move(next));
  }
  const MachineStep stepped =
      machine(table).step(world.job, step, saturated(static_cast<std::uint64_t>(request.question.records)),
                          saturated(static_cast<std::uint64_t>(request.question.records_perhaps)));
  if (stepped.result == MachineStep::Result::done) {
    World next = world;
    Pending& p = next.pending[which];
    p.saw = world.job;
    if (cell.waits) {
      // It has done its part before the others hear of it; giving up is possible from now on.
      next = moved(next, stepped.value);
      next.pending[which].stage = Pending::Stage::waits;
      next.pending[which].may_be_told = kTimedOut;
    } else {
      p.stage = Pending::Stage::done;
      p.may_be_told = kAccepted;
      next = moved(next, stepped.value);
    }
    all.push_back(std::move(next));
  }
  return all;
}

std::vector<World> happenings(const CellTable& table, const World& world) {
  std::vector<World> all;
  for (std::size_t i = 0; i < kHappeningCount; ++i) {
    const MachineStep stepped = machine(table).step(world.job, kStepCount + i, 0);
    if (stepped.result == MachineStep::Result::done) all.push_back(moved(world, stepped.value));
  }
  return all;
}

std::vector<World> history_event(const CellTable& table, const World& world, std::size_t step) {
  std::vector<World> all;
  const Cell& cell = table.at(step, world.job);
  if (((holds(cell.guard, world.job, *table.dialect) ? cell.allowed : cell.allowed_otherwise) & kAccepted) != 0)
    all.push_back(world);
  const MachineStep stepped = machine(table).step(world.job, step, 0);
  if (stepped.result == MachineStep::Result::done) all.push_back(moved(world, stepped.value));
  return all;
}

bool may_answer(const CellTable& table, const Pending& p, const Answer& answer) {
  if (p.stage == Pending::Stage::waits) return answer.outcome == RequestOutcome::timed_out;
  if (p.stage != Pending::Stage::done) return false;
  Answers told = answer_bit(answer.outcome);
  if (answer.outcome == RequestOutcome::timed_out) told |= kRefused;
  if ((p.may_be_told & told) == 0) return false;
  if (answer.outcome != RequestOutcome::accepted) return true;
  if (p.question.kind == RequestKind::stats) return reads(table, p.saw, answer);
  if (p.question.kind == RequestKind::feed_stats && answer.feed_started)
    return (p.saw.feed == Feed::started) == *answer.feed_started;
  return true;
}

namespace {

class Checker {
 public:
  Checker(const CellTable& table, const Script& script) : table_(table), script_(script) {}

  bool explains(std::size_t at, const World& world) {
    if (at == script_.size()) return true;
    if (!seen_.insert(key(at, world)).second) return false;
    if (consume(at, world)) return true;
    for (const World& next : happenings(table_, world))
      if (explains(at, next)) return true;
    for (std::size_t i = 0; i < world.pending.size(); ++i)
      if (world.pending[i].stage == Pending::Stage::not_yet)
        for (const World& next : steps(table_, world, i))
          if (explains(at, next)) return true;
    return false;
  }

 private:
  bool consume(std::size_t at, const World& world) {
    const ScriptEvent& event = script_[at];
    const auto of_event = [&](const World& w) {
      return std::find_if(w.pending.begin(), w.pending.end(), [&](const Pending& p) { return p.id == event.id; }) -
             w.pending.begin();
    };
    switch (event.type) {
      case ScriptEvent::Type::invoke: {
        World next = world;
        next.pending.push_back({.id = event.id,
                                .question = event.question,
                                .lost = false,
                                .stage = {},
                                .may_be_told = kNothing,
                                .saw = {}});
        return explains(at + 1, next);
      }
      case ScriptEvent::Type::respond: {
        World next = world;
        const auto which = static_cast<std::size_t>(of_event(next));
        if (event.answer.outcome == RequestOutcome::busy) {
          if (next.pending[which].stage != Pending::Stage::not_yet) return false;
        } else if (event.answer.outcome == RequestOutcome::unknown) {
          next.pending[which].lost = true;
          return explains(at + 1, next);
        } else if (!may_answer(table_, next.pending[which], event.answer)) {
          return false;
        }
        next.pending.erase(next.pending.begin() + static_cast<std::ptrdiff_t>(which));
        return explains(at + 1, next);
      }
      case ScriptEvent::Type::lose:
        return explains(at + 1, world);
      case ScriptEvent::Type::fault:
      case ScriptEvent::Type::settled: {
        const std::size_t step = event.type == ScriptEvent::Type::settled ? kSettledStep
                                 : event.fault == Fault::fail_job         ? kDieStep
                                                                          : kHangStep;
        for (const World& next : history_event(table_, world, step))
          if (explains(at + 1, next)) return true;
        return false;
      }
    }
    return false;
  }

  static std::string key(std::size_t at, const World& world) {
    std::string bytes;
    const auto put = [&](const auto& value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof(value)); };
    put(at);
    put(world.job);
    for (const Pending& p : world.pending) {
      put(p.id);
      put(p.stage);
      put(p.may_be_told);
      put(p.saw);
    }
    return bytes;
  }

  const CellTable& table_;
  const Script& script_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

bool explains(const CellTable& table, const Script& script) {
  return Checker(table, script).explains(0, World{});
}

}  // namespace brute

namespace {

TEST(BruteForce, AgreesWithTheCorpus) {
  for (const Profile profile : kProfiles) {
    for (const Conforming& example : conforming())
      if (applies(example.in, profile)) {
        EXPECT_TRUE(brute::explains(cells(profile), parse_script(example.script))) << example.script;
      }
    for (const Violating& example : violating())
      if (applies(example.in, profile)) {
        EXPECT_FALSE(brute::explains(cells(profile), parse_script(example.script))) << example.script;
      }
  }
}

struct Tally {
  int histories = 0;
  int valid = 0;
};

bool fits_with(Player& player, const Log& log) {
  for (std::size_t i = 0; i < log.items.size(); ++i) {
    const Played played = player.play(log, i);
    EXPECT_TRUE(played == Played::fits || played == Played::empty);
    if (played != Played::fits) return false;
  }
  return true;
}

bool fits_with(const CellTable& table, const Log& log, Reductions reductions) {
  Player player(table, 1'000'000, reductions);
  player.reset(table, log);
  return fits_with(player, log);
}

/// A witness from the first item on; what it refutes no search may find.
void compare_witness(const CellTable& table, const Log& log, bool expected, const std::string& text) {
  Search search(table, 1'000'000);
  for (const std::size_t batch : {std::size_t{1}, log.items.size()}) {
    Witness witness;
    witness.begin(search, {}, 0, 1'000'000);
    Witness::Result result = Witness::Result::stands;
    for (std::size_t end = batch; end <= log.items.size() && result == Witness::Result::stands; end += batch)
      result = witness.advance(search.transitions(), log, end);
    ASSERT_EQ(result, expected ? Witness::Result::stands : Witness::Result::refuted) << batch << ": " << text;
  }
  Player player(table, 1'000'000, {});
  player.try_witness_beyond(0);
  player.reset(table, log);
  ASSERT_EQ(fits_with(player, log), expected) << text;
}

void compare(const Script& script, Profile profile, Tally& tally) {
  const CellTable& table = cells(profile);
  const bool expected = brute::explains(table, script);
  const std::string text = std::string(name(profile)) + ": " + write_script(script);
  JobOracle oracle(profile, 1'000'000);
  ASSERT_EQ(run_script(oracle, script) == OracleVerdict::fits, expected) << text;
  const Log log = log_of(script);
  for (unsigned off = 0; off < 16; ++off) {
    if (off != 15 && off != 0 && (off & (off - 1)) != 0) continue;  // each alone, all and none
    const Reductions reductions{.greedy = (off & 1U) == 0,
                                .dominance = (off & 2U) == 0,
                                .canonical_lost = (off & 4U) == 0,
                                .symmetric = (off & 8U) == 0};
    ASSERT_EQ(fits_with(table, log, reductions), expected) << "reductions off " << off << ", " << text;
  }
  compare_witness(table, log, expected, text);
  ++tally.histories;
  tally.valid += expected ? 1 : 0;
}

void compare_many(std::uint64_t seed, int rounds, const RandomHistory& widest) {
  std::mt19937_64 random(seed);
  Tally tally;
  for (int round = 0; round < rounds && !testing::Test::HasFatalFailure(); ++round) {
    const Profile profile = kProfiles.at(random() % kProfiles.size());
    RandomHistory shape = widest;
    shape.clients = 1 + static_cast<int>(random() % static_cast<unsigned>(widest.clients));
    shape.requests = 2 + static_cast<int>(random() % static_cast<unsigned>(widest.requests - 1));
    const Script valid = random_history(random, cells(profile), shape);
    ASSERT_TRUE(brute::explains(cells(profile), valid)) << write_script(valid);
    compare(valid, profile, tally);
    if (!testing::Test::HasFatalFailure()) compare(corrupted(random, valid), profile, tally);
  }
  testing::Test::RecordProperty("histories", tally.histories);
  testing::Test::RecordProperty("valid", tally.valid);
  EXPECT_GT(tally.valid, tally.histories / 2);
  EXPECT_LT(tally.valid, tally.histories * 9 / 10);
}

// concurrent-requests-linearize: all orders, against the search with its reductions.
TEST(BruteForce, AgreesOnRandomHistoriesOfUpToFourClients) {
  compare_many(1, 6'000, {.requests = 6, .clients = 4});
}

TEST(BruteForce, AgreesOnRandomHistoriesWithManyLostAnswers) {
  compare_many(2, 5'000, {.requests = 6, .clients = 4, .lost_percent = 40});
}

TEST(BruteForce, AgreesOnRandomHistoriesWithFaults) {
  compare_many(3, 3'000, {.requests = 6, .clients = 3, .lost_percent = 5, .event_percent = 25});
}

TEST(BruteForce, AgreesOnRandomHistoriesWithDatafeeds) {
  compare_many(4, 3'000, {.requests = 7, .clients = 3, .lost_percent = 5, .event_percent = 5, .feeds = true});
}

}  // namespace
}  // namespace closecheck::model
