// A run for tests of the reports: one clause of every verdict, and one violation with its proof.
#pragma once

#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

inline Event invoked(int process, Time time, Operation operation, Principal who = Principal::manage_ml) {
  Event event;
  event.process = process;
  event.time = time;
  Request request;
  request.who = who;
  request.operation = std::move(operation);
  event.request = std::make_shared<const Request>(std::move(request));
  return event;
}

inline Event answered(const Event& invocation, Time time, Response response) {
  Event event = invocation;
  event.type = EventType::ok;
  event.time = time;
  event.response = std::make_shared<const Response>(std::move(response));
  return event;
}

inline Response accepted(int status, Content content = Acknowledged{}) {
  Response response;
  response.outcome = Outcome::accepted;
  response.status = status;
  response.content = std::move(content);
  return response;
}

inline History sample_history() {
  History history;
  history.profile = Profile::xpack_5_4;
  const Event create = invoked(0, 0, CreateJob{"closecheck-a", {}});
  const Event close = invoked(0, kSecond, CloseJob{"closecheck-a", {}, "10s", {}, {}});
  const Event read = invoked(1, 2 * kSecond, JobStats{"closecheck-a"}, Principal::monitor_ml);
  const Event post = invoked(0, 4 * kSecond, PostData{"closecheck-a", {Record{kDataStart, 1, ""}}, false});
  DataCounts counts;
  counts.input_records = 1;
  counts.processed_records = 1;
  Event fault;
  fault.type = EventType::fault;
  fault.time = kSecond / 2;
  fault.fault = Fault::slow_close;
  fault.duration = 2 * kSecond;
  fault.job = "closecheck-a";
  Event lost = read;
  lost.type = EventType::info;
  lost.time = 3'500 * kMillisecond;
  lost.error = "connection reset";
  Event settled;
  settled.type = EventType::settled;
  settled.time = 3'600 * kMillisecond;
  settled.job = "closecheck-a";
  history.events = {create, answered(create, kMillisecond, accepted(200)),
                    fault,  close,
                    read,   answered(close, 3 * kSecond, accepted(200)),
                    lost,   settled,
                    post,   answered(post, 4'010 * kMillisecond, accepted(202, counts))};
  return history;
}

inline ClauseRecord clause_record(Clause clause, ClauseVerdict verdict, std::string why = "") {
  ClauseRecord entry;
  entry.clause = clause;
  entry.verdict = verdict;
  entry.checks = 2;
  entry.exchanges = 120;
  entry.why = std::move(why);
  return entry;
}

inline RunRecord sample_record() {
  RunRecord record;
  record.version = "0.1.0";
  record.http = true;
  record.url = "http://127.0.0.1:9200";
  record.profile = Profile::xpack_6_3;
  record.seed = 18'446'744'073'709'551'615U;
  record.started = "2026-01-02T03:04:05Z";
  record.elapsed_ms = 812;
  record.require = Require::none;
  record.exchanges = 1'204;
  record.sequences = 40;
  record.checks = 6;
  record.clauses = {
      clause_record(Clause::close_ends_open_job, ClauseVerdict::holds),
      clause_record(Clause::closed_job_refuses_data, ClauseVerdict::violated),
      clause_record(Clause::force_closes_failed_job, ClauseVerdict::not_exercised, "needs the hook fail_job"),
      clause_record(Clause::timeout_bounds_wait, ClauseVerdict::waived, "known, ticket 12"),
      clause_record(Clause::anonymous_refused, ClauseVerdict::inconclusive, "the target asks for no credentials"),
      clause_record(Clause::closing_is_visible, ClauseVerdict::measured),
  };
  record.clauses[2].kind = Untold::cannot;
  record.clauses[2].cause = "no hook fail_job";
  record.clauses[4].kind = Untold::did_not;
  record.clauses[5].kind = Untold::cannot;
  record.clauses.back().figures = {{"first_seen_ms", 1.5}, {"visible_ms", 240}};
  ViolationRecord violation;
  violation.finding.clause = Clause::closed_job_refuses_data;
  violation.finding.also = {Clause::accepted_data_is_kept};
  violation.finding.expected = "a refusal, since request 2 closed the job";
  violation.finding.observed = "202: 1 records processed of 1, with \"quotes\", <brackets> & a bell \a";
  violation.finding.event = 9;
  violation.check = "closed-job/post";
  violation.history = sample_history();
  violation.history_lines = {
      R"({"schema": "closecheck-history/1", "profile": "xpack-6.3"})",
      R"({"process": 0, "type": "invoke", "time": 4000000000, "principal": null, "request": {"method": "POST", "path": "/_xpack/ml/anomaly_detectors/closecheck-a/_data", "query": {}, "text": "x"}})",
      R"({"process": 0, "type": "ok", "time": 4010000000, "response": {"status": 202, "headers": {}, "body": {"job_id": "closecheck-a"}}})",
      R"({"type": "settled", "time": 4020000000, "job": "closecheck-a"})"};
  violation.scenario = "counterexamples/closed-job-refuses-data.yml";
  violation.seed = 7;
  violation.reproduced = "3 of 3";
  violation.replay = "./closecheck replay counterexamples/closed-job-refuses-data.yml --target http://127.0.0.1:9200";
  violation.curl = {"curl -u ml_admin:\"$ML_ADMIN_PASSWORD\" -X POST http://127.0.0.1:9200/_xpack/ml"};
  record.violations = {violation};
  record.waived = {WaivedRecord{Clause::timeout_bounds_wait, "known, ticket 12", "search team", "2027-01-31"}};
  record.state_coverage = {{"closed", 12}, {"opened", 30}};
  record.transition_coverage = {{"opened + close", 4}};
  record.notes = {"hooks: none configured"};
  record.verdict = verdict_of(record);
  return record;
}

}  // namespace closecheck::reports
