// What requests and answers do to what the judge remembers of a job: its ledger, and how it came to its state.
#include <algorithm>
#include <utility>

#include "model/judge_core.h"

namespace closecheck::model {

void JobFile::forget_readings() {
  buckets.clear();
  records.clear();
  idle.reset();
  snapshots.clear();
  snapshots_read = 0;
  closed_stats_read = counts_fitted = buckets_fitted = false;
}

void JobFile::forget() {
  forget_readings();
  learn_groups(nullptr);
  is_job = false;
  course = {};
  times_opened = times_closed = 0;
  slow = hangs = false;
  housekeeping_since.reset();
  metadata.clear();
  metadata_number = refused_update = close_since_metadata = 0;
  model_bytes_number = 0;
  model_vanished = false;
  misses.clear();
  to_confirm = 0;
}

void JobFile::clear(Profile profile) {
  forget();
  ledger.create(nullptr);
  name.clear();
  lost_groups.clear();
  lost_posts.clear();
  adopted = results_served = has_feed = blurred = update_lost = false;
  judged = true;
  oracle.reset(profile);
  marks.clear();
  log.clear();
  keeps_log = false;
  now = JobState::absent;
  records_now.reset();
  feed_now.reset();
  open_requests = open_changes = 0;
  last_change = last_post = last_refused_change = settled_event = 0;
}

bool JobFile::is_meant_by(std::string_view part) const {
  return part == "_all" || glob_matches(part, name) ||
         std::ranges::any_of(groups, [&](const auto& group) { return glob_matches(part, group); });
}

bool JobFile::is_meant_by_any(std::string_view expression) const {
  while (!expression.empty()) {
    const std::size_t comma = expression.find(',');
    if (is_meant_by(expression.substr(0, comma))) return true;
    expression.remove_prefix(comma == std::string_view::npos ? expression.size() : comma + 1);
  }
  return false;
}

namespace {

/// Whether a request of this kind ends what can be read of a closed period.
bool ends_closed_period(RequestKind kind) {
  return kind == RequestKind::open || kind == RequestKind::remove || kind == RequestKind::force_remove ||
         kind == RequestKind::revert;
}

bool may_have_worked(RequestOutcome told) {
  return told == RequestOutcome::accepted || told == RequestOutcome::unknown || told == RequestOutcome::failed;
}

}  // namespace

void JudgeCore::prepare(const Exchange& exchange, JobFile& job) {
  if (is_read(exchange.meant)) return;
  job.settled_event = 0;
  if (ends_closed_period(exchange.meant)) give_up_waiting(job);
  const Operation& operation = exchange.request->operation;
  if (exchange.question.kind == RequestKind::close && (job.slow || job.hangs) && !job.housekeeping_since &&
      exchange.before != JobState::closed && exchange.before != JobState::absent)
    job.housekeeping_since = exchange.invoked;
  if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
    file_creation(*feed, true);
  } else if (const auto* start = std::get_if<StartDatafeed>(&operation)) {
    const FeedFile* file = find_feed(start->feed);
    const IndexFile& index = index_named(file->index);
    // Data that the job already has decides where a feed really begins.
    const bool certain = index.is_certain() && job.ledger.newest_hi_ms() == INT64_MIN;
    if (!certain) job.ledger.blur_counts();
  } else if (const auto* create = std::get_if<CreateJob>(&operation)) {
    if (!is_awaited_by_close(*create)) return;
    job.judged = false;
    give_up("a close of several jobs without an answer may come to name job " + job.name);
  }
}

void JudgeCore::book(const Exchange& exchange, JobFile& job, RequestOutcome told) {
  if (is_read(exchange.meant)) {
    if (exchange.meant == RequestKind::read_results && told == RequestOutcome::accepted) job.results_served = true;
    return;
  }
  if (told == RequestOutcome::refused) job.last_refused_change = exchange.number;
  // A close that did nothing began no housekeeping.
  if (job.housekeeping_since == exchange.invoked && (told == RequestOutcome::busy || told == RequestOutcome::refused))
    job.housekeeping_since.reset();
  if (exchange.unanswered) return book_unanswered(exchange, job);
  const Operation& operation = exchange.request->operation;
  switch (exchange.meant) {
    case RequestKind::create:
      if (told == RequestOutcome::accepted) begin_job(exchange, job);
      break;
    case RequestKind::remove:
    case RequestKind::force_remove:
      if (told == RequestOutcome::accepted) {
        job.forget();
        job.ledger.create(nullptr);
      } else if (may_have_worked(told)) {
        job.ledger.give_up();
        job.forget_readings();
      }
      break;
    case RequestKind::open:
      if (told == RequestOutcome::accepted) {
        end_period(job);
        job.ledger.reopen();
        // Overlapping closes may have ended this very open again, and by force taken with them what came in between.
        if (exchange.met_close) job.ledger.give_up();
        job.course = {};
        job.course.opened_by = exchange.number;
        ++job.times_opened;
        job.forget_readings();
        if (job.housekeeping_since) job.slow = job.hangs = false;
        job.housekeeping_since.reset();
      } else if (may_have_worked(told) || told == RequestOutcome::timed_out) {
        end_period(job);
        job.course.period_ended = false;
        job.forget_readings();
      }
      break;
    case RequestKind::post:
      book_post(exchange, job, told);
      break;
    case RequestKind::revert:
      if (!may_have_worked(told)) break;
      job.ledger.give_up();
      job.forget_readings();
      break;
    case RequestKind::update:
      if (may_have_worked(told)) {
        job.metadata.clear();
        job.metadata_number = 0;
        const auto* update = std::get_if<UpdateJob>(&operation);
        const bool known = update != nullptr && is_body_known(*exchange.request);
        if (!known || (update->groups && told != RequestOutcome::accepted))
          job.learn_groups(nullptr);
        else if (update->groups)
          job.learn_groups(&*update->groups);
      } else if (told == RequestOutcome::refused) {
        job.refused_update = exchange.number;
      }
      break;
    case RequestKind::create_feed:
      if (may_have_worked(told)) job.has_feed = true;
      if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
        if (told == RequestOutcome::accepted)
          *find_feed(feed->feed) = {feed->feed, feed->job, feed->index, 1, feed->reads_everything};
        if (told == RequestOutcome::accepted && may_have_been_asked(feed->feed, exchange)) {
          job.judged = false;
          give_up("datafeed " + feed->feed + " was asked for something while it was being created");
        }
        if (told == RequestOutcome::refused || told == RequestOutcome::busy) file_creation(*feed, false);
      }
      break;
    case RequestKind::start_feed:
      if (may_have_worked(told)) {
        job.course.feed_with_end = exchange.number;
        job.course.feed_stopped = told != RequestOutcome::accepted;
        const auto* start = std::get_if<StartDatafeed>(&operation);
        if (start == nullptr || exchange.overlapped || !job.ledger.has_exact_counts()) {
          job.ledger.give_up();
          break;
        }
        const IndexFile& index = index_named(find_feed(start->feed)->index);
        std::vector<Record> sent;
        for (const Record& record : index.records)
          if (record.time_ms >= start->start_ms.value_or(INT64_MIN) && record.time_ms < *start->end_ms)
            sent.push_back(record);
        std::ranges::stable_sort(sent, {}, &Record::time_ms);
        job.ledger.book(sent, Fate::queued);
      }
      break;
    case RequestKind::start_endless_feed:
      if (may_have_worked(told)) job.ledger.give_up();
      break;
    case RequestKind::stop_feed:
    case RequestKind::remove_feed:
      if (!may_have_worked(told)) break;
      job.course.feed_stopped = true;
      if (job.course.feed_with_end != 0) job.ledger.drop_queued();
      if (exchange.meant == RequestKind::remove_feed && told == RequestOutcome::accepted) {
        if (exchange.feed_before != false) {
          job.judged = false;
          give_up("nothing tells what becomes of a job whose datafeed is deleted while it runs");
        }
        job.has_feed = false;
        if (const auto* remove = std::get_if<DeleteDatafeed>(&operation)) find_feed(remove->feed)->creations = 0;
      }
      break;
    case RequestKind::close:
    case RequestKind::force_close:
      book_close(exchange, job, told);
      break;
    case RequestKind::get:
    case RequestKind::stats:
    case RequestKind::read_results:
    case RequestKind::feed_stats:
    case RequestKind::flush:
    case RequestKind::invalid:
      break;
  }
}

void JudgeCore::begin_job(const Exchange& exchange, JobFile& job) {
  job.forget();
  const auto* create = std::get_if<CreateJob>(&exchange.request->operation);
  const JobConfig* config = create != nullptr && is_body_known(*exchange.request) ? &create->config : nullptr;
  job.ledger.create(config);
  if (config != nullptr) job.learn_groups(&config->groups);
  for (const std::size_t lost : job.lost_posts) book_post(exchange_of(lost), job, RequestOutcome::unknown);
}

/// The request may take effect at once, at any later time, or never. The oracle knows how to go on from there; nothing
/// else does.
void JudgeCore::book_unanswered(const Exchange& exchange, JobFile& job) {
  const Operation& operation = exchange.request->operation;
  switch (exchange.meant) {
    case RequestKind::create:
      if (const auto* create = std::get_if<CreateJob>(&operation))
        job.lost_groups.insert(job.lost_groups.end(), create->config.groups.begin(), create->config.groups.end());
      // If it is there at all, it is the only one that it can be.
      if (exchange.before == JobState::absent && exchange.quiet) {
        begin_job(exchange, job);
        job.learn_groups(nullptr);
        return;
      }
      job.ledger.give_up();
      break;
    case RequestKind::post:
      job.lost_posts.push_back(exchange.number);
      return book_post(exchange, job, RequestOutcome::unknown);
    case RequestKind::update:
      job.update_lost = true;
      return;
    case RequestKind::create_feed:
      job.has_feed = true;
      if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
        const FeedFile& file = *find_feed(feed->feed);
        JobFile& known = job_named(file.job);
        if (&known == &job && file.index == feed->index) return;
        known.judged = job.judged = false;
        give_up("nobody knows what datafeed " + feed->feed + " feeds, for its creation got no answer");
      }
      return;
    case RequestKind::revert:
    case RequestKind::start_feed:
    case RequestKind::start_endless_feed:
      job.ledger.give_up();
      break;
    case RequestKind::remove:
    case RequestKind::force_remove:
    case RequestKind::open:
    case RequestKind::close:
    case RequestKind::force_close:
    case RequestKind::stop_feed:
    case RequestKind::remove_feed:
      break;
    case RequestKind::get:
    case RequestKind::stats:
    case RequestKind::read_results:
    case RequestKind::feed_stats:
    case RequestKind::flush:
    case RequestKind::invalid:
      return;
  }
  give_up_waiting(job);
  job.forget_readings();
  job.blurred = true;
}

void JudgeCore::book_post(const Exchange& exchange, JobFile& job, RequestOutcome told) {
  if (told == RequestOutcome::busy) return;
  if (told != RequestOutcome::refused) job.last_post = exchange.number;
  const auto* post = std::get_if<PostData>(&exchange.request->operation);
  if (post == nullptr || !is_body_known(*exchange.request)) {
    // A post that was not typed, or whose body is not in the recording: nobody here knows its records.
    if (told != RequestOutcome::refused) job.ledger.give_up();
    return;
  }
  Fate fate = Fate::taken;
  if (told == RequestOutcome::refused)
    fate = Fate::refused;
  else if (told != RequestOutcome::accepted || post->malformed || job.course.forced != 0)
    fate = Fate::perhaps;
  else if (exchange.met_close || job.course.timed_out_close != 0 || job.course.lost_close != 0)
    fate = Fate::queued;
  if (fate == Fate::queued) job.course.queued_post = exchange.number;
  // What a feed brings may make it out of order, and the other way round.
  if (told != RequestOutcome::refused && job.has_feed && job.feed_now != false) job.ledger.give_up();
  // Whatever comes when nobody knows may come in part, and after the newest data was lost again.
  if (exchange.unanswered && post->records.size() > 1) job.ledger.blur_counts();
  const bool may_have_lost = exchange.unanswered || job.blurred;
  const std::int64_t newest_before_ms = may_have_lost ? INT64_MIN : exchange.newest_before_ms;
  job.ledger.book(post->records, fate, exchange.others_newest_ms, newest_before_ms);
}

void JudgeCore::book_close(const Exchange& exchange, JobFile& job, RequestOutcome told) {
  Course& course = job.course;
  if (exchange.question.kind == RequestKind::invalid) return;
  job.close_since_metadata = told == RequestOutcome::accepted ? exchange.number : job.close_since_metadata;
  const bool surely_closed =
      exchange.quiet && (exchange.before == JobState::closed || exchange.before == JobState::absent);
  if (surely_closed) return;
  if (exchange.question.kind == RequestKind::force_close) {
    if (!may_have_worked(told) && told != RequestOutcome::timed_out) return;
    if (course.forced == 0) {
      course.forced_from_failed = exchange.before == JobState::failed || course.failed_fault;
      course.forced_unresponsive = job.hangs || course.timed_out_close != 0 || exchange.met_close;
    }
    course.forced = exchange.number;
    // Of a close that was over before nothing can be lost any more.
    const bool was_over =
        course.normal_close != 0 && exchange_of(course.normal_close).answer_event < exchange.invoke_event;
    if (!was_over) job.ledger.lose();
    return;
  }
  if (told == RequestOutcome::accepted) {
    course.normal_close = exchange.number;
  } else if (told == RequestOutcome::timed_out) {
    course.timed_out_close = exchange.number;
  } else if (told == RequestOutcome::unknown || told == RequestOutcome::failed) {
    course.lost_close = exchange.number;
  }
}

void JudgeCore::end_period(JobFile& job) {
  if (job.course.period_ended || job.times_opened == 0) return;
  job.course.period_ended = true;
  ++job.times_closed;
  if (job.course.feed_with_end != 0) {
    const bool ran_to_its_end = !job.course.feed_stopped && job.course.normal_close == 0 &&
                                job.course.timed_out_close == 0 && job.course.lost_close == 0 &&
                                job.course.forced == 0 && !job.course.failed_fault;
    if (ran_to_its_end)
      job.ledger.take_queued();
    else
      job.ledger.drop_queued();
  }
  if (job.course.forced == 0 && !job.course.failed_fault) job.ledger.end_cleanly();
}

void JudgeCore::book_fault(const Event& event, JobFile& job) {
  if (event.fault == Fault::fail_job) {
    if (job.now == JobState::closed || job.now == JobState::absent) return;
    job.course.failed_fault = true;
    job.ledger.lose();
    return;
  }
  job.slow = event.fault == Fault::slow_close;
  job.hangs = event.fault == Fault::hang_close;
  job.slow_for = event.duration;
  job.housekeeping_since.reset();
}

namespace {

/// The index that the operation changes; null: none.
const std::string* changed_index(const Operation& operation) {
  if (const auto* documents = std::get_if<IndexDocuments>(&operation)) return &documents->index;
  if (const auto* remove = std::get_if<DeleteIndex>(&operation)) return &remove->index;
  return nullptr;
}

}  // namespace

void JudgeCore::prepare_world(const Exchange& exchange) {
  if (const std::string* index = changed_index(exchange.request->operation)) ++index_named(*index).open_changes;
}

void JudgeCore::book_world(const Exchange& exchange, RequestOutcome told) {
  const Operation& operation = exchange.request->operation;
  if (const std::string* index = changed_index(operation)) --index_named(*index).open_changes;
  if (told == RequestOutcome::busy) return;
  if (const auto* documents = std::get_if<IndexDocuments>(&operation)) {
    IndexFile& index = index_named(documents->index);
    if (told == RequestOutcome::accepted) {
      index.records.insert(index.records.end(), documents->records.begin(), documents->records.end());
      index.unseen = !documents->refresh;
    } else {
      index.lost = true;
    }
    blur_what_is_fed(documents->index);
  } else if (const auto* refresh = std::get_if<RefreshIndex>(&operation)) {
    if (told == RequestOutcome::accepted) index_named(refresh->index).unseen = false;
  } else if (const auto* raw = std::get_if<RawRequest>(&operation)) {
    if (told != RequestOutcome::refused && told != RequestOutcome::busy) book_raw(exchange, *raw);
  } else if (const auto* remove = std::get_if<DeleteIndex>(&operation)) {
    if (told == RequestOutcome::refused) return;
    IndexFile& index = index_named(remove->index);
    if (told == RequestOutcome::accepted) {
      index.records.clear();
      index.unseen = false;
    } else {
      index.lost = true;
    }
    blur_what_is_fed(remove->index);
  }
}

/// A feed that runs may or may not see what changes in its index.
void JudgeCore::blur_what_is_fed(const std::string& index) {
  for (const FeedFile& feed : feeds_) {
    JobFile* job = feed.index == index ? find_job(feed.job) : nullptr;
    const bool may_run = job != nullptr && job->has_feed && (job->feed_now != false || job->open_changes > 0);
    if (may_run) job->ledger.give_up();
  }
}

const FeedFile* JudgeCore::find_feed(std::string_view name) const {
  const auto found = std::ranges::find(feeds_, name, &FeedFile::feed);
  return found != feeds_.end() ? &*found : nullptr;
}

FeedFile* JudgeCore::find_feed(std::string_view name) {
  return const_cast<FeedFile*>(std::as_const(*this).find_feed(name));
}

bool JudgeCore::may_have_been_asked(const std::string& feed, const Exchange& since) const {
  return std::ranges::any_of(exchanges_, [&](const Exchange& other) {
    const auto* start = std::get_if<StartDatafeed>(&other.request->operation);
    const bool is_stray = start != nullptr && start->feed == feed && other.target_count == 0;
    const bool was_over = other.stage == Exchange::Stage::answered && other.answer_event < since.invoke_event;
    return is_stray && !was_over;
  });
}

void JudgeCore::file_creation(const CreateDatafeed& create, bool counts) {
  FeedFile* file = find_feed(create.feed);
  if (file == nullptr) file = &feeds_.emplace_back();
  if (counts && file->creations == 0) *file = {create.feed, create.job, create.index, 0, create.reads_everything};
  if (file->job == create.job && file->index == create.index) file->creations += counts ? 1 : -1;
}

IndexFile& JudgeCore::index_named(const std::string& name) {
  const auto found = std::ranges::find(indexes_, name, &IndexFile::index);
  if (found != indexes_.end()) return *found;
  indexes_.push_back({name, {}, documents_lost_, false, 0});
  return indexes_.back();
}

std::int64_t JudgeCore::records_of_feed(const std::string& feed, const StartDatafeed& start) const {
  const FeedFile* file = find_feed(feed);
  if (file == nullptr) return 0;
  const auto index = std::ranges::find(indexes_, file->index, &IndexFile::index);
  if (index == indexes_.end()) return 0;
  return std::ranges::count_if(index->records, [&](const Record& record) {
    return record.time_ms >= start.start_ms.value_or(INT64_MIN) && record.time_ms < start.end_ms.value_or(INT64_MAX);
  });
}

}  // namespace closecheck::model
