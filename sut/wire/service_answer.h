// What the service answers: a response, and what its API tells beyond the vocabulary. Plain values, of which the codec
// writes all that goes over the wire.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/vocabulary/response.h"
#include "wire/service_request.h"

namespace closecheck::sut {

/// Counts that the vocabulary does not know.
struct MoreCounts {
  std::int64_t processed_fields = 0;
  std::int64_t input_fields = 0;
  std::int64_t input_bytes = 0;
  std::int64_t empty_buckets = 0;
  std::optional<std::int64_t> last_data_ms;
};

/// What a job tells of its model.
struct ModelSize {
  std::int64_t bytes = 0;
  std::int64_t by_fields = 0;
  std::int64_t partition_fields = 0;
  std::optional<std::int64_t> last_data_ms;
  std::optional<std::int64_t> latest_result_ms;
};

/// Of each job of a JobStatisticsList.
struct StatisticsDetails {
  struct Job {
    MoreCounts counts;
    ModelSize model;
    std::string why_nowhere{};  // why the job has no node, though it is open; empty: it has one, or needs none
  };
  std::vector<Job> jobs;
};

/// Of a BucketPage, and of each of its buckets.
struct BucketDetails {
  std::int64_t span_s = 0;
  std::vector<double> probabilities;
};

/// Of a RecordPage, and of each of its records.
struct RecordDetails {
  /// Fields without a name are none.
  struct Record {
    double probability = 1;
    double typical = 0;
    double actual = 0;
    std::uint32_t detector = 0;
    bool is_count = false;
    std::string field;
    std::string by_field;
    std::string by;
    std::string partition_field;
    std::string partition;
  };
  std::int64_t span_s = 0;
  std::vector<Record> records;
};

/// Of each snapshot of a SnapshotList.
struct SnapshotDetails {
  struct Snapshot {
    std::string description;
    bool retain = false;
    std::int64_t documents = 1;
    ModelSize model;
  };
  std::vector<Snapshot> snapshots;
};
/// One snapshot, after an update or a revert.
struct ShownSnapshot {
  std::string job;
  Snapshot listed;
  SnapshotDetails::Snapshot details;
};

/// Of each datafeed of a DatafeedDescriptionList; `single`: the answer is that one, and no list.
struct FeedDetails {
  struct Feed {
    std::vector<std::string> indices;
    Members members;
    bool exclude_generated = false;  // what nobody said is left out
  };
  std::vector<Feed> feeds;
  bool single = false;
};
/// Of each datafeed of a DatafeedStatisticsList: its job, how often it searched, and the node that runs it, or why none
/// does though it is started. Both are empty where it is not.
struct FeedRuns {
  struct Feed {
    std::string job;
    std::int64_t searches = 0;
    std::string node;
    std::string why_nowhere;
    bool is_endless = false;
  };
  std::vector<Feed> feeds;
};

/// A document. Its record says what the vocabulary knows of it; the time is that of the field that its index is
/// ordered by.
struct Document : Record {
  std::string id;
  std::string type;
  std::string source;  // a JSON object as sent; empty: the record is all that there is
};
struct FoundDocument {
  std::string index;
  Document document;
};
struct NoDocument {
  std::string index;
  std::string id;
};
/// `total`: of all that the search finds; `page`: those that were asked for.
struct FoundDocuments {
  std::int64_t total = 0;
  bool total_is_number = false;  // whatever the dialect has it be
  std::vector<FoundDocument> page;
};
struct DocumentCount {
  std::int64_t count = 0;
};
/// What became of one write.
struct WriteResult {
  DocumentWrite::Kind kind = DocumentWrite::Kind::index;
  std::string index;
  std::string type;
  std::string id;
  int status = 200;
  std::string result;  // created, updated, deleted, not_found; empty: refused, for `reason`
  std::string reason;
};
/// `single`: the one write was not in a bulk.
struct WriteResults {
  std::vector<WriteResult> results;
  bool single = false;
};
struct IndexShown {
  std::string index;
};
/// Of each index the names that stand for it, with the job whose documents alone they show; empty: all.
struct AliasesShown {
  struct Alias {
    std::string index;
    std::string name;
    std::string job;
  };
  std::vector<Alias> aliases{};
};
struct NoAlias {
  std::string name;
};
struct IndexOpened {
  std::string index;
  bool closed = false;
};
struct SettingsShown {
  Members persistent;
  Members transient;
  bool flat = false;
  bool changed = false;  // these are what a request changed; else all that there are
};

/// What runs in the cluster: a job that is not closed, a datafeed that is started.
struct ClusterTask {
  enum class Kind : std::uint8_t { job, datafeed };
  Kind kind = Kind::job;
  std::string id;
  std::string state;
};
struct ClusterTasks {
  std::vector<ClusterTask> tasks;
};
/// The same as the tasks of the only node: as JSON or as lines of text.
struct RunningTasks {
  std::vector<ClusterTask> tasks;
  bool as_text = false;
};
/// Rows for people, below their names or without them; or an object for each row.
struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows{};
  bool has_head = false;
  bool as_json = false;
};
/// Of a PrivilegeList: what the caller may do with each index that was asked about.
struct IndexPrivileges {
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, bool>>>> indices;
};
/// Of a kind that is not computed here: `page` of all that were written, as JSON objects.
struct FurtherResults {
  std::string kind;
  std::int64_t count = 0;
  std::vector<std::string> page{};
};
struct ExpiredDeleted {};
/// `single`: the answer is that one, and no list.
struct CalendarsShown {
  std::int64_t count = 0;
  std::vector<CalendarDescription> calendars{};
  bool single = false;
};
/// `made`: these are what a request made; else all that it found.
struct EventsShown {
  struct Event {
    std::string calendar;
    CalendarEvent event;
  };
  std::int64_t count = 0;
  std::vector<Event> events{};
  bool made = false;
};
/// `single`: the answer is that one, and no list.
struct FiltersShown {
  std::int64_t count = 0;
  std::vector<Filter> filters{};
  bool single = false;
};
/// Of an open: the job waits for a node with room.
struct OpenedLazily {};
struct OverallBuckets {
  struct Bucket {
    std::int64_t start_ms = 0;
    double score = 0;
    bool interim = false;
    std::vector<std::pair<std::string, double>> jobs{};  // with the highest score of each
  };
  std::int64_t span_s = 0;
  std::vector<Bucket> buckets{};
};
struct ForecastBegun {
  std::string id;
};
/// What a job and a datafeed are where their configuration does not say it.
struct Defaults {
  bool upgrade_mode = false;
  std::string memory_limit_max;  // of a job's model, as the cluster is told; empty: there is none
};
/// What a datafeed would find, and what of it the job reads.
struct DocumentPreview {
  std::vector<Document> documents{};
  std::string time_field;
  std::vector<std::string> fields{};
};
/// Of a user or a role: whether it is new, or was there to be deleted.
struct SecurityChange {
  std::string kind;  // user, role
  bool deletes = false;
  bool result = false;
};
/// Snapshots that are being upgraded: none ever is for long enough to be seen.
struct SnapshotUpgrades {};
struct ClusterIsWell {};
struct FeatureList {};

/// No operation has this path and method. `allowed`: the methods of the path, comma-separated; empty: unknown path.
struct Unrouted {
  std::string method;
  std::string target;
  std::string allowed;
};
/// The methods of a path, comma-separated.
struct AllowedMethods {
  std::string allowed;
};
/// What of a body could not be used, for the reason that the response says. An empty field: all of it.
struct UnusableField {
  std::string object;
  std::string field;
};
/// A body of a type that the service does not read.
struct UnreadableType {
  std::string content_type;
};

/// What an answer tells beyond its response.
using AnswerDetails =
    std::variant<std::monostate, MoreCounts, StatisticsDetails, BucketDetails, RecordDetails, SnapshotDetails,
                 ShownSnapshot, FeedDetails, FeedRuns, FoundDocument, NoDocument, FoundDocuments, DocumentCount,
                 WriteResults, IndexShown, ClusterTasks, IndexPrivileges, ClusterIsWell, FeatureList, Unrouted,
                 AllowedMethods, UnreadableType, UnusableField, FurtherResults, ExpiredDeleted, OverallBuckets,
                 ForecastBegun, Defaults, DocumentPreview, AliasesShown, NoAlias, IndexOpened, SettingsShown,
                 CalendarsShown, EventsShown, FiltersShown, OpenedLazily, SecurityChange, RunningTasks, Table,
                 SnapshotUpgrades>;

struct ServiceAnswer {
  Response response;
  std::shared_ptr<const AnswerDetails> details;  // null: there are none, or nobody reads them
  std::vector<std::string> warnings{};           // texts of headers `Warning`

  ServiceAnswer() = default;
  // Most answers are a response and nothing else.
  // NOLINTNEXTLINE(google-explicit-constructor)
  ServiceAnswer(Response&& what) : response(std::move(what)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  ServiceAnswer(const Response& what) : response(what) {}
  ServiceAnswer(Response&& what, AnswerDetails more)
      : response(std::move(what)), details(std::make_shared<const AnswerDetails>(std::move(more))) {}
};

Response accepted(Content content, int status = 200);
Response refused(int status, std::string_view type, std::string reason);

}  // namespace closecheck::sut
