#include "judge/projection.h"

#include <algorithm>

#include "closecheck/vocabulary/job_expression.h"
#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::model {
namespace {

bool is_always_accepted(std::string_view parameter) {
  return parameter == "pretty" || parameter == "human" || parameter == "error_trace" || parameter == "filter_path" ||
         parameter == "format";
}

RequestKind kind_of_verb(std::string_view verb, std::string_view method) {
  if (verb == "_open") return RequestKind::open;
  if (verb == "_data") return RequestKind::post;
  // A forecast asks a job's process as a flush does, and is refused where that is.
  if (verb == "_flush" || (verb == "_forecast" && method == "POST")) return RequestKind::flush;
  if (verb == "_update") return RequestKind::update;
  if (verb == "_revert" || verb == "_reset") return RequestKind::revert;
  return RequestKind::invalid;
}

/// Whether a page reaches farther than the product's searches go: it may be refused in any way.
bool is_beyond_window(const std::optional<int>& from, const std::optional<int>& size) {
  return std::int64_t{from.value_or(0)} + size.value_or(100) > 10'000;
}

/// The name of a part of the path is known, though it says nothing in a query; and what only some versions know.
bool is_perhaps_accepted(std::string_view parameter, const Dialect& dialect) {
  return parameter == "job_id" || dialect.perhaps_in_close.knows(parameter);
}

/// A close that was sent as it is, without a type.
CloseJob close_of(const ApiPath& path, const RawRequest& raw, const Dialect& dialect) {
  CloseJob close;
  if (!path.verb.empty()) close.job = path.id;
  for (const auto& [key, value] : raw.query) {
    if (key == "force")
      close.force = value;
    else if (key == "timeout")
      close.timeout = value;
    else if (dialect.allow_none.knows(key))
      close.allow_no_jobs = value;
    else
      close.other.emplace_back(key, value);
  }
  return close;
}

}  // namespace

ApiPath read_api_path(std::string_view path) {
  const std::vector<std::string> segments = split_path(path);
  std::size_t next = job_base_in(segments);
  if (next == 0 || next >= segments.size()) return {};
  ApiPath read;
  read.kind = segments[next++];
  if (next < segments.size()) read.id = segments[next++];
  read.is_deep = segments.size() > next + 1;
  if (next < segments.size()) read.verb = segments.back();
  return read;
}

void Projection::project(Exchange& exchange) {
  const Principal who = exchange.request->who;
  exchange.unauthenticated = is_nobody(who);
  exchange.unprivileged = !may_manage_jobs(who) || exchange.is_revoked;
  exchange.barred = options_.secured && exchange.unprivileged;
  exchange.unknown = unknowns_of(*exchange.request);
  project_operation(exchange);
  if (exchange.unknown.has(Reach::refusal)) exchange.question.may_be_refused = true;
  exchange.asks_job = !exchange.targets.empty();
}

void Projection::ask(Exchange& exchange, RequestKind kind, const std::string& job) {
  ask(exchange, kind, job, jobs_.find(job));
}

void Projection::ask(Exchange& exchange, RequestKind kind, const std::string& job, const JobFile* known) {
  exchange.meant = exchange.question.kind = kind;
  exchange.question.may_be_refused = exchange.barred;
  // Who takes one job has none of such a name, and none of them is on file.
  if (known != nullptr)
    ExchangeLog::add_target(exchange, known->index);
  else if (!names_several(job))
    ExchangeLog::add_target(exchange, jobs_.named(job).index);
}

void Projection::ask_of_feed(Exchange& exchange, RequestKind kind, const std::string& feed) {
  const FeedFile* file = sources_.find_feed(feed);
  if (file == nullptr) return;
  ask(exchange, kind, file->job);
  if (file->other_job.empty()) return;
  // It concerns one of two jobs, and nobody knows which.
  exchange.question.concerns = Concerns::perhaps;
  ExchangeLog::add_target(exchange, jobs_.named(file->other_job).index);
}

void Projection::ask_unfollowed(Exchange& exchange, const std::string& feed) {
  ask_of_feed(exchange, RequestKind::start_endless_feed, feed);
  exchange.unfollowed = !exchange.targets.empty();
  exchange.question.concerns = Concerns::perhaps;
}

void Projection::project_change_of_feed(Exchange& exchange, RequestKind kind, const std::string& feed) {
  if (kind == RequestKind::stop_feed && names_several(feed)) {
    // What is told of several says nothing sure of one.
    for (const FeedFile& file : sources_.feeds())
      each_part(feed, [&](std::string_view part) {
        if (part == "_all" || matches_wildcard(part, file.feed)) ask_of_feed(exchange, kind, file.feed);
      });
    exchange.question.concerns = Concerns::perhaps;
    return;
  }
  exchange.unknown.has(Reach::effect) ? ask_unfollowed(exchange, feed) : ask_of_feed(exchange, kind, feed);
}

void Projection::add_matching(Exchange& exchange, const std::string& expression) {
  const JobDirectory::Matches matches = jobs_.matching(expression);
  if (matches.joins_perhaps) exchange.question.concerns = Concerns::perhaps;
  exchange.names_unknown_job = matches.names_unknown;
  const auto* close = std::get_if<CloseJob>(&exchange.request->operation);
  const bool may_name_none = close == nullptr || close->allow_no_jobs != Parameter("false");
  exchange.lists_oddly = matches.lists_all || (matches.lists_nothing && !may_name_none);
  for (const std::uint32_t job : matches.jobs) ExchangeLog::add_target(exchange, job);
}

void Projection::project_operation(Exchange& exchange) {
  const Request& request = *exchange.request;
  Question& question = exchange.question;
  const Operation& operation = request.operation;
  if (const auto* post = std::get_if<PostData>(&operation)) {
    project_post(exchange, *post);
  } else if (const auto* stats = std::get_if<JobStats>(&operation)) {
    project_statistics(exchange, *stats);
  } else if (const auto* close = std::get_if<CloseJob>(&operation)) {
    project_close(exchange, *close);
  } else if (const auto* open = std::get_if<OpenJob>(&operation)) {
    ask(exchange, RequestKind::open, open->job);
    question.has_timeout = true;
  } else if (const auto* create = std::get_if<CreateJob>(&operation)) {
    ask(exchange, RequestKind::create, create->job);
  } else if (const auto* get = std::get_if<GetJob>(&operation)) {
    const JobFile* known = jobs_.find(get->job);
    if (!get->job.empty() && !jobs_.is_expression(get->job, known)) ask(exchange, RequestKind::get, get->job, known);
  } else if (const auto* update = std::get_if<UpdateJob>(&operation)) {
    ask(exchange, RequestKind::update, update->job);
  } else if (const auto* remove = std::get_if<DeleteJob>(&operation)) {
    const bool forces = read_boolean(remove->force, options_.profile) == BooleanReading::is_true;
    ask(exchange, forces ? RequestKind::force_remove : RequestKind::remove, remove->job);
    question.may_be_refused = question.may_be_refused || remove->force.has_value();
  } else if (const auto* flush = std::get_if<FlushJob>(&operation)) {
    ask(exchange, RequestKind::flush, flush->job);
    question.may_be_refused =
        question.may_be_refused || read_boolean(flush->calc_interim, options_.profile) == BooleanReading::refused;
  } else if (const auto* buckets = std::get_if<GetBuckets>(&operation)) {
    project_page(exchange, buckets->job, buckets->from, buckets->size);
  } else if (const auto* records = std::get_if<GetRecords>(&operation)) {
    project_page(exchange, records->job, records->from, records->size);
  } else if (const auto* snapshots = std::get_if<GetSnapshots>(&operation)) {
    ask(exchange, RequestKind::read_results, snapshots->job);
  } else if (const auto* revert = std::get_if<RevertSnapshot>(&operation)) {
    ask(exchange, RequestKind::revert, revert->job);
  } else if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
    ask(exchange, RequestKind::create_feed, feed->job);
    // The name may be taken by a feed of another job.
    const FeedFile* file = sources_.find_feed(feed->feed);
    if (file != nullptr && file->job != feed->job) question.may_be_refused = true;
  } else if (const auto* start = std::get_if<StartDatafeed>(&operation)) {
    project_start(exchange, *start);
  } else if (const auto* stop = std::get_if<StopDatafeed>(&operation)) {
    project_change_of_feed(exchange, RequestKind::stop_feed, stop->feed);
  } else if (const auto* remove_feed = std::get_if<DeleteDatafeed>(&operation)) {
    project_change_of_feed(exchange, RequestKind::remove_feed, remove_feed->feed);
  } else if (const auto* feed_stats = std::get_if<DatafeedStats>(&operation)) {
    ask_of_feed(exchange, RequestKind::feed_stats, feed_stats->feed);
  } else if (const auto* raw = std::get_if<RawRequest>(&operation)) {
    project_raw(exchange, *raw);
  }
}

void Projection::project_post(Exchange& exchange, const PostData& post) {
  ask(exchange, RequestKind::post, post.job);
  if (exchange.targets.empty()) return;
  const JobFile& job = jobs_.at(exchange.targets.front());
  exchange.newest_sure_ms = job.results.newest().accepted_ms;
  exchange.newest_possible_ms = job.results.newest().possible_ms;
  // A body that is empty or breaks off may be refused, and nobody says how much of it counts.
  if (post.malformed || post.records.empty()) exchange.question.may_be_refused = true;
}

void Projection::project_statistics(Exchange& exchange, const JobStats& stats) {
  const JobFile* known = jobs_.find(stats.job);
  if (!stats.job.empty() && !jobs_.is_expression(stats.job, known))
    return ask(exchange, RequestKind::stats, stats.job, known);
  exchange.meant = exchange.question.kind = RequestKind::stats;
  exchange.expression = true;
  exchange.question.may_be_refused = true;
  add_matching(exchange, stats.job.empty() ? "_all" : stats.job);
}

void Projection::project_page(Exchange& exchange, const std::string& job, std::optional<int> from,
                              std::optional<int> size) {
  if (is_beyond_window(from, size)) return;
  ask(exchange, RequestKind::read_results, job);
  if (from.value_or(0) < 0 || size.value_or(1) < 0) exchange.question.may_be_refused = true;
}

void Projection::project_start(Exchange& exchange, const StartDatafeed& start) {
  const FeedFile* file = sources_.find_feed(start.feed);
  if (file == nullptr) return sources_.note_stray_start(start.feed, exchange.number);
  // What the feed brings, or when it ends, is not known.
  const bool is_unknown = exchange.unknown.has(Reach::effect) || !file->reads_everything;
  const auto records = is_unknown ? std::nullopt : sources_.records_of(*file, start, jobs_.named(file->job).times);
  if (!records) return ask_unfollowed(exchange, start.feed);
  ask_of_feed(exchange, start.end_ms ? RequestKind::start_feed : RequestKind::start_endless_feed, start.feed);
  exchange.question.records = static_cast<std::int64_t>(records->size());
}

void Projection::read_close(Exchange& exchange, const CloseJob& close) const {
  const Profile profile = options_.profile;
  exchange.is_close = true;
  exchange.without_id = close.job.empty();
  exchange.force = read_boolean(close.force, profile);
  exchange.timeout = read_time(close.timeout);
  exchange.bad_timeout = exchange.timeout.reading == TimeReading::refused;
  exchange.odd_force = close.force && *close.force != "true";
  if (exchange.unknown.has(Reach::closing)) {
    exchange.timeout = {TimeReading::unsettled, 0};
    exchange.bad_timeout = false;
  }
  const bool allows_no_jobs = profile->has_expressions;
  exchange.unknown_parameter =
      (!allows_no_jobs && close.allow_no_jobs) || std::ranges::any_of(close.other, [&](const auto& parameter) {
        return !is_always_accepted(parameter.first) && !is_perhaps_accepted(parameter.first, *profile) &&
               !(allows_no_jobs && profile->allow_none.knows(parameter.first));
      });
}

void Projection::project_close(Exchange& exchange, const CloseJob& close) {
  read_close(exchange, close);
  Question& question = exchange.question;
  const bool forces = exchange.force == BooleanReading::is_true || exchange.force == BooleanReading::refused;
  exchange.meant = question.kind = forces ? RequestKind::force_close : RequestKind::close;
  question.has_timeout = true;
  const bool is_perhaps_refused = read_boolean(close.allow_no_jobs, options_.profile) == BooleanReading::refused ||
                                  std::ranges::any_of(close.other, [&](const auto& parameter) {
                                    return is_perhaps_accepted(parameter.first, *options_.profile);
                                  });
  question.may_be_refused = is_perhaps_refused || exchange.unknown_parameter || exchange.wrong_method ||
                            exchange.timeout.reading == TimeReading::unsettled;
  // In another spelling it may be read as a force, as none, or be refused: the dialect decides, not the lifecycle. A
  // forced close covers what a normal one may do.
  if (exchange.unknown.has(Reach::closing) || (exchange.odd_force && *close.force != "false")) {
    question.kind = RequestKind::force_close;
    question.may_be_refused = true;
  }
  if (exchange.bad_timeout || (exchange.barred && !exchange.wrong_method)) question.kind = RequestKind::invalid;
  if (exchange.without_id) return;
  const JobFile* known = jobs_.find(close.job);
  exchange.expression = jobs_.is_expression(close.job, known);
  if (!exchange.expression)
    return ExchangeLog::add_target(exchange, (known != nullptr ? *known : jobs_.named(close.job)).index);
  question.may_be_refused = true;
  question.concerns = Concerns::if_it_exists;
  add_matching(exchange, close.job);
}

void Projection::project_raw(Exchange& exchange, const RawRequest& raw) {
  const ApiPath path = read_api_path(raw.path);
  const bool reads = raw.method == "GET" || raw.method == "HEAD" || raw.method == "OPTIONS";
  if (path.kind == "datafeeds" && !reads) return ask_unfollowed(exchange, path.id);
  if (path.kind != "anomaly_detectors") return;
  const bool closes = (path.verb == "_close" && !path.is_deep) || (path.verb.empty() && path.id == "_close");
  if (closes) {
    if (raw.method == "HEAD" || raw.method == "OPTIONS") return;
    exchange.wrong_method = raw.method != "POST" && !exchange.unknown.has(Reach::closing);
    project_close(exchange, close_of(path, raw, *options_.profile));
    // A body or another oddity of form may be refused as well.
    exchange.question.may_be_refused = true;
    return;
  }
  if (reads || path.id.empty() || jobs_.is_expression(path.id, jobs_.find(path.id))) return;
  if (path.is_deep && path.verb != "_revert") return;
  RequestKind kind = kind_of_verb(path.verb, raw.method);
  if (path.verb.empty())
    kind = raw.method == "DELETE" ? RequestKind::force_remove
           : raw.method == "PUT"  ? RequestKind::create
                                  : RequestKind::update;
  exchange.meant = kind;
  if (kind == RequestKind::invalid) return;  // a verb that the lifecycle does not know
  exchange.question = {.kind = kind, .has_timeout = true, .may_be_refused = true};
  ExchangeLog::add_target(exchange, jobs_.named(path.id).index);
}

}  // namespace closecheck::model
