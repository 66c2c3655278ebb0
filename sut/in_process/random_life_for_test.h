// A core that lives through random requests, hooks and spans of time: for tests of what is stored of it.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/sut/system.h"
#include "in_process/core.h"
#include "service/doorway.h"

namespace closecheck::sut {

class RandomLife {
 public:
  explicit RandomLife(std::uint64_t seed) : random_(seed) {}

  Manner manner() {
    Manner manner;
    manner.profile = pick(2) == 0 ? Profile::xpack_5_4 : Profile::xpack_6_3;
    manner.security = false;
    return manner;
  }

  /// One request, hook or span of time.
  void step(Core& core, Time& now) {
    Replies replies;
    now += static_cast<Time>(pick(40)) * kMillisecond;
    if (pick(12) == 0) now += static_cast<Time>(pick(3'000)) * kMillisecond;
    switch (pick(30)) {
      case 0:
        core.fire(now, replies);
        break;
      case 1:
        try {
          core.inject(static_cast<Fault>(pick(3)), job(), 500 * kMillisecond, now, replies);
        } catch (const FaultFailed&) {
          // Not every job is in a state for it.
        }
        break;
      case 2:
      case 3:
      case 4:
      case 5:
      case 6:
        ask_by_wire(core, now, replies);
        break;
      default:
        core.handle(Request{Principal::manage_ml, operation(core), nullptr}, now, ++token_, replies);
    }
  }

  /// Requests of the wire that reached the core.
  int by_wire() const { return by_wire_; }
  std::uint64_t pick(std::uint64_t count) { return random_() % count; }

 private:
  /// What only the wire knows: the API beyond the vocabulary.
  void ask_by_wire(Core& core, Time now, Replies& replies) {
    const std::string base = "/_xpack/ml/anomaly_detectors/" + job();
    const std::string feed_path = "/_xpack/ml/datafeeds/" + feed();
    const std::string time = std::to_string(time_ms_ += static_cast<std::int64_t>(pick(200'000)));
    // Snapshots are called by the wall clock, so that a test has to look them up.
    const SnapshotList known = snapshots(core, now);
    const std::string snapshot = known.snapshots.empty() ? "0" : known.snapshots[pick(known.snapshots.size())].id;
    struct Line {
      std::string method, path, body;
      Parameters query;
    };
    const std::vector<Line> lines{
        {"POST",
         base + "/_update",
         R"({"groups":["g","h"],"model_memory_limit":"17mb","custom_settings":{"a":1}})",
         {}},
        {"POST", base + "/_data", R"({"time":)" + time + R"(,"entity":"e1","value":3})", {}},
        {"POST", base + "/_data", R"({"time":)" + time + "}", {{"reset_start", "1500000000000"}, {"reset_end", time}}},
        {"POST", base + "/_flush", R"({"calc_interim":true,"advance_time":")" + time + R"("})", {}},
        {"POST", base + "/_flush", R"({"skip_time":")" + time + R"("})", {}},
        {"POST", base + "/model_snapshots/" + snapshot + "/_update", R"({"description":"kept","retain":true})", {}},
        {"DELETE", base + "/model_snapshots/" + snapshot, "", {}},
        {"POST", base + "/model_snapshots/" + snapshot + "/_revert", R"({"delete_intervening_results":true})", {}},
        {"POST",
         "/_bulk",
         R"({"index":{"_index":"index","_type":"doc"}})"
         "\n{\"time\":" +
             time +
             ",\"value\":1}\n"
             R"({"delete":{"_index":"index","_type":"doc","_id":"named"}})"
             "\n",
         {}},
        {"PUT", "/index/doc/named", R"({"time":)" + time + R"(,"value":2})", {{"refresh", "true"}}},
        {"POST", feed_path + "/_update", R"({"indices":["index"],"query":{"match_all":{}}})", {}},
        {"PUT", feed_path, R"({"job_id":")" + job() + R"(","indices":["index"],"types":["doc"]})", {}},
        {"GET", "/index/_search", "", {}},
        {"PUT",
         "/.ml-anomalies-shared/doc/b" + time,
         R"({"result_type":"bucket","job_id":")" + job() + R"(","timestamp":)" + time + "}",
         {}},
        {"PUT",
         "/.ml-anomalies-shared/doc/i" + time,
         R"({"result_type":"influencer","job_id":")" + job() + R"(","timestamp":)" + time + "}",
         {}},
        {"PUT",
         "/.ml-anomalies-shared/doc/m",
         R"({"result_type":"model_size_stats","job_id":")" + job() + R"(","model_bytes":)" + time + "}",
         {}},
        {"PUT",
         "/.ml-anomalies-shared/doc/s",
         R"({"snapshot_id":"written","job_id":")" + job() + R"(","timestamp":)" + time + "}",
         {}},
        {"PUT", "/_xpack/ml/filters/f" + time, R"({"items":["b","a"]})", {}},
        {"DELETE", "/_xpack/ml/filters/f" + time, "", {}},
        {"PUT", "/_xpack/ml/calendars/c", R"({"job_ids":[")" + job() + R"("]})", {}},
        {"POST",
         "/_xpack/ml/calendars/c/events",
         R"({"events":[{"description":"d","start_time":1,"end_time":)" + time + "}]}",
         {}},
        {"DELETE", "/_xpack/ml/calendars/c", "", {}},
        {"POST", "/index/_close", "", {}},
        {"POST", "/index/_open", "", {}},
        {"DELETE", "/_xpack/ml/_delete_expired_data", "", {}},
        {"PUT", "/fields", R"({"mappings":{"doc":{"properties":{"a":{"type":"long"}}}}})", {}},
        {"DELETE", "/fields", "", {}},
        {"PUT", "/_cluster/settings", R"({"persistent":{"xpack.ml.max_model_memory_limit":")" + time + R"(mb"}})", {}},
        {"PUT", "/_cluster/settings", R"({"persistent":{"xpack.ml.max_model_memory_limit":null}})", {}},
    };
    const Line& line = lines[pick(lines.size())];
    const wire::HttpRequest http{line.method, line.path, line.query, line.body, "application/json", {}};
    const Entered entered = enter(http, core.manner(), Principal::manage_ml);
    if (entered.answer) return;
    core.handle(entered.request, now, ++token_, replies);
    ++by_wire_;
  }
  SnapshotList snapshots(Core& core, Time now) {
    Replies replies;
    core.handle(Request{Principal::manage_ml, GetSnapshots{job()}, nullptr}, now, ++token_, replies);
    for (const Reply& reply : replies)
      if (const auto* list = std::get_if<SnapshotList>(&reply.answer.response.content)) return *list;
    return {};
  }

  std::string job() { return "job-" + std::to_string(pick(3)); }
  std::string feed() { return "feed-" + std::to_string(pick(2)); }
  std::string index() { return pick(4) == 0 ? "other/index" : "index"; }

  JobConfig config() {
    JobConfig config;
    config.description = "life " + std::to_string(pick(100));
    config.detectors = {Detector{"count", "", pick(2) == 0 ? "entity" : "", ""}, Detector{"mean", "value", "", ""}};
    config.groups = {"group"};
    return config;
  }
  std::vector<Record> records() {
    std::vector<Record> records;
    for (std::uint64_t i = 0, count = pick(120); i < count; ++i) {
      time_ms_ += static_cast<std::int64_t>(pick(90'000));
      const std::int64_t time_ms = pick(20) == 0 ? Record::kInvalidTime : time_ms_ - (pick(15) == 0 ? 400'000 : 0);
      records.push_back(Record{time_ms, static_cast<double>(pick(1'000)) / 7, "e" + std::to_string(pick(5))});
    }
    return records;
  }

  Operation operation(const Core&) {
    switch (pick(22)) {
      case 0:
      case 1:
        return CreateJob{job(), config()};
      case 2:
        return UpdateJob{job(), "changed " + std::to_string(pick(9)), std::nullopt};
      case 3:
        return pick(3) == 0 ? DeleteJob{job(), std::nullopt} : DeleteJob{"job-2", std::nullopt};
      case 4:
      case 5:
      case 6:
        return OpenJob{job()};
      case 7:
      case 8:
      case 9:
      case 10:
        return PostData{job(), records(), false};
      case 11:
        return FlushJob{job(), pick(2) == 0 ? Parameter("true") : Parameter()};
      case 12:
      case 13:
        return CloseJob{job(), std::nullopt, pick(3) == 0 ? Parameter("1ms") : Parameter(), std::nullopt, {}};
      case 14:
        return CloseJob{job(), "true", std::nullopt, std::nullopt, {}};
      case 15:
        return RevertSnapshot{job(), std::to_string(pick(9))};
      case 16:
        return pick(5) == 0 ? Operation(DeleteIndex{index()}) : Operation(CreateIndex{index()});
      case 17:
        return IndexDocuments{index(), records(), pick(2) == 0};
      case 18:
        return CreateDatafeed{feed(), job(), index()};
      case 19:
        return StartDatafeed{feed(), std::nullopt, pick(2) == 0 ? std::optional<std::int64_t>(time_ms_) : std::nullopt};
      case 20:
        return pick(2) == 0 ? Operation(StopDatafeed{feed(), std::nullopt})
                            : Operation(DeleteDatafeed{feed(), std::nullopt});
      default:
        return JobStats{job()};
    }
  }

  std::mt19937_64 random_;
  Token token_ = 0;
  int by_wire_ = 0;
  std::int64_t time_ms_ = kDataStart;
};

}  // namespace closecheck::sut
