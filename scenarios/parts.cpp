#include "parts.h"

#include <algorithm>

#include "path.h"

namespace closecheck::scenarios {
namespace {

bool text_needs_stash(const std::string& text) {
  return has_stash_name(make_text(text));
}

bool any_needs_stash(const Parameters& parameters) {
  return std::any_of(parameters.begin(), parameters.end(),
                     [](const auto& parameter) { return text_needs_stash(parameter.second); });
}

}  // namespace

Part::Expectation* Part::find(const Request* request) {
  const auto found = index.find(request);
  return found == index.end() ? nullptr : &expectations[found->second];
}

bool needs_stash(const DoStep& call) {
  if (any_needs_stash(call.headers) || text_needs_stash(call.content_type)) return true;
  if (const auto* named = std::get_if<ApiCall>(&call.call))
    return has_stash_name(named->arguments) || (named->body && has_stash_name(*named->body));
  const auto& raw = std::get<RawCall>(call.call);
  return text_needs_stash(raw.path) || (raw.body && has_stash_name(*raw.body)) || any_needs_stash(raw.query);
}

std::size_t end_of_part(const std::vector<ScriptStep>& steps, std::size_t from, bool plain) {
  bool has_set = false;
  bool has_call = false;
  bool others_are_open = false;
  for (std::size_t i = from; i < steps.size(); ++i) {
    if (std::holds_alternative<EventuallyStep>(steps[i])) return i;
    if (std::holds_alternative<SetStep>(steps[i])) has_set = true;
    if (const auto* own = std::get_if<PlainStep>(&steps[i]))
      others_are_open = others_are_open && own->step.type != StepType::join && own->step.type != StepType::settle;
    const auto* call = std::get_if<DoStep>(&steps[i]);
    if (call == nullptr) continue;
    const bool is_main = !call->detached && call->client == 0;
    if (has_set && needs_stash(*call)) return i;
    if (plain && has_call && is_main && !others_are_open) return i;
    has_call = true;
    others_are_open = others_are_open || !is_main;
  }
  return steps.size();
}

std::optional<Place> bind_expectations(Part& part) {
  std::optional<Place> unbound;
  part.expectations.resize(part.program->steps.size());
  for (std::size_t i = 0; i < part.program->steps.size(); ++i) part.index.emplace(&part.program->steps[i].request, i);
  std::size_t next = 0;
  constexpr auto kNowhere = static_cast<std::size_t>(-1);
  std::size_t last_main = kNowhere;
  std::size_t last = kNowhere;
  for (const ScriptStep& step : part.script) {
    if (const auto* call = std::get_if<DoStep>(&step)) {
      // A call that the client itself refuses has no answer.
      last = call->catch_text == "param" ? kNowhere : next++;
      if (!call->detached) last_main = last;
      if (last != kNowhere) part.expectations[last].call = call;
    } else if (std::holds_alternative<PlainStep>(step)) {
      ++next;
    } else {
      const auto* check = std::get_if<CheckStep>(&step);
      const std::size_t about = check != nullptr && check->detached ? last : last_main;
      if (about != kNowhere)
        part.expectations[about].steps.push_back(&step);
      else if (!unbound)
        unbound = check != nullptr ? check->place : std::get<SetStep>(step).place;
    }
  }
  return unbound;
}

}  // namespace closecheck::scenarios
