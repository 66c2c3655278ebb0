// Requests of the job API as typed operations. No JSON, no HTTP, no clock; plain copyable values.
// Parameters are carried as they were sent, so that a malformed one is a request like any other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/vocabulary/principal.h"
#include "closecheck/vocabulary/time.h"

namespace closecheck {

/// A query parameter as sent: absent, or present with its raw text (which may be empty).
using Parameter = std::optional<std::string>;
/// Query parameters that an operation does not name, in the order sent.
using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Detector {
  std::string function = "count";
  std::string field;            // empty: none
  std::string by_field;         // empty: none
  std::string partition_field;  // empty: none
  friend bool operator==(const Detector&, const Detector&) = default;
};

/// What a client configures of a job. Texts are kept as sent (`bucket_span` "60s").
struct JobConfig {
  std::string description;
  std::vector<std::string> groups;
  std::string bucket_span = "60s";
  std::vector<Detector> detectors{Detector{}};
  std::string time_field = "time";
  std::string time_format = "epoch_ms";
  std::string model_memory_limit;  // empty: not configured
  std::string custom_settings;     // a JSON object as text, opaque here; empty: none
  friend bool operator==(const JobConfig&, const JobConfig&) = default;
};

/// Where the records of our programs begin: a boundary of every bucket span in use. Milliseconds since the epoch.
inline constexpr std::int64_t kDataStart = 1'500'000'000'000;

/// One record of input. `time_ms` is milliseconds since the Unix epoch.
struct Record {
  static constexpr std::int64_t kInvalidTime = INT64_MIN;
  std::int64_t time_ms = 0;
  double value = 0;
  std::string entity;  // the value of the by or partition field; empty: none
  friend bool operator==(const Record&, const Record&) = default;
};

/// How an upload writes its times: what a number means is for the job's `time_format` to say. `unclear`: as dates, or
/// not all alike.
enum class TimeUnit : std::uint8_t { milliseconds, seconds, unclear };

/// The times of an upload by one field, one for each record; `Record::kInvalidTime`: the record has none there.
struct TimeColumn {
  std::string field;
  TimeUnit unit = TimeUnit::milliseconds;
  std::vector<std::int64_t> times_ms;
  friend bool operator==(const TimeColumn&, const TimeColumn&) = default;
};

/// What an upload that was read off the wire says of its times: jobs choose the field and the format.
struct UploadTimes {
  TimeUnit unit = TimeUnit::milliseconds;  // of the records' own times, which stand in the field `time`
  std::vector<TimeColumn> others;          // of each other field that may hold times
  friend bool operator==(const UploadTimes&, const UploadTimes&) = default;
};

struct CreateJob {
  std::string job;
  JobConfig config;
};
struct GetJob {
  std::string job;
};
/// Only the members that are present change.
struct UpdateJob {
  std::string job;
  std::optional<std::string> description;
  std::optional<std::string> custom_settings;
  std::optional<std::vector<std::string>> groups{};
};
struct DeleteJob {
  std::string job;
  Parameter force;
};
struct OpenJob {
  std::string job;
};
/// `malformed`: the body is not a sequence of JSON objects.
struct PostData {
  std::string job;
  std::vector<Record> records;
  bool malformed = false;
  UploadTimes times{};
};
struct FlushJob {
  std::string job;
  Parameter calc_interim;
};
struct CloseJob {
  std::string job;
  Parameter force;
  Parameter timeout;
  Parameter allow_no_jobs;
  Parameters other;
};
/// `job` may be an expression (a list, a wildcard, `_all`) where the profile has them.
struct JobStats {
  std::string job;
};
/// Which of a job's results a read asks for. What is absent leaves nothing out. Times in milliseconds since the epoch.
struct Selection {
  std::optional<std::int64_t> at_ms;     // the one bucket that begins then
  std::optional<std::int64_t> start_ms;  // results from then on
  std::optional<std::int64_t> end_ms;    // results before then
  std::optional<bool> exclude_interim;
  std::optional<bool> descending;  // the newest first
  friend bool operator==(const Selection&, const Selection&) = default;
};
/// `from` and `size` as sent; absent means the API's defaults (0 and 100).
struct GetBuckets {
  std::string job;
  std::optional<int> from;
  std::optional<int> size;
  Selection selection{};
};
/// As for buckets; the selection has no `at_ms` and no order.
struct GetRecords {
  std::string job;
  std::optional<int> from;
  std::optional<int> size;
  Selection selection{};
};
/// `snapshot`: the one of that id; empty: all of them.
struct GetSnapshots {
  std::string job;
  std::string snapshot{};
  std::optional<int> from{};
  std::optional<int> size{};
};
struct RevertSnapshot {
  std::string job;
  std::string snapshot;
};
struct CreateIndex {
  std::string index;
};
struct DeleteIndex {
  std::string index;
};
/// Bulk-indexes the records as documents of one index and, if `refresh`, makes them visible to searches.
struct IndexDocuments {
  std::string index;
  std::vector<Record> records;
  bool refresh = true;
  UploadTimes times{};
};
struct RefreshIndex {
  std::string index;
};
/// `reads_everything`: every document of the one index, and nothing else.
struct CreateDatafeed {
  std::string feed;
  std::string job;
  std::string index;
  bool reads_everything = true;
};
struct GetDatafeed {
  std::string feed;
};
struct DatafeedStats {
  std::string feed;
};
/// Times in milliseconds since the epoch; no end: the feed follows in real time.
struct StartDatafeed {
  std::string feed;
  std::optional<std::int64_t> start_ms;
  std::optional<std::int64_t> end_ms;
};
struct StopDatafeed {
  std::string feed;
  Parameter force;
};
struct DeleteDatafeed {
  std::string feed;
  Parameter force;
};
/// `GET /`: name and version of the server.
struct GetRoot {};
/// Who the server takes the caller for.
struct Authenticate {};
/// Which of the cluster privileges `manage_ml`, `manage`, `monitor_ml` the caller has.
struct HasPrivileges {};

/// Anything else: sent exactly so. `path` starts with `/` and carries no query.
struct RawRequest {
  std::string method;
  std::string path;
  Parameters query;
  std::string body;
  std::string content_type;
  Parameters headers{};    // further header fields; `authorization` among them stands for the principal's credentials
  bool once = false;       // whatever a busy server answers is the answer: nothing is sent again
  bool body_known = true;  // false: a recording that does not say whether there was a body, and which
};

using Operation = std::variant<CreateJob, GetJob, UpdateJob, DeleteJob, OpenJob, PostData, FlushJob, CloseJob, JobStats,
                               GetBuckets, GetRecords, GetSnapshots, RevertSnapshot, CreateIndex, DeleteIndex,
                               IndexDocuments, RefreshIndex, CreateDatafeed, GetDatafeed, DatafeedStats, StartDatafeed,
                               StopDatafeed, DeleteDatafeed, GetRoot, Authenticate, HasPrivileges, RawRequest>;

struct Request {
  Principal who = Principal::manage_ml;
  Operation operation = GetRoot{};
  /// When set, this is what goes over the wire and `operation` is only its parsed view (a scripted request
  /// whose body has members that the typed operation does not know).
  std::shared_ptr<const RawRequest> as_sent;
  /// Names of what such a request says and its operation does not carry, or not for certain: parameters, and members
  /// of the body by their dotted path; `body` for one that is no object, `content-type` for one of a type that the
  /// product does not read. Parameters of every API (`pretty`) are none.
  /// Empty for what was made as an operation; unknown where the body is (`is_body_known`).
  std::vector<std::string> not_carried{};
};

/// The job (or job expression) that the operation names; empty where it names none.
const std::string& job_of(const Operation& operation);

/// Whether the text can be no single job's id or group: a list, a wildcard, `_all`.
bool names_several(std::string_view jobs);

/// False for a request of a recording without its body: of the operation only what path and query say is true.
bool is_body_known(const Request& request);

/// A call as a reader would write it: `close job closecheck-a (force=true, timeout=2s)`.
std::string describe(const Request& request);

}  // namespace closecheck
