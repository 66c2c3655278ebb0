#include "closecheck/vocabulary/program.h"

#include <algorithm>
#include <utility>

namespace closecheck {
namespace {

std::string renamed(const std::string& text, std::string_view prefix) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t found = text.find(kNamePrefix, at);
    out.append(text, at, found == std::string::npos ? std::string::npos : found - at);
    if (found == std::string::npos) return out;
    out += prefix;
    at = found + kNamePrefix.size();
  }
}

/// Renames every name that an operation carries, whatever member it stands in.
struct Renamer {
  std::string_view prefix;

  void apply(std::string& text) const {
    if (text.find(kNamePrefix) != std::string::npos) text = renamed(text, prefix);
  }
  template <class T>
  void operator()(T& operation) const {
    if constexpr (requires { operation.job; }) apply(operation.job);
    if constexpr (requires { operation.feed; }) apply(operation.feed);
    if constexpr (requires { operation.index; }) apply(operation.index);
    if constexpr (requires { operation.config; })
      for (std::string& group : operation.config.groups) apply(group);
    if constexpr (requires { operation.path; }) {
      apply(operation.path);
      apply(operation.body);
    }
  }
};

}  // namespace

Step call(Operation operation, Principal who) {
  return {StepType::call, 0, false, false, {who, std::move(operation), nullptr}, 0, {}, Fault::fail_job};
}

Step detached_call(int client, Operation operation, Principal who) {
  Step step = call(std::move(operation), who);
  step.client = client;
  step.detached = true;
  return step;
}

Step wait_step(Duration duration) {
  Step step;
  step.type = StepType::wait;
  step.duration = duration;
  return step;
}

Step join_step() {
  Step step;
  step.type = StepType::join;
  return step;
}

Step settle_step(std::string job, Duration at_most) {
  Step step;
  step.type = StepType::settle;
  step.job = std::move(job);
  step.duration = at_most;
  return step;
}

Step fault_step(Fault fault, std::string job, Duration duration) {
  Step step;
  step.type = StepType::fault;
  step.fault = fault;
  step.job = std::move(job);
  step.duration = duration;
  return step;
}

Program with_prefix(const Program& program, std::string_view prefix) {
  Program out = program;
  const Renamer renamer{prefix};
  for (Step& step : out.steps) {
    renamer.apply(step.job);
    std::visit(renamer, step.request.operation);
    if (step.request.as_sent) {
      RawRequest sent = *step.request.as_sent;
      renamer(sent);
      step.request.as_sent = std::make_shared<const RawRequest>(std::move(sent));
    }
  }
  return out;
}

std::size_t request_count(const Program& program) {
  return static_cast<std::size_t>(std::count_if(program.steps.begin(), program.steps.end(),
                                                [](const Step& step) { return step.type == StepType::call; }));
}

}  // namespace closecheck
