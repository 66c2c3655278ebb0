// Parts of answers about jobs and their results. What is told beyond the vocabulary is null where nobody knows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/response.h"
#include "wire/json.h"
#include "wire/service_answer.h"

namespace closecheck::sut::wire {

/// Puts `value` at a dotted path.
void put_at(Json& object, std::string_view path, Json value);

Json job_body(const JobDescription& job);
Json counts_body(const std::string& job, const DataCounts& counts, const MoreCounts* more);
Json statistics_body(const JobStatistics& job, const StatisticsDetails::Job* more, Profile profile);
Json bucket_body(const std::string& job, const Bucket& bucket);
Json bucket_body(const std::string& job, const Bucket& bucket, std::int64_t span_s, double probability);
Json record_body(const std::string& job, const AnomalyRecord& record);
Json record_body(const std::string& job, const AnomalyRecord& record, std::int64_t span_s,
                 const RecordDetails::Record& more);
Json snapshot_body(const std::string& job, const Snapshot& snapshot, const SnapshotDetails::Snapshot* more,
                   Profile profile);
/// The node that runs a job or a datafeed.
Json node_body(const std::string& node, Profile profile);

/// `{"count": n, name: [...]}`. `write` gets each of the list, and its place.
template <class List, class Write>
Json list_body(std::int64_t count, const char* name, const List& list, const Write& write) {
  Json body = Json::object();
  body["count"] = count;
  Json& bodies = body[name] = Json::array();
  for (std::size_t place = 0; place < list.size(); ++place) bodies.push_back(write(list[place], place));
  return body;
}

}  // namespace closecheck::sut::wire
