#include "closecheck/vocabulary/history.h"

#include <algorithm>

namespace closecheck {

std::string_view name(Fault fault) {
  switch (fault) {
    case Fault::fail_job:
      return "fail_job";
    case Fault::slow_close:
      return "slow_close";
    case Fault::hang_close:
      break;
  }
  return "hang_close";
}

std::optional<Fault> fault_named(std::string_view text) {
  for (const Fault fault : {Fault::fail_job, Fault::slow_close, Fault::hang_close})
    if (name(fault) == text) return fault;
  return std::nullopt;
}

std::string_view name(EventType type) {
  switch (type) {
    case EventType::invoke:
      return "invoke";
    case EventType::ok:
      return "ok";
    case EventType::info:
      return "info";
    case EventType::fault:
      return "fault";
    case EventType::settled:
      break;
  }
  return "settled";
}

EventType answer_type(const Response* response) {
  return response != nullptr && response->outcome != Outcome::not_from_service ? EventType::ok : EventType::info;
}

std::size_t request_count(const History& history) {
  return static_cast<std::size_t>(std::count_if(history.events.begin(), history.events.end(),
                                                [](const Event& event) { return event.type == EventType::invoke; }));
}

}  // namespace closecheck
