// A service under the virtual clock, as tests speak to it.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/sut/in_process.h"
#include "closecheck/vocabulary/profile_for_test.h"
#include "in_process/deviations.h"
#include "in_process/variants.h"

namespace closecheck::sut {

inline constexpr std::int64_t kSpanMs = 60'000;

class ServiceForTest {
 public:
  explicit ServiceForTest(const InProcessOptions& options, std::uint64_t seed = 1)
      : system_(make_in_process(options, seed)) {}

  /// Sends a request of client 0 and waits for its answer. No answer within two hours is a failed test.
  Response ask(Operation operation, Principal who = Principal::manage_ml) {
    send(0, std::move(operation), who);
    return await(0);
  }
  void send(int client, Operation operation, Principal who = Principal::manage_ml) {
    ++requests_;
    system_->submit(client, std::make_shared<const Request>(Request{who, std::move(operation), nullptr}));
  }
  Response await(int client) {
    const Time until = system_->now() + 2 * kHour;
    while (!arrived_.contains(client)) {
      auto done = system_->next(until);
      if (!done) {
        ADD_FAILURE() << "no answer for client " << client;
        return {};
      }
      answered_at_ = done->time;
      arrived_[done->client] = *done->response;
    }
    return std::move(arrived_.extract(client).mapped());
  }
  bool answered(int client) const { return arrived_.contains(client); }
  /// Lets time pass. Answers that come meanwhile are kept for `await`.
  void wait(Duration duration) {
    const Time until = system_->now() + duration;
    while (auto done = system_->next(until)) arrived_[done->client] = *done->response;
  }
  void fault(Fault fault, const std::string& job, Duration duration = 0) { system_->inject(fault, job, duration); }

  Time now() { return system_->now(); }
  Time answered_at() const { return answered_at_; }
  int requests() const { return requests_; }
  System& system() { return *system_; }

  // Short forms of what most tests do.
  Response create(const std::string& job, JobConfig config = {}) { return ask(CreateJob{job, std::move(config)}); }
  Response open(const std::string& job) { return ask(OpenJob{job}); }
  /// Records at the given distances from the start of the data, in milliseconds.
  Response post(const std::string& job, const std::vector<std::int64_t>& offsets_ms) {
    return ask(PostData{job, records_at(offsets_ms), false});
  }
  Response close(const std::string& job, Parameter timeout = {}, Principal who = Principal::manage_ml) {
    return ask(CloseJob{job, {}, std::move(timeout), {}, {}}, who);
  }
  Response force_close(const std::string& job, Parameter force = "true") {
    return ask(CloseJob{job, std::move(force), {}, {}, {}});
  }
  JobStatistics statistics(const std::string& job) {
    const Response response = ask(JobStats{job});
    const auto* list = std::get_if<JobStatisticsList>(&response.content);
    if (list == nullptr || list->jobs.size() != 1) return {};
    return list->jobs.front();
  }
  JobState state(const std::string& job) { return statistics(job).state; }
  std::int64_t processed(const std::string& job) { return statistics(job).counts.processed_records; }
  std::vector<Bucket> buckets(const std::string& job, std::optional<int> from = {}, std::optional<int> size = {}) {
    const Response response = ask(GetBuckets{job, from, size});
    const auto* page = std::get_if<BucketPage>(&response.content);
    return page == nullptr ? std::vector<Bucket>{} : page->buckets;
  }
  std::vector<Snapshot> snapshots(const std::string& job) {
    const Response response = ask(GetSnapshots{job});
    const auto* list = std::get_if<SnapshotList>(&response.content);
    return list == nullptr ? std::vector<Snapshot>{} : list->snapshots;
  }
  static std::vector<Record> records_at(const std::vector<std::int64_t>& offsets_ms) {
    std::vector<Record> records;
    records.reserve(offsets_ms.size());
    for (const std::int64_t offset : offsets_ms) records.push_back(Record{kDataStart + offset, 1, ""});
    return records;
  }

 private:
  std::unique_ptr<System> system_;
  std::map<int, Response> arrived_;
  Time answered_at_ = 0;
  int requests_ = 0;
};

inline bool is_accepted(const Response& response) {
  return response.outcome == Outcome::accepted;
}
inline bool is_refused(const Response& response, int status) {
  return response.outcome == Outcome::refused && response.status == status;
}

}  // namespace closecheck::sut
