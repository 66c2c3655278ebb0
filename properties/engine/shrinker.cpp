#include "engine/shrinker.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <utility>

namespace closecheck::properties {
namespace {

/// Pairs of removals and moves are quadratic and cubic in the steps, so they wait until the program is short.
constexpr std::size_t kPairStepsMax = 14;
constexpr std::size_t kMoveStepsMax = 8;

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

}  // namespace

bool is_smaller(const Program& one, const Program& other) {
  return size_of(one) < size_of(other);
}

SmallerPrograms::SmallerPrograms(Program program, Simplify simplify) : program_(std::move(program)) {
  using S = SmallerPrograms;
  switch (simplify) {
    case Simplify::reads_only:
      passes_ = {&S::drop_reads};
      break;
    case Simplify::single_steps:
      passes_ = {&S::drop_jobs, &S::drop_single_steps};
      break;
    case Simplify::everything:
      passes_ = {&S::drop_blocks, &S::drop_jobs,     &S::drop_single_steps,     &S::drop_pairs,  &S::simplify_calls,
                 &S::thin_data,   &S::shorten_waits, &S::drop_one_and_move_one, &S::replace_pair};
      break;
  }
}

std::optional<Program> SmallerPrograms::next() {
  while (at_ == offered_.size()) {
    if (pass_ == passes_.size()) return std::nullopt;
    offered_.clear();
    at_ = 0;
    (this->*passes_[pass_++])();
  }
  return std::move(offered_[at_++]);
}

void SmallerPrograms::offer(std::vector<Step> steps) {
  offered_.push_back(Program{std::move(steps)});
}

void SmallerPrograms::drop_blocks() {
  const std::vector<Step>& steps = program_.steps;
  for (std::size_t length = steps.size() / 2; length >= 2; length /= 2) {
    for (std::size_t end = steps.size(); end >= length; end -= length) {
      std::vector<Step> rest(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(end - length));
      rest.insert(rest.end(), steps.begin() + static_cast<std::ptrdiff_t>(end), steps.end());
      offer(std::move(rest));
    }
  }
}

void SmallerPrograms::drop_jobs() {
  std::vector<std::string> jobs;
  for (const Step& step : program_.steps)
    if (const std::string& job = job_of_step(step);
        !job.empty() && std::find(jobs.begin(), jobs.end(), job) == jobs.end())
      jobs.push_back(job);
  if (jobs.size() < 2) return;
  for (const std::string& job : jobs) {
    std::vector<Step> rest;
    std::copy_if(program_.steps.begin(), program_.steps.end(), std::back_inserter(rest),
                 [&](const Step& step) { return job_of_step(step) != job; });
    offer(std::move(rest));
  }
}

void SmallerPrograms::drop_single_steps() {
  for (std::size_t i = program_.steps.size(); i-- > 0;) {
    std::vector<Step> rest = program_.steps;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    offer(std::move(rest));
  }
}

void SmallerPrograms::drop_reads() {
  for (std::size_t i = program_.steps.size(); i-- > 0;) {
    if (!is_read(program_.steps[i])) continue;
    std::vector<Step> rest = program_.steps;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    offer(std::move(rest));
  }
}

void SmallerPrograms::drop_pairs() {
  if (program_.steps.size() > kPairStepsMax) return;
  for (std::size_t j = program_.steps.size(); j-- > 1;) {
    for (std::size_t i = j; i-- > 0;) {
      std::vector<Step> rest = program_.steps;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(j));
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      offer(std::move(rest));
    }
  }
}

void SmallerPrograms::simplify_calls() {
  const bool overlaps =
      std::any_of(program_.steps.begin(), program_.steps.end(), [](const Step& it) { return it.detached; });
  if (overlaps) {
    std::vector<Step> sequence = program_.steps;
    for (Step& step : sequence) {
      step.detached = false;
      step.client = 0;
    }
    offer(std::move(sequence));
  }
  for (std::size_t i = 0; i < program_.steps.size(); ++i) {
    if (program_.steps[i].type != StepType::call) continue;
    for (Step& step : simpler(program_.steps[i])) {
      std::vector<Step> steps = program_.steps;
      steps[i] = std::move(step);
      offer(std::move(steps));
    }
  }
}

void SmallerPrograms::thin_data() {
  const auto thinned = [&](auto keep) {
    std::vector<Step> steps = program_.steps;
    bool changed = false;
    for (Step& step : steps) {
      std::vector<Record>* records = records_of(step);
      if (records == nullptr || records->size() < 2) continue;
      keep(*records);
      changed = true;
    }
    if (changed) offer(std::move(steps));
  };
  thinned([](std::vector<Record>& records) { records.resize(1); });
  thinned([](std::vector<Record>& records) { records.erase(records.begin(), records.end() - 1); });
  thinned([](std::vector<Record>& records) { records.resize((records.size() + 1) / 2); });
  for (std::size_t i = 0; i < program_.steps.size(); ++i) {
    const std::vector<Record>* records = records_of(program_.steps[i]);
    if (records == nullptr || records->size() < 2) continue;
    for (const std::size_t drop : {records->size() - 1, records->size() / 2, std::size_t{1}}) {
      std::vector<Step> front = program_.steps;
      records_of(front[i])->resize(records->size() - drop);
      offer(std::move(front));
      std::vector<Step> back = program_.steps;
      std::vector<Record>& later = *records_of(back[i]);
      later.erase(later.begin(), later.begin() + static_cast<std::ptrdiff_t>(drop));
      offer(std::move(back));
    }
  }
}

void SmallerPrograms::shorten_waits() {
  for (std::size_t i = 0; i < program_.steps.size(); ++i) {
    if (program_.steps[i].type != StepType::wait) continue;
    for (const Duration wait : kRoundWaits) {
      if (wait >= program_.steps[i].duration) break;
      std::vector<Step> steps = program_.steps;
      steps[i].duration = wait;
      offer(std::move(steps));
    }
  }
}

// Removal alone is stuck where a step must come at another place: (crash, close, open, post) -> (open, post, crash).
void SmallerPrograms::drop_one_and_move_one() {
  const std::size_t count = program_.steps.size();
  if (count > kMoveStepsMax || count < 3) return;
  for (std::size_t dropped = count; dropped-- > 0;) {
    std::vector<Step> rest = program_.steps;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(dropped));
    for (std::size_t from = 0; from < rest.size(); ++from) {
      for (std::size_t to = 0; to < rest.size(); ++to) {
        if (to == from || to + 1 == from) continue;  // a step moved one back is its neighbour moved one on
        std::vector<Step> moved = rest;
        Step step = std::move(moved[from]);
        moved.erase(moved.begin() + static_cast<std::ptrdiff_t>(from));
        moved.insert(moved.begin() + static_cast<std::ptrdiff_t>(to), std::move(step));
        offer(std::move(moved));
      }
    }
  }
}

void SmallerPrograms::replace_pair() {
  if (program_.steps.size() > kPairStepsMax) return;
  for (std::size_t i = 0; i + 1 < program_.steps.size(); ++i) {
    const std::string& job = job_of_step(program_.steps[i]);
    if (job.empty()) continue;
    for (Operation operation :
         {Operation(CloseJob{job, {}, {}, {}, {}}), Operation(OpenJob{job}), Operation(JobStats{job})}) {
      std::vector<Step> steps = program_.steps;
      steps[i] = call(std::move(operation));
      steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      offer(std::move(steps));
    }
  }
}

Reproduction shrink(Reproduction start, const Trial& trial, const ShrinkOptions& options) {
  Reproduction best = std::move(start);
  std::size_t trials = 0;
  bool smaller = true;
  while (smaller) {
    smaller = false;
    SmallerPrograms candidates(best.program, options.simplify);
    while (std::optional<Program> candidate = candidates.next()) {
      if (trials++ == options.trials_max || (options.enough && options.enough())) return best;
      std::optional<Reproduction> reproduction = trial(*candidate);
      // What was really run may be longer than the candidate, where the judge asked to read again.
      if (!reproduction || !is_smaller(reproduction->program, best.program)) continue;
      best = std::move(*reproduction);
      smaller = true;
      break;
    }
  }
  return best;
}

}  // namespace closecheck::properties
