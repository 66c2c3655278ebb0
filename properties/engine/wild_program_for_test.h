// For tests: random programs of everything that the vocabulary has, sensible or not, on two jobs, two feeds and two
// indices.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "checks/steps.h"
#include "engine/check.h"
#include "engine/seeds.h"

namespace closecheck::properties {

class WildAuthor {
 public:
  WildAuthor(const Environment& environment, std::uint64_t seed) : environment_(environment), state_(seed) {}

  Program write(int size) {
    for (const std::string& job : {kJob, kOtherJob}) {
      if (one_in(8)) continue;
      add(create(job, one_in(2) ? std::vector<std::string>{kGroup} : std::vector<std::string>{}));
      if (!one_in(4)) add(open(job));
    }
    if (one_in(3)) {
      add(call(CreateIndex{kIndex}, who_prepares()));
      add(call(IndexDocuments{kIndex, data(0, 4, 2), true}, who_prepares()));
      add(call(CreateDatafeed{kFeed, kJob, kIndex}));
    }
    for (int i = 0; i < size; ++i) add_any();
    add(join_step());
    for (const std::string& job : {kJob, kOtherJob}) {
      if (one_in(2)) add(close(job));
      add(settle(environment_, job));
      for (Step step : {stats(job), buckets(job), records(job), snapshots(job), get(job)}) add(std::move(step));
    }
    return Program{std::move(steps_)};
  }

 private:
  int below(int bound) {
    state_ = splitmix(state_);
    return static_cast<int>((state_ >> 33U) % static_cast<std::uint64_t>(bound));
  }
  bool one_in(int chances) { return below(chances) == 0; }
  template <class List>
  auto pick(const List& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
  }
  Principal who_prepares() const {
    return environment_.knows(Principal::setup) ? Principal::setup : Principal::manage_ml;
  }

  /// Now and then by somebody else, on another connection, or without waiting for the answer.
  void add(Step step) {
    if (step.type == StepType::call) {
      constexpr std::array kOthers{Principal::manage, Principal::monitor_ml, Principal::none, Principal::anonymous};
      if (one_in(40)) step.request.who = pick(kOthers);
      if (one_in(12)) step = fresh(std::move(step));
      if (one_in(10)) step = on(1 + below(3), std::move(step));
      if (one_in(12)) step = meanwhile(1 + below(3), std::move(step));
    }
    steps_.push_back(std::move(step));
  }

  void add_any() {
    static const std::array<std::string, 3> jobs{kJob, kJob, kOtherJob};
    const std::string job = pick(jobs);
    switch (below(15)) {
      case 0:
        return add(pause(pick(std::array{kMillisecond, 60 * kMillisecond, kSecond, 20 * kSecond, 2 * kMinute})));
      case 1:
        return add(one_in(2) ? settle(environment_, job) : join_step());
      case 2:
        return add(create(job, one_in(2) ? std::vector<std::string>{kGroup} : std::vector<std::string>{}));
      case 3:
        return add(one_in(3) ? call(DeleteJob{job, "true"}) : remove(job));
      case 4:
      case 5:
        return add(open(job));
      case 6:
      case 7:
        return add_post(job);
      case 8:
        return add(any_close(job));
      case 9:
        return add(one_in(2) ? close(job) : any_close(job));
      case 10:
        return add_fault(job);
      case 11:
      case 12:
        return add(any_feed_step(job));
      default:
        return add(any_read(job));
    }
  }

  void add_post(const std::string& job) {
    int& next = next_bucket_[job == kJob ? 0 : 1];
    if (one_in(12)) next = std::max(0, next - 2);
    const int buckets = 1 + below(3);
    add(post(data(next, next + buckets, 1 + below(3)), job));
    next += buckets;
  }

  void add_fault(const std::string& job) {
    if (one_in(3)) return add(slow_close(environment_.slow, job));
    if (one_in(3)) return add(hang_close(job));
    add(update(one_in(2) ? "one" : "another", job));
  }

  Step any_close(const std::string& job) {
    static const std::array<std::string, 5> several{"_all", "closecheck-*", kGroup, kJob + "," + kOtherJob,
                                                    kOtherJob + ",closecheck-unknown"};
    static const std::array<std::string, 4> timeouts{"1ms", "1s", "30m", "abc"};
    switch (below(5)) {
      case 0:
        return force(job);
      case 1:
        return close_within(pick(timeouts), job);
      case 2:
        return one_in(2) ? force(pick(several)) : close(pick(several));
      default:
        return close(job);
    }
  }

  Step any_feed_step(const std::string& job) {
    static const std::array<std::string, 2> feeds{kFeed, "closecheck-f2"};
    static const std::array<std::string, 2> indices{kIndex, "closecheck-i2"};
    const std::string feed = one_in(4) ? feeds[1] : feeds[0];
    const std::string index = one_in(4) ? indices[1] : indices[0];
    const int first = below(4);
    switch (below(9)) {
      case 0:
        return call(CreateIndex{index}, who_prepares());
      case 1:
        return call(DeleteIndex{index}, who_prepares());
      case 2:
        return call(IndexDocuments{index, data(first, first + 3, 2), !one_in(3)}, who_prepares());
      case 3:
        return call(RefreshIndex{index}, who_prepares());
      case 4:
        return call(CreateDatafeed{feed, job, index});
      case 5:
        return call(StartDatafeed{feed, kDataStart, kDataStart + (1 + below(8)) * kSpanMs});
      case 6:
        return call(StartDatafeed{feed, kDataStart, {}});
      case 7:
        return call(StopDatafeed{feed, one_in(3) ? Parameter("true") : Parameter()});
      default:
        return one_in(2) ? call(DatafeedStats{feed})
                         : call(DeleteDatafeed{feed, one_in(2) ? Parameter("true") : Parameter()});
    }
  }

  Step any_read(const std::string& job) {
    switch (below(7)) {
      case 0:
        return buckets(job);
      case 1:
        return buckets_page(below(3), 1 + below(4), job);
      case 2:
        return records(job);
      case 3:
        return snapshots(job);
      case 4:
        return get(job);
      case 5:
        return stats(one_in(2) ? "_all" : job);
      default:
        return stats(job);
    }
  }

  const Environment& environment_;
  std::uint64_t state_;
  std::array<int, 2> next_bucket_{};
  std::vector<Step> steps_;
};

inline Program wild_program(const Environment& environment, std::uint64_t seed, int size) {
  return WildAuthor(environment, seed).write(size);
}

}  // namespace closecheck::properties
