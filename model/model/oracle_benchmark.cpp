// What judging costs, in exchanges a second: one client, overlapping clients, lost answers, and a violation explained.
#include <benchmark/benchmark.h>

#include <random>
#include <utility>
#include <vector>

#include "model/cells.h"
#include "model/oracle.h"

namespace closecheck::model {
namespace {

struct Move {
  Question question;
  Answer answer;
};

Answer told(RequestOutcome what) {
  return {.outcome = what};
}
Answer reads(JobState state, std::int64_t processed) {
  return {.outcome = RequestOutcome::accepted, .state = state, .processed = processed};
}

/// One life of a job: opened, fed, read, closed, read, refused.
std::vector<Move> cycle(std::int64_t before) {
  return {{{.kind = RequestKind::open}, told(RequestOutcome::accepted)},
          {{.kind = RequestKind::post, .records = 5}, told(RequestOutcome::accepted)},
          {{.kind = RequestKind::stats}, reads(JobState::opened, before)},
          {{.kind = RequestKind::post, .records = 3}, told(RequestOutcome::accepted)},
          {{.kind = RequestKind::flush}, told(RequestOutcome::accepted)},
          {{.kind = RequestKind::close}, told(RequestOutcome::accepted)},
          {{.kind = RequestKind::stats}, reads(JobState::closed, before + 8)},
          {{.kind = RequestKind::post, .records = 5}, told(RequestOutcome::refused)},
          {{.kind = RequestKind::read_results}, told(RequestOutcome::accepted)},
          {{.kind = RequestKind::close}, told(RequestOutcome::accepted)}};
}

void one_client(benchmark::State& state) {
  const std::int64_t length = state.range(0);
  std::vector<Move> moves{{{.kind = RequestKind::create}, told(RequestOutcome::accepted)}};
  for (std::int64_t before = 0; std::ssize(moves) < length; before += 8)
    for (const Move& move : cycle(before)) moves.push_back(move);
  JobOracle oracle(Profile::xpack_5_4, 100'000);
  for ([[maybe_unused]] auto _ : state) {
    oracle.reset(Profile::xpack_5_4);
    std::size_t event = 0;
    int id = 0;
    for (const Move& move : moves) {
      oracle.invoke(++id, move.question, event++);
      if (oracle.respond(id, move.answer, event++) != OracleVerdict::fits) state.SkipWithError("does not fit");
    }
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(moves));
}
BENCHMARK(one_client)->Arg(20)->Arg(1'000);

/// Clients that are always busy with one job; effects are immediate, answers come in any order.
void busy_clients(benchmark::State& state) {
  const auto clients = static_cast<std::size_t>(state.range(0));
  const int lost = static_cast<int>(state.range(1));
  std::mt19937_64 random(7);
  struct Happened {
    bool invoke;
    bool lost;
    int id;
    Move move;
  };
  std::vector<Happened> events{{true, false, 0, {{.kind = RequestKind::create}, told(RequestOutcome::accepted)}},
                               {false, false, 0, {{.kind = RequestKind::create}, told(RequestOutcome::accepted)}},
                               {true, false, 1, {{.kind = RequestKind::open}, told(RequestOutcome::accepted)}},
                               {false, false, 1, {{.kind = RequestKind::open}, told(RequestOutcome::accepted)}}};
  std::int64_t accepted = 0;
  std::vector<Happened> open;
  int next = 2;
  for (int made = 0; made < 100 || !open.empty();) {
    if (made < 100 && open.size() < clients) {
      Move move;
      switch (random() % 3) {
        case 0:
          move = {{.kind = RequestKind::post, .records = 1}, told(RequestOutcome::accepted)};
          ++accepted;
          break;
        case 1:
          move = {{.kind = RequestKind::stats}, reads(JobState::opened, accepted)};
          break;
        default:
          move = {{.kind = RequestKind::flush}, told(RequestOutcome::accepted)};
          break;
      }
      open.push_back({true, made % (101 / (lost + 1)) == 7 && lost > 0, next++, move});
      events.push_back(open.back());
      ++made;
      continue;
    }
    const std::size_t which = random() % open.size();
    open[which].invoke = false;
    events.push_back(open[which]);
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
  }
  JobOracle oracle(Profile::xpack_5_4, 100'000);
  for ([[maybe_unused]] auto _ : state) {
    oracle.reset(Profile::xpack_5_4);
    std::size_t event = 0;
    OracleVerdict verdict = OracleVerdict::fits;
    for (const Happened& what : events) {
      if (what.invoke)
        oracle.invoke(what.id + 1, what.move.question, event++);
      else
        verdict = what.lost ? oracle.lose(what.id + 1) : oracle.respond(what.id + 1, what.move.answer, event++);
    }
    if (verdict != OracleVerdict::fits) state.SkipWithError("does not fit");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.size() / 2));
}
BENCHMARK(busy_clients)->ArgsProduct({{2, 4, 8}, {0, 5}});

/// Clients that are always busy with one job that is opened, fed, closed and closed by force; answers come in any
/// order, and some never. Posts bring up to so many records.
/// An event of a history that is made up beforehand.
struct Happened {
  bool invoke = true;
  int id = 0;
  Move move{};
  bool is_lost = false;
};

/// What random clients ask of a job that answers as it should, one after the other.
class RandomMoves {
 public:
  /// `sizes`: posts bring 1 to so many records.
  explicit RandomMoves(std::uint64_t sizes) : sizes_(sizes) {}

  std::uint64_t random() { return random_(); }
  Move next() {
    switch (random_() % 8) {
      case 0:
        return changing(RequestKind::open, !std::exchange(is_open_, true));
      case 1:
        is_open_ = false;
        return {{.kind = random_() % 2 == 0 ? RequestKind::close : RequestKind::force_close},
                told(RequestOutcome::accepted)};
      case 2:
      case 3:
        return {{.kind = RequestKind::stats}, reads(is_open_ ? JobState::opened : JobState::closed, counted_)};
      default:
        break;
    }
    Move move = changing(RequestKind::post, is_open_);
    counted_ += is_open_ ? move.question.records : 0;
    return move;
  }

 private:
  Move changing(RequestKind kind, bool takes) {
    const std::int64_t records = kind == RequestKind::post ? 1 + static_cast<std::int64_t>(random_() % sizes_) : 0;
    return {{.kind = kind, .records = records}, told(takes ? RequestOutcome::accepted : RequestOutcome::refused)};
  }

  std::mt19937_64 random_{7};
  std::uint64_t sizes_;
  bool is_open_ = false;
  std::int64_t counted_ = 0;
};

/// Clients that are always busy; `lost` answers are spread evenly.
std::vector<Happened> busy_clients(std::int64_t requests, std::size_t clients, std::int64_t lost, std::uint64_t sizes) {
  RandomMoves moves(sizes);
  std::vector<Happened> events;
  std::vector<Happened> open;
  const auto begin = [&](int id, Move move, bool is_lost) {
    open.push_back({true, id, move, is_lost});
    events.push_back(open.back());
  };
  const auto end = [&](std::size_t which) {
    open[which].invoke = false;
    events.push_back(open[which]);
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
  };
  begin(0, {{.kind = RequestKind::create}, told(RequestOutcome::accepted)}, false);
  end(0);
  for (std::int64_t made = 1; made <= requests || !open.empty();) {
    if (made > requests || open.size() >= clients) {
      end(moves.random() % open.size());
      continue;
    }
    const bool is_lost = lost > 0 && made % (requests / lost) == requests / lost / 2;
    begin(static_cast<int>(made++), moves.next(), is_lost);
  }
  return events;
}

void busy_clients_with_forced_closes(benchmark::State& state) {
  const std::int64_t requests = state.range(0);
  const std::vector<Happened> events = busy_clients(requests, static_cast<std::size_t>(state.range(1)), state.range(2),
                                                    static_cast<std::uint64_t>(state.range(3)));
  OracleVerdict verdict = OracleVerdict::fits;
  JobOracle oracle(Profile::xpack_5_4, 100'000);
  for ([[maybe_unused]] auto _ : state) {
    oracle.reset(Profile::xpack_5_4);
    std::size_t event = 0;
    verdict = OracleVerdict::fits;
    for (const Happened& what : events) {
      if (what.invoke)
        oracle.invoke(what.id + 1, what.move.question, event++);
      else if (verdict == OracleVerdict::fits)
        verdict = what.is_lost ? oracle.lose(what.id + 1) : oracle.respond(what.id + 1, what.move.answer, event++);
    }
    if (verdict == OracleVerdict::violated) state.SkipWithError("does not fit");
  }
  state.SetLabel(verdict == OracleVerdict::fits ? "fits" : "inconclusive");
  state.SetItemsProcessed(state.iterations() * requests);
}
BENCHMARK(busy_clients_with_forced_closes)
    ->Args({1'000, 4, 0, 1})
    ->Args({10'000, 4, 0, 1})
    ->Args({1'000, 8, 0, 1})
    ->Args({10'000, 8, 0, 1})
    ->Args({1'000, 4, 5, 1})
    ->Args({1'000, 4, 20, 1})
    ->Args({1'000, 4, 5, 50})
    ->Args({1'000, 4, 20, 50})
    ->Args({10'000, 1, 20, 50})
    ->Args({10'000, 4, 5, 50})
    ->Args({10'000, 4, 20, 50})
    ->Args({1'000, 8, 5, 50})
    ->Args({1'000, 8, 20, 50})
    ->Args({1'000, 16, 0, 50})
    ->Unit(benchmark::kMillisecond);

void a_violation_explained(benchmark::State& state) {
  JobOracle oracle(Profile::xpack_5_4, 100'000);
  for ([[maybe_unused]] auto _ : state) {
    oracle.reset(Profile::xpack_5_4);
    std::size_t event = 0;
    int id = 1;
    oracle.invoke(id, {.kind = RequestKind::create}, event++);
    oracle.respond(id, told(RequestOutcome::accepted), event++);
    for (const Move& move : cycle(0)) {
      oracle.invoke(++id, move.question, event++);
      oracle.respond(id, move.answer, event++);
    }
    oracle.invoke(++id, {.kind = RequestKind::post, .records = 5}, event++);
    if (oracle.respond(id, told(RequestOutcome::accepted), event++) != OracleVerdict::violated)
      state.SkipWithError("fits");
    benchmark::DoNotOptimize(oracle.finding().clause);
  }
}
BENCHMARK(a_violation_explained);

void one_step_of_the_machine(benchmark::State& state) {
  JobMachine machine;
  JobValue job;
  std::size_t step = 0;
  for ([[maybe_unused]] auto _ : state) {
    job = machine.step(job, step, 1).value;
    step = step + 1 < kStepCount ? step + 1 : 0;
    benchmark::DoNotOptimize(job);
  }
}
BENCHMARK(one_step_of_the_machine);

}  // namespace
}  // namespace closecheck::model
