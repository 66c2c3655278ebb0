// Many lives of a job, one after the other: what an earlier one brought about is there after the third as after the
// first, and nothing is left of a job that was deleted.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

Steps cycle() {
  return {open(), close()};
}

Steps cycle_with(int first, int last) {
  return {open(), post(data(first, last)), close()};
}

/// Ordinary data, and a bucket of it that stands out.
Steps cycle_with_anomalies() {
  std::vector<Record> records = data(0, 12);
  for (int i = 0; i < 60; ++i) records.push_back({kDataStart + 12 * kSpanMs + std::int64_t{i} * 500, 1, ""});
  records.push_back({kDataStart + 13 * kSpanMs, 1, ""});
  return {open(), post(std::move(records)), close()};
}

std::vector<Program> outlasts_cycles(const Environment& environment) {
  return {
      Steps{create(), cycle_with(0, 3), buckets(), cycle(), stats(), buckets(), cycle_with(3, 5), buckets(),
            cycle_with(5, 7), stats(), buckets(), snapshots(), cycle(), open(), stats(), close(),
            pause(700 * kMillisecond), stats()},
      Steps{create(), cycle_with_anomalies(), records(), cycle(), records(), cycle(), records()},
      Steps{create(), cycle_with(0, 3), cycle(), cycle(), stats(), buckets()},
      Steps{create(), cycle_with(0, 3), buckets(), cycle(), buckets(), cycle(), buckets(), stats()},
      Steps{create(), cycle(), cycle(), cycle_with(0, 2), stats(), buckets(), snapshots()},
      Steps{create(), cycle_with(0, 2), cycle_with(2, 4), cycle_with(4, 6), cycle_with(6, 8), stats(), buckets(),
            snapshots()},
      Steps{create(), cycle_with(0, 1), cycle(), cycle(), cycle(), open(), stats()},
      Steps{create(), cycle_with(0, 2), cycle(), cycle(), open(), post(data(2, 4)), stats(), close(), stats(),
            buckets()},
      // A forced close may harm what is recent; what had been read of a closed job before is not.
      Steps{create(), cycle_with(0, 3), buckets(), open(), force(), settle(environment), rest_after_force(environment),
            buckets(), stats()},
      Steps{create(), cycle_with(0, 3), buckets(), open(), force(), settle(environment), cycle(), buckets()},
  };
}

std::vector<Program> counts_once(const Environment&) {
  // The bucket that was read interim gets more.
  std::vector<Record> more = data(2, 4);
  more.insert(more.begin(), {kDataStart + kSpanMs + 30'000, 1, ""});
  return {
      Steps{create(), open(), flush(), post(data(0, 2)), flush(), stats(), flush(kJob, "true"), flush(), buckets(),
            stats(), post(std::move(more)), flush(), stats(), close(), stats(), buckets()},
      Steps{create(), open(), post(data(0, 1)), flush(), close(), stats()},
      Steps{create(), open(), post(data(0, 2)), flush(), flush(), flush(), close(), stats(), buckets()},
      Steps{create(), open(), flush(), post(data(0, 2)), flush(kJob, "true"), flush(), close(), stats(), buckets()},
      Steps{create(), open(), post(data(0, 2)), flush(), stats(), buckets(), stats(), buckets(), close(), stats()},
  };
}

std::vector<Program> leaves_nothing(const Environment&) {
  const Steps gone{closed(), remove()};
  return {
      Steps{gone, stats(), close(), create(), stats(), buckets(), close(), cycle_with(0, 2), stats(), buckets(),
            snapshots()},
      Steps{gone, stats()},
      Steps{gone, stats(), pause(kSecond), stats(), get(), close()},
      Steps{gone, create(), stats(), buckets()},
      Steps{gone, create(), stats(), cycle_with(0, 2), stats(), buckets(), snapshots()},
      Steps{gone, create(), close(), cycle(), stats()},
  };
}

}  // namespace

std::vector<Check> cycle_checks() {
  return {
      {"results-outlast-cycles",
       {C::closed_job_keeps_results, C::accepted_data_is_kept, C::reopen_continues_analysis, C::close_flushes_buffers,
        C::close_persists_snapshot, C::job_reopens},
       {},
       outlasts_cycles,
       {},
       {}},
      {"records-count-once",
       {C::accepted_data_is_kept, C::close_flushes_buffers, C::close_finalizes_results},
       {},
       counts_once,
       {},
       {}},
      {"deleted-jobs-leave-nothing",
       {C::unknown_job_refused, C::accepted_data_is_kept, C::close_flushes_buffers, C::wire_status_codes},
       {},
       leaves_nothing,
       {},
       {}},
  };
}

}  // namespace closecheck::properties
