#include "history_text.h"

#include <fmt/format.h>

#include <map>

#include "closecheck/vocabulary/printable.h"

namespace closecheck::reports {
namespace {

std::string answer_of(const Event& event) {
  if (event.type == EventType::info)
    return fmt::format("{} ({})", event.never_sent ? "not sent" : "no answer",
                       event.response ? describe(*event.response) : event.error);
  return event.response ? describe(*event.response) : "an answer";
}

bool answers(const Event& event) {
  return event.type == EventType::ok || event.type == EventType::info;
}

}  // namespace

std::string write_history(const History& history, std::optional<std::size_t> marked, const std::string& indent,
                          std::size_t requests_before) {
  std::string text;
  std::map<int, std::size_t> open;  // process -> number of its open request
  std::size_t number = requests_before;
  const auto line = [&](std::size_t event, bool also_next, const std::string& what) {
    const bool here = marked && (*marked == event || (also_next && *marked == event + 1));
    text += fmt::format("{}{} {:>10}  {}\n", indent, here ? '>' : ' ',
                        fmt::format("{:.3f} s", static_cast<double>(history.events[event].time) / 1e9), one_line(what));
  };
  for (std::size_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    switch (event.type) {
      case EventType::invoke: {
        const std::string call = fmt::format("{:>2}. {}", ++number, event.request ? describe(*event.request) : "?");
        const bool at_once = i + 1 < history.events.size() && answers(history.events[i + 1]) &&
                             history.events[i + 1].process == event.process;
        if (at_once) {
          const Event& answer = history.events[i + 1];
          const Duration took = answer.time - event.time;
          const std::string after = took < kSecond ? "" : fmt::format(", after {}", describe_duration(took));
          line(i, true, fmt::format("{} -> {}{}", call, answer_of(answer), after));
          ++i;
        } else {
          open[event.process] = number;
          line(i, false, call + " -> (its answer comes later)");
        }
        break;
      }
      case EventType::ok:
      case EventType::info: {
        const auto found = open.find(event.process);
        const std::string to = found == open.end() ? "?" : fmt::format("{}", found->second);
        line(i, false, fmt::format("    answer to {}: {}", to, answer_of(event)));
        break;
      }
      case EventType::fault:
        line(i, false,
             fmt::format("    fault: {} of job {}{}", name(event.fault), event.job,
                         event.duration > 0 ? fmt::format(" ({})", format_duration(event.duration)) : ""));
        break;
      case EventType::settled:
        line(i, false, fmt::format("    job {} has settled", event.job));
        break;
    }
  }
  return text;
}

}  // namespace closecheck::reports
