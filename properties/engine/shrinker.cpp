#include "engine/shrinker.h"

#include <rapidcheck/seq/Create.h>
#include <rapidcheck/seq/Operations.h>
#include <rapidcheck/seq/Transform.h>
#include <rapidcheck/shrink/Shrink.h>
#include <rapidcheck/shrinkable/Create.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace closecheck::properties {
namespace {

/// Pairs of removals and moves are quadratic and cubic in the steps, so they wait until the program is short.
constexpr std::size_t kPairStepsMax = 14;
constexpr std::size_t kMoveStepsMax = 8;
/// Up to so many steps a block of any size is tried.
constexpr std::size_t kAllBlocksStepsMax = 12;

constexpr std::array<Duration, 6> kRoundWaits{kMillisecond, 10 * kMillisecond, 100 * kMillisecond,
                                              kSecond,      10 * kSecond,      kMinute};

bool is_read(const Step& step) {
  if (step.type != StepType::call) return false;
  const Operation& operation = step.request.operation;
  return std::holds_alternative<JobStats>(operation) || std::holds_alternative<GetJob>(operation) ||
         std::holds_alternative<GetBuckets>(operation) || std::holds_alternative<GetRecords>(operation) ||
         std::holds_alternative<GetSnapshots>(operation) || std::holds_alternative<GetDatafeed>(operation) ||
         std::holds_alternative<DatafeedStats>(operation);
}

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

/// The same call without what a reader would have to wonder about; empty when it is plain already.
std::vector<Step> simpler(const Step& step) {
  std::vector<Step> out;
  const auto offer = [&](auto change) {
    Step copy = step;
    change(copy);
    out.push_back(std::move(copy));
  };
  if (step.detached)
    offer([](Step& it) {
      it.detached = false;
      it.client = 0;
    });
  if (step.client != 0 && !step.detached) offer([](Step& it) { it.client = 0; });
  if (step.fresh_connection) offer([](Step& it) { it.fresh_connection = false; });
  if (step.request.who != Principal::manage_ml) offer([](Step& it) { it.request.who = Principal::manage_ml; });
  const Operation& operation = step.request.operation;
  if (const auto* close = std::get_if<CloseJob>(&operation)) {
    const auto without = [&](auto member) {
      offer([member](Step& it) { (std::get<CloseJob>(it.request.operation).*member) = {}; });
    };
    if (close->force) without(&CloseJob::force);
    if (close->timeout) without(&CloseJob::timeout);
    if (close->allow_no_jobs) without(&CloseJob::allow_no_jobs);
    if (!close->other.empty()) without(&CloseJob::other);
  } else if (const auto* flush = std::get_if<FlushJob>(&operation)) {
    if (flush->calc_interim) offer([](Step& it) { std::get<FlushJob>(it.request.operation).calc_interim = {}; });
  } else if (const auto* page = std::get_if<GetBuckets>(&operation)) {
    if (page->from || page->size)
      offer([](Step& it) { it.request.operation = GetBuckets{job_of(it.request.operation), {}, {}}; });
  } else if (const auto* rows = std::get_if<GetRecords>(&operation)) {
    if (rows->from || rows->size)
      offer([](Step& it) { it.request.operation = GetRecords{job_of(it.request.operation), {}, {}}; });
  } else if (const auto* create = std::get_if<CreateJob>(&operation)) {
    if (!(create->config == JobConfig{}))
      offer([](Step& it) { std::get<CreateJob>(it.request.operation).config = JobConfig{}; });
  }
  return out;
}

std::vector<Record>* records_of(Step& step) {
  if (step.type != StepType::call) return nullptr;
  if (auto* post = std::get_if<PostData>(&step.request.operation)) return &post->records;
  if (auto* index = std::get_if<IndexDocuments>(&step.request.operation)) return &index->records;
  return nullptr;
}

using Candidates = std::vector<Program>;

Candidates jobs_dropped(const Program& program) {
  std::vector<std::string> jobs;
  for (const Step& step : program.steps)
    if (const std::string& job = job_of_step(step);
        !job.empty() && std::find(jobs.begin(), jobs.end(), job) == jobs.end())
      jobs.push_back(job);
  Candidates out;
  if (jobs.size() < 2) return out;
  for (const std::string& job : jobs) {
    Program rest;
    std::copy_if(program.steps.begin(), program.steps.end(), std::back_inserter(rest.steps),
                 [&](const Step& step) { return job_of_step(step) != job; });
    out.push_back(std::move(rest));
  }
  return out;
}

/// One step less, the last one first, as far as `may_go` lets it.
Candidates steps_dropped(const Program& program, bool (*may_go)(const Step&)) {
  Candidates out;
  for (std::size_t i = program.steps.size(); i-- > 0;) {
    if (!may_go(program.steps[i])) continue;
    Program rest = program;
    rest.steps.erase(rest.steps.begin() + static_cast<std::ptrdiff_t>(i));
    out.push_back(std::move(rest));
  }
  return out;
}

Candidates single_steps_dropped(const Program& program) {
  return steps_dropped(program, [](const Step&) { return true; });
}

Candidates reads_dropped(const Program& program) {
  return steps_dropped(program, is_read);
}

Candidates pairs_dropped(const Program& program) {
  Candidates out;
  if (program.steps.size() > kPairStepsMax) return out;
  for (std::size_t j = program.steps.size(); j-- > 1;) {
    for (std::size_t i = j; i-- > 0;) {
      if (i + 1 == j) continue;  // a block
      Program rest = program;
      rest.steps.erase(rest.steps.begin() + static_cast<std::ptrdiff_t>(j));
      rest.steps.erase(rest.steps.begin() + static_cast<std::ptrdiff_t>(i));
      out.push_back(std::move(rest));
    }
  }
  return out;
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

/// Settling reads the statistics as well.
Candidates reads_left_to_settling(const Program& program) {
  Candidates out;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const auto* stats = std::get_if<JobStats>(&program.steps[i].request.operation);
    if (program.steps[i].type != StepType::call || stats == nullptr) continue;
    const auto settle = std::find_if(program.steps.begin(), program.steps.end(), [&](const Step& step) {
      return step.type == StepType::settle && step.job == stats->job;
    });
    if (settle == program.steps.end()) continue;
    Program replaced = program;
    replaced.steps[i] = *settle;
    out.push_back(std::move(replaced));
  }
  return out;
}

Candidates calls_simplified(const Program& program) {
  Candidates out;
  const bool overlaps =
      std::any_of(program.steps.begin(), program.steps.end(), [](const Step& it) { return it.detached; });
  if (overlaps) {
    Program sequence = program;
    for (Step& step : sequence.steps) {
      step.detached = false;
      step.client = 0;
    }
    out.push_back(std::move(sequence));
  }
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    if (program.steps[i].type != StepType::call) continue;
    for (Step& step : simpler(program.steps[i])) {
      Program changed = program;
      changed.steps[i] = std::move(step);
      out.push_back(std::move(changed));
    }
  }
  return out;
}

Candidates data_thinned(const Program& program) {
  Candidates out;
  const auto thinned = [&](auto keep) {
    Program thinner = program;
    bool changed = false;
    for (Step& step : thinner.steps) {
      std::vector<Record>* records = records_of(step);
      if (records == nullptr || records->size() < 2) continue;
      keep(*records);
      changed = true;
    }
    if (changed) out.push_back(std::move(thinner));
  };
  thinned([](std::vector<Record>& records) { records.resize(1); });
  thinned([](std::vector<Record>& records) { records.erase(records.begin(), records.end() - 1); });
  thinned([](std::vector<Record>& records) { records.resize((records.size() + 1) / 2); });
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    Program copy = program;
    const std::vector<Record>* records = records_of(copy.steps[i]);
    if (records == nullptr || records->size() < 2) continue;
    for (const std::size_t drop : {records->size() - 1, records->size() / 2, std::size_t{1}}) {
      Program front = program;
      records_of(front.steps[i])->resize(records->size() - drop);
      out.push_back(std::move(front));
      Program back = program;
      std::vector<Record>& later = *records_of(back.steps[i]);
      later.erase(later.begin(), later.begin() + static_cast<std::ptrdiff_t>(drop));
      out.push_back(std::move(back));
    }
  }
  return out;
}

Candidates waits_shortened(const Program& program) {
  Candidates out;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    if (program.steps[i].type != StepType::wait) continue;
    for (const Duration wait : kRoundWaits) {
      if (wait >= program.steps[i].duration) break;
      Program shorter = program;
      shorter.steps[i].duration = wait;
      out.push_back(std::move(shorter));
    }
  }
  return out;
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

/// A pass of ours as RapidCheck walks it, made when it is reached.
struct Pass {
  std::shared_ptr<const Program> program;
  Candidates (*candidates)(const Program&);
  bool made = false;
  Candidates left{};  // the next one last

  rc::Maybe<Program> operator()() {
    if (!made) {
      left = candidates(*program);
      std::reverse(left.begin(), left.end());
      made = true;
    }
    if (left.empty()) return rc::Nothing;
    Program next = std::move(left.back());
    left.pop_back();
    return next;
  }
};

/// Of the many sizes of a block in a long program only every second half is worth a trial.
bool is_block_worth_a_trial(std::size_t removed, std::size_t steps) {
  if (removed == steps) return false;
  if (steps <= kAllBlocksStepsMax) return true;
  for (std::size_t size = steps / 2; size > 0; size /= 2)
    if (removed == size) return true;
  return false;
}

rc::Seq<Program> blocks_removed(const Program& program) {
  const std::size_t steps = program.steps.size();
  return rc::seq::map(rc::seq::filter(rc::shrink::removeChunks(program.steps),
                                      [steps](const std::vector<Step>& left) {
                                        return is_block_worth_a_trial(steps - left.size(), steps);
                                      }),
                      [](std::vector<Step> left) { return Program{std::move(left)}; });
}

rc::Seq<Program> shrinks_of(const Program& program, Simplify simplify) {
  const auto kept = std::make_shared<const Program>(program);
  const auto pass = [&](Candidates (*candidates)(const Program&)) { return rc::makeSeq<Pass>(Pass{kept, candidates}); };
  switch (simplify) {
    case Simplify::reads_only:
      return pass(reads_dropped);
    case Simplify::single_steps:
      return rc::seq::concat(pass(jobs_dropped), pass(single_steps_dropped));
    case Simplify::everything:
      break;
  }
  return rc::seq::concat(pass(jobs_dropped), blocks_removed(program), pass(pairs_dropped), pass(posts_merged),
                         pass(reads_left_to_settling), pass(calls_simplified), pass(data_thinned),
                         pass(waits_shortened), pass(one_dropped_and_one_moved), pass(pairs_replaced));
}

}  // namespace

bool is_smaller(const Program& one, const Program& other) {
  return size_of(one) < size_of(other);
}

rc::Shrinkable<Program> shrinkable_of(Program program, Simplify simplify) {
  return rc::shrinkable::shrinkRecur(std::move(program),
                                     [simplify](const Program& it) { return shrinks_of(it, simplify); });
}

Reproduction shrink(Reproduction start, const Trial& trial, const ShrinkOptions& options) {
  Reproduction best = std::move(start);
  std::size_t trials = 0;
  rc::Seq<rc::Shrinkable<Program>> candidates = shrinkable_of(best.program, options.simplify).shrinks();
  while (const auto candidate = candidates.next()) {
    if (trials++ == options.trials_max || (options.enough && options.enough())) break;
    std::optional<Reproduction> reproduction = trial(candidate->value());
    // What was really run may be longer than the candidate, where the judge asked to read again, or shorter, where it
    // was decided before its end.
    if (!reproduction || !is_smaller(reproduction->program, best.program)) continue;
    best = std::move(*reproduction);
    candidates = shrinkable_of(best.program, options.simplify).shrinks();
  }
  return best;
}

}  // namespace closecheck::properties
