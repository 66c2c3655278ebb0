#include "engine/held_places.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "closecheck/vocabulary/job_expression.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::properties {

HeldPlaces::HeldPlaces(std::unique_ptr<sut::System> system, const Program& program, std::shared_ptr<void> places)
    : WatchingSystem(std::move(system)), places_(std::move(places)) {
  opens_ahead_ = static_cast<std::size_t>(std::ranges::count_if(program.steps, [](const Step& step) {
    return step.type == StepType::call && std::holds_alternative<OpenJob>(step.request.operation);
  }));
}

void HeldPlaces::see_completion(const sut::Completion& completion) {
  const auto found = open_requests_.find(completion.client);
  // Of a request without an answer nobody knows what it has done, or will.
  if (found == open_requests_.end() || completion.response == nullptr) return;
  const std::shared_ptr<const Request> request = std::move(found->second);
  open_requests_.erase(found);
  const Response& response = *completion.response;
  const Operation& operation = request->operation;
  if (std::holds_alternative<OpenJob>(operation)) {
    const bool may_come_again = response.outcome == Outcome::refused &&
                                (response.refusal == Refusal::busy || response.refusal == Refusal::unavailable);
    if (opens_ahead_ > 0 && !may_come_again) --opens_ahead_;
    if (response.outcome != Outcome::refused) open_jobs_.insert(job_of(operation));
  } else if (response.outcome == Outcome::accepted && open_requests_.empty() &&
             (std::holds_alternative<CloseJob>(operation) || std::holds_alternative<DeleteJob>(operation))) {
    each_part(job_of(operation), [&](std::string_view part) {
      std::erase_if(open_jobs_, [&](const std::string& job) { return part == "_all" || matches_wildcard(part, job); });
    });
  }
  if (opens_ahead_ == 0 && open_jobs_.empty() && open_requests_.empty()) places_.reset();
}

}  // namespace closecheck::properties
