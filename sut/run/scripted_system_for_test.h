// For tests of the executor: a system in virtual time that answers as the test says, and what a history tells in words.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/sut/executor.h"

namespace closecheck::sut {

/// What the scripted system answers, and when. No response: the answer is lost; no delay: it never comes.
struct ScriptedReply {
  std::optional<Duration> delay = kMillisecond;
  std::shared_ptr<const Response> response;
};

inline Operation close_of(std::string job, Parameter force = {}) {
  return CloseJob{std::move(job), std::move(force), {}, {}, {}};
}
inline Operation buckets_of(std::string job) {
  return GetBuckets{std::move(job), {}, {}};
}

inline std::shared_ptr<const Response> accepted_response(Content content = Acknowledged{}) {
  Response response;
  response.outcome = Outcome::accepted;
  response.status = 200;
  response.content = std::move(content);
  return std::make_shared<const Response>(std::move(response));
}

inline std::shared_ptr<const Response> refused(Refusal refusal, int status) {
  Response response;
  response.outcome = Outcome::refused;
  response.refusal = refusal;
  response.status = status;
  return std::make_shared<const Response>(std::move(response));
}

inline std::shared_ptr<const Response> reads(JobState state, std::int64_t records = 0) {
  JobStatistics statistics;
  statistics.job = "closecheck-a";
  statistics.state = state;
  statistics.counts.processed_records = records;
  statistics.counts_told = true;
  return accepted_response(JobStatisticsList{1, {statistics}});
}

/// A system in virtual time that answers as the test says.
class ScriptedSystem : public System {
 public:
  using Script = std::function<ScriptedReply(const Request& request, Time now, int client)>;
  explicit ScriptedSystem(Script script) : script_(std::move(script)) {}

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override {
    EXPECT_FALSE(open_.contains(client)) << "client " << client << " has a request open already";
    open_[client] = true;
    fresh_count += fresh_connection ? 1 : 0;
    const ScriptedReply reply = script_(*request, now_, client);
    if (!reply.delay) return;
    Completion completion;
    completion.client = client;
    completion.time = now_ + *reply.delay;
    completion.response = reply.response;
    if (!reply.response) completion.error = "connection reset";
    due_.emplace(completion.time, completion);
  }
  std::optional<Completion> next(Time until) override {
    if (due_.empty() || due_.begin()->first > until) {
      EXPECT_NE(until, std::numeric_limits<Time>::max()) << "waits for ever for nothing";
      now_ = std::max(now_, until);
      return std::nullopt;
    }
    Completion completion = due_.begin()->second;
    due_.erase(due_.begin());
    now_ = std::max(now_, completion.time);
    open_.erase(completion.client);
    return completion;
  }
  Time now() override { return now_; }
  Time end() const override { return ends; }
  bool inject(Fault fault, const std::string& job, Duration duration) override {
    return on_inject ? on_inject(fault, job, duration) : false;
  }
  bool can_inject(Fault) const override { return static_cast<bool>(on_inject); }
  void clean_up(const Program&) override {}
  /// Lets time pass while nobody looks.
  void pass(Duration span) { now_ += span; }

  std::function<bool(Fault, const std::string&, Duration)> on_inject;
  int fresh_count = 0;
  Time ends = std::numeric_limits<Time>::max();

 private:
  Script script_;
  Time now_ = 0;
  std::multimap<Time, Completion> due_;
  std::map<int, bool> open_;
};

class ScriptedObserver : public Observer {
 public:
  using Script = std::function<Advice(const Event& event)>;
  explicit ScriptedObserver(Script script) : script_(std::move(script)) {}
  Advice on_event(const Event& event) override {
    ++seen;
    return script_(event);
  }
  std::size_t seen = 0;

 private:
  Script script_;
};

/// `0> open` for an invocation, `0< 200` for an answer, `0!` for a lost one.
inline std::vector<std::string> told(const History& history) {
  std::vector<std::string> lines;
  for (const Event& event : history.events) {
    const std::string process = std::to_string(event.process);
    if (event.type == EventType::invoke) lines.push_back(process + "> " + job_of(event.request->operation));
    if (event.type == EventType::ok) lines.push_back(process + "< " + job_of(event.request->operation));
    if (event.type == EventType::info) lines.push_back(process + "! " + job_of(event.request->operation));
    if (event.type == EventType::fault) lines.push_back("fault " + event.job);
    if (event.type == EventType::settled) lines.push_back("settled " + event.job);
  }
  return lines;
}

using Lines = std::vector<std::string>;

inline ScriptedReply answer_at_once(const Request&, Time, int) {
  return {kMillisecond, accepted_response()};
}

inline Execution run(const Program& program, System& system, Observer* observer = nullptr,
                     ExecutorOptions options = {}) {
  return execute(program, system, Profile::xpack_6_3, options, observer);
}

inline bool times_never_go_back(const History& history) {
  for (std::size_t i = 1; i < history.events.size(); ++i)
    if (history.events[i].time < history.events[i - 1].time) return false;
  return true;
}

}  // namespace closecheck::sut
