#include "engine/isolation.h"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <variant>

#include "closecheck/vocabulary/job_expression.h"

namespace closecheck::properties {
namespace {

template <class T, class... Others>
constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

/// Whether an operation can change something that is not ours.
struct Reach {
  static bool is_ours(std::string_view expression) {
    bool ours = !expression.empty();
    each_part(expression, [&](std::string_view part) { ours = ours && part.starts_with(kNamePrefix); });
    return ours;
  }
  bool operator()(const RawRequest& raw) const {
    if (raw.method == "GET" || raw.method == "HEAD" || raw.method == "OPTIONS") return false;
    return raw.path.find(kNamePrefix) == std::string::npos || raw.path.find("//") != std::string::npos;
  }
  template <class T>
  bool operator()(const T& operation) const {
    if constexpr (is_one_of<T, GetJob, JobStats, GetBuckets, GetRecords, GetSnapshots, GetDatafeed, DatafeedStats>)
      return false;
    else if constexpr (requires { operation.feed; })
      return !is_ours(operation.feed);
    else if constexpr (requires { operation.job; })
      return !is_ours(operation.job);
    else if constexpr (requires { operation.index; })
      return !is_ours(operation.index);
    else
      return false;
  }
};

}  // namespace

bool touches_others(const Program& program) {
  return std::ranges::any_of(program.steps, [](const Step& step) {
    if (step.type != StepType::call) return false;
    const Request& request = step.request;
    return request.as_sent ? Reach{}(*request.as_sent) : std::visit(Reach{}, request.operation);
  });
}

std::size_t places_of(const Program& program) {
  const bool opens = std::ranges::any_of(program.steps, [](const Step& step) {
    return step.type == StepType::call && std::holds_alternative<OpenJob>(step.request.operation);
  });
  return opens ? open_jobs_of(program) : 0;
}

}  // namespace closecheck::properties
