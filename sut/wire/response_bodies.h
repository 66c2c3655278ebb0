// Parts of answers that are written from the vocabulary alone, and to which the service adds what it knows besides.
#pragma once

#include <cstddef>
#include <string>

#include "closecheck/vocabulary/response.h"
#include "wire/json.h"

namespace closecheck::sut::wire {

/// An empty object with room for so many members.
Json object_for(std::size_t members);
Json counts_body(const std::string& job, const DataCounts& counts);
Json statistics_body(const JobStatistics& job);
Json statistics_body(const JobStatistics& job, Json counts, Json model_size);
Json bucket_body(const std::string& job, const Bucket& bucket);
Json record_body(const std::string& job, const AnomalyRecord& record);
Json snapshot_body(const std::string& job, const Snapshot& snapshot);
/// The node that runs a job or a datafeed.
Json node_body(const std::string& node);
void put(Json& object, const char* name, const std::optional<std::int64_t>& value);
/// Puts `value` at a dotted path.
void put_at(Json& object, std::string_view path, Json value);

/// `{"count": n, name: [...]}`.
template <class List, class Write>
Json list_body(std::int64_t count, const char* name, const List& list, const Write& write) {
  Json body = Json::object();
  body["count"] = count;
  body[name] = Json::array();
  for (const auto& one : list) body[name].push_back(write(one));
  return body;
}

}  // namespace closecheck::sut::wire
