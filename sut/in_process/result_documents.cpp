#include "in_process/result_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "in_process/job_configuration.h"
#include "wire/json.h"
#include "wire/response_bodies.h"
#include "wire/time_format.h"

namespace closecheck::sut {
namespace {

using wire::Json;

constexpr std::string_view kResults = ".ml-anomalies-";
constexpr std::string_view kStateForWriting = ".ml-state-write";

Document document_of(std::string id, const Json& source) {
  Document document;
  document.id = std::move(id);
  document.type = "doc";
  document.source = wire::dump(source);
  return document;
}

void add_results(const Job& job, const Manner& manner, std::vector<Document>& documents) {
  const std::string& id = job.id();
  const JobAnalysis& analysis = job.analysis();
  const std::int64_t span_s = analysis.plan().span_ms / 1'000;
  const auto add = [&](const std::string& name, const Json& source) {
    documents.push_back(document_of(fmt::format("{}_{}", id, name), source));
  };
  if (job.past().was_opened() || analysis.counts().processed_records > 0)
    add("data_counts", wire::counts_body(id, analysis.counts(), &analysis.more_counts()));
  if (const std::int64_t bytes = told_model_bytes(job); bytes > 0)
    add("model_size_stats", Json({{"job_id", id}, {"result_type", "model_size_stats"}, {"model_bytes", bytes}}));
  for (const ResultBucket& bucket : analysis.results().buckets)
    add(fmt::format("bucket_{}_{}", bucket.start_ms, span_s),
        wire::bucket_body(id, bucket, span_s, bucket.probability));
  std::size_t number = 0;
  for (const ResultRecord& record : analysis.results().records)
    add(fmt::format("record_{}_{}_{}", record.start_ms, span_s, ++number), wire::record_body(id, record));
  for (const StoredSnapshot& stored : analysis.snapshots().all())
    add("model_snapshot_" + stored.listed.id, wire::snapshot_body(id, stored.listed, nullptr, manner.profile));
}

/// Of a snapshot that somebody wrote there is no state but what he wrote as well.
void add_state(const Job& job, std::vector<Document>& documents) {
  const std::vector<StoredSnapshot>& snapshots = job.analysis().snapshots().all();
  if (!snapshots.empty()) documents.push_back(document_of(job.id() + "_quantiles", Json::object()));
  for (const StoredSnapshot& stored : snapshots)
    if (stored.model.latest_record_ms())
      documents.push_back(document_of(fmt::format("{}_model_state_{}#1", job.id(), stored.listed.id), Json::object()));
}

void add_calendars(const CalendarList& list, std::vector<Document>& documents) {
  for (const Calendar& calendar : list.calendars) {
    const std::string& id = calendar.shown.id;
    documents.push_back(document_of(
        "calendar_" + id, Json({{"calendar_id", id}, {"job_ids", calendar.shown.jobs}, {"type", "calendar"}})));
    for (const CalendarEvent& event : calendar.events)
      documents.push_back(document_of(event.id, Json({{"description", event.description},
                                                      {"start_time", event.start_ms},
                                                      {"end_time", event.end_ms},
                                                      {"calendar_id", id},
                                                      {"type", "scheduled_event"}})));
  }
  for (const Filter& filter : list.filters)
    documents.push_back(document_of("filter_" + filter.id,
                                    Json({{"filter_id", filter.id}, {"items", filter.items}, {"type", "filter"}})));
}

/// One document of others, read member by member.
class Written {
 public:
  explicit Written(std::string_view source) : json_(wire::parse_json(source).value_or(Json::object())) {}

  bool has(const char* name) const { return wire::member(json_, name) != nullptr; }
  std::string text(const char* name) const {
    const Json* value = wire::member(json_, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : "";
  }
  double number(const char* name) const {
    const Json* value = wire::member(json_, name);
    return value != nullptr && value->is_number() ? value->get<double>() : 0;
  }
  std::int64_t count(const char* name) const { return static_cast<std::int64_t>(number(name)); }
  bool flag(const char* name) const {
    const Json* value = wire::member(json_, name);
    return value != nullptr && value->is_boolean() && value->get<bool>();
  }
  std::optional<std::int64_t> time(const char* name) const {
    const Json* value = wire::member(json_, name);
    if (value != nullptr && value->is_number_integer()) return value->get<std::int64_t>();
    return iso_date_ms(text(name));
  }

 private:
  Json json_;
};

ResultBucket bucket_of(const Written& written) {
  ResultBucket bucket;
  bucket.start_ms = written.time("timestamp").value_or(0);
  bucket.event_count = written.count("event_count");
  bucket.interim = written.flag("is_interim");
  bucket.score = written.number("anomaly_score");
  return bucket;
}

ResultRecord record_of(const Written& written, const Plan& plan) {
  ResultRecord record;
  record.start_ms = written.time("timestamp").value_or(0);
  record.function = written.text("function");
  record.score = written.number("record_score");
  record.interim = written.flag("is_interim");
  const auto item = static_cast<std::size_t>(std::max<std::int64_t>(0, written.count("detector_index")));
  record.item = static_cast<std::uint32_t>(std::min(item, plan.items.size() - 1));
  record.by = written.text("by_field_value");
  record.partition = written.text("partition_field_value");
  record.probability = written.number("probability");
  return record;
}

StoredSnapshot snapshot_of(const Written& written) {
  StoredSnapshot stored;
  stored.listed.id = written.text("snapshot_id");
  stored.listed.timestamp_ms = written.time("timestamp");
  stored.listed.latest_record_ms = written.time("latest_record_time_stamp");
  stored.listed.latest_result_ms = written.time("latest_result_time_stamp");
  stored.description = written.text("description");
  stored.documents = written.count("snapshot_doc_count");
  stored.retain = written.flag("retain");
  return stored;
}

UploadCounts counts_of(const Written& written) {
  UploadCounts counts;
  counts.counts.input_records = written.count("input_record_count");
  counts.counts.processed_records = written.count("processed_record_count");
  counts.counts.invalid_dates = written.count("invalid_date_count");
  counts.counts.out_of_order = written.count("out_of_order_timestamp_count");
  counts.counts.missing_fields = written.count("missing_field_count");
  counts.counts.buckets = written.count("bucket_count");
  counts.counts.earliest_record_ms = written.time("earliest_record_timestamp");
  counts.counts.latest_record_ms = written.time("latest_record_timestamp");
  counts.more.processed_fields = written.count("processed_field_count");
  counts.more.input_fields = written.count("input_field_count");
  counts.more.input_bytes = written.count("input_bytes");
  counts.more.empty_buckets = written.count("empty_bucket_count");
  counts.more.last_data_ms = written.time("last_data_time");
  return counts;
}

/// What says by its id that it is state of the job.
bool is_state_of(const Document& document, std::string_view job) {
  if (!document.id.starts_with(job)) return false;
  const std::string_view rest = std::string_view(document.id).substr(job.size());
  return rest.starts_with("_model_state_") || rest.starts_with("_categorizer_state#") || rest == "_quantiles";
}

}  // namespace

std::string results_index_of(const Job& job) {
  const Members& members = job.definition().options.members;
  const auto named = std::ranges::find(members, "results_index_name", &Members::value_type::first);
  const auto name = named == members.end() ? std::nullopt : wire::parse_json(named->second);
  return std::string(kResults) + (name && name->is_string() ? name->get<std::string>() : "shared");
}

std::string state_index(const Manner& manner) {
  return manner.profile->hides_indices ? ".ml-state-000001" : ".ml-state";
}

std::vector<AliasesShown::Alias> aliases_of(const JobList& jobs, const Manner& manner) {
  std::vector<AliasesShown::Alias> aliases;
  for (const Job& job : jobs.all()) {
    const std::string index = results_index_of(job);
    aliases.push_back({index, std::string(kResults) + job.id(), job.id()});
    aliases.push_back({index, std::string(kResults) + ".write-" + job.id(), ""});
  }
  if (manner.profile->major >= 7) aliases.push_back({state_index(manner), std::string(kStateForWriting), ""});
  return aliases;
}

Index* index_behind(IndexList& indices, const JobList& jobs, const Manner& manner, std::string_view name) {
  if (Index* index = indices.find(name)) return index;
  if (!name.starts_with(kOwnIndices)) return nullptr;
  for (const AliasesShown::Alias& alias : aliases_of(jobs, manner))
    if (alias.name == name) return indices.find(alias.index);
  return nullptr;
}

std::vector<IndexPart> parts_of(IndexList& indices, const JobList& jobs, const Manner& manner,
                                std::string_view expression) {
  std::vector<IndexPart> parts;
  for (Index* index : indices.named(expression)) parts.push_back({index, nullptr});
  if (expression.find(kOwnIndices) == std::string_view::npos) return parts;
  const auto named_whole = parts;
  for (const AliasesShown::Alias& alias : aliases_of(jobs, manner)) {
    if (!names_index(expression, alias.name)) continue;
    Index* index = indices.find(alias.index);
    if (index == nullptr || std::ranges::find(named_whole, index, &IndexPart::index) != named_whole.end()) continue;
    const auto job = std::ranges::find(jobs.all(), alias.job, &Job::id);
    parts.push_back({index, job == jobs.all().end() ? nullptr : &*job});
  }
  return parts;
}

std::vector<Document> own_documents(const Index& index, const JobList& jobs, const Job* job,
                                    const CalendarList& calendars, const Manner& manner) {
  std::vector<Document> documents;
  if (!index.name().starts_with(kOwnIndices)) return documents;
  if (index.name() == kMetaIndex) add_calendars(calendars, documents);
  for (const Job& one : jobs.all()) {
    if (job != nullptr && job != &one) continue;
    if (results_index_of(one) == index.name()) add_results(one, manner, documents);
    if (state_index(manner) == index.name()) add_state(one, documents);
  }
  return documents;
}

bool is_of_job(const Document& document, std::string_view job) {
  return !document.source.empty() && Written(document.source).text("job_id") == job;
}

bool take_as_result(JobList& jobs, const Index& index, std::string_view source) {
  if (!index.name().starts_with(kResults)) return false;
  const Written written(source);
  Job* job = jobs.find(written.text("job_id"));
  if (job == nullptr || results_index_of(*job) != index.name()) return false;
  const std::string kind = written.text("result_type");
  JobAnalysis& analysis = job->change_analysis();
  if (kind == "bucket")
    analysis.take_over(bucket_of(written));
  else if (kind == "record")
    analysis.take_over(record_of(written, analysis.plan()));
  else if (kind == "model_size_stats")
    analysis.told_size =
        ModelSize{written.count("model_bytes"), written.count("total_by_field_count"),
                  written.count("total_partition_field_count"), written.time("log_time"), written.time("timestamp")};
  else if (kind.empty() && written.has("snapshot_id"))
    analysis.snapshots().add(snapshot_of(written));
  else if (kind.empty() && written.has("processed_record_count"))
    analysis.take_over(counts_of(written));
  else
    return false;
  return true;
}

bool has_documents_of(IndexList& indices, const Manner& manner, const std::string& results, std::string_view job) {
  const auto any = [](const Index* index, const auto& is_one) {
    return index != nullptr && std::ranges::any_of(index->visible(), is_one);
  };
  return any(indices.find(results), [&](const Document& document) { return is_of_job(document, job); }) ||
         any(indices.find(state_index(manner)), [&](const Document& document) { return is_state_of(document, job); });
}

void remove_later_documents_of(IndexList& indices, const Job& job, std::int64_t last_ms) {
  if (Index* index = indices.find(results_index_of(job)))
    index->remove_if([&](const Document& document) {
      return is_of_job(document, job.id()) && Written(document.source).time("timestamp").value_or(last_ms) > last_ms;
    });
}

void remove_documents_of(IndexList& indices, const Manner& manner, const Job& job) {
  // Whoever searches right after it finds them gone, and what others have just written there.
  const auto remove = [](Index* index, const auto& is_gone) {
    if (index == nullptr) return;
    index->remove_if(is_gone);
    index->refresh();
  };
  remove(indices.find(results_index_of(job)), [&](const Document& document) { return is_of_job(document, job.id()); });
  remove(indices.find(state_index(manner)), [&](const Document& document) { return is_state_of(document, job.id()); });
}

}  // namespace closecheck::sut
