#include "engine/race.h"

namespace closecheck::properties {
namespace {

bool is_same_call(const Step& one, const Step& other) {
  return one.type == StepType::call && other.type == StepType::call && one.client == other.client &&
         describe(one.request) == describe(other.request);
}

/// What a new connection takes as well.
constexpr Duration kBlink = 5 * kMillisecond;

/// Of two steps that stand side by side.
bool race(const Step& first, const Step& second) {
  return first.detached && second.type == StepType::call;
}

/// Whether both are sent in the program, the second at once behind the first.
bool sends_at_once(const Program& program, const Step& first, const Step& second) {
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    if (!is_same_call(program.steps[i], first)) continue;
    for (std::size_t j = i + 1; j < program.steps.size() && program.steps[j].type == StepType::call; ++j)
      if (is_same_call(program.steps[j], second)) return true;
  }
  return false;
}

}  // namespace

bool begins_a_race(const Program& smaller, const Program& larger) {
  for (std::size_t i = 1; i < smaller.steps.size(); ++i) {
    const Step& first = smaller.steps[i - 1];
    const Step& second = smaller.steps[i];
    if (race(first, second) && !sends_at_once(larger, first, second)) return true;
  }
  return false;
}

Program with_moments(const Program& program, Duration moment) {
  Program out;
  std::vector<Step>& steps = out.steps;
  for (const Step& step : program.steps) {
    const bool is_behind_a_blink = steps.size() > 1 && steps.back().type == StepType::wait &&
                                   steps.back().duration <= kBlink && race(steps[steps.size() - 2], step);
    if (is_behind_a_blink)
      steps.back() = wait_step(moment);
    else if (!steps.empty() && race(steps.back(), step))
      steps.push_back(wait_step(moment));
    steps.push_back(step);
  }
  return out;
}

}  // namespace closecheck::properties
