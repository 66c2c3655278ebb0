#include "checks/steps.h"

#include "closecheck/properties/timing.h"

namespace closecheck::properties {
namespace {

constexpr Duration kMoment = 50 * kMillisecond;

}  // namespace

std::vector<Record> data(int first, int last, int per_bucket) {
  std::vector<Record> records;
  for (int bucket = first; bucket < last; ++bucket)
    for (int i = 0; i < per_bucket; ++i)
      records.push_back({kDataStart + bucket * kSpanMs + i * (kSpanMs / (per_bucket + 1)), 1.0 + i, ""});
  return records;
}

Step create(const std::string& job, std::vector<std::string> groups) {
  JobConfig config;
  config.groups = std::move(groups);
  return create_with(job, std::move(config));
}
Step create_with(const std::string& job, JobConfig config) {
  return call(CreateJob{job, std::move(config)});
}
Step open(const std::string& job) {
  return call(OpenJob{job});
}
Step post(std::vector<Record> records, const std::string& job) {
  return call(PostData{job, std::move(records), false});
}
Step flush(const std::string& job, Parameter calc_interim) {
  return call(FlushJob{job, std::move(calc_interim)});
}
Step close(const std::string& job) {
  return call(CloseJob{job, {}, {}, {}, {}});
}
Step close_within(std::string timeout, const std::string& job) {
  return call(CloseJob{job, {}, std::move(timeout), {}, {}});
}
Step force(const std::string& job) {
  return force_spelled("true", job);
}
Step force_spelled(std::string spelling, const std::string& job) {
  return call(CloseJob{job, std::move(spelling), {}, {}, {}});
}
Step close_with(Parameters other, const std::string& job) {
  return call(CloseJob{job, {}, {}, {}, std::move(other)});
}
Step stats(const std::string& job) {
  return call(JobStats{job});
}
Step get(const std::string& job) {
  return call(GetJob{job});
}
Step buckets(const std::string& job) {
  return call(GetBuckets{job, {}, {}});
}
Step buckets_page(int from, int size, const std::string& job) {
  return call(GetBuckets{job, from, size});
}
Step records(const std::string& job) {
  return call(GetRecords{job, {}, {}});
}
Step records_page(int from, int size, const std::string& job) {
  return call(GetRecords{job, from, size});
}
Step snapshots(const std::string& job) {
  return call(GetSnapshots{job});
}
Step update(std::string description, const std::string& job) {
  return call(UpdateJob{job, std::move(description), {}});
}
Step remove(const std::string& job) {
  return call(DeleteJob{job, {}});
}
Step raw(const Environment& environment, std::string method, std::string_view path, Parameters query) {
  std::string below(environment.profile->jobs.path);
  return call(RawRequest{std::move(method), below.append(path), std::move(query), "", ""});
}
Step pause(Duration duration) {
  return wait_step(duration);
}
Step settle(const Environment& environment, const std::string& job) {
  return settle_step(job, environment.patience);
}
Step rest_after_force(const Environment& environment) {
  // As long as the judge allows, and a moment.
  return pause(environment.live ? timing_of(environment).judge.forced_rest + kMoment : 11 * kSecond);
}
Step slow_close(Duration duration, const std::string& job) {
  return fault_step(Fault::slow_close, job, duration);
}
Step hang_close(const std::string& job) {
  return fault_step(Fault::hang_close, job);
}
Step fail(const std::string& job) {
  return fault_step(Fault::fail_job, job);
}

Step as(Principal who, Step step) {
  step.request.who = who;
  return step;
}
Step fresh(Step step) {
  step.fresh_connection = true;
  return step;
}
Step on(int client, Step step) {
  step.client = client;
  return step;
}
Step meanwhile(int client, Step step) {
  step.client = client;
  step.detached = true;
  return step;
}

Duration short_of(const Environment& environment) {
  constexpr Duration kStep = 100 * kMillisecond;
  return environment.slow / 3 / kStep * kStep;
}

std::string in_milliseconds(Duration span) {
  return std::to_string(span / kMillisecond) + "ms";
}

Steps opened(const std::string& job) {
  return {create(job), open(job)};
}
Steps fed(const std::string& job) {
  return {create(job), open(job), post(data(0, 4), job)};
}
Steps closed(const std::string& job) {
  return {create(job), open(job), post(data(0, 4), job), close(job)};
}

Program then(Steps steps, std::initializer_list<Step> more) {
  for (const Step& step : more) steps.add(step);
  return steps;
}

}  // namespace closecheck::properties
