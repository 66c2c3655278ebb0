#include "run/politeness.h"

#include <algorithm>
#include <type_traits>

#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

constexpr Duration kFirstPoliteWait = 100 * kMillisecond;
constexpr Duration kPoliteWaitMax = 2 * kSecond;

template <class T, class... Others>
constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

struct OnlyReads {
  bool operator()(const RawRequest& raw) const {
    return raw.method == "GET" || raw.method == "HEAD" || raw.method == "OPTIONS";
  }
  template <class T>
  bool operator()(const T&) const {
    return is_one_of<T, GetJob, JobStats, GetBuckets, GetRecords, GetSnapshots, GetDatafeed, DatafeedStats, GetRoot,
                     Authenticate, HasPrivileges>;
  }
};

}  // namespace

bool only_reads(const Operation& operation) {
  return std::visit(OnlyReads{}, operation);
}

bool may_be_repeated(const Operation& operation, const Response& answer) {
  if (answer.outcome != Outcome::refused) return false;
  if (const auto* raw = std::get_if<RawRequest>(&operation); raw != nullptr && raw->once) return false;
  const auto* close = std::get_if<CloseJob>(&operation);
  if (close != nullptr && (close->force || close->timeout)) return false;
  return answer.refusal == Refusal::busy || (answer.refusal == Refusal::unavailable && only_reads(operation));
}

bool is_busy(const WireAnswer& answer) {
  return answer.status == 429 || answer.status == 503;
}

Duration polite_wait(const WireAnswer* answer, int attempt) {
  if (answer != nullptr)
    for (const auto& [header, value] : answer->headers) {
      if (header != "retry-after") continue;
      const auto seconds = number_in<int>(value);
      if (seconds && *seconds >= 0) return std::min<Duration>(*seconds * kSecond, kPoliteWaitMax);
    }
  Duration wait = kFirstPoliteWait;
  for (int i = 1; i < attempt && wait < kPoliteWaitMax; ++i) wait *= 2;
  return std::min(wait, kPoliteWaitMax);
}

}  // namespace closecheck::sut
