#include "judge/bookkeeping.h"

#include <algorithm>

#include "closecheck/vocabulary/json_text.h"
#include "judge/projection.h"

namespace closecheck::model {
namespace {

/// Records of which nobody knows how many there are.
constexpr std::int64_t kAnyNumber = 1'000'000'000;

/// Whether a request of this kind ends what can be read of a closed period.
bool ends_closed_period(RequestKind kind) {
  return kind == RequestKind::open || kind == RequestKind::remove || kind == RequestKind::force_remove ||
         kind == RequestKind::revert;
}

/// A post of which it is known what it does; null: it was not typed, its body is not in the recording, or it says more.
const PostData* known_post(const Exchange& exchange) {
  const auto* post = std::get_if<PostData>(&exchange.request->operation);
  const bool is_known = is_body_known(*exchange.request) && !exchange.unknown.has(Reach::data);
  return is_known ? post : nullptr;
}

/// Its records, by the time source of its job; empty: nobody here knows them. `memory` holds them where they had to be
/// read anew.
std::optional<std::span<const Record>> known_records(const Exchange& exchange, const JobFile& job,
                                                     std::vector<Record>& memory) {
  const PostData* post = known_post(exchange);
  return post != nullptr ? records_read(*post, job.times, memory) : std::nullopt;
}

/// Whether the post's body is no sequence of records to its end.
bool is_broken_off(const Exchange& exchange) {
  const auto* post = std::get_if<PostData>(&exchange.request->operation);
  return post != nullptr && post->malformed;
}

Followed followed_after(const Exchange& exchange) {
  if (exchange.unknown.has(Reach::data)) return Followed::nothing;
  return exchange.unknown.has(Reach::results) ? Followed::counts : Followed::results;
}

/// What the job is created with; null: nobody here knows.
const JobConfig* known_config(const Exchange& exchange) {
  const auto* create = std::get_if<CreateJob>(&exchange.request->operation);
  return create != nullptr && is_body_known(*exchange.request) ? &create->config : nullptr;
}

}  // namespace

void Bookkeeping::begin(const Exchange& exchange, JobFile& job) {
  if (is_read(exchange.meant)) return;
  job.settled = false;
  if (ends_closed_period(exchange.meant)) stop_waiting(job, context_);
  const Operation& operation = exchange.request->operation;
  const bool is_normal_close = exchange.question.kind == RequestKind::close;
  const bool may_begin_closing = exchange.before != JobState::closed && exchange.before != JobState::absent;
  if (is_normal_close && job.housekeeping.is_known() && !job.housekeeping.since && may_begin_closing)
    job.housekeeping.since = exchange.invoked;
  if (const auto* feed = std::get_if<CreateDatafeed>(&operation))
    sources_.file_creation(*feed, !exchange.unknown.has(Reach::documents), true);
  if (const auto* create = std::get_if<CreateJob>(&operation))
    job.coming_groups.insert(job.coming_groups.end(), create->config.groups.begin(), create->config.groups.end());
}

/// Whether the request was on its way when the job was created: it may have reached one before it.
bool Bookkeeping::is_older_than(const Exchange& exchange, const JobFile& job) const {
  return exchange.invoke_event < job.created_event;
}

/// Whether the post may have been taken before or after the job was closed and opened, or created: an open overlapped a
/// close, is not answered yet, or the job was created meanwhile.
bool Bookkeeping::is_between_periods(const Exchange& post, const JobFile& job) const {
  const auto opens_it = [&](std::size_t number) {
    const Exchange& other = context_.log.of(number);
    return other.meant == RequestKind::open && ExchangeLog::concerns(other, job.index);
  };
  const OpenPeriod& period = job.period;
  const bool met_open_after_force = period.follows_force && post.invoke_event < period.opened_event;
  return period.amid_close != 0 || met_open_after_force || is_older_than(post, job) ||
         (post.met_mover && std::ranges::any_of(context_.log.open(), opens_it));
}

/// The newest record that the job surely had when the post came. Whatever comes when nobody knows may come after that
/// was lost again.
std::int64_t Bookkeeping::newest_before(const Exchange& post, const JobFile& job) const {
  const bool may_have_lost = post.unanswered || post.met_loss || job.disturbed || is_older_than(post, job);
  return may_have_lost ? INT64_MIN : post.newest_sure_ms;
}

Question Bookkeeping::question_of(const Exchange& exchange, const JobFile& job) const {
  Question question = exchange.question;
  // What closing a closed job answers is a matter of the dialect.
  if (exchange.is_close && exchange.found_job_closed()) question.may_be_refused = true;
  if (exchange.unfollowed) {
    question.records_perhaps = kAnyNumber;
  } else if (exchange.meant == RequestKind::post) {
    std::vector<Record> memory;
    const auto records = known_records(exchange, job, memory);
    const ProcessedRange range =
        records ? job.results.processed_of(*records, newest_before(exchange, job), exchange.newest_possible_ms)
                : ProcessedRange{0, kAnyNumber};
    // What is lost may come in part, and after the newest data was lost again; of a body that breaks off nobody says
    // how much counts.
    const bool in_part = !records || is_broken_off(exchange) || exchange.unanswered || job.may_be_fed();
    question.records = in_part ? 0 : range.surely;
    const auto all = records ? static_cast<std::int64_t>(records->size()) : kAnyNumber;
    question.records_perhaps = (in_part || job.disturbed ? all : range.at_most) - question.records;
  } else if (exchange.meant == RequestKind::start_feed) {
    // Data that the job already has decides where a feed really begins.
    const auto* start = std::get_if<StartDatafeed>(&exchange.request->operation);
    const FeedFile* file = start != nullptr ? sources_.find_feed(start->feed) : nullptr;
    const bool certain = file != nullptr && sources_.index_named(file->index).is_certain() && !exchange.overlapped &&
                         job.results.newest().possible_ms == INT64_MIN;
    if (!certain) question.records_perhaps = std::exchange(question.records, 0) + kAnyNumber;
  }
  return question;
}

void Bookkeeping::end(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (is_read(exchange.meant)) {
    if (exchange.meant == RequestKind::read_results && outcome == RequestOutcome::accepted) job.results_served = true;
    return;
  }
  if (outcome == RequestOutcome::refused) job.last_refused_change = exchange.number;
  // A close that did nothing began no housekeeping.
  const bool did_nothing = outcome == RequestOutcome::busy || outcome == RequestOutcome::refused;
  if (job.housekeeping.since == exchange.invoked && did_nothing) job.housekeeping.since.reset();
  if (exchange.unfollowed && !did_nothing) job.results.book_unknown();
  if (!did_nothing) job.results.follow_only(followed_after(exchange));
  if (exchange.unanswered) return end_unanswered(exchange, job);
  switch (exchange.meant) {
    case RequestKind::create:
      return end_create(exchange, job, outcome);
    case RequestKind::remove:
    case RequestKind::force_remove:
      return end_remove(exchange, job, outcome);
    case RequestKind::open:
      return end_open(exchange, job, outcome);
    case RequestKind::post:
      return end_post(exchange, job, outcome);
    case RequestKind::revert:
      if (!may_have_worked(outcome)) return;
      job.results.forget();
      job.readings.clear();
      job.earlier.forget();
      return;
    case RequestKind::update:
      return end_update(exchange, job, outcome);
    case RequestKind::create_feed:
      return feeds_.end_create(exchange, job, outcome);
    case RequestKind::start_feed:
    case RequestKind::start_endless_feed:
      return feeds_.end_start(exchange, job, outcome);
    case RequestKind::stop_feed:
    case RequestKind::remove_feed:
      return feeds_.end_stop(exchange, job, outcome);
    case RequestKind::close:
      return end_close(exchange, job, outcome);
    case RequestKind::force_close:
      return end_forced_close(exchange, job, outcome);
    case RequestKind::get:
    case RequestKind::stats:
    case RequestKind::read_results:
    case RequestKind::feed_stats:
    case RequestKind::flush:
    case RequestKind::invalid:
      return;
  }
}

void Bookkeeping::begin_job(const Exchange& exchange, JobFile& job) {
  job.forget();
  const JobConfig* config = known_config(exchange);
  job.created_event = exchange.answer_event;
  job.results.create(config, followed_after(exchange));
  job.times.reset();
  if (config != nullptr && !exchange.unknown.has(Reach::data))
    job.times = TimeSource{config->time_field, config->time_format};
  if (config != nullptr) job.learn_groups(&config->groups);
  // Whatever was posted while it was being created, and what was lost before, may have reached it.
  for (const std::vector<std::size_t>* posts : {&job.early_posts, &job.lost_posts})
    for (const std::size_t number : *posts)
      if (const Exchange* const post = context_.log.find(number))
        book_post(*post, job, RequestOutcome::unknown);
      else
        job.results.book_unknown();
  job.early_posts.clear();
}

void Bookkeeping::end_create(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (const auto* create = std::get_if<CreateJob>(&exchange.request->operation))
    for (const std::string& group : create->config.groups) {
      const auto coming = std::ranges::find(job.coming_groups, group);
      if (coming != job.coming_groups.end()) job.coming_groups.erase(coming);
    }
  if (outcome == RequestOutcome::accepted) begin_job(exchange, job);
}

void Bookkeeping::end_remove(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (outcome != RequestOutcome::accepted) {
    if (may_have_worked(outcome)) job.start_anew();
    return;
  }
  // If the job is there, it is what was created after the one that was removed.
  const bool was_created_meanwhile = job.created_event > exchange.invoke_event;
  if (was_created_meanwhile) return;
  job.forget();
  job.results.create(nullptr);
}

void Bookkeeping::end_open(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  // A forced close that is not answered yet may be what ended the period.
  if (exchange.met_loss) job.results.lose();
  if (outcome == RequestOutcome::accepted) {
    end_period(job);
    job.keep_earlier();
    // What was accepted beside a close and this open may have been queued after it.
    if (exchange.met_close) job.results.drop_queued();
    job.results.reopen();
    const bool follows_force = job.period.forced != 0 || job.period.failed_fault || exchange.met_loss;
    const std::size_t queued_post = job.period.queued_post;
    job.period = {};
    job.period.opened_by = exchange.number;
    job.period.opened_event = exchange.answer_event;
    job.period.follows_force = follows_force;
    if (exchange.met_close) {
      job.period.amid_close = exchange.number;
      job.period.queued_post = queued_post;
    }
    ++job.times_opened;
    job.readings.clear();
    if (job.housekeeping.since) job.housekeeping.slow = job.housekeeping.hangs = false;
    job.housekeeping.since.reset();
  } else if (may_have_worked(outcome) || outcome == RequestOutcome::timed_out) {
    end_period(job);
    job.period.ended = false;
    job.period.perhaps_over = true;
    job.readings.clear();
  }
}

void Bookkeeping::end_update(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (outcome == RequestOutcome::refused) job.metadata.refused_update = exchange.number;
  if (!may_have_worked(outcome)) return;
  job.metadata.forget();
  const auto* update = std::get_if<UpdateJob>(&exchange.request->operation);
  const bool known = update != nullptr && is_body_known(*exchange.request);
  // Of updates that overlap nobody says which one came last.
  const bool is_last = exchange.invoke_event > job.update.answer_event;
  job.update = {
      {}, exchange.number, exchange.answer_event, exchange.answered, exchange.met_close, job.update.one_was_read};
  if (known && is_last && update->description && outcome == RequestOutcome::accepted)
    job.update.text = json_text(*update->description);
  if (!known || (update->groups && outcome != RequestOutcome::accepted))
    job.learn_groups(nullptr);
  else if (update->groups)
    job.learn_groups(&*update->groups);
}

void Bookkeeping::end_post(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  const auto creates_it = [&](std::size_t number) {
    const Exchange& other = context_.log.of(number);
    return other.meant == RequestKind::create && ExchangeLog::concerns(other, job.index);
  };
  if (exchange.unanswered)
    job.lost_posts.push_back(exchange.number);
  else if (exchange.overlapped && may_have_worked(outcome) && std::ranges::any_of(context_.log.open(), creates_it))
    job.early_posts.push_back(exchange.number);
  book_post(exchange, job, outcome);
}

void Bookkeeping::book_post(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (outcome == RequestOutcome::busy) return;
  if (outcome != RequestOutcome::refused) job.last_post = exchange.number;
  const OpenPeriod& period = job.period;
  const bool may_be_closing =
      exchange.met_close || period.timed_out_close != 0 || period.lost_close != 0 || period.forced != 0;
  if (outcome != RequestOutcome::refused && (may_be_closing || period.amid_close != 0))
    job.period.queued_post = exchange.number;
  std::vector<Record> memory;
  const auto records = known_records(exchange, job, memory);
  if (!records) {
    if (outcome != RequestOutcome::refused) job.results.book_unknown();
    return;
  }
  Fate fate = Fate::taken;
  if (outcome == RequestOutcome::refused)
    fate = Fate::refused;
  else if (outcome != RequestOutcome::accepted || is_broken_off(exchange) || period.forced != 0 || exchange.met_loss ||
           is_between_periods(exchange, job))
    fate = Fate::perhaps;
  else if (may_be_closing)
    fate = Fate::queued;
  if (fate != Fate::refused && job.may_be_fed()) {
    fate = Fate::perhaps;
    job.lose_track_of_data();
  }
  job.results.book(*records, fate, newest_before(exchange, job), exchange.newest_possible_ms);
}

void Bookkeeping::end_close(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (exchange.question.kind == RequestKind::force_close) return end_forced_close(exchange, job, outcome);
  if (exchange.question.kind == RequestKind::invalid) return;
  if (outcome == RequestOutcome::accepted) job.metadata.closed_by = exchange.number;
  if (exchange.quiet && (exchange.before == JobState::closed || exchange.before == JobState::absent)) return;
  if (outcome == RequestOutcome::accepted)
    job.period.normal_close = exchange.number;
  else if (outcome == RequestOutcome::timed_out)
    job.period.timed_out_close = exchange.number;
  else if (outcome == RequestOutcome::unknown || outcome == RequestOutcome::failed)
    job.period.lost_close = exchange.number;
}

void Bookkeeping::end_forced_close(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (exchange.question.kind != RequestKind::force_close) return end_close(exchange, job, outcome);
  OpenPeriod& period = job.period;
  if (outcome == RequestOutcome::accepted) job.metadata.closed_by = exchange.number;
  if (exchange.quiet && (exchange.before == JobState::closed || exchange.before == JobState::absent)) return;
  if (!may_have_worked(outcome) && outcome != RequestOutcome::timed_out) return;
  if (period.forced == 0) {
    period.forced_from_failed = exchange.before == JobState::failed || period.failed_fault;
    period.forced_unresponsive = job.housekeeping.hangs || period.timed_out_close != 0 || exchange.met_close;
  }
  period.forced = exchange.number;
  // Of a close that was over before nothing can be lost any more.
  const Exchange* const close = context_.log.find(period.normal_close);
  const bool was_over = close != nullptr && !period.perhaps_over && close->answer_event < exchange.invoke_event;
  if (!was_over) job.results.lose();
}

/// The request may take effect at once, at any later time, or never. The oracle knows how to go on from there; nothing
/// else does.
void Bookkeeping::end_unanswered(const Exchange& exchange, JobFile& job) {
  const Operation& operation = exchange.request->operation;
  switch (exchange.meant) {
    case RequestKind::create:
      end_unanswered_create(exchange, job);
      if (exchange.before == JobState::absent && exchange.quiet) return;
      break;
    case RequestKind::post:
      return end_post(exchange, job, RequestOutcome::unknown);
    case RequestKind::update:
      job.update_lost = true;
      return;
    case RequestKind::create_feed:
      job.has_feed = true;
      if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
        FeedFile& file = *sources_.find_feed(feed->feed);
        if (file.job != job.name) file.other_job = job.name;
        if (file.index != feed->index) file.reads_everything = false;
      }
      return;
    case RequestKind::revert:
      job.results.forget();
      break;
    case RequestKind::start_feed:
    case RequestKind::start_endless_feed:
      job.results.book_unknown();
      break;
    case RequestKind::close:
    case RequestKind::force_close:
      if (exchange.meant == RequestKind::force_close || exchange.question.kind == RequestKind::force_close)
        end_forced_close(exchange, job, RequestOutcome::unknown);
      else
        end_close(exchange, job, RequestOutcome::unknown);
      break;
    case RequestKind::remove:
    case RequestKind::force_remove:
    case RequestKind::open:
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
  stop_waiting(job, context_);
  job.readings.clear();
  job.disturbed = true;
}

void Bookkeeping::end_unanswered_create(const Exchange& exchange, JobFile& job) {
  const bool was_absent = exchange.before == JobState::absent && exchange.quiet;
  if (was_absent || (job.created_event == 0 && !job.adopted)) {
    // If it is there at all, it is the only one that it can be.
    begin_job(exchange, job);
    job.learn_groups(nullptr);
  } else if (!job.results.would_follow(known_config(exchange), followed_after(exchange))) {
    job.results.create(nullptr);
  }
}

void Bookkeeping::end_period(JobFile& job) {
  OpenPeriod& period = job.period;
  if (period.ended || job.times_opened == 0) return;
  period.ended = true;
  ++job.times_closed;
  if (period.feed_with_end != 0) {
    if (period.closed_by_feed() && !period.feed_stopped)
      job.results.take_queued();
    else
      job.results.drop_queued();
  }
  if (period.forced == 0 && !period.failed_fault) job.results.end_cleanly();
}

/// Whatever close overlapped the open came before it.
void Bookkeeping::settle_open_period(JobFile& job) {
  if (job.period.amid_close == 0) return;
  OpenPeriod settled;
  settled.opened_by = job.period.opened_by;
  settled.opened_event = job.period.opened_event;
  settled.follows_force = job.period.follows_force;
  job.period = settled;
}

void Bookkeeping::inject(const Event& fault, JobFile& job) {
  if (fault.fault == Fault::fail_job) {
    if (job.now == JobState::closed || job.now == JobState::absent) return;
    job.period.failed_fault = true;
    job.results.lose();
    return;
  }
  job.housekeeping = {fault.fault == Fault::slow_close, fault.fault == Fault::hang_close, fault.duration, {}};
}

}  // namespace closecheck::model
