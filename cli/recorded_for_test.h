// A recording of one client, written exchange by exchange, and what is judged of it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/model/unknown_notes.h"
#include "closecheck/vocabulary/request.h"
#include "recording_survey.h"

namespace closecheck::cli {

inline constexpr std::int64_t kSpanMs = 60'000;

inline std::string at(int bucket) {
  return std::to_string(kDataStart + bucket * kSpanMs);
}

/// A recording of one client, written exchange by exchange.
class Recorded {
 public:
  using Json = nlohmann::ordered_json;

  /// `body`: JSON, or any other text; empty: none.
  Recorded& asks(const std::string& method, const std::string& target, const std::string& body, int status,
                 const Json& answer) {
    Json request{{"method", method}, {"path", target}};
    const Json parsed = Json::parse(body, nullptr, false);
    if (body.empty())
      request["body"] = nullptr;
    else if (parsed.is_discarded())
      request["text"] = body;
    else
      request["body"] = parsed;
    Json invoke{{"process", 0}, {"type", "invoke"}, {"time", time_ += 1'000'000}};
    if (!principal_.is_discarded()) invoke["principal"] = principal_;
    invoke["request"] = request;
    put(invoke);
    put({{"process", 0},
         {"type", "ok"},
         {"time", time_ += 1'000'000},
         {"response", {{"status", status}, {"headers", {{"content-type", "application/json"}}}, {"body", answer}}}});
    return *this;
  }
  Recorded& of_job(const std::string& method, const std::string& rest, const std::string& body, int status,
                   const Json& answer) {
    return asks(method, "/_xpack/ml/anomaly_detectors/j" + rest, body, status, answer);
  }
  /// Of every exchange from here on; without it nobody knows who asks.
  Recorded& by(const Json& principal) {
    principal_ = principal;
    return *this;
  }

  // Exchanges that most recordings need.
  Recorded& created(const std::string& analysis = "", const std::string& data = R"("time_format":"epoch_ms")") {
    return of_job("PUT", "",
                  R"({"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}])" + analysis +
                      R"(},"data_description":{)" + data + "}}",
                  200, {{"job_id", "j"}});
  }
  Recorded& opened() { return of_job("POST", "/_open", "", 200, {{"opened", true}}); }
  Recorded& posted(const std::string& lines, const std::string& query = "") {
    return of_job("POST", "/_data" + query, lines, 202, {{"job_id", "j"}});
  }
  /// One record in each of these buckets.
  Recorded& posted(std::initializer_list<int> buckets, const std::string& query = "") {
    std::string lines;
    for (const int bucket : buckets) lines += R"({"time":)" + at(bucket) + "}\n";
    return posted(lines, query);
  }
  Recorded& closed(const std::string& query = "", const std::string& body = "") {
    return of_job("POST", "/_close" + query, body, 200, {{"closed", true}});
  }
  Recorded& reads(const std::string& state, int records, const std::string& query = "") {
    return of_job(
        "GET", "/_stats" + query, "", 200,
        {{"count", 1},
         {"jobs", {{{"job_id", "j"}, {"state", state}, {"data_counts", {{"processed_record_count", records}}}}}}});
  }
  /// Buckets with one record each.
  Recorded& shows(const std::string& rest, const std::vector<int>& buckets, const std::string& body = "",
                  int records = 1) {
    Json rows = Json::array();
    for (const int bucket : buckets)
      rows.push_back({{"timestamp", kDataStart + bucket * kSpanMs}, {"event_count", records}});
    return of_job("GET", "/results/buckets" + rest, body, 200, {{"count", rows.size()}, {"buckets", rows}});
  }
  Recorded& lists(const std::string& rest, const std::vector<std::string>& snapshots, int covered = 3) {
    Json rows = Json::array();
    for (const std::string& id : snapshots)
      rows.push_back({{"snapshot_id", id}, {"latest_record_time_stamp", kDataStart + covered * kSpanMs}});
    return of_job("GET", "/model_snapshots" + rest, "", 200, {{"count", rows.size()}, {"model_snapshots", rows}});
  }
  Recorded& refused(const std::string& rest, const std::string& body, int status, const std::string& reason) {
    return of_job("POST", rest, body, status, error(status, reason));
  }
  static Json error(int status, const std::string& reason) {
    const Json cause{{"type", "status_exception"}, {"reason", reason}};
    Json whole = cause;
    whole["root_cause"] = Json::array({cause});
    return {{"error", whole}, {"status", status}};
  }

  /// As the command judges it.
  struct Verdict {
    std::vector<std::string> violations;  // clauses, the first one first
    std::vector<std::string> notes;
  };
  Verdict verdict() const {
    const Recording recording{"", RecordedLines(std::make_shared<const std::string>(text_), 0, text_.size()),
                              Profile::xpack_6_3};
    const Survey known = survey(recording);
    model::JudgeOptions options;
    options.profile = Profile::xpack_6_3;
    options.secured = known.secured;
    options.margin = kSecond;
    options.knows_every_job = false;
    model::Judge judge(options);
    model::UnknownNotes unknown;
    read_what_is_known(recording, known, [&](const Event& event) {
      unknown.observe(event);
      return judge.observe(event) != model::Judgement::violated;
    });
    judge.finish();
    Verdict out{{}, unknown.notes()};
    for (const Finding& finding : judge.findings()) {
      out.violations.emplace_back(id_of(finding.clause));
      for (const Clause also : finding.also) out.violations.emplace_back(id_of(also));
    }
    return out;
  }
  const std::string& text() const { return text_; }

 private:
  void put(const Json& line) { text_ += line.dump() + "\n"; }

  std::string text_;
  Json principal_ = Json(Json::value_t::discarded);
  std::int64_t time_ = 0;
};

}  // namespace closecheck::cli
