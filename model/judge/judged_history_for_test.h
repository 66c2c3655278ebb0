// For tests of the judge: a history told exchange by exchange, and what the judge makes of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/model/judge.h"

namespace closecheck::model {

inline const std::string kJob = "closecheck-a";

inline Response ok(Content content = Acknowledged{}, int status = 200) {
  Response response;
  response.outcome = Outcome::accepted;
  response.status = status;
  response.content = std::move(content);
  return response;
}

inline Response refusal(int status) {
  Response response;
  response.outcome = Outcome::refused;
  response.status = status;
  response.error_type = "exception";
  response.refusal = status == 400   ? Refusal::bad_request
                     : status == 401 ? Refusal::unauthenticated
                     : status == 403 ? Refusal::forbidden
                     : status == 404 ? Refusal::not_found
                     : status == 405 ? Refusal::wrong_method
                     : status == 409 ? Refusal::conflict
                     : status == 429 ? Refusal::busy
                     : status == 503 ? Refusal::unavailable
                                     : Refusal::server_error;
  return response;
}

inline Response gave_up() {
  Response response = refusal(500);
  response.refusal = Refusal::timed_out;
  return response;
}

inline Response statistics(JobState state, std::int64_t processed, const std::string& job = kJob) {
  JobStatistics one;
  one.job = job;
  one.state = state;
  one.counts.processed_records = one.counts.input_records = processed;
  one.counts_told = true;
  return ok(JobStatisticsList{1, {one}});
}

inline Response bucket_page(std::vector<Bucket> buckets, std::int64_t count = -1) {
  const auto rows = static_cast<std::int64_t>(buckets.size());
  return ok(BucketPage{count < 0 ? rows : count, std::move(buckets)});
}

/// Bucket `index` of the data.
inline Bucket bucket(std::int64_t index, std::int64_t events, bool interim = false) {
  return {kDataStart + index * 60'000, events, interim, 0};
}

/// `count` records in bucket `index`, all at its beginning.
inline std::vector<Record> records_in(std::int64_t index, int count = 1) {
  return std::vector<Record>(static_cast<std::size_t>(count), Record{kDataStart + index * 60'000, 1, ""});
}

class JudgedHistory {
 public:
  explicit JudgedHistory(JudgeOptions options = {}) : judge_(options) {}

  /// A request and its answer, on the main line.
  JudgedHistory& does(Operation operation, Response response, Duration takes = 100 * kMicrosecond,
                      Principal who = Principal::manage_ml) {
    asks(0, std::move(operation), who);
    return hears(0, std::move(response), takes);
  }
  JudgedHistory& as(Principal who, Operation operation, Response response) {
    return does(std::move(operation), std::move(response), 100 * kMicrosecond, who);
  }
  /// A request that was recorded or scripted, and its answer.
  JudgedHistory& asks_exactly(Request request, Response response) {
    asks(0, std::move(request));
    return hears(0, std::move(response));
  }
  JudgedHistory& asks(int process, Operation operation, Principal who = Principal::manage_ml) {
    return asks(process, Request{who, std::move(operation), nullptr});
  }
  JudgedHistory& asks(int process, Request request) {
    Event event = next(EventType::invoke, process);
    event.request = std::make_shared<const Request>(std::move(request));
    open(process) = event.request;
    return take(event);
  }
  JudgedHistory& hears(int process, Response response, Duration takes = 100 * kMicrosecond) {
    now_ += takes;
    Event event = next(EventType::ok, process);
    event.request = open(process);
    event.response = std::make_shared<const Response>(std::move(response));
    return take(event);
  }
  JudgedHistory& loses(int process, Duration takes = kSecond) {
    now_ += takes;
    Event event = next(EventType::info, process);
    event.request = open(process);
    event.error = "connection reset";
    return take(event);
  }
  /// A request without an answer, and one that did not even leave.
  JudgedHistory& loses(Operation operation) {
    asks(kLostProcess, std::move(operation));
    return loses(kLostProcess);
  }
  JudgedHistory& never_sends(Operation operation) {
    asks(kLostProcess, std::move(operation));
    Event event = next(EventType::info, kLostProcess);
    event.request = open(kLostProcess);
    event.never_sent = true;
    return take(event);
  }
  JudgedHistory& fault(Fault fault, Duration duration = 0, const std::string& job = kJob) {
    Event event = next(EventType::fault, 0);
    event.fault = fault;
    event.duration = duration;
    event.job = job;
    return take(event);
  }
  JudgedHistory& settles(const std::string& job = kJob) {
    Event event = next(EventType::settled, 0);
    event.job = job;
    return take(event);
  }
  JudgedHistory& waits(Duration span) {
    now_ += span;
    return *this;
  }

  // Exchanges that every story needs.
  JudgedHistory& created(const std::string& job = kJob, JobConfig config = {}) {
    return does(CreateJob{job, std::move(config)}, ok());
  }
  JudgedHistory& opened(const std::string& job = kJob) { return does(OpenJob{job}, ok()); }
  JudgedHistory& posted(std::vector<Record> records, const std::string& job = kJob) {
    return does(PostData{job, std::move(records), false}, ok(DataCounts{}, 202));
  }
  JudgedHistory& closed(const std::string& job = kJob) { return does(CloseJob{job, {}, {}, {}, {}}, ok()); }
  JudgedHistory& forced(const std::string& job = kJob) { return does(CloseJob{job, "true", {}, {}, {}}, ok()); }
  JudgedHistory& closes(Parameter force, Parameter timeout, Response response, Duration takes = 100 * kMicrosecond) {
    return does(CloseJob{kJob, std::move(force), std::move(timeout), {}, {}}, std::move(response), takes);
  }
  JudgedHistory& reads(JobState state, std::int64_t processed, const std::string& job = kJob) {
    return does(JobStats{job}, statistics(state, processed, job));
  }
  JudgedHistory& shows(std::vector<Bucket> buckets) {
    return does(GetBuckets{kJob, {}, {}}, bucket_page(std::move(buckets)));
  }
  JudgedHistory& pages(int from, int size, std::vector<Bucket> buckets, std::int64_t count) {
    return does(GetBuckets{kJob, from, size}, bucket_page(std::move(buckets), count));
  }

  /// Ends the history.
  JudgedHistory& ends() {
    if (last_ != Judgement::violated) last_ = judge_.finish();
    return *this;
  }
  Judgement last() const { return last_; }
  const std::vector<Finding>& findings() const { return judge_.findings(); }
  std::uint32_t evidence(Clause clause) const { return judge_.evidence().of(clause); }
  const std::string& why() const { return judge_.why(); }
  Judge& judge() { return judge_; }

 private:
  static constexpr int kLostProcess = 99;

  Event next(EventType type, int process) const {
    Event event;
    event.type = type;
    event.process = process;
    event.time = now_;
    return event;
  }
  std::shared_ptr<const Request>& open(int process) {
    for (auto& [known, request] : open_)
      if (known == process) return request;
    return open_.emplace_back(process, nullptr).second;
  }
  JudgedHistory& take(const Event& event) {
    last_ = judge_.observe(event);
    return *this;
  }

  Judge judge_;
  Time now_ = kSecond;
  Judgement last_ = Judgement::fits;
  std::vector<std::pair<int, std::shared_ptr<const Request>>> open_;
};

inline std::string describe(const JudgedHistory& story) {
  std::string text = story.why();
  for (const Finding& finding : story.findings()) {
    text += "\n  " + std::string(id_of(finding.clause)) + ": expected " + finding.expected + "; observed " +
            finding.observed + "; also";
    for (const Clause clause : finding.also) text += " " + std::string(id_of(clause));
  }
  return text;
}

/// The history breaks this clause first. What a clock says ends no history.
inline void expect_violates(JudgedHistory& story, Clause clause) {
  story.ends();
  ASSERT_FALSE(story.findings().empty()) << describe(story);
  EXPECT_TRUE(story.last() == Judgement::violated || story.findings().front().timing) << describe(story);
  EXPECT_EQ(id_of(story.findings().front().clause), id_of(clause)) << describe(story);
  EXPECT_FALSE(story.findings().front().expected.empty());
  EXPECT_FALSE(story.findings().front().observed.empty());
}

/// The history breaks nothing, the dialect included.
inline void expect_fits(JudgedHistory& story) {
  story.ends();
  EXPECT_EQ(story.last(), Judgement::fits) << describe(story);
  EXPECT_TRUE(story.findings().empty()) << describe(story);
}

/// The history departs from the dialect in this clause, and breaks nothing else.
inline void expect_departs(JudgedHistory& story, Clause clause) {
  story.ends();
  EXPECT_EQ(story.last(), Judgement::fits) << describe(story);
  ASSERT_EQ(story.findings().size(), 1U) << describe(story);
  EXPECT_EQ(id_of(story.findings().front().clause), id_of(clause)) << describe(story);
}

}  // namespace closecheck::model
