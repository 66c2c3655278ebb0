// Datafeeds, the index store that they read, and what is neither job nor feed.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "in_process/answers.h"
#include "in_process/core.h"
#include "in_process/values.h"

namespace closecheck::sut {
namespace {

constexpr std::int64_t kEndOfTime = std::numeric_limits<std::int64_t>::max();

Response unknown_feed(const std::string& feed) {
  return not_found(fmt::format("No datafeed with id [{}] exists", feed));
}

Response unknown_index(const std::string& index) {
  return refused(404, "index_not_found_exception", "no such index [" + index + "]");
}

}  // namespace

Core::Answer Core::on(const CreateIndex& ask, Principal who, Token) {
  if (manner_.security && who != Principal::setup) return forbidden("admin/create", who);
  if (find_index(ask.index) != nullptr)
    return refused(400, manner_.is_5_4() ? "index_already_exists_exception" : "resource_already_exists_exception",
                   fmt::format("index [{}] already exists", ask.index));
  indices_.emplace_back(ask.index);
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const DeleteIndex& ask, Principal who, Token) {
  if (manner_.security && who != Principal::setup) return forbidden("admin/delete", who);
  if (find_index(ask.index) == nullptr) return unknown_index(ask.index);
  std::erase_if(indices_, [&](const Index& index) { return index.name() == ask.index; });
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const IndexDocuments& ask, Principal who, Token) {
  if (manner_.security && who != Principal::setup) return forbidden("data/write/bulk", who);
  if (find_index(ask.index) == nullptr) indices_.emplace_back(ask.index);
  Index* index = find_index(ask.index);
  index->add(ask.records);
  if (ask.refresh) refresh(*index);
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const RefreshIndex& ask, Principal who, Token) {
  if (manner_.security && who != Principal::setup) return forbidden("admin/refresh", who);
  Index* index = find_index(ask.index);
  if (index == nullptr) return unknown_index(ask.index);
  refresh(*index);
  return accepted(Acknowledged{});
}

void Core::refresh(Index& index) {
  index.refresh();
  // A feed that follows in real time looks again when there is something new; until then it sleeps.
  for (Datafeed& feed : feeds_)
    if (feed.started && feed.index == index.name()) feed.due = std::min(feed.due, now_ + Datafeed::kFollowPause);
}

Core::Answer Core::on(const CreateDatafeed& ask, Principal who, Token) {
  if (!may_manage(who)) return forbidden("admin/xpack/ml/datafeeds/put", who);
  if (!is_valid_id(ask.feed)) return bad_request(fmt::format("Invalid datafeed_id; '{}' is no id", ask.feed));
  if (find_job(ask.job) == nullptr) return unknown_job(manner_, ask.job);
  if (find_feed(ask.feed) != nullptr)
    return refused(400, "resource_already_exists_exception",
                   fmt::format("A datafeed with id [{}] already exists", ask.feed));
  if (const Datafeed* other = feed_of(ask.job))
    return conflict(fmt::format("A datafeed [{}] already exists for job [{}]", other->id, ask.job));
  Datafeed feed;
  feed.id = ask.feed;
  feed.job = ask.job;
  feed.index = ask.index;
  feeds_.push_back(std::move(feed));
  return accepted(DatafeedDescriptionList{1, {{ask.feed, ask.job}}});
}

Core::Answer Core::on(const GetDatafeed& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/datafeeds/get", who);
  DatafeedDescriptionList list;
  for (const Datafeed& feed : feeds_)
    if (ask.feed == "_all" || ask.feed.empty() || feed.id == ask.feed) list.feeds.push_back({feed.id, feed.job});
  if (list.feeds.empty() && ask.feed != "_all" && !ask.feed.empty()) return unknown_feed(ask.feed);
  list.count = static_cast<std::int64_t>(list.feeds.size());
  return accepted(std::move(list));
}

Core::Answer Core::on(const DatafeedStats& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/datafeeds/stats/get", who);
  DatafeedStatisticsList list;
  for (const Datafeed& feed : feeds_)
    if (ask.feed == "_all" || ask.feed.empty() || feed.id == ask.feed)
      list.feeds.push_back({feed.id, feed.started ? "started" : "stopped"});
  if (list.feeds.empty() && ask.feed != "_all" && !ask.feed.empty()) return unknown_feed(ask.feed);
  list.count = static_cast<std::int64_t>(list.feeds.size());
  return accepted(std::move(list));
}

Core::Answer Core::on(const StartDatafeed& ask, Principal who, Token) {
  if (ask.end_ms && ask.start_ms.value_or(0) >= *ask.end_ms)
    return bad_request(fmt::format("start [{}] must be earlier than end [{}]", ask.start_ms.value_or(0), *ask.end_ms));
  if (!may_manage(who)) return forbidden("admin/xpack/ml/datafeed/start", who);
  Datafeed* feed = find_feed(ask.feed);
  if (feed == nullptr) return unknown_feed(ask.feed);
  const Job* job = find_job(feed->job);
  if (job == nullptr) return unknown_job(manner_, feed->job);
  if (feed->started)
    return conflict(fmt::format("cannot start datafeed [{}] because it has already been started", ask.feed));
  if (job->state() != JobState::opened) {
    const std::string_view state = job->state() == JobState::closed && manner_.is_5_4() ? "hasn't been opened" : "";
    return conflict(fmt::format("cannot start datafeed [{}] because job [{}] {}", ask.feed, job->id(),
                                state.empty() ? fmt::format("is {}", name(job->state())) : std::string(state)));
  }
  if (find_index(feed->index) == nullptr) return unknown_index(feed->index);
  feed->started = true;
  feed->end_ms = ask.end_ms;
  feed->next_ms = ask.start_ms.value_or(0);
  if (job->counts().latest_record_ms) feed->next_ms = std::max(feed->next_ms, *job->counts().latest_record_ms + 1);
  feed->due = now_ + Datafeed::kChunkPause;
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const StopDatafeed& ask, Principal who, Token) {
  bool forced = false;
  if (auto refusal = read_flag(ask.force, false, forced)) return refusal;
  if (!may_manage(who)) return forbidden("admin/xpack/ml/datafeed/stop", who);
  Datafeed* feed = find_feed(ask.feed);
  if (feed == nullptr) return unknown_feed(ask.feed);
  if (!feed->started) {
    if (!manner_.is_5_4()) return accepted(Acknowledged{});
    return conflict(fmt::format("Cannot stop datafeed [{}] because it has already been stopped", ask.feed));
  }
  end_feed(*feed, false);
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const DeleteDatafeed& ask, Principal who, Token) {
  bool forced = false;
  if (auto refusal = read_flag(ask.force, false, forced)) return refusal;
  if (!may_manage(who)) return forbidden("admin/xpack/ml/datafeeds/delete", who);
  Datafeed* feed = find_feed(ask.feed);
  if (feed == nullptr) return unknown_feed(ask.feed);
  if (feed->started && !forced)
    return conflict(fmt::format("Cannot delete datafeed [{}] while its status is started", ask.feed));
  if (feed->started) end_feed(*feed, false);
  std::erase_if(feeds_, [&](const Datafeed& other) { return other.id == ask.feed; });
  return accepted(Acknowledged{});
}

void Core::run_feeds() {
  for (Datafeed& feed : feeds_)
    if (feed.due <= now_) run_feed(feed);
}

void Core::run_feed(Datafeed& feed) {
  feed.due = kNever;
  Job* job = find_job(feed.job);
  if (job == nullptr || job->state() != JobState::opened) {
    // Nobody takes the data any more; a job that is not open needs no close either.
    feed.started = false;
    return;
  }
  const Index* index = find_index(feed.index);
  const std::vector<Record> found =
      index == nullptr ? std::vector<Record>{}
                       : index->search(feed.next_ms, feed.end_ms.value_or(kEndOfTime), Datafeed::kChunkDocuments);
  if (!found.empty()) {
    job->post(manner_, found);
    feed.next_ms = found.back().time_ms + 1;
    feed.due = now_ + Datafeed::kChunkPause;
    return;
  }
  if (!feed.end_ms) return;
  if (*feed.end_ms <= wall_ms())
    end_feed(feed, true);
  else
    feed.due = (*feed.end_ms - wall_start_ms_) > kNever / kMillisecond ? kNever
                                                                       : (*feed.end_ms - wall_start_ms_) * kMillisecond;
}

void Core::end_feed(Datafeed& feed, bool at_its_end) {
  feed.started = false;
  feed.due = kNever;
  if (!feed.end_ms) return;
  if (manner_.deviates(at_its_end ? Deviation::ended_datafeed_leaves_job_open
                                  : Deviation::stopped_datafeed_leaves_job_open))
    return;
  Job* job = find_job(feed.job);
  if (job == nullptr || job->state() != JobState::opened) return;
  begin_close(*job);
  if (manner_.deviates(Deviation::answers_before_housekeeping)) job->read_closed_early(now_);
}

Core::Answer Core::on(const GetRoot&, Principal, Token) {
  return accepted(ServerInfo{"closecheck", manner_.is_5_4() ? "5.4.3" : "6.3.2"});
}

Core::Answer Core::on(const Authenticate&, Principal who, Token) {
  return accepted(Identity{std::string(manner_.security ? name(who) : "anonymous")});
}

Core::Answer Core::on(const HasPrivileges&, Principal who, Token) {
  PrivilegeList list;
  const bool manages = may_manage(who);
  list.privileges = {{"manage", manages && (!manner_.security || who != Principal::manage_ml)},
                     {"manage_ml", manages},
                     {"monitor_ml", may_read(who)}};
  return accepted(std::move(list));
}

Core::Answer Core::on(const RawRequest& ask, Principal, Token) {
  return bad_request(fmt::format("No handler found for uri [{}] and method [{}]", ask.path, ask.method));
}

}  // namespace closecheck::sut
