#include "closecheck/vocabulary/program.h"

#include <algorithm>
#include <set>
#include <utility>

namespace closecheck {
namespace {

/// Replaces one beginning of names by another, whatever member it stands in.
struct Renamer {
  std::string_view from;
  std::string_view to;

  void apply(std::string& text) const {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }
  template <class T>
  void operator()(T& operation) const {
    if constexpr (requires { operation.job; }) apply(operation.job);
    if constexpr (requires { operation.feed; }) apply(operation.feed);
    if constexpr (requires { operation.index; }) apply(operation.index);
    if constexpr (requires { operation.config; })
      for (std::string& group : operation.config.groups) apply(group);
    if constexpr (requires { operation.groups; })
      if (operation.groups)
        for (std::string& group : *operation.groups) apply(group);
    if constexpr (requires { operation.path; }) {
      apply(operation.path);
      apply(operation.body);
      for (auto& [header, value] : operation.headers) apply(value);
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

Program with_prefix(Program program, std::string_view from, std::string_view to) {
  const Renamer renamer{from, to};
  for (Step& step : program.steps) {
    renamer.apply(step.job);
    std::visit(renamer, step.request.operation);
    if (step.request.as_sent) {
      RawRequest sent = *step.request.as_sent;
      renamer(sent);
      step.request.as_sent = std::make_shared<const RawRequest>(std::move(sent));
    }
  }
  return program;
}

std::size_t request_count(const Program& program) {
  return static_cast<std::size_t>(std::count_if(program.steps.begin(), program.steps.end(),
                                                [](const Step& step) { return step.type == StepType::call; }));
}

std::size_t open_jobs_of(const Program& program) {
  std::set<std::string_view> jobs;
  for (const Step& step : program.steps)
    if (const auto* open = std::get_if<OpenJob>(&step.request.operation)) jobs.insert(open->job);
  return std::max<std::size_t>(1, jobs.size());
}

}  // namespace closecheck
