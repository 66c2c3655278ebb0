// What a request asks of which job: the abstract question that the job's oracle hears.
#include <algorithm>

#include "closecheck/vocabulary/path.h"
#include "model/judge_core.h"

namespace closecheck::model {
namespace {

/// A path below the API's base: `/_xpack/ml/anomaly_detectors/ID/VERB`, or the same of datafeeds.
struct ApiPath {
  std::string kind;  // empty: a path of something else
  std::string id;
  std::string verb;      // the last segment; empty: none
  bool is_deep = false;  // of something below the job: a result, a snapshot
};

ApiPath read_path(std::string_view path) {
  const std::vector<std::string> segments = split_path(path);
  std::size_t next = 0;
  if (next < segments.size() && segments[next] == "_xpack") ++next;
  if (next + 1 >= segments.size() || (segments[next] != "ml" && segments[next] != "_ml")) return {};
  ApiPath read;
  read.kind = segments[next + 1];
  next += 2;
  if (next < segments.size()) read.id = segments[next++];
  read.is_deep = segments.size() > next + 1;
  if (next < segments.size()) read.verb = segments.back();
  return read;
}

bool is_always_accepted(std::string_view parameter) {
  return parameter == "pretty" || parameter == "human" || parameter == "error_trace" || parameter == "filter_path" ||
         parameter == "format";
}

RequestKind ask_of_verb(std::string_view verb) {
  if (verb == "_open") return RequestKind::open;
  if (verb == "_data") return RequestKind::post;
  if (verb == "_flush") return RequestKind::flush;
  if (verb == "_update") return RequestKind::update;
  if (verb == "_revert") return RequestKind::revert;
  return RequestKind::invalid;
}

/// Whether a scripted or recorded request says more, or may say more, than its operation carries: a parameter that is
/// not one of these, a body.
bool says_more(const Request& request, std::initializer_list<std::string_view> carried = {}) {
  const RawRequest* const sent = request.as_sent.get();
  if (sent == nullptr) return false;
  return !sent->body.empty() || !sent->body_known || std::ranges::any_of(sent->query, [&](const auto& parameter) {
    return !is_always_accepted(parameter.first) && std::ranges::find(carried, parameter.first) == carried.end();
  });
}

/// Whether a recorded or scripted reading names one result in its path.
bool asks_for_one(const Request& request) {
  if (request.as_sent == nullptr) return false;
  const std::vector<std::string> path = split_path(request.as_sent->path);
  return !path.empty() && path.back() != "buckets" && path.back() != "records" && path.back() != "model_snapshots";
}

/// Whether begin and end of a datafeed are those of its operation: they may stand in a body that nobody knows, or be
/// said by the clock (`now`).
bool says_when(const Request& request, const StartDatafeed& start) {
  if (request.as_sent == nullptr) return true;
  const auto is_left = [&](std::string_view name, const std::optional<std::int64_t>& at) {
    const auto& query = request.as_sent->query;
    return !at && std::ranges::any_of(query, [&](const auto& it) { return it.first == name && !it.second.empty(); });
  };
  const bool in_body = !start.end_ms && !request.as_sent->body.empty();
  return request.as_sent->body_known && !in_body && !is_left("start", start.start_ms) && !is_left("end", start.end_ms);
}

/// Whether a page reaches farther than the product's searches go: it may be refused in any way.
bool is_beyond_window(const std::optional<int>& from, const std::optional<int>& size) {
  return std::int64_t{from.value_or(0)} + size.value_or(100) > 10'000;
}

struct TimeRange {
  std::int64_t oldest_ms = INT64_MAX;
  std::int64_t newest_ms = INT64_MIN;
};

TimeRange times_of(const Exchange& exchange) {
  TimeRange range;
  if (const auto* post = std::get_if<PostData>(&exchange.request->operation)) {
    for (const Record& record : post->records) {
      if (record.time_ms == Record::kInvalidTime) continue;
      range.oldest_ms = std::min(range.oldest_ms, record.time_ms);
      range.newest_ms = std::max(range.newest_ms, record.time_ms);
    }
  }
  return range;
}

}  // namespace

/// Whether the job may come to be in a group that the expression names: its creation is under way, or may arrive yet.
bool JudgeCore::may_join(const JobFile& job, std::string_view part) const {
  const auto named = [part](const std::string& group) { return glob_matches(part, group); };
  return std::ranges::any_of(job.lost_groups, named) || std::ranges::any_of(open_, [&](std::size_t number) {
           const auto* create = std::get_if<CreateJob>(&exchange_of(number).request->operation);
           return create != nullptr && create->job == job.name && std::ranges::any_of(create->config.groups, named);
         });
}

/// Whether a close of several jobs without an answer names what is only being created now.
bool JudgeCore::is_awaited_by_close(const CreateJob& create) const {
  return std::ranges::any_of(loose_, [&](std::size_t number) {
    const std::string& expression = job_of(exchange_of(number).request->operation);
    for (std::string_view rest = expression; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view part = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (part == "_all" || glob_matches(part, create.job)) return true;
      for (const std::string& group : create.config.groups)
        if (glob_matches(part, group)) return true;
    }
    return false;
  });
}

bool JudgeCore::is_expression(std::string_view text) const {
  bool is_group = false;
  for (std::size_t i = 0; i < job_count_; ++i) {
    const JobFile& job = job_at(i);
    if (job.name == text && (options_.knows_every_job ? job.may_exist() : job.is_job)) return false;
    is_group = is_group || std::ranges::find(job.groups, text) != job.groups.end() || may_join(job, text);
  }
  return is_group || names_several(text) || may_have_other_groups();
}

bool JudgeCore::may_have_other_groups() const {
  // Before 6.1 there were none.
  if (options_.knows_every_job || options_.profile == Profile::xpack_5_4) return false;
  for (std::size_t i = 0; i < job_count_; ++i)
    if (job_at(i).may_be_in_any_group()) return true;
  return false;
}

void JudgeCore::add_target(Exchange& exchange, const std::string& job) {
  targets_.push_back(job_named(job).index);
  ++exchange.target_count;
}

void JudgeCore::add_matching(Exchange& exchange, const std::string& expression) {
  std::string_view rest = expression;
  std::vector<std::uint32_t> found;
  const bool may_mean_others = may_have_other_groups();
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    bool any = false;
    for (std::size_t i = 0; i < job_count_; ++i) {
      const JobFile& job = job_at(i);
      if (!job.may_exist()) continue;
      if (!job.is_meant_by(part)) {
        const bool joins = may_join(job, part);
        if (!joins && !(may_mean_others && job.may_be_in_any_group())) continue;
        if (joins) exchange.question.concerns = Concerns::perhaps;
      }
      any = true;
      const auto index = static_cast<std::uint32_t>(i);
      if (std::ranges::find(found, index) == found.end()) found.push_back(index);
    }
    if (!any && part != "_all" && part.find('*') == std::string_view::npos) exchange.names_unknown_job = true;
  }
  for (const std::uint32_t index : found) targets_.push_back(index);
  exchange.target_count += static_cast<std::uint32_t>(found.size());
}

void JudgeCore::project_close(Exchange& exchange, const CloseJob& close) {
  const Profile profile = options_.profile;
  exchange.is_close = true;
  exchange.without_id = close.job.empty();
  exchange.force = read_boolean(close.force, profile);
  exchange.timeout = read_time(close.timeout);
  exchange.bad_timeout = exchange.timeout.reading == TimeReading::refused;
  exchange.odd_force = close.force && *close.force != "true";
  // The name of a part of the path is known, though it says nothing in a query.
  const auto is_job_id = [](const auto& parameter) { return parameter.first == "job_id"; };
  const bool says_job_id = std::ranges::any_of(close.other, is_job_id);
  exchange.unknown_parameter =
      std::ranges::any_of(close.other,
                          [&](const auto& parameter) {
                            return !is_always_accepted(parameter.first) && !is_job_id(parameter) &&
                                   (profile == Profile::xpack_5_4 || parameter.first != "allow_no_jobs");
                          }) ||
      (profile == Profile::xpack_5_4 && close.allow_no_jobs);

  Question& question = exchange.question;
  const bool forces = exchange.force == BooleanReading::is_true || exchange.force == BooleanReading::refused;
  exchange.meant = forces ? RequestKind::force_close : RequestKind::close;
  question.kind = exchange.meant;
  question.has_timeout = true;
  question.may_be_refused = says_job_id || exchange.unknown_parameter || exchange.wrong_method ||
                            exchange.timeout.reading == TimeReading::unsettled;
  // In another spelling it may be read as a force, as none, or be refused: the dialect decides, not the lifecycle. A
  // forced close covers what a normal one may do.
  if (exchange.odd_force && *close.force != "false") {
    question.kind = RequestKind::force_close;
    question.may_be_refused = true;
  }
  if (exchange.bad_timeout) question.kind = RequestKind::invalid;
  if (options_.secured && exchange.unprivileged && !exchange.wrong_method) question.kind = RequestKind::invalid;
  if (exchange.without_id) return;
  exchange.expression = is_expression(close.job);
  if (!exchange.expression) return add_target(exchange, close.job);
  question.may_be_refused = true;
  question.concerns = Concerns::if_it_exists;
  add_matching(exchange, close.job);
}

void JudgeCore::project_raw(Exchange& exchange, const RawRequest& raw) {
  const ApiPath path = read_path(raw.path);
  const bool reads = raw.method == "GET" || raw.method == "HEAD" || raw.method == "OPTIONS";
  if (path.kind != "anomaly_detectors") return;
  const bool closes = (path.verb == "_close" && !path.is_deep) || (path.verb.empty() && path.id == "_close");
  if (closes) {
    if (raw.method == "HEAD" || raw.method == "OPTIONS") return;
    exchange.wrong_method = raw.method != "POST";
    CloseJob close;
    if (!path.verb.empty()) close.job = path.id;
    for (const auto& [key, value] : raw.query) {
      if (key == "force")
        close.force = value;
      else if (key == "timeout")
        close.timeout = value;
      else if (key == "allow_no_jobs")
        close.allow_no_jobs = value;
      else
        close.other.emplace_back(key, value);
    }
    project_close(exchange, close);
    // A body or another oddity of form may be refused as well.
    exchange.question.may_be_refused = true;
    return;
  }
  if (reads || path.id.empty() || is_expression(path.id)) return;
  if (path.is_deep && path.verb != "_revert") return;
  if (path.verb.empty()) {
    exchange.meant = raw.method == "DELETE" ? RequestKind::force_remove
                     : raw.method == "PUT"  ? RequestKind::create
                                            : RequestKind::update;
  } else {
    exchange.meant = ask_of_verb(path.verb);
  }
  if (exchange.meant == RequestKind::invalid) return;  // a verb that the lifecycle does not know
  exchange.question = {.kind = exchange.meant, .records = 0, .has_timeout = true, .may_be_refused = true};
  add_target(exchange, path.id);
}

void JudgeCore::book_raw(const Exchange& exchange, const RawRequest& raw) {
  if (raw.method == "GET" || raw.method == "HEAD" || raw.method == "OPTIONS") return;
  const ApiPath path = read_path(raw.path);
  if (path.kind == "datafeeds") give_up_feed(exchange, path.id);
  if (path.kind.empty()) lose_documents(raw);
}

/// What a request that cannot be read makes of a datafeed, and so of its job, is not known.
void JudgeCore::give_up_feed(const Exchange& exchange, const std::string& feed) {
  if (const FeedFile* file = find_feed(feed))
    give_up_job(job_named(file->job), cite(exchange.number) + " does to a datafeed what cannot be read");
}

/// A request of no type may write documents, and of its index only the name in its path is known.
void JudgeCore::lose_documents(const RawRequest& raw) {
  const std::vector<std::string> path = split_path(raw.path);
  if (path.empty() || path.front() == "_xpack" || path.front() == "_cluster") return;
  for (const std::string_view harmless : {"_search", "_count", "_refresh"})
    if (path.back() == harmless) return;
  const bool of_one = !path.front().starts_with('_') && path.front().find_first_of("*,") == std::string::npos;
  if (of_one) {
    index_named(path.front()).lost = true;
    return;
  }
  documents_lost_ = true;
  for (IndexFile& index : indexes_) index.lost = true;
}

void JudgeCore::project(Exchange& exchange) {
  exchange.first_target = static_cast<std::uint32_t>(targets_.size());
  exchange.target_count = 0;
  const Principal who = exchange.request->who;
  exchange.unauthenticated = who == Principal::anonymous || who == Principal::wrong_password;
  exchange.unprivileged = !may_manage_jobs(who);
  const bool barred = options_.secured && exchange.unprivileged;

  Question& question = exchange.question;
  const auto ask = [&](RequestKind what, const std::string& job) {
    exchange.meant = what;
    question.kind = what;
    question.may_be_refused = barred;
    // Who takes one job has none of such a name.
    if (!names_several(job)) add_target(exchange, job);
  };
  const auto ask_of_feed = [&](RequestKind what, const std::string& feed) {
    if (const FeedFile* file = find_feed(feed)) ask(what, file->job);
  };
  const auto ask_for_page = [&](const std::string& job, const std::optional<int>& from,
                                const std::optional<int>& size) {
    if (is_beyond_window(from, size)) return;
    ask(RequestKind::read_results, job);
    exchange.is_part = asks_for_one(*exchange.request) || says_more(*exchange.request, {"from", "size"});
    if (exchange.is_part || from.value_or(0) < 0 || size.value_or(1) < 0) question.may_be_refused = true;
  };
  const Operation& operation = exchange.request->operation;
  const bool body_known = is_body_known(*exchange.request);
  if (const auto* post = std::get_if<PostData>(&operation)) {
    ask(RequestKind::post, post->job);
    if (exchange.target_count == 0) return;
    JobFile& job = job_at(targets_.back());
    exchange.newest_before_ms = job.ledger.newest_lo_ms();
    question.records = post->malformed ? 0 : job.ledger.processed_of(post->records);
    // A body that is empty or breaks off may be refused, and nobody says how much of it counts; nor of one that the
    // recording does not have.
    if (post->malformed || post->records.empty()) question.may_be_refused = true;
    if ((post->malformed && !post->records.empty()) || !body_known) job.ledger.blur_counts();
  } else if (const auto* stats = std::get_if<JobStats>(&operation)) {
    if (is_expression(stats->job) || stats->job.empty()) {
      exchange.meant = question.kind = RequestKind::stats;
      exchange.expression = true;
      question.may_be_refused = true;
      add_matching(exchange, stats->job.empty() ? "_all" : stats->job);
    } else {
      ask(RequestKind::stats, stats->job);
    }
  } else if (const auto* close = std::get_if<CloseJob>(&operation)) {
    project_close(exchange, *close);
  } else if (const auto* open = std::get_if<OpenJob>(&operation)) {
    ask(RequestKind::open, open->job);
    question.has_timeout = true;
    question.may_be_refused = question.may_be_refused || says_more(*exchange.request);
  } else if (const auto* create = std::get_if<CreateJob>(&operation)) {
    ask(RequestKind::create, create->job);
  } else if (const auto* get = std::get_if<GetJob>(&operation)) {
    if (!is_expression(get->job) && !get->job.empty()) ask(RequestKind::get, get->job);
  } else if (const auto* update = std::get_if<UpdateJob>(&operation)) {
    ask(RequestKind::update, update->job);
  } else if (const auto* remove = std::get_if<DeleteJob>(&operation)) {
    const bool forces = read_boolean(remove->force, options_.profile) == BooleanReading::is_true;
    ask(forces ? RequestKind::force_remove : RequestKind::remove, remove->job);
    question.may_be_refused = barred || remove->force.has_value();
  } else if (const auto* flush = std::get_if<FlushJob>(&operation)) {
    ask(RequestKind::flush, flush->job);
    question.may_be_refused = barred || says_more(*exchange.request, {"calc_interim"}) ||
                              read_boolean(flush->calc_interim, options_.profile) == BooleanReading::refused;
  } else if (const auto* buckets = std::get_if<GetBuckets>(&operation)) {
    ask_for_page(buckets->job, buckets->from, buckets->size);
  } else if (const auto* records = std::get_if<GetRecords>(&operation)) {
    ask_for_page(records->job, records->from, records->size);
  } else if (const auto* snapshots = std::get_if<GetSnapshots>(&operation)) {
    ask(RequestKind::read_results, snapshots->job);
    exchange.is_part = asks_for_one(*exchange.request) || says_more(*exchange.request);
  } else if (const auto* revert = std::get_if<RevertSnapshot>(&operation)) {
    ask(RequestKind::revert, revert->job);
  } else if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
    ask(RequestKind::create_feed, feed->job);
    // The name may be taken by a feed of another job.
    const FeedFile* file = find_feed(feed->feed);
    if (file != nullptr && file->job != feed->job) question.may_be_refused = true;
  } else if (const auto* start = std::get_if<StartDatafeed>(&operation)) {
    const FeedFile* file = find_feed(start->feed);
    if (!says_when(*exchange.request, *start) || (file != nullptr && !file->reads_everything))
      return give_up_feed(exchange, start->feed);
    ask_of_feed(start->end_ms ? RequestKind::start_feed : RequestKind::start_endless_feed, start->feed);
    question.records = records_of_feed(start->feed, *start);
  } else if (const auto* stop = std::get_if<StopDatafeed>(&operation)) {
    ask_of_feed(RequestKind::stop_feed, stop->feed);
  } else if (const auto* remove_feed = std::get_if<DeleteDatafeed>(&operation)) {
    ask_of_feed(RequestKind::remove_feed, remove_feed->feed);
  } else if (const auto* feed_stats = std::get_if<DatafeedStats>(&operation)) {
    ask_of_feed(RequestKind::feed_stats, feed_stats->feed);
  } else if (const auto* raw = std::get_if<RawRequest>(&operation)) {
    project_raw(exchange, *raw);
  }
  exchange.asks_job = exchange.target_count > 0;
}

void JudgeCore::meet_others(Exchange& exchange, JobFile& job) {
  if (job.open_requests == 0) return;
  const bool changes = !is_read(exchange.meant);
  for (const std::size_t number : open_) {
    Exchange& other = exchange_of(number);
    const auto targets = targets_of(other);
    if (other.number == exchange.number || std::ranges::find(targets, job.index) == targets.end()) continue;
    const bool other_changes = !is_read(other.meant);
    if (changes) other.quiet = false;
    if (other_changes) exchange.quiet = false;
    if (!changes || !other_changes) continue;
    other.overlapped = exchange.overlapped = true;
    if (exchange.is_close) other.met_close = true;
    if (other.is_close) exchange.met_close = true;
    if (exchange.meant != RequestKind::post || other.meant != RequestKind::post) continue;
    const TimeRange mine = times_of(exchange);
    const TimeRange theirs = times_of(other);
    exchange.others_newest_ms = std::max(exchange.others_newest_ms, theirs.newest_ms);
    other.others_newest_ms = std::max(other.others_newest_ms, mine.newest_ms);
    // Whichever comes second has its older records dropped.
    if (mine.oldest_ms < theirs.newest_ms || theirs.oldest_ms < mine.newest_ms) job.ledger.blur_counts();
  }
}

}  // namespace closecheck::model
