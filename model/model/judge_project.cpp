// What a request asks of which job: the abstract question that the job's oracle hears.
#include <algorithm>

#include "model/judge_core.h"

namespace closecheck::model {
namespace {

/// A path below the API's base, `/_xpack/ml/anomaly_detectors/ID/VERB`; empty members where the path has another form.
struct JobPath {
  bool is_job_path = false;
  std::string job;
  std::string verb;
};

JobPath read_path(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  std::size_t next = 0;
  if (next < segments.size() && segments[next] == "_xpack") ++next;
  const bool api = next + 1 < segments.size() && (segments[next] == "ml" || segments[next] == "_ml") &&
                   segments[next + 1] == "anomaly_detectors";
  if (!api) return {};
  JobPath read;
  read.is_job_path = true;
  next += 2;
  if (next < segments.size()) read.job = segments[next++];
  if (next < segments.size()) read.verb = segments[next++];
  if (next < segments.size()) read.verb.clear();
  return read;
}

bool is_always_accepted(std::string_view parameter) {
  return parameter == "pretty" || parameter == "human" || parameter == "error_trace" || parameter == "filter_path" ||
         parameter == "format";
}

Ask ask_of_verb(std::string_view verb) {
  if (verb == "_open") return Ask::open;
  if (verb == "_data") return Ask::post;
  if (verb == "_flush") return Ask::flush;
  if (verb == "_update") return Ask::update;
  return Ask::invalid;
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

bool JudgeCore::is_expression(std::string_view text) const {
  bool is_group = false;
  for (std::size_t i = 0; i < job_count_; ++i) {
    if (job_at(i).name == text) return false;
    is_group = is_group || std::ranges::find(job_at(i).groups, text) != job_at(i).groups.end();
  }
  return is_group || text == "_all" || text.find_first_of(",*") != std::string_view::npos;
}

void JudgeCore::add_target(Exchange& exchange, const std::string& job) {
  targets_.push_back(job_named(job).index);
  ++exchange.target_count;
}

void JudgeCore::add_matching(Exchange& exchange, const std::string& expression) {
  std::string_view rest = expression;
  std::vector<std::uint32_t> found;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    bool any = false;
    for (std::size_t i = 0; i < job_count_; ++i) {
      const JobFile& job = job_at(i);
      if (!job.exists_perhaps) continue;
      const bool matches =
          part == "_all" || glob_matches(part, job.name) ||
          std::ranges::any_of(job.groups, [&](const auto& group) { return glob_matches(part, group); });
      if (!matches) continue;
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
  exchange.unknown_parameter =
      std::ranges::any_of(close.other,
                          [&](const auto& parameter) {
                            return !is_always_accepted(parameter.first) &&
                                   (profile == Profile::xpack_5_4 || parameter.first != "allow_no_jobs");
                          }) ||
      (profile == Profile::xpack_5_4 && close.allow_no_jobs);

  Question& question = exchange.question;
  const bool forces = exchange.force == BooleanReading::is_true || exchange.force == BooleanReading::refused;
  exchange.meant = forces ? Ask::force_close : Ask::close;
  question.ask = exchange.meant;
  question.has_timeout = true;
  question.may_be_refused =
      exchange.unknown_parameter || exchange.wrong_method || exchange.timeout.reading == TimeReading::unsettled;
  // In another spelling it may be read as a force, as none, or be refused: the dialect decides, not the lifecycle. A
  // forced close covers what a normal one may do.
  if (exchange.odd_force && *close.force != "false") {
    question.ask = Ask::force_close;
    question.may_be_refused = true;
  }
  if (exchange.bad_timeout) question.ask = Ask::invalid;
  if (options_.secured && exchange.unprivileged && !exchange.wrong_method) question.ask = Ask::invalid;
  if (exchange.without_id) return;
  exchange.expression = is_expression(close.job);
  if (!exchange.expression) return add_target(exchange, close.job);
  question.may_be_refused = true;
  add_matching(exchange, close.job);
}

void JudgeCore::project_raw(Exchange& exchange, const RawRequest& raw) {
  JobPath path = read_path(raw.path);
  if (!path.is_job_path) return;
  const bool reads = raw.method == "GET" || raw.method == "HEAD" || raw.method == "OPTIONS";
  const bool closes = path.verb == "_close" || (path.verb.empty() && path.job == "_close");
  if (closes) {
    if (raw.method == "HEAD" || raw.method == "OPTIONS") return;
    exchange.wrong_method = raw.method != "POST";
    CloseJob close;
    if (!path.verb.empty()) close.job = path.job;
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
  if (reads || path.job.empty() || is_expression(path.job)) return;
  if (path.verb.empty()) {
    exchange.meant = raw.method == "DELETE" ? Ask::force_remove : raw.method == "PUT" ? Ask::create : Ask::update;
  } else {
    exchange.meant = ask_of_verb(path.verb);
  }
  if (exchange.meant == Ask::invalid) return;  // a verb that the lifecycle does not know
  exchange.question = {.ask = exchange.meant, .records = 0, .has_timeout = true, .may_be_refused = true};
  add_target(exchange, path.job);
}

void JudgeCore::project(Exchange& exchange) {
  exchange.first_target = static_cast<std::uint32_t>(targets_.size());
  exchange.target_count = 0;
  const Principal who = exchange.request->who;
  exchange.unauthenticated = who == Principal::anonymous || who == Principal::wrong_password;
  exchange.unprivileged = !may_manage_jobs(who);
  const bool barred = options_.secured && exchange.unprivileged;

  Question& question = exchange.question;
  const auto ask = [&](Ask what, const std::string& job) {
    exchange.meant = what;
    question.ask = what;
    question.may_be_refused = barred;
    add_target(exchange, job);
  };
  const auto ask_of_feed = [&](Ask what, const std::string& feed) {
    if (const FeedFile* file = find_feed(feed)) ask(what, file->job);
  };
  const Operation& operation = exchange.request->operation;
  if (const auto* post = std::get_if<PostData>(&operation)) {
    ask(Ask::post, post->job);
    JobFile& job = job_at(targets_.back());
    exchange.newest_before_ms = job.ledger.newest_lo_ms();
    question.records = post->malformed ? 0 : job.ledger.processed_of(post->records);
    // A body that is empty or breaks off may be refused, and nobody says how much of it counts.
    if (post->malformed || post->records.empty()) question.may_be_refused = true;
    if (post->malformed && !post->records.empty()) job.ledger.blur_counts();
  } else if (const auto* stats = std::get_if<JobStats>(&operation)) {
    if (is_expression(stats->job) || stats->job.empty()) {
      exchange.meant = question.ask = Ask::stats;
      exchange.expression = true;
      question.may_be_refused = true;
      add_matching(exchange, stats->job.empty() ? "_all" : stats->job);
    } else {
      ask(Ask::stats, stats->job);
    }
  } else if (const auto* close = std::get_if<CloseJob>(&operation)) {
    project_close(exchange, *close);
  } else if (const auto* open = std::get_if<OpenJob>(&operation)) {
    ask(Ask::open, open->job);
    question.has_timeout = true;
  } else if (const auto* create = std::get_if<CreateJob>(&operation)) {
    ask(Ask::create, create->job);
  } else if (const auto* get = std::get_if<GetJob>(&operation)) {
    if (!is_expression(get->job) && !get->job.empty()) ask(Ask::get, get->job);
  } else if (const auto* update = std::get_if<UpdateJob>(&operation)) {
    ask(Ask::update, update->job);
  } else if (const auto* remove = std::get_if<DeleteJob>(&operation)) {
    const bool forces = read_boolean(remove->force, options_.profile) == BooleanReading::is_true;
    ask(forces ? Ask::force_remove : Ask::remove, remove->job);
    question.may_be_refused = barred || remove->force.has_value();
  } else if (const auto* flush = std::get_if<FlushJob>(&operation)) {
    ask(Ask::flush, flush->job);
    question.may_be_refused = barred || read_boolean(flush->calc_interim, options_.profile) == BooleanReading::refused;
  } else if (const auto* buckets = std::get_if<GetBuckets>(&operation)) {
    ask(Ask::read_results, buckets->job);
    if (buckets->from.value_or(0) < 0 || buckets->size.value_or(1) < 0) question.may_be_refused = true;
  } else if (const auto* records = std::get_if<GetRecords>(&operation)) {
    ask(Ask::read_results, records->job);
    if (records->from.value_or(0) < 0 || records->size.value_or(1) < 0) question.may_be_refused = true;
  } else if (const auto* snapshots = std::get_if<GetSnapshots>(&operation)) {
    ask(Ask::read_results, snapshots->job);
  } else if (const auto* revert = std::get_if<RevertSnapshot>(&operation)) {
    ask(Ask::revert, revert->job);
  } else if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
    ask(Ask::create_feed, feed->job);
  } else if (const auto* start = std::get_if<StartDatafeed>(&operation)) {
    ask_of_feed(start->end_ms ? Ask::start_feed : Ask::start_endless_feed, start->feed);
    question.records = records_of_feed(start->feed, *start);
  } else if (const auto* stop = std::get_if<StopDatafeed>(&operation)) {
    ask_of_feed(Ask::stop_feed, stop->feed);
  } else if (const auto* remove_feed = std::get_if<DeleteDatafeed>(&operation)) {
    ask_of_feed(Ask::remove_feed, remove_feed->feed);
  } else if (const auto* feed_stats = std::get_if<DatafeedStats>(&operation)) {
    ask_of_feed(Ask::feed_stats, feed_stats->feed);
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
    if (exchange.meant != Ask::post || other.meant != Ask::post) continue;
    const TimeRange mine = times_of(exchange);
    const TimeRange theirs = times_of(other);
    exchange.others_newest_ms = std::max(exchange.others_newest_ms, theirs.newest_ms);
    other.others_newest_ms = std::max(other.others_newest_ms, mine.newest_ms);
    // Whichever comes second has its older records dropped.
    if (mine.oldest_ms < theirs.newest_ms || theirs.oldest_ms < mine.newest_ms) job.ledger.blur_counts();
  }
}

}  // namespace closecheck::model
