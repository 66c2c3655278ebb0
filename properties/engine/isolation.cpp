#include "engine/isolation.h"

#include <algorithm>
#include <variant>

#include "closecheck/sut/dangerous_requests.h"

namespace closecheck::properties {

bool touches_others(const Program& program, Profile profile) {
  return std::ranges::any_of(program.steps, [&](const Step& step) {
    if (step.type != StepType::call) return false;
    const sut::wire::HttpRequest request = sut::wire::encode(step.request, profile);
    return !sut::why_dangerous(request, profile, false).empty() && sut::why_dangerous(request, profile, true).empty();
  });
}

bool has_several_jobs(const Program& program) {
  return std::ranges::count_if(program.steps, [](const Step& step) {
           return step.type == StepType::call && std::holds_alternative<CreateJob>(step.request.operation);
         }) > 1;
}

bool may_lock_somebody_out(const Step& step) {
  return step.type == StepType::call && may_lock_out(step.request.who);
}

std::size_t places_of(const Program& program) {
  const bool opens = std::ranges::any_of(program.steps, [](const Step& step) {
    return step.type == StepType::call && std::holds_alternative<OpenJob>(step.request.operation);
  });
  return opens ? open_jobs_of(program) : 0;
}

}  // namespace closecheck::properties
