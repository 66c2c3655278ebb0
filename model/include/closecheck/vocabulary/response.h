// Responses of the job API as typed outcomes. No JSON, no HTTP, no clock; plain copyable values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/request.h"

namespace closecheck {

/// What the answer amounts to, decided by the wire codec from status and body together.
enum class Outcome : std::uint8_t {
  accepted,          ///< the operation was done (for a close: the answer claims `closed: true`)
  refused,           ///< the operation was not done, or not in time
  unreadable,        ///< neither can be told from the answer
  not_from_service,  ///< something between us and the service wrote it (a gateway's 504): as good as no answer
};

/// Why a request was refused, as far as the answer tells. Only dialect clauses tell these apart strictly.
enum class Refusal : std::uint8_t {
  none,
  bad_request,      // 400
  unauthenticated,  // 401
  forbidden,        // 403
  not_found,        // 404
  wrong_method,     // 405
  conflict,         // 409
  timed_out,        // the answer says that its own timeout was up
  busy,             // 429: try later, nothing was done
  unavailable,      // 503, or another 5xx for want of capacity: try later, it may have been done all the same
  server_error,     // any other 5xx
  other,
};

struct Acknowledged {};

/// Record counts, of one upload (answer to a post) or of the job (statistics). Absent members are 0 / empty.
struct DataCounts {
  std::int64_t input_records = 0;
  std::int64_t processed_records = 0;
  std::int64_t invalid_dates = 0;
  std::int64_t out_of_order = 0;
  std::int64_t missing_fields = 0;
  std::int64_t buckets = 0;
  std::optional<std::int64_t> earliest_record_ms;
  std::optional<std::int64_t> latest_record_ms;
  friend bool operator==(const DataCounts&, const DataCounts&) = default;
};

/// A job's state as its statistics spell it; `absent` never comes over the wire.
enum class JobState : std::uint8_t { absent, closed, opening, opened, closing, failed, unknown };
std::string_view name(JobState state);

struct JobStatistics {
  std::string job;
  JobState state = JobState::unknown;
  DataCounts counts;
  bool counts_told = false;              // whether the answer had counts at all
  std::string node;                      // id or name of the node; empty: none
  std::optional<std::string> open_time;  // as sent, e.g. "37s"
  std::int64_t model_bytes = 0;
};
struct JobStatisticsList {
  std::int64_t count = 0;
  std::vector<JobStatistics> jobs;
};

/// A job's configuration as answered; `members` holds every configured member by dotted path with its
/// value as compact JSON text, in lexical order of the path, so that configurations compare without JSON.
struct JobDescription {
  std::string job;
  std::vector<std::pair<std::string, std::string>> members;
  std::string snapshot;               // model_snapshot_id; empty: none
  std::vector<std::string> groups{};  // empty: none, or not told
};
struct JobDescriptionList {
  std::int64_t count = 0;
  std::vector<JobDescription> jobs;
};

struct Bucket {
  std::int64_t start_ms = 0;
  std::int64_t event_count = 0;
  bool interim = false;
  double score = 0;
  friend bool operator==(const Bucket&, const Bucket&) = default;
};
/// One page; `count` is the total that the answer claims.
struct BucketPage {
  std::int64_t count = 0;
  std::vector<Bucket> buckets;
};

struct AnomalyRecord {
  std::int64_t start_ms = 0;
  std::string function;
  std::string entity;
  double score = 0;
  bool interim = false;
  friend bool operator==(const AnomalyRecord&, const AnomalyRecord&) = default;
};
struct RecordPage {
  std::int64_t count = 0;
  std::vector<AnomalyRecord> records;
};

struct Snapshot {
  std::string id;
  std::optional<std::int64_t> timestamp_ms;
  std::optional<std::int64_t> latest_record_ms;
  std::optional<std::int64_t> latest_result_ms;
};
struct SnapshotList {
  std::int64_t count = 0;
  std::vector<Snapshot> snapshots;
};

struct DatafeedStatistics {
  std::string feed;
  std::string state;
};
struct DatafeedStatisticsList {
  std::int64_t count = 0;
  std::vector<DatafeedStatistics> feeds;
};
struct DatafeedDescription {
  std::string feed;
  std::string job;
};
struct DatafeedDescriptionList {
  std::int64_t count = 0;
  std::vector<DatafeedDescription> feeds;
};

struct FlushResult {
  std::optional<std::int64_t> last_finalized_bucket_end_ms;
};
struct ServerInfo {
  std::string name;
  std::string version;
};
struct Identity {
  std::string username;
};
struct PrivilegeList {
  std::vector<std::pair<std::string, bool>> privileges;
};

using Content = std::variant<std::monostate, Acknowledged, DataCounts, JobStatisticsList, JobDescriptionList,
                             BucketPage, RecordPage, SnapshotList, DatafeedStatisticsList, DatafeedDescriptionList,
                             FlushResult, ServerInfo, Identity, PrivilegeList>;

/// A departure from the profile's wire form that the codec saw in this one answer (wrong envelope, member of a
/// wrong type, status and body that disagree). Judged under a dialect clause only.
struct DialectNote {
  Clause clause;
  std::string expected;
  std::string observed;
};

/// The answer as bytes, for reports and scripted assertions. Never holds credentials.
struct WireAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  bool body_known = true;  // false: a recording without it
};

struct Response {
  Outcome outcome = Outcome::unreadable;
  Refusal refusal = Refusal::none;
  int status = 0;
  Content content;
  std::string error_type;
  std::string reason;
  std::vector<DialectNote> notes;
  std::shared_ptr<const WireAnswer> wire;  // null when the answer never was bytes
};

/// An answer as a reader would write it: `409 status_exception: Cannot ... not open`.
std::string describe(const Response& response);

/// False for an answer of a recording without its body: then the status alone decided the outcome.
bool is_body_known(const Response& response);

}  // namespace closecheck
