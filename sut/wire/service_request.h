// What requests say beyond the vocabulary: everything of the API that is not needed to tell whether a service closes
// jobs, but that its real clients use. The wire codec reads it, the core acts on it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "wire/upload.h"

namespace closecheck::sut {

/// Dotted paths and their values as compact JSON texts, in lexical order of the path.
using Members = std::vector<std::pair<std::string, std::string>>;

/// Which of a list, and in which order.
struct ListOptions {
  std::optional<int> from;
  std::optional<int> size;
  Selection selection;
  std::string sort;  // empty: the list's own order
  double score_min = 0;
  bool allow_none = true;   // no match of a wildcard is no error
  bool close_jobs = false;  // of the datafeeds that are stopped
  bool exclude_generated = false;
};

struct FlushOptions {
  std::optional<std::int64_t> start_ms;
  std::optional<std::int64_t> end_ms;
  std::optional<std::int64_t> advance_ms;
  std::optional<std::int64_t> skip_ms;
};

struct PostedData {
  Upload upload;
  std::optional<std::int64_t> reset_start_ms;
  std::optional<std::int64_t> reset_end_ms;
};

/// Configured members of a job that its typed configuration does not know.
struct JobOptions {
  Members members;
  std::vector<Members> detectors;  // of each detector
  std::string prune_window;        // a time value; empty: the default
};

struct JobUpdate {
  std::optional<std::string> model_memory_limit;
  Members members;                                         // replace those of the same path; `null` removes
  std::vector<std::pair<std::size_t, Members>> detectors;  // likewise, of the detector at that place
};

struct UpdateSnapshot {
  std::string job;
  std::string snapshot;
  std::optional<std::string> description;
  std::optional<bool> retain;
};
struct DeleteSnapshot {
  std::string job;
  std::string snapshot;
};
/// Makes a snapshot that an earlier version wrote one of this version.
struct UpgradeSnapshot {
  std::string job;
  std::string snapshot;
};
struct GetSnapshotUpgrades {
  std::string job;       // or an expression
  std::string snapshot;  // or an expression
  bool allow_none = true;
};
struct RevertOptions {
  bool delete_intervening_results = false;
};
struct SnapshotSelection {
  std::string snapshot;  // empty: all
  ListOptions list;
};

/// Results of a kind that is not computed here: `influencers`, `categories`. There are those that somebody wrote.
struct GetFurtherResults {
  std::string job;
  std::string kind;
  std::optional<std::int64_t> category{};
  std::optional<std::string> partition{};  // of categories: the value of its field
  ListOptions list{};
};
struct GetOverallBuckets {
  std::string job;                        // or an expression
  int top_n = 1;                          // jobs whose scores make the overall one
  std::optional<std::int64_t> span_ms{};  // of the overall buckets; empty: the longest of the jobs
  double score_min = 0;
  Selection selection{};
  bool allow_none = true;
};
struct Forecast {
  std::string job;
};
struct DeleteForecast {
  std::string job;
  std::string forecast;  // a list of ids or `_all`; empty: all
  bool allow_none = true;
};
/// Results and snapshots that the jobs no longer keep.
struct DeleteExpired {
  std::string job;  // or an expression; empty: all
};
/// Whether a job could be created so; empty: it is one detector that was asked about, and it is right.
struct ValidateJob {
  std::optional<CreateJob> job{};
  JobOptions options{};
};
struct GetDefaults {};
/// Documents that a search or a datafeed finds: all, or those with a field in a range or of one of some values.
struct DocumentQuery {
  std::string field;  // empty: it is for the others to say
  std::optional<double> above;
  std::optional<double> from;
  std::optional<double> below;
  std::optional<double> up_to;
  std::vector<std::string> values;    // as texts; empty: any
  std::vector<DocumentQuery> others;  // that find the document as well
};

struct FeedOptions {
  std::string job;  // of an update; empty: unchanged
  std::vector<std::string> indices;
  std::optional<DocumentQuery> query;
  Members members;
  bool is_update = false;
};
struct PreviewDatafeed {
  std::string feed;                     // empty: of a configuration
  std::optional<FeedOptions> config{};  // whose `job` is that of the datafeed, or empty
  std::optional<CreateJob> job{};       // instead of one that is there
  JobOptions job_options{};             // of that
  std::optional<std::int64_t> start_ms{};
  std::optional<std::int64_t> end_ms{};  // not included
};
/// Where a datafeed begins and ends, where that was said by the clock: `now`, `now-1h`.
struct StartOptions {
  std::optional<std::int64_t> start_after_now_ms;
  std::optional<std::int64_t> end_after_now_ms;
};
struct UpdateDatafeed {
  std::string feed;
  FeedOptions options;
};

/// A span of time that calendars keep out of what jobs learn.
struct CalendarEvent {
  std::string id;  // empty: the service gives one
  std::string description;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};
/// Events belong to calendars, and calendars to jobs, or groups of them.
struct CalendarDescription {
  std::string id;
  std::string description;  // empty: none
  std::vector<std::string> jobs;
};
struct PutCalendar {
  CalendarDescription calendar;
};
struct GetCalendars {
  std::string id;  // empty: all
  ListOptions list;
};
struct DeleteCalendar {
  std::string id;
};
struct ChangeCalendarJobs {
  std::string id;
  std::string jobs;  // a list
  bool removes = false;
};
struct PostEvents {
  std::string id;
  std::vector<CalendarEvent> events;
};
struct GetEvents {
  std::string id;   // of the calendar
  std::string job;  // empty: whatever the job
  ListOptions list;
};
struct DeleteEvent {
  std::string id;
  std::string event;
};
/// Texts that rules of detectors name together, in lexical order.
struct Filter {
  std::string id;
  std::string description;  // empty: none
  std::vector<std::string> items;
};
struct PutFilter {
  Filter filter;
};
struct GetFilters {
  std::string id;  // a list or a pattern; empty: all
  ListOptions list;
};
struct UpdateFilter {
  std::string id;
  std::optional<std::string> description;
  std::vector<std::string> added;
  std::vector<std::string> removed;
};
struct DeleteFilter {
  std::string id;
};

/// How long the caller of an open waits; empty: until it is open.
struct OpenOptions {
  std::optional<Duration> timeout;
};

/// One action of a bulk request, or a single write of a document.
struct DocumentWrite {
  enum class Kind : std::uint8_t { index, create, remove };
  Kind kind = Kind::index;
  std::string index;
  std::string type = "doc";
  std::string id;      // empty: the service gives one
  std::string source;  // a JSON object
};
struct BulkWrite {
  std::vector<DocumentWrite> writes;
  bool refresh = false;
  bool single = false;  // not in a bulk
};
struct GetDocument {
  std::string index;
  std::string id;
};
struct IndexExists {
  std::string index;
};
/// What a new index is to hold: the fields that it is told of, with dots.
struct IndexOptions {
  std::vector<std::string> fields;
};
/// Another name of indices, by which they are asked for. Both may be lists or patterns; empty: all.
struct GetAliases {
  std::string index;
  std::string name;
};
struct OpenIndex {
  std::string index;
  bool closes = false;
};
/// Settings of the cluster, as they are and as they are to be: `null` takes one back.
struct GetSettings {
  bool flat = false;
};
struct ChangeSettings {
  Members persistent;
  Members transient;
  bool flat = false;
};
/// Which jobs and datafeeds run, as the cluster knows it.
struct ClusterState {};
/// Whether the product is being upgraded: jobs and datafeeds run nowhere meanwhile.
struct SetUpgradeMode {
  bool enabled = false;
};
/// The tasks whose actions fit one of the patterns; none: all. As JSON or as lines of text.
struct ListTasks {
  std::vector<std::string> actions;
  bool as_text = false;
};
/// Jobs or datafeeds as a table for people.
struct ShowTable {
  bool of_feeds = false;
  std::string id;                    // as any read may name them
  std::vector<std::string> columns;  // none: the usual ones
  bool has_head = false;
  bool as_json = false;
};
/// A search, or a count of what it would find.
struct SearchDocuments {
  std::string index;  // a list or a pattern; empty: all
  DocumentQuery query;
  bool only_count = false;
  bool wants_plain_total = false;
  int from = 0;
  int size = 10;
  std::string sort;
  bool descending = false;
};
/// Which privileges the caller asks about.
struct AskedPrivileges {
  std::vector<std::string> cluster;
  std::vector<std::pair<std::string, std::vector<std::string>>> indices;  // names and their privileges
};

/// Users and roles: who a caller may be, and what its roles let it do in the cluster. Passwords are not kept.
struct PutUser {
  std::string user;
  std::vector<std::string> roles;
};
struct DeleteUser {
  std::string user;
};
struct PutRole {
  std::string role;
  std::vector<std::string> cluster;  // privileges
};
struct DeleteRole {
  std::string role;
};

/// Whether the cluster is well, and what it can do.
struct ClusterHealth {};
struct ClusterFeatures {};

/// Everything that a job has taken and made of it is forgotten.
struct ResetJob {
  std::string job;
};

/// What a request says beyond its operation. What the vocabulary has no operation for comes as a RawRequest, and this
/// says what it is.
using RequestDetails =
    std::variant<std::monostate, ResetJob, ListOptions, FlushOptions, PostedData, JobOptions, JobUpdate, UpdateSnapshot,
                 DeleteSnapshot, UpgradeSnapshot, GetSnapshotUpgrades, RevertOptions, SnapshotSelection, FeedOptions,
                 StartOptions, UpdateDatafeed, BulkWrite, GetDocument, IndexExists, ClusterState, SearchDocuments,
                 AskedPrivileges, ClusterHealth, ClusterFeatures, GetFurtherResults, GetOverallBuckets, Forecast,
                 DeleteForecast, DeleteExpired, ValidateJob, GetDefaults, PreviewDatafeed, IndexOptions, GetAliases,
                 OpenIndex, GetSettings, ChangeSettings, PutCalendar, GetCalendars, DeleteCalendar, ChangeCalendarJobs,
                 PostEvents, GetEvents, DeleteEvent, PutFilter, GetFilters, UpdateFilter, DeleteFilter, OpenOptions,
                 PutUser, DeleteUser, PutRole, DeleteRole, SetUpgradeMode, ListTasks, ShowTable>;

/// A request as the service takes it.
struct ServiceRequest {
  Request request;
  RequestDetails details{};
  std::string run_as{};  // the user in whose name the caller asks; empty: his own
};

}  // namespace closecheck::sut
