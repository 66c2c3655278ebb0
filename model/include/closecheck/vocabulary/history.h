// A history: what was asked and answered, and when, with Jepsen's meaning of invoke, ok and info.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "closecheck/vocabulary/time.h"

namespace closecheck {

/// States that no client can reach by itself. `slow_close`: the job's next normal close takes a given time;
/// `hang_close`: it never ends by itself; `fail_job`: the opened job has failed.
enum class Fault : std::uint8_t { fail_job, slow_close, hang_close };
std::string_view name(Fault fault);
std::optional<Fault> fault_named(std::string_view text);

enum class EventType : std::uint8_t {
  invoke,
  ok,       ///< an answer of the service came, whatever it says
  info,     ///< none came, or one of something between us and the service: the request may or may not have taken
            ///< effect; its process is not used again
  fault,    ///< a hook put the job into another state
  settled,  ///< nothing pending and the patience is over: what must happen to the job in the end has had to happen
};
/// As histories are written: `invoke`.
std::string_view name(EventType type);

/// One event. Which members mean something follows from `type`.
struct Event {
  EventType type = EventType::invoke;
  int process = 0;
  Time time = 0;
  std::shared_ptr<const Request> request;    // invoke; on ok and info the same request again
  std::shared_ptr<const Response> response;  // ok; on info the answer of something between, null when none came
  std::string error;                         // info: why there is no answer
  bool never_sent = false;                   // info: the request did not leave us, so it had no effect
  Fault fault = Fault::fail_job;             // fault
  Duration duration = 0;                     // fault slow_close: how long the close takes
  std::string job;                           // fault, settled
};

struct History {
  Profile profile{};
  std::vector<Event> events;
};

/// `ok` for an answer of the service, `info` for one of something between and for none (null).
EventType answer_type(const Response* response);

/// Number of requests in the history.
std::size_t request_count(const History& history);

}  // namespace closecheck
