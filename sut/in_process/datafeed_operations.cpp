#include "in_process/datafeed_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "in_process/answers.h"
#include "in_process/close_order.h"
#include "in_process/job_configuration.h"
#include "in_process/privileges.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

FeedDetails::Feed details_of(const Datafeed& feed) {
  const std::vector<std::string>& indices = feed.options.indices;
  return {indices.empty() ? std::vector<std::string>{feed.index} : indices, feed.options.members};
}

/// A limit of -1 is none.
void drop_unlimited(Members& members) {
  std::erase_if(members,
                [](const auto& member) { return member.first == "max_empty_searches" && member.second == "-1"; });
}

/// One datafeed by itself.
ServiceAnswer show(const Turn& turn, const Datafeed& feed) {
  return turn.tell(accepted(DatafeedDescriptionList{1, {{feed.id, feed.job}}}), [&] {
    return FeedDetails{{details_of(feed)}, true};
  });
}

}  // namespace

Answer DatafeedOperations::on(const CreateDatafeed& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/datafeeds/put")) return refusal;
  if (turn_.manner.varies(Variant::manage_ml_may_not_read_indices) && !may_use_indices(turn_.manner, turn_.who))
    return forbidden("indices:data/read/search", turn_.who);
  // Ids of datafeeds may be longer than those of jobs.
  if (!is_valid_id(std::string_view(ask.feed).substr(0, 64)) || !is_valid_id(ask.feed.substr(ask.feed.size() - 1)))
    return refused(400, "status_exception",
                   fmt::format("Invalid datafeed_id; '{}' can contain lowercase alphanumeric (a-z and 0-9), hyphens or "
                               "underscores; must start and end with alphanumeric",
                               ask.feed));
  if (jobs_.find(ask.job) == nullptr) return unknown_job(turn_.manner, ask.job);
  if (feeds_.find(ask.feed) != nullptr)
    return refused(400, "resource_already_exists_exception",
                   fmt::format("A datafeed with id [{}] already exists", ask.feed));
  if (const Datafeed* other = feeds_.of_job(ask.job))
    return conflict(fmt::format("A datafeed [{}] already exists for job [{}]", other->id, ask.job));
  Datafeed feed;
  feed.id = ask.feed;
  feed.job = ask.job;
  feed.index = ask.index;
  feed.options = turn_.detail_or_usual<FeedOptions>();
  drop_unlimited(feed.options.members);
  authorize(turn_, feed.options);
  return show(turn_, feeds_.add(std::move(feed)));
}

Answer DatafeedOperations::on(const UpdateDatafeed& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/datafeeds/update")) return refusal;
  Datafeed* feed = feeds_.find(ask.feed);
  if (feed == nullptr) return unknown_feed(ask.feed);
  if (feed->started) return conflict(fmt::format("Cannot update datafeed [{}] while its status is started", ask.feed));
  const FeedOptions& change = ask.options;
  bool moves = false;
  constexpr int kFixingMajor = 8;
  if (!change.job.empty() && change.job != feed->job && turn_.manner.profile->major >= kFixingMajor)
    return refused(400, "status_exception", "Datafeed's job_id cannot be changed");
  if (!change.job.empty() && change.job != feed->job) {
    if (jobs_.find(change.job) == nullptr) return unknown_job(turn_.manner, change.job);
    if (const Datafeed* other = feeds_.of_job(change.job))
      return conflict(fmt::format("A datafeed [{}] already exists for job [{}]", other->id, change.job));
    feed->job = change.job;
    moves = true;
  }
  if (!change.indices.empty()) {
    feed->options.indices = change.indices;
    feed->index = change.indices.front();
  }
  if (change.query) feed->options.query = change.query;
  for (const auto& member : change.members) {
    std::erase_if(feed->options.members, [&](const auto& kept) { return kept.first == member.first; });
    feed->options.members.push_back(member);
  }
  drop_unlimited(feed->options.members);
  authorize(turn_, feed->options);
  ServiceAnswer answer = show(turn_, *feed);
  if (moves && turn_.manner.profile->major >= 7)
    answer.warnings.emplace_back("The ability to update a datafeed's job_id is deprecated.");
  return answer;
}

Answer DatafeedOperations::refuse_missing_fields(const Datafeed& feed, const Job& job) {
  // Aggregations and scripts make fields of their own.
  for (const char* name : {"aggregations", "script_fields", "runtime_mappings"})
    if (std::ranges::find(feed.options.members, name, &Members::value_type::first) != feed.options.members.end())
      return std::nullopt;
  for (const std::string& field : fields_read_by(job))
    for (const std::string& expression : feed.options.indices)
      for (const Index* index : indices_.named(expression))
        if (!index->expected_fields().empty() && !index->has_field(field))
          return refused(
              400, "status_exception",
              fmt::format("datafeed [{}] cannot retrieve field [{}] because it has no mappings", feed.id, field));
  return std::nullopt;
}

Answer DatafeedOperations::on(const GetDatafeed& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/datafeeds/get", turn_.who);
  std::vector<Datafeed*> feeds;
  if (auto refusal = feeds_.select(turn_, ask.feed, feeds)) return refusal;
  DatafeedDescriptionList list;
  for (const Datafeed* feed : feeds) list.feeds.push_back({feed->id, feed->job});
  list.count = static_cast<std::int64_t>(list.feeds.size());
  return turn_.tell(accepted(std::move(list)), [&] {
    FeedDetails details;
    for (const Datafeed* feed : feeds) {
      details.feeds.push_back(details_of(*feed));
      details.feeds.back().exclude_generated = turn_.detail_or_usual<ListOptions>().exclude_generated;
    }
    return details;
  });
}

Answer DatafeedOperations::on(const DatafeedStats& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/datafeeds/stats/get", turn_.who);
  std::vector<Datafeed*> feeds;
  if (auto refusal = feeds_.select(turn_, ask.feed, feeds)) return refusal;
  DatafeedStatisticsList list;
  for (const Datafeed* feed : feeds) list.feeds.push_back({feed->id, feed->started ? "started" : "stopped"});
  list.count = static_cast<std::int64_t>(list.feeds.size());
  return turn_.tell(accepted(std::move(list)), [&] {
    FeedRuns runs;
    for (const Datafeed* feed : feeds) {
      FeedRuns::Feed& run = runs.feeds.emplace_back(FeedRuns::Feed{feed->job, feed->searches, "", "", !feed->end_ms});
      if (feed->started) (turn_.upgrading ? run.why_nowhere : run.node) = turn_.upgrading ? kUpgradeMode : "node-1";
    }
    return runs;
  });
}

Answer DatafeedOperations::on(const StartDatafeed& ask) {
  std::int64_t start_ms = ask.start_ms.value_or(0);
  std::optional<std::int64_t> end_ms = ask.end_ms;
  const StartOptions& options = turn_.detail_or_usual<StartOptions>();
  if (options.start_after_now_ms) start_ms = turn_.wall_ms() + *options.start_after_now_ms;
  if (options.end_after_now_ms) end_ms = turn_.wall_ms() + *options.end_after_now_ms;
  if (end_ms && start_ms >= *end_ms)
    return refused(400, "action_request_validation_exception",
                   fmt::format("Validation Failed: 1: start [{}] must be earlier than end [{}];", start_ms, *end_ms));
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/datafeed/start")) return refusal;
  Datafeed* feed = feeds_.find(ask.feed);
  if (feed == nullptr) return unknown_feed(ask.feed);
  const Job* job = jobs_.find(feed->job);
  if (job == nullptr) return unknown_job(turn_.manner, feed->job);
  if (feed->started)
    return conflict(fmt::format("cannot start datafeed [{}] because it has already been started", ask.feed));
  if (job->state() != JobState::opened) {
    const std::string_view state =
        job->state() == JobState::closed && !turn_.manner.profile->has_expressions ? "hasn't been opened" : "";
    return conflict(fmt::format("cannot start datafeed [{}] because job [{}] {}", ask.feed, job->id(),
                                state.empty() ? fmt::format("is {}", name(job->state())) : std::string(state)));
  }
  if (feed->options.indices.size() <= 1 && feed->index.find('*') == std::string::npos &&
      indices_.find(feed->index) == nullptr)
    return not_found(
        fmt::format("datafeed [{}] cannot retrieve data because index [{}] does not exist", feed->id, feed->index));
  if (auto refusal = refuse_missing_fields(*feed, *job)) return refusal;
  if (turn_.upgrading)
    return refused(429, "status_exception",
                   fmt::format("Could not start datafeed, allocation explanation [{}]", kUpgradeMode));
  if (!settings_.assigns_tasks())
    return refused(
        429, "status_exception",
        "Could not start datafeed, allocation explanation [no persistent task assignments are allowed due to "
        "cluster settings]");
  feed->started = true;
  feed->end_ms = end_ms;
  feed->next_ms = start_ms;
  if (job->analysis().counts().latest_record_ms)
    feed->next_ms = std::max(feed->next_ms, *job->analysis().counts().latest_record_ms + 1);
  feed->due = turn_.now + Datafeed::kChunkPause;
  return accepted(Acknowledged{});
}

Answer DatafeedOperations::on(const StopDatafeed& ask) {
  bool forced = false;
  if (auto refusal = read_flag(turn_.manner, ask.force, false, forced)) return refusal;
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/datafeed/stop")) return refusal;
  std::vector<Datafeed*> feeds;
  if (auto refusal = feeds_.select(turn_, ask.feed, feeds)) return refusal;
  if (feeds.size() == 1 && !feeds.front()->started && !turn_.manner.profile->stops_feed_twice)
    return conflict(fmt::format("Cannot stop datafeed [{}] because it has already been stopped", feeds.front()->id));
  const bool close_jobs = turn_.detail_or_usual<ListOptions>().close_jobs;
  for (Datafeed* feed : feeds) {
    if (!feed->started) continue;
    // A stop waits for the search that is under way, as the first one is from the start on.
    feed->searches = std::max<std::int64_t>(feed->searches, 1);
    runner_.end(*feed, false, close_jobs);
  }
  return accepted(Acknowledged{});
}

Answer DatafeedOperations::on(const DeleteDatafeed& ask) {
  bool forced = false;
  if (auto refusal = read_flag(turn_.manner, ask.force, false, forced)) return refusal;
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/datafeeds/delete")) return refusal;
  Datafeed* feed = feeds_.find(ask.feed);
  if (feed == nullptr) return unknown_feed(ask.feed);
  if (feed->started && !forced)
    return conflict(fmt::format("Cannot delete datafeed [{}] while its status is started", ask.feed));
  if (feed->started) runner_.end(*feed, false);
  feeds_.remove(ask.feed);
  return accepted(Acknowledged{});
}

}  // namespace closecheck::sut
