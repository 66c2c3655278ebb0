// Datafeeds.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "http/service_answers.h"
#include "in_process/answers.h"
#include "in_process/core.h"
#include "in_process/values.h"

namespace closecheck::sut {
namespace {

constexpr std::int64_t kEndOfTime = std::numeric_limits<std::int64_t>::max();

Response unknown_feed(const std::string& feed) {
  return not_found(fmt::format("No datafeed with id [{}] exists", feed));
}

}  // namespace

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
  if (const auto* options = detail<FeedOptions>()) feed.options = *options;
  feeds_.push_back(std::move(feed));
  if (details_ != nullptr) return wire::tell_feed(feeds_.back(), manner_.profile);
  return accepted(DatafeedDescriptionList{1, {{ask.feed, ask.job}}});
}

Core::Answer Core::more(const UpdateDatafeed& ask, Principal who) {
  if (!may_manage(who)) return forbidden("admin/xpack/ml/datafeeds/update", who);
  Datafeed* feed = find_feed(ask.feed);
  if (feed == nullptr) return unknown_feed(ask.feed);
  if (feed->started) return conflict(fmt::format("Cannot update datafeed [{}] while its status is started", ask.feed));
  const FeedOptions& change = ask.options;
  if (!change.job.empty() && change.job != feed->job) {
    if (find_job(change.job) == nullptr) return unknown_job(manner_, change.job);
    if (const Datafeed* other = feed_of(change.job))
      return conflict(fmt::format("A datafeed [{}] already exists for job [{}]", other->id, change.job));
    feed->job = change.job;
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
  return wire::tell_feed(*feed, manner_.profile);
}

std::optional<Response> Core::select_feeds(const std::string& expression, std::vector<Datafeed*>& feeds) {
  const bool all = expression.empty() || expression == "_all" || (expression == "*" && !manner_.is_5_4());
  std::string_view rest = expression;
  while (true) {
    const std::size_t comma = manner_.is_5_4() ? std::string_view::npos : rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const bool wild = !manner_.is_5_4() && item.find('*') != std::string_view::npos;
    bool found = all || wild;
    for (Datafeed& feed : feeds_) {
      if (!all && feed.id != item && !(wild && matches_wildcard(item, feed.id))) continue;
      feeds.push_back(&feed);
      found = true;
    }
    if (!found) return unknown_feed(std::string(item));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  const auto* options = detail<ListOptions>();
  if (feeds.empty() && options != nullptr && !options->allow_none) return unknown_feed(expression);
  std::ranges::sort(feeds, {}, &Datafeed::id);
  feeds.erase(std::unique(feeds.begin(), feeds.end()), feeds.end());
  return std::nullopt;
}

Core::Answer Core::on(const GetDatafeed& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/datafeeds/get", who);
  std::vector<Datafeed*> feeds;
  if (auto refusal = select_feeds(ask.feed, feeds)) return refusal;
  if (details_ != nullptr) return wire::tell_feeds(feeds, manner_.profile);
  DatafeedDescriptionList list;
  for (const Datafeed* feed : feeds) list.feeds.push_back({feed->id, feed->job});
  list.count = static_cast<std::int64_t>(list.feeds.size());
  return accepted(std::move(list));
}

Core::Answer Core::on(const DatafeedStats& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/datafeeds/stats/get", who);
  std::vector<Datafeed*> feeds;
  if (auto refusal = select_feeds(ask.feed, feeds)) return refusal;
  if (details_ != nullptr) return wire::tell_feed_statistics(feeds);
  DatafeedStatisticsList list;
  for (const Datafeed* feed : feeds) list.feeds.push_back({feed->id, feed->started ? "started" : "stopped"});
  list.count = static_cast<std::int64_t>(list.feeds.size());
  return accepted(std::move(list));
}

Core::Answer Core::on(const StartDatafeed& ask, Principal who, Token) {
  std::int64_t start_ms = ask.start_ms.value_or(0);
  std::optional<std::int64_t> end_ms = ask.end_ms;
  if (const auto* options = detail<StartOptions>()) {
    if (options->start_after_now_ms) start_ms = wall_ms() + *options->start_after_now_ms;
    if (options->end_after_now_ms) end_ms = wall_ms() + *options->end_after_now_ms;
  }
  if (end_ms && start_ms >= *end_ms)
    return bad_request(fmt::format("start [{}] must be earlier than end [{}]", start_ms, *end_ms));
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
  if (feed->options.indices.size() <= 1 && feed->index.find('*') == std::string::npos &&
      find_index(feed->index) == nullptr)
    return unknown_index(feed->index);
  feed->started = true;
  feed->end_ms = end_ms;
  feed->next_ms = start_ms;
  if (job->counts().latest_record_ms) feed->next_ms = std::max(feed->next_ms, *job->counts().latest_record_ms + 1);
  feed->due = now_ + Datafeed::kChunkPause;
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const StopDatafeed& ask, Principal who, Token) {
  bool forced = false;
  if (auto refusal = read_flag(ask.force, false, forced)) return refusal;
  if (!may_manage(who)) return forbidden("admin/xpack/ml/datafeed/stop", who);
  std::vector<Datafeed*> feeds;
  if (auto refusal = select_feeds(ask.feed, feeds)) return refusal;
  if (feeds.size() == 1 && !feeds.front()->started && manner_.is_5_4())
    return conflict(fmt::format("Cannot stop datafeed [{}] because it has already been stopped", feeds.front()->id));
  for (Datafeed* feed : feeds)
    if (feed->started) end_feed(*feed, false);
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
  if (read_chunk(feed, *job)) {
    feed.due = now_ + Datafeed::kChunkPause;
    return;
  }
  if (!feed.end_ms) {
    // What is there so far is to be seen, as there may be nothing new for long.
    if (!feed.options.indices.empty()) job->flush(manner_, false);
    return;
  }
  if (*feed.end_ms <= wall_ms())
    end_feed(feed, true);
  else
    feed.due = (*feed.end_ms - wall_start_ms_) > kNever / kMillisecond ? kNever
                                                                       : (*feed.end_ms - wall_start_ms_) * kMillisecond;
}

bool Core::read_chunk(Datafeed& feed, Job& job) {
  const std::int64_t end_ms = feed.end_ms.value_or(kEndOfTime);
  std::vector<const Document*> found;
  std::int64_t bound_ms = kEndOfTime;  // documents behind it may still have others before them
  const auto search = [&](Index& index) {
    const auto more = index.search(job.plan().time_field, feed.next_ms, end_ms, Datafeed::kChunkDocuments);
    if (more.size() >= Datafeed::kChunkDocuments) bound_ms = std::min(bound_ms, more.back()->time_ms);
    found.insert(found.end(), more.begin(), more.end());
  };
  if (feed.options.indices.empty()) {
    if (Index* index = find_index(feed.index)) search(*index);
  }
  for (const std::string& expression : feed.options.indices)
    for (Index* index : indices_named(expression)) search(*index);
  if (found.empty()) return false;
  std::erase_if(found, [bound_ms](const Document* document) { return document->time_ms > bound_ms; });
  std::ranges::stable_sort(found, {}, &Document::time_ms);
  feed.next_ms = found.back()->time_ms + 1;
  if (feed.options.query && !feed.options.query->field.empty())
    std::erase_if(found, [&](const Document* document) { return !fits(*document, *feed.options.query); });
  job.post_events(manner_, events_of_documents(found, job.plan()), wall_ms());
  return true;
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

}  // namespace closecheck::sut
