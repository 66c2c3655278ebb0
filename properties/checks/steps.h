// Words that check programs are written in: one step each, on the usual job unless another is named.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/program.h"
#include "engine/check.h"

namespace closecheck::properties {

inline const std::string kJob = "closecheck-a";
inline const std::string kOtherJob = "closecheck-b";
inline const std::string kLongerJob = "closecheck-ab";  // has the name of `kJob` as its prefix
inline const std::string kGroup = "closecheck-g";
inline const std::string kIndex = "closecheck-i";
inline const std::string kFeed = "closecheck-f";

inline constexpr std::int64_t kSpanMs = 60'000;  // the bucket span of every job here

/// `per_bucket` records in each of the buckets `first`, ..., `last - 1` after `kDataStart`, forward in time.
std::vector<Record> data(int first, int last, int per_bucket = 1);

Step create(const std::string& job = kJob, std::vector<std::string> groups = {});
Step create_with(const std::string& job, JobConfig config);
Step open(const std::string& job = kJob);
Step post(std::vector<Record> records, const std::string& job = kJob);
Step flush(const std::string& job = kJob, Parameter calc_interim = {});
Step close(const std::string& job = kJob);
/// A close with `timeout`; an empty text is sent as an empty value.
Step close_within(std::string timeout, const std::string& job = kJob);
Step force(const std::string& job = kJob);
/// A close with `force` spelled so.
Step force_spelled(std::string spelling, const std::string& job = kJob);
Step close_with(Parameters other, const std::string& job = kJob);
Step stats(const std::string& job = kJob);
Step get(const std::string& job = kJob);
Step buckets(const std::string& job = kJob);
Step buckets_page(int from, int size, const std::string& job = kJob);
Step records(const std::string& job = kJob);
Step records_page(int from, int size, const std::string& job = kJob);
Step snapshots(const std::string& job = kJob);
Step update(std::string description, const std::string& job = kJob);
Step remove(const std::string& job = kJob);
/// A request that is sent exactly so; `path` is behind the profile's base path (`/anomaly_detectors/...`).
Step raw(const Environment& environment, std::string method, std::string_view path, Parameters query = {});
Step pause(Duration duration);
Step settle(const Environment& environment, const std::string& job = kJob);
/// So long after a forced close that it has left nothing to be done.
Step rest_after_force(const Environment& environment);
Step slow_close(Duration duration, const std::string& job = kJob);
Step hang_close(const std::string& job = kJob);
Step fail(const std::string& job = kJob);

/// The same step by another caller, on a connection never used before, on another client's connection, or on another
/// client without waiting for its answer.
Step as(Principal who, Step step);
Step fresh(Step step);
Step on(int client, Step step);
Step meanwhile(int client, Step step);

/// A third of what the slow close takes: well beyond the margin, and as far from the close's own end.
Duration short_of(const Environment& environment);

/// A span as the API spells it, in one unit wherever the unit is not what is asked about.
std::string in_milliseconds(Duration span);

/// A program from steps and runs of steps: `Steps{create(), cycles(2), stats()}`.
class Steps {
 public:
  Steps() = default;
  template <class... Parts>
  requires(sizeof...(Parts) > 0 &&
           !(sizeof...(Parts) == 1 && (std::same_as<std::remove_cvref_t<Parts>, Steps> && ...))) explicit(false)
      Steps(Parts&&... parts) {
    (add(std::forward<Parts>(parts)), ...);
  }
  Steps& add(Step step) {
    steps_.push_back(std::move(step));
    return *this;
  }
  Steps& add(const Steps& other) {
    steps_.insert(steps_.end(), other.steps_.begin(), other.steps_.end());
    return *this;
  }
  explicit(false) operator Program() const { return Program{steps_}; }

 private:
  std::vector<Step> steps_;
};

/// Set-ups: a job that was created and opened, has taken three buckets of data and the first record of a fourth, or was
/// closed after that.
Steps opened(const std::string& job = kJob);
Steps fed(const std::string& job = kJob);
Steps closed(const std::string& job = kJob);

/// The first steps followed by others.
Program then(Steps steps, std::initializer_list<Step> more);

}  // namespace closecheck::properties
