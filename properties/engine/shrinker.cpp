#include "engine/shrinker.h"

#include <rapidcheck/seq/Create.h>
#include <rapidcheck/seq/Operations.h>
#include <rapidcheck/seq/Transform.h>
#include <rapidcheck/shrink/Shrink.h>
#include <rapidcheck/shrinkable/Create.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "closecheck/vocabulary/workers.h"
#include "engine/race.h"
#include "engine/simpler_step.h"

namespace closecheck::properties {
namespace {

/// Pairs of removals and moves are quadratic and cubic in the steps, so they wait until the program is short.
constexpr std::size_t kPairStepsMax = 14;
constexpr std::size_t kMoveStepsMax = 8;
/// How long a job may take to come to rest where it is settled instead of read.
constexpr Duration kSettlingMax = 40 * kSecond;
/// Up to so many steps a block of any size is tried.
constexpr std::size_t kAllBlocksStepsMax = 12;

constexpr std::array<Duration, 6> kRoundWaits{kMillisecond, 10 * kMillisecond, 100 * kMillisecond,
                                              kSecond,      10 * kSecond,      kMinute};

const std::string& job_of_step(const Step& step) {
  return step.type == StepType::call ? job_of(step.request.operation) : step.job;
}

constexpr std::size_t one(bool condition) {
  return condition ? 1 : 0;
}

std::size_t parameters_of(const Operation& operation) {
  if (const auto* close = std::get_if<CloseJob>(&operation))
    return one(close->force.has_value()) + one(close->timeout.has_value()) + one(close->allow_no_jobs.has_value()) +
           close->other.size();
  if (const auto* flush = std::get_if<FlushJob>(&operation)) return flush->calc_interim.has_value();
  if (const auto* page = std::get_if<GetBuckets>(&operation))
    return one(page->from.has_value()) + one(page->size.has_value());
  if (const auto* page = std::get_if<GetRecords>(&operation))
    return one(page->from.has_value()) + one(page->size.has_value());
  if (const auto* removal = std::get_if<DeleteJob>(&operation)) return removal->force.has_value();
  if (const auto* create = std::get_if<CreateJob>(&operation)) return create->config == JobConfig{} ? 0 : 1;
  return 0;
}

auto size_of(const Program& program) {
  std::size_t requests = 0;
  std::size_t data = 0;
  std::size_t overlaps = 0;
  std::size_t oddities = 0;
  Duration waits = 0;
  for (const Step& step : program.steps) {
    if (step.type == StepType::wait) waits += step.duration;
    if (step.type != StepType::call) continue;
    ++requests;
    if (const auto* post = std::get_if<PostData>(&step.request.operation)) data += post->records.size();
    if (const auto* index = std::get_if<IndexDocuments>(&step.request.operation)) data += index->records.size();
    overlaps += one(step.detached);
    oddities += one(step.fresh_connection) + one(step.client != 0) + one(step.request.who != Principal::manage_ml) +
                parameters_of(step.request.operation);
  }
  return std::tuple(requests, program.steps.size(), data, overlaps, oddities, waits);
}

std::vector<Record>* records_of(Step& step) {
  if (step.type != StepType::call) return nullptr;
  if (auto* post = std::get_if<PostData>(&step.request.operation)) return &post->records;
  if (auto* index = std::get_if<IndexDocuments>(&step.request.operation)) return &index->records;
  return nullptr;
}

// What is removed, RapidCheck removes: of the places of a program's steps, which are cheaper to copy than steps.
using Places = std::vector<std::size_t>;

Places all_places(const Program& program) {
  Places places(program.steps.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

Program steps_at(const Program& program, Places places) {
  std::ranges::sort(places);
  Program part;
  part.steps.reserve(places.size());
  for (const std::size_t place : places) part.steps.push_back(program.steps[place]);
  return part;
}

/// Every way to leave one out, the first one first.
rc::Seq<Places> without_one(const Places& places) {
  return rc::seq::filter(rc::shrink::removeChunks(places),
                         [size = places.size() - 1](const Places& left) { return left.size() == size; });
}

using Shared = std::shared_ptr<const Program>;
using Candidates = std::vector<Program>;

rc::Seq<Program> programs_at(const Shared& program, rc::Seq<Places> places) {
  return rc::seq::map(std::move(places), [program](Places left) { return steps_at(*program, std::move(left)); });
}

/// Of the many sizes of a block in a long program only every second half is worth a trial.
bool is_block_worth_a_trial(std::size_t removed, std::size_t steps) {
  if (removed == steps) return false;
  if (steps <= kAllBlocksStepsMax) return true;
  for (std::size_t size = steps / 2; size > 0; size /= 2)
    if (removed == size) return true;
  return false;
}

rc::Seq<Program> blocks_removed(const Shared& program) {
  const std::size_t steps = program->steps.size();
  return programs_at(program,
                     rc::seq::filter(rc::shrink::removeChunks(all_places(*program)), [steps](const Places& left) {
                       return is_block_worth_a_trial(steps - left.size(), steps);
                     }));
}

/// All that concerns one or several jobs.
rc::Seq<Program> jobs_removed(const Shared& program) {
  std::vector<std::string> jobs;
  for (const Step& step : program->steps)
    if (const std::string& job = job_of_step(step); !job.empty() && std::ranges::find(jobs, job) == jobs.end())
      jobs.push_back(job);
  return rc::seq::map(rc::seq::filter(rc::shrink::removeChunks(std::move(jobs)),
                                      [](const std::vector<std::string>& left) { return !left.empty(); }),
                      [program](const std::vector<std::string>& left) {
                        Program part;
                        std::ranges::copy_if(program->steps, std::back_inserter(part.steps), [&](const Step& step) {
                          const std::string& job = job_of_step(step);
                          return job.empty() || std::ranges::find(left, job) != left.end();
                        });
                        return part;
                      });
}

/// Of everything that is asked several times, whatever of whom: all of it at once, and all but the last.
Candidates repetitions_removed(const Program& program) {
  Candidates out;
  std::map<std::size_t, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    if (program.steps[i].type == StepType::call) places[program.steps[i].request.operation.index()].push_back(i);
  for (auto& [operation, at] : places) {
    if (at.size() < 2) continue;
    for (const bool keeps_last : {false, true}) {
      if (keeps_last) at.pop_back();
      Program left;
      for (std::size_t i = 0; i < program.steps.size(); ++i)
        if (!std::ranges::binary_search(at, i)) left.steps.push_back(program.steps[i]);
      if (!left.steps.empty()) out.push_back(std::move(left));
    }
  }
  return out;
}

/// One step, the last one first: the end of a program is what it needs least.
rc::Seq<Program> single_steps_removed(const Shared& program) {
  Places places = all_places(*program);
  std::ranges::reverse(places);
  return programs_at(program, without_one(places));
}

/// Blocks that lie side by side, the largest first, and then single steps: what takes few trials.
rc::Seq<Program> side_by_side_removed(const Shared& program) {
  constexpr std::size_t kLargeStepsMin = 8;
  const std::size_t steps = program->steps.size();
  Candidates smaller;
  for (std::size_t size = steps / 2; size >= 2 && steps >= kLargeStepsMin; size /= 2)
    for (std::size_t end = steps; end >= size; end -= size) {
      Program left = *program;
      const auto last = left.steps.begin() + static_cast<std::ptrdiff_t>(end);
      left.steps.erase(last - static_cast<std::ptrdiff_t>(size), last);
      smaller.push_back(std::move(left));
    }
  return rc::seq::concat(rc::seq::fromContainer(std::move(smaller)), single_steps_removed(program));
}

/// The first place that is missing of those from 0 on.
std::size_t first_gap(const Places& places) {
  std::size_t gap = 0;
  while (gap < places.size() && places[gap] == gap) ++gap;
  return gap;
}

/// Two steps that are no block.
rc::Seq<Program> pairs_removed(const Shared& program) {
  if (program->steps.size() > kPairStepsMax) return {};
  const auto second_before_the_first = [](const Places& without_later) {
    return rc::seq::filter(without_one(without_later), [later = first_gap(without_later)](const Places& left) {
      return first_gap(left) + 1 < later;
    });
  };
  return programs_at(program, rc::seq::mapcat(without_one(all_places(*program)), second_before_the_first));
}

/// Each step in turn as `simpler` makes it.
template <class Simpler>
rc::Seq<Program> each_step(const Shared& program, Simpler simpler) {
  return rc::seq::map(rc::shrink::eachElement(program->steps, std::move(simpler)),
                      [](std::vector<Step> steps) { return Program{std::move(steps)}; });
}

/// Two posts to a job as one, where either stands.
Candidates posts_merged(const Program& program) {
  Candidates out;
  const auto post_at = [&](std::size_t i) {
    const Step& step = program.steps[i];
    return step.type == StepType::call && !step.detached ? std::get_if<PostData>(&step.request.operation) : nullptr;
  };
  for (std::size_t j = program.steps.size(); j-- > 1;) {
    const PostData* second = post_at(j);
    if (second == nullptr || second->malformed) continue;
    for (std::size_t i = j; i-- > 0;) {
      const PostData* first = post_at(i);
      if (first == nullptr || first->malformed || first->job != second->job) continue;
      for (const auto& [kept, dropped] : {std::pair(i, j), std::pair(j, i)}) {
        Program merged = program;
        std::vector<Record>& records = std::get<PostData>(merged.steps[kept].request.operation).records;
        records = first->records;
        records.insert(records.end(), second->records.begin(), second->records.end());
        merged.steps.erase(merged.steps.begin() + static_cast<std::ptrdiff_t>(dropped));
        out.push_back(std::move(merged));
      }
      break;
    }
  }
  return out;
}

/// Settling reads the statistics as well, and is no request. Nor need anything else be asked of a job that was settled
/// where settling it again shows the same.
rc::Seq<Program> reads_left_to_settling(const Shared& program) {
  const auto left_to_settling = [program](std::size_t place) -> rc::Maybe<Program> {
    const Step& step = program->steps[place];
    const std::string& job = job_of_step(step);
    if (step.type != StepType::call || step.detached || job.empty() || names_several(job)) return rc::Nothing;
    const bool was_settled =
        place > 0 && program->steps[place - 1].type == StepType::settle && program->steps[place - 1].job == job;
    if (!was_settled && !std::holds_alternative<JobStats>(step.request.operation)) return rc::Nothing;
    Program settled = *program;
    settled.steps[place] = settle_step(job, kSettlingMax);
    return settled;
  };
  return rc::seq::mapMaybe(rc::seq::range<std::size_t>(0, program->steps.size()), left_to_settling);
}

/// What a datafeed with an end does, as a post and a close.
Candidates datafeeds_replaced(const Program& program) {
  const auto is_of_datafeed = [](const Step& step) {
    const Operation& operation = step.request.operation;
    return step.type == StepType::call &&
           (std::holds_alternative<CreateIndex>(operation) || std::holds_alternative<IndexDocuments>(operation) ||
            std::holds_alternative<CreateDatafeed>(operation) || std::holds_alternative<StopDatafeed>(operation));
  };
  Program replaced;
  std::vector<Record> records;
  std::string job;
  bool changed = false;
  for (const Step& step : program.steps) {
    const Operation& operation = step.request.operation;
    if (const auto* index = std::get_if<IndexDocuments>(&operation)) records = index->records;
    if (const auto* create = std::get_if<CreateDatafeed>(&operation)) job = create->job;
    if (is_of_datafeed(step)) continue;
    if (std::holds_alternative<StartDatafeed>(operation) && !job.empty()) {
      replaced.steps.push_back(call(PostData{job, records, false}));
      replaced.steps.push_back(call(CloseJob{job, {}, {}, {}, {}}));
      changed = true;
    } else {
      replaced.steps.push_back(step);
    }
  }
  if (!changed) return {};
  return {std::move(replaced)};
}

rc::Seq<Program> calls_simplified(const Shared& program) {
  const auto is_detached = [](const Step& step) { return step.detached; };
  rc::Seq<Program> without_overlap;
  if (std::ranges::any_of(program->steps, is_detached)) {
    Program sequence = *program;
    for (Step& step : sequence.steps) {
      step.detached = false;
      step.client = 0;
    }
    without_overlap = rc::seq::just(std::move(sequence));
  }
  return rc::seq::concat(std::move(without_overlap),
                         each_step(program, [](const Step& step) { return rc::seq::fromContainer(simpler(step)); }));
}

/// All posts at once with fewer records.
rc::Seq<Program> data_thinned_everywhere(const Shared& program) {
  Candidates everywhere;
  const auto thin = [&](auto keep) {
    Program thinner = *program;
    bool changed = false;
    for (Step& step : thinner.steps) {
      std::vector<Record>* records = records_of(step);
      if (records == nullptr || records->size() < 2) continue;
      keep(*records);
      changed = true;
    }
    if (changed) everywhere.push_back(std::move(thinner));
  };
  thin([](std::vector<Record>& records) { records.resize(1); });
  thin([](std::vector<Record>& records) { records.erase(records.begin(), records.end() - 1); });
  thin([](std::vector<Record>& records) { records.resize((records.size() + 1) / 2); });
  return rc::seq::fromContainer(std::move(everywhere));
}

/// The same, then each post in turn.
rc::Seq<Program> data_thinned(const Shared& program) {
  return rc::seq::concat(
      data_thinned_everywhere(program), each_step(program, [](Step step) {
        std::vector<Record>* records = records_of(step);
        if (records == nullptr) return rc::Seq<Step>();
        const std::size_t count = records->size();
        auto fewer = rc::seq::filter(rc::shrink::removeChunks(*records), [count](const std::vector<Record>& left) {
          const std::size_t removed = count - left.size();
          return removed < count && (removed + 1 == count || removed == count / 2 || removed == 1);
        });
        return rc::seq::map(std::move(fewer), [step](std::vector<Record> left) {
          Step thinner = step;
          *records_of(thinner) = std::move(left);
          return thinner;
        });
      }));
}

rc::Seq<Program> waits_shortened(const Shared& program) {
  return each_step(program, [](const Step& step) {
    std::vector<Step> shorter;
    for (const Duration wait : kRoundWaits)
      if (step.type == StepType::wait && wait < step.duration) shorter.push_back(wait_step(wait));
    return rc::seq::fromContainer(std::move(shorter));
  });
}

// Removal alone is stuck where a step must come at another place: (crash, close, open, post) -> (open, post, crash).
Candidates one_dropped_and_one_moved(const Program& program) {
  Candidates out;
  const std::size_t count = program.steps.size();
  if (count > kMoveStepsMax || count < 3) return out;
  for (std::size_t dropped = count; dropped-- > 0;) {
    std::vector<Step> rest = program.steps;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(dropped));
    for (std::size_t from = 0; from < rest.size(); ++from) {
      for (std::size_t to = 0; to < rest.size(); ++to) {
        if (to == from || to + 1 == from) continue;  // a step moved one back is its neighbour moved one on
        std::vector<Step> moved = rest;
        Step step = std::move(moved[from]);
        moved.erase(moved.begin() + static_cast<std::ptrdiff_t>(from));
        moved.insert(moved.begin() + static_cast<std::ptrdiff_t>(to), std::move(step));
        out.push_back(Program{std::move(moved)});
      }
    }
  }
  return out;
}

Candidates pairs_replaced(const Program& program) {
  Candidates out;
  if (program.steps.size() > kPairStepsMax) return out;
  for (std::size_t i = 0; i + 1 < program.steps.size(); ++i) {
    const std::string& job = job_of_step(program.steps[i]);
    if (job.empty()) continue;
    for (Operation operation :
         {Operation(CloseJob{job, {}, {}, {}, {}}), Operation(OpenJob{job}), Operation(JobStats{job})}) {
      Program replaced = program;
      replaced.steps[i] = call(std::move(operation));
      replaced.steps.erase(replaced.steps.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      out.push_back(std::move(replaced));
    }
  }
  return out;
}

/// Whether both send the same requests at the same time, but for how their jobs are configured: what asks for something
/// else may show another clause broken, and a close that is awaited may take as long as anybody has patience.
bool asks_the_same(const Program& simplified, const Program& program) {
  return std::ranges::equal(simplified.steps, program.steps, [](const Step& one, const Step& other) {
    if (one.detached != other.detached || one.type != other.type) return false;
    return std::holds_alternative<CreateJob>(one.request.operation) || describe(one.request) == describe(other.request);
  });
}

/// What candidates there are is found out when they are reached.
rc::Seq<Program> lazily(const Shared& program, Candidates (*candidates)(const Program&)) {
  return rc::seq::mapcat(rc::seq::just(program),
                         [candidates](const Shared& it) { return rc::seq::fromContainer(candidates(*it)); });
}

rc::Seq<Program> shrinks_of(const Program& it, Simplify simplify) {
  const auto program = std::make_shared<const Program>(it);
  switch (simplify) {
    case Simplify::in_few_trials: {
      auto plainer = rc::seq::filter(calls_simplified(program), [program](const Program& simplified) {
        return asks_the_same(simplified, *program);
      });
      return rc::seq::filter(
          rc::seq::concat(jobs_removed(program), lazily(program, repetitions_removed), side_by_side_removed(program),
                          data_thinned_everywhere(program), std::move(plainer)),
          [program](const Program& smaller) { return !begins_a_race(smaller, *program); });
    }
    case Simplify::everything:
      break;
  }
  return rc::seq::concat(jobs_removed(program), blocks_removed(program), pairs_removed(program),
                         lazily(program, posts_merged), lazily(program, datafeeds_replaced),
                         reads_left_to_settling(program), calls_simplified(program), data_thinned(program),
                         waits_shortened(program), lazily(program, one_dropped_and_one_moved),
                         lazily(program, pairs_replaced));
}

/// Without the readings at its end that repeat the one before: whatever is dropped, they are asked for again.
Program without_rereading(Program program) {
  std::vector<Step>& steps = program.steps;
  const auto is_read_again = [&] {
    const std::size_t size = steps.size();
    return size > 2 && steps[size - 1].type == StepType::call && steps[size - 2].type == StepType::wait &&
           steps[size - 3].type == StepType::call &&
           describe(steps[size - 1].request) == describe(steps[size - 3].request);
  };
  while (is_read_again()) steps.erase(steps.end() - 2, steps.end());
  return program;
}

/// The next so many candidates, or as many as there are.
Candidates next_of(rc::Seq<rc::Shrinkable<Program>>& candidates, std::size_t count) {
  Candidates next;
  while (next.size() < count) {
    const auto candidate = candidates.next();
    if (!candidate) break;
    next.push_back(candidate->value());
  }
  return next;
}

}  // namespace

bool is_smaller(const Program& one, const Program& other) {
  return size_of(one) < size_of(other);
}

std::vector<std::optional<Reproduction>> tried(const std::vector<Program>& programs, const Trial& trial) {
  std::vector<std::optional<Reproduction>> reproductions(programs.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  run_workers(static_cast<int>(programs.size()), failed, [&] {
    for (std::size_t i = next++; i < programs.size() && !failed; i = next++) reproductions[i] = trial(programs[i]);
  });
  return reproductions;
}

rc::Shrinkable<Program> shrinkable_of(Program program, Simplify simplify) {
  return rc::shrinkable::shrinkRecur(std::move(program),
                                     [simplify](const Program& it) { return shrinks_of(it, simplify); });
}

Reproduction shrink(Reproduction start, const Trial& trial, const ShrinkOptions& options) {
  Reproduction best = std::move(start);
  std::size_t trials = 0;
  const auto candidates_of = [&] {
    const bool is_live = options.simplify == Simplify::in_few_trials;
    return shrinkable_of(is_live ? without_rereading(best.program) : best.program, options.simplify).shrinks();
  };
  rc::Seq<rc::Shrinkable<Program>> candidates = candidates_of();
  while (trials < options.trials_max && !(options.enough && options.enough())) {
    const Candidates next = next_of(candidates, std::min(options.at_once, options.trials_max - trials));
    if (next.empty()) break;
    trials += next.size();
    // What was really run may be longer than the candidate, where the judge asked to read again, or shorter, where it
    // was decided before its end.
    bool any_is_smaller = false;
    for (std::optional<Reproduction>& reproduction : tried(next, trial)) {
      if (!reproduction || !is_smaller(reproduction->program, best.program)) continue;
      best = std::move(*reproduction);
      any_is_smaller = true;
    }
    if (any_is_smaller) candidates = candidates_of();
  }
  return best;
}

}  // namespace closecheck::properties
