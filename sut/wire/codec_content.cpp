#include "wire/codec_content.h"

#include <algorithm>

namespace closecheck::sut::wire {
namespace {

/// Reads members of one object and remembers whether one was there in a type that cannot be read.
class Members {
 public:
  explicit Members(JsonValue object) : object_(object) {
    if (!object.is_object()) bad_ = true;
  }

  std::int64_t whole(const char* name) { return optional_whole(name).value_or(0); }
  std::optional<std::int64_t> optional_whole(const char* name) {
    const std::optional<JsonValue> value = present(name);
    if (!value) return std::nullopt;
    const auto result = whole_number(*value);
    if (!result) bad_ = true;
    return result;
  }
  double real(const char* name) {
    const std::optional<JsonValue> value = present(name);
    if (!value) return 0;
    const auto result = number(*value);
    if (!result) bad_ = true;
    return result.value_or(0);
  }
  bool flag(const char* name) {
    const std::optional<JsonValue> value = present(name);
    if (!value) return false;
    const auto result = truth(*value);
    if (!result) bad_ = true;
    return result.value_or(false);
  }
  std::string text(const char* name) {
    const std::optional<JsonValue> value = present(name);
    if (!value) return {};
    if (!value->is_string()) bad_ = true;
    return text_of(value);
  }
  bool bad() const { return bad_; }

 private:
  /// The member, unless absent or null.
  std::optional<JsonValue> present(const char* name) const {
    const auto value = member(object_, name);
    return value && value->is_null() ? std::nullopt : value;
  }

  JsonValue object_;
  bool bad_ = false;
};

JobState state_named(const std::string& text) {
  if (text == "closed") return JobState::closed;
  if (text == "opening") return JobState::opening;
  if (text == "opened") return JobState::opened;
  if (text == "closing") return JobState::closing;
  if (text == "failed") return JobState::failed;
  return JobState::unknown;
}

std::optional<DataCounts> read_counts(JsonValue object) {
  Members members(object);
  DataCounts counts;
  counts.processed_records = members.whole("processed_record_count");
  counts.invalid_dates = members.whole("invalid_date_count");
  counts.out_of_order = members.whole("out_of_order_timestamp_count");
  counts.missing_fields = members.whole("missing_field_count");
  counts.buckets = members.whole("bucket_count");
  // Of the two totals one follows from the other, where a server leaves one out.
  counts.input_records = members.optional_whole("input_record_count")
                             .value_or(counts.processed_records + counts.invalid_dates + counts.out_of_order);
  counts.earliest_record_ms = members.optional_whole("earliest_record_timestamp");
  counts.latest_record_ms = members.optional_whole("latest_record_timestamp");
  if (members.bad()) return std::nullopt;
  return counts;
}

/// The elements of the list `name`, each read by `read_one`, and the total that the answer claims.
template <class List, class One, class ReadOne>
std::optional<Content> read_list(JsonValue body, const char* name, std::vector<One> List::*into,
                                 const ReadOne& read_one) {
  const auto found = member(body, name);
  if (!found || !found->is_array()) return std::nullopt;
  const simdjson::dom::array list = *found;
  List out;
  (out.*into).reserve(list.size());
  for (const JsonValue element : list) {
    std::optional<One> one = read_one(element);
    if (!one) return std::nullopt;
    (out.*into).push_back(*std::move(one));
  }
  Members members(body);
  out.count = members.optional_whole("count").value_or(static_cast<std::int64_t>((out.*into).size()));
  if (members.bad()) return std::nullopt;
  return Content(std::move(out));
}

std::optional<JobStatistics> read_statistics(JsonValue job) {
  Members members(job);
  JobStatistics out;
  out.job = members.text("job_id");
  out.state = state_named(members.text("state"));
  if (const auto counts = member(job, "data_counts"); counts && !counts->is_null()) {
    const auto read = read_counts(*counts);
    if (!read) return std::nullopt;
    out.counts = *read;
    out.counts_told = true;
  }
  if (const auto node = member(job, "node"); node && !node->is_null()) {
    out.node = node->is_string() ? text_of(node) : text_of(member(*node, "id"));
    if (out.node.empty()) out.node = text_of(member(*node, "name"));
  }
  // A number of seconds is an open time too; its text keeps it comparable.
  if (const auto open_time = member(job, "open_time"); open_time && !open_time->is_null())
    out.open_time = open_time->is_string() ? text_of(open_time) : canonical_text(*open_time);
  if (const auto size = member(job, "model_size_stats"); size && size->is_object()) {
    Members model(*size);
    out.model_bytes = model.whole("model_bytes");
    if (model.bad()) return std::nullopt;
  }
  if (members.bad()) return std::nullopt;
  return out;
}

void flatten(JsonValue value, const std::string& path, std::vector<std::pair<std::string, std::string>>& out) {
  simdjson::dom::object members;
  if (value.get(members) != simdjson::SUCCESS || members.size() == 0) {
    out.emplace_back(path, canonical_text(value));
    return;
  }
  for (const auto& [name, inner] : members)
    flatten(inner, path.empty() ? std::string(name) : std::string(path).append(".").append(name), out);
}

std::optional<Bucket> read_bucket(JsonValue bucket) {
  Members members(bucket);
  const auto start = members.optional_whole("timestamp");
  if (!start) return std::nullopt;
  Bucket out;
  out.start_ms = *start;
  out.event_count = members.whole("event_count");
  out.interim = members.flag("is_interim");
  out.score = members.real("anomaly_score");
  if (members.bad()) return std::nullopt;
  return out;
}

std::optional<AnomalyRecord> read_record(JsonValue record) {
  Members members(record);
  const auto start = members.optional_whole("timestamp");
  if (!start) return std::nullopt;
  AnomalyRecord out;
  out.start_ms = *start;
  out.function = members.text("function");
  out.entity = members.text("by_field_value");
  if (out.entity.empty()) out.entity = members.text("partition_field_value");
  out.score = members.real("record_score");
  out.interim = members.flag("is_interim");
  if (members.bad()) return std::nullopt;
  return out;
}

std::optional<Snapshot> read_snapshot(JsonValue snapshot) {
  Members members(snapshot);
  Snapshot out;
  const auto id = member(snapshot, "snapshot_id");
  if (id && id->is_number())
    out.id = canonical_text(*id);
  else
    out.id = members.text("snapshot_id");
  out.timestamp_ms = members.optional_whole("timestamp");
  out.latest_record_ms = members.optional_whole("latest_record_time_stamp");
  out.latest_result_ms = members.optional_whole("latest_result_time_stamp");
  if (members.bad()) return std::nullopt;
  return out;
}

std::optional<DatafeedStatistics> read_feed_statistics(JsonValue feed) {
  Members members(feed);
  DatafeedStatistics out{members.text("datafeed_id"), members.text("state")};
  if (members.bad()) return std::nullopt;
  return out;
}

std::optional<DatafeedDescription> read_feed(JsonValue feed) {
  Members members(feed);
  DatafeedDescription out{members.text("datafeed_id"), members.text("job_id")};
  if (members.bad()) return std::nullopt;
  return out;
}

std::optional<Content> read_job_list(JsonValue body) {
  return read_list<JobDescriptionList>(body, "jobs", &JobDescriptionList::jobs, read_job_description);
}

/// A create or an update answers the configuration itself; one that only acknowledges did it all the same.
std::optional<Content> read_written_job(JsonValue body) {
  if (!member(body, "job_id")) return Acknowledged{};
  auto job = read_job_description(body);
  if (!job) return std::nullopt;
  return JobDescriptionList{1, {*std::move(job)}};
}

struct Reader {
  JsonValue body;

  std::optional<Content> operator()(const CreateJob&) const { return read_written_job(body); }
  std::optional<Content> operator()(const UpdateJob&) const { return read_written_job(body); }
  std::optional<Content> operator()(const GetJob&) const { return read_job_list(body); }
  std::optional<Content> operator()(const PostData&) const {
    if (!member(body, "processed_record_count") && !member(body, "input_record_count")) return Acknowledged{};
    auto counts = read_counts(body);
    if (!counts) return std::nullopt;
    return *counts;
  }
  std::optional<Content> operator()(const FlushJob&) const {
    Members members(body);
    FlushResult out{members.optional_whole("last_finalized_bucket_end")};
    if (members.bad()) return std::nullopt;
    return out;
  }
  std::optional<Content> operator()(const JobStats&) const {
    return read_list<JobStatisticsList>(body, "jobs", &JobStatisticsList::jobs, read_statistics);
  }
  std::optional<Content> operator()(const GetBuckets&) const {
    return read_list<BucketPage>(body, "buckets", &BucketPage::buckets, read_bucket);
  }
  std::optional<Content> operator()(const GetRecords&) const {
    return read_list<RecordPage>(body, "records", &RecordPage::records, read_record);
  }
  std::optional<Content> operator()(const GetSnapshots&) const {
    return read_list<SnapshotList>(body, "model_snapshots", &SnapshotList::snapshots, read_snapshot);
  }
  std::optional<Content> operator()(const CreateDatafeed&) const {
    if (!member(body, "datafeed_id")) return Acknowledged{};
    auto feed = read_feed(body);
    if (!feed) return std::nullopt;
    return DatafeedDescriptionList{1, {*std::move(feed)}};
  }
  std::optional<Content> operator()(const GetDatafeed&) const {
    return read_list<DatafeedDescriptionList>(body, "datafeeds", &DatafeedDescriptionList::feeds, read_feed);
  }
  std::optional<Content> operator()(const DatafeedStats&) const {
    return read_list<DatafeedStatisticsList>(body, "datafeeds", &DatafeedStatisticsList::feeds, read_feed_statistics);
  }
  std::optional<Content> operator()(const GetRoot&) const {
    ServerInfo out;
    out.name = text_of(member(body, "cluster_name"));
    if (out.name.empty()) out.name = text_of(member(body, "name"));
    if (const auto version = member(body, "version"))
      out.version = version->is_string() ? text_of(version) : text_of(member(*version, "number"));
    return out;
  }
  std::optional<Content> operator()(const Authenticate&) const {
    const auto username = member(body, "username");
    if (!username || !username->is_string()) return std::nullopt;
    return Identity{text_of(username)};
  }
  std::optional<Content> operator()(const HasPrivileges&) const {
    const auto cluster = member(body, "cluster");
    if (!cluster || !cluster->is_object()) return std::nullopt;
    PrivilegeList out;
    for (const auto& [name, value] : simdjson::dom::object(*cluster)) {
      const auto has = truth(value);
      if (!has) return std::nullopt;
      out.privileges.emplace_back(name, *has);
    }
    std::sort(out.privileges.begin(), out.privileges.end());
    return out;
  }
  template <class Other>
  std::optional<Content> operator()(const Other&) const {
    return Acknowledged{};
  }
};

}  // namespace

std::optional<JobDescription> read_job_description(JsonValue job) {
  simdjson::dom::object members;
  if (job.get(members) != simdjson::SUCCESS) return std::nullopt;
  JobDescription out;
  out.job = text_of(member(job, "job_id"));
  out.snapshot = text_of(member(job, "model_snapshot_id"));
  simdjson::dom::array groups;
  if (const auto named = member(job, "groups"); named && named->get(groups) == simdjson::SUCCESS)
    for (const JsonValue group : groups) out.groups.push_back(text_of(group));
  for (const auto& [name, value] : members)
    if (name != "job_id" && name != "model_snapshot_id") flatten(value, std::string(name), out.members);
  std::sort(out.members.begin(), out.members.end());
  return out;
}

std::optional<Content> read_content(JsonValue body, const Operation& operation) {
  return std::visit(Reader{body}, operation);
}

}  // namespace closecheck::sut::wire
