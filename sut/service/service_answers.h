// What the service tells of itself beyond the vocabulary, member for member as the profiles have it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/response.h"
#include "in_process/datafeed.h"
#include "in_process/job.h"

namespace closecheck::sut::wire {

/// A success answer as bytes.
Response told(WireAnswer answer);

Response tell_posted(const Job& job, const UploadCounts& upload);
/// `jobs`: those of the list, in its order.
Response tell_statistics(const JobStatisticsList& list, const std::vector<Job*>& jobs);
Response tell_buckets(const Job& job, std::int64_t count, const std::vector<ResultBucket>& page);
Response tell_records(const Job& job, std::int64_t count, const std::vector<ResultRecord>& page);
Response tell_snapshots(const Job& job, std::int64_t count, const std::vector<const StoredSnapshot*>& page);
/// After an update or a revert.
Response tell_snapshot(const Job& job, const StoredSnapshot& snapshot);
Response tell_feed(const Datafeed& feed, Profile profile);
Response tell_feeds(const std::vector<Datafeed*>& feeds, Profile profile);
Response tell_feed_statistics(const std::vector<Datafeed*>& feeds);
/// The tasks of all jobs that are not closed and of all datafeeds that run.
Response tell_cluster_state(const std::vector<Job>& jobs, const std::vector<Datafeed>& feeds);

struct WriteResult {
  DocumentWrite::Kind kind = DocumentWrite::Kind::index;
  std::string index;
  std::string type;
  std::string id;
  int status = 200;
  std::string result;  // created, updated, deleted, not_found; empty: refused, for `reason`
  std::string reason;
};
Response tell_bulk(const std::vector<WriteResult>& results);
Response tell_write(const WriteResult& result);
Response tell_document(const std::string& index, const Document& document);
Response tell_no_document(const std::string& index, const std::string& id);
/// Each document with the name of its index.
Response tell_found(std::int64_t total, const std::vector<std::pair<const Index*, const Document*>>& page);
Response tell_count(std::int64_t count);
Response tell_index(const std::string& index);
Response tell_privileges(const std::vector<std::pair<std::string, bool>>& cluster,
                         const std::vector<std::pair<std::string, std::vector<std::pair<std::string, bool>>>>& indices);

}  // namespace closecheck::sut::wire
