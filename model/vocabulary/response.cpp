#include "closecheck/vocabulary/response.h"

#include <fmt/format.h>

#include "closecheck/vocabulary/text.h"

namespace closecheck {
namespace {

struct Describer {
  std::string operator()(const std::monostate&) const { return ""; }
  std::string operator()(const Acknowledged&) const { return "done"; }
  std::string operator()(const DataCounts& it) const {
    return fmt::format("{} records processed of {}", it.processed_records, it.input_records);
  }
  std::string operator()(const JobStatisticsList& it) const {
    const auto text_of = [](const JobStatistics& job) {
      std::string text =
          fmt::format("{} is {} with {} records", job.job, name(job.state), job.counts.processed_records);
      if (!job.node.empty()) text += fmt::format(" on node {}", job.node);
      if (job.open_time) text += fmt::format(", open for {}", *job.open_time);
      return text;
    };
    return it.jobs.empty() ? "no jobs" : joined(it.jobs, ", ", text_of);
  }
  std::string operator()(const JobDescriptionList& it) const {
    return fmt::format("{} job configurations", it.jobs.size());
  }
  std::string operator()(const BucketPage& it) const {
    const auto text_of = [](const Bucket& bucket) {
      return fmt::format("{} ({} records{})", bucket.start_ms, bucket.event_count, bucket.interim ? ", interim" : "");
    };
    return fmt::format("{} of {} buckets{}{}", it.buckets.size(), it.count, it.buckets.empty() ? "" : ": ",
                       joined(it.buckets, ", ", text_of));
  }
  std::string operator()(const RecordPage& it) const {
    return fmt::format("{} of {} anomaly records", it.records.size(), it.count);
  }
  std::string operator()(const SnapshotList& it) const {
    const auto text_of = [](const Snapshot& snapshot) {
      return fmt::format("{} up to record time {}", snapshot.id,
                         snapshot.latest_record_ms ? fmt::format("{}", *snapshot.latest_record_ms) : "unknown");
    };
    return fmt::format("{} model snapshots{}{}", it.snapshots.size(), it.snapshots.empty() ? "" : ": ",
                       joined(it.snapshots, ", ", text_of));
  }
  std::string operator()(const DatafeedStatisticsList& it) const {
    const auto text_of = [](const DatafeedStatistics& feed) { return feed.feed + " is " + feed.state; };
    return it.feeds.empty() ? "no datafeeds" : joined(it.feeds, ", ", text_of);
  }
  std::string operator()(const DatafeedDescriptionList& it) const {
    return fmt::format("{} datafeeds", it.feeds.size());
  }
  std::string operator()(const FlushResult&) const { return "flushed"; }
  std::string operator()(const ServerInfo& it) const { return fmt::format("{} {}", it.name, it.version); }
  std::string operator()(const Identity& it) const { return it.username; }
  std::string operator()(const PrivilegeList& it) const {
    return joined(it.privileges, ", ", [](const auto& one) { return fmt::format("{}={}", one.first, one.second); });
  }
};

}  // namespace

std::string_view name(JobState state) {
  switch (state) {
    case JobState::absent:
      return "absent";
    case JobState::closed:
      return "closed";
    case JobState::opening:
      return "opening";
    case JobState::opened:
      return "opened";
    case JobState::closing:
      return "closing";
    case JobState::failed:
      return "failed";
    case JobState::unknown:
      break;
  }
  return "unknown";
}

bool is_body_known(const Response& response) {
  return response.wire == nullptr || response.wire->body_known;
}

std::string describe(const Response& response) {
  if (!is_body_known(response)) return fmt::format("{}, its body is not in the recording", response.status);
  switch (response.outcome) {
    case Outcome::accepted: {
      const std::string content = std::visit(Describer{}, response.content);
      return content.empty() ? fmt::format("{}", response.status) : fmt::format("{}: {}", response.status, content);
    }
    case Outcome::refused: {
      std::string text = fmt::format("{}", response.status);
      if (!response.error_type.empty()) text += ' ' + response.error_type;
      if (!response.reason.empty()) text += ": " + response.reason;
      return text;
    }
    case Outcome::not_from_service:
      return fmt::format("{} from something between us and the service", response.status);
    case Outcome::unreadable:
      break;
  }
  return fmt::format("{} with an answer that cannot be read{}", response.status,
                     response.reason.empty() ? "" : ": " + response.reason);
}

}  // namespace closecheck
