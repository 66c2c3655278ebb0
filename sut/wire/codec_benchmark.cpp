// What reading an answer costs: every exchange through the codec pays it.
#include <benchmark/benchmark.h>

#include "closecheck/sut/wire.h"
#include "wire/routes.h"

namespace closecheck::sut::wire {
namespace {

WireAnswer answer_of(const Content& content, const Request& request) {
  Response response;
  response.outcome = Outcome::accepted;
  response.content = content;
  return encode(response, request, Profile::xpack_6_3);
}

void read_statistics(benchmark::State& state) {
  const Request request{Principal::manage_ml, JobStats{"j"}, nullptr};
  JobStatistics job;
  job.job = "closecheck-a";
  job.state = JobState::opened;
  job.node = "node-1";
  job.open_time = "1s";
  const WireAnswer answer = answer_of(JobStatisticsList{1, {job}}, request);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(decode(answer, request, Profile::xpack_6_3));
}
BENCHMARK(read_statistics);

void read_buckets(benchmark::State& state) {
  const Request request{Principal::manage_ml, GetBuckets{"j", {}, {}}, nullptr};
  BucketPage page;
  for (int i = 0; i < 100; ++i) page.buckets.push_back({kDataStart + std::int64_t{60'000} * i, 3, false, 0.5});
  const WireAnswer answer = answer_of(page, request);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(decode(answer, request, Profile::xpack_6_3));
}
BENCHMARK(read_buckets);

void read_close(benchmark::State& state) {
  const Request request{Principal::manage_ml, CloseJob{"j", {}, "10s", {}, {}}, nullptr};
  const WireAnswer answer{200, {{"content-type", "application/json"}}, R"({"closed":true})"};
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(decode(answer, request, Profile::xpack_6_3));
}
BENCHMARK(read_close);

void route_close(benchmark::State& state) {
  const HttpRequest request{"POST", "/_xpack/ml/anomaly_detectors/closecheck-a/_close", {{"timeout", "10s"}}, {}, {}};
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(route(request, Profile::xpack_6_3));
}
BENCHMARK(route_close);

}  // namespace
}  // namespace closecheck::sut::wire
