#include "judge/feed_bookkeeping.h"

#include "closecheck/vocabulary/path.h"

namespace closecheck::model {
namespace {

/// The index that the operation changes; null: none.
const std::string* changed_index(const Operation& operation) {
  if (const auto* documents = std::get_if<IndexDocuments>(&operation)) return &documents->index;
  if (const auto* remove = std::get_if<DeleteIndex>(&operation)) return &remove->index;
  return nullptr;
}

}  // namespace

void FeedBookkeeping::end_create(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (may_have_worked(outcome)) job.has_feed = true;
  const auto* feed = std::get_if<CreateDatafeed>(&exchange.request->operation);
  if (feed == nullptr) return;
  if (outcome == RequestOutcome::refused || outcome == RequestOutcome::busy)
    sources_.file_creation(*feed, !exchange.unknown.has(Reach::documents), false);
  if (outcome != RequestOutcome::accepted) return;
  sources_.replace(*feed, !exchange.unknown.has(Reach::documents));
  sources_.find_feed(feed->feed)->creations = 1;
  // Somebody may have started it while nobody knew yet that it was there.
  for (const std::size_t number : sources_.stray_starts(feed->feed)) {
    const Exchange* const start = context_.log.find(number);
    const bool did_nothing = start != nullptr && start->stage == Exchange::Stage::answered &&
                             (start->outcome == RequestOutcome::refused || start->outcome == RequestOutcome::busy ||
                              start->answer_event < exchange.invoke_event);
    if (did_nothing) continue;
    const std::string why = "datafeed " + feed->feed + " was asked for something while it was being created";
    job.lose_track(why);
    context_.rulings.give_up(why);
  }
}

void FeedBookkeeping::end_start(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (!may_have_worked(outcome)) return;
  const auto* start = std::get_if<StartDatafeed>(&exchange.request->operation);
  const FeedFile* file = start != nullptr ? sources_.find_feed(start->feed) : nullptr;
  if (exchange.meant == RequestKind::start_feed) {
    job.period.feed_with_end = exchange.number;
    job.period.feed_stopped = outcome != RequestOutcome::accepted;
  }
  const bool certain = exchange.meant == RequestKind::start_feed && file != nullptr && !exchange.overlapped &&
                       exchange.question.concerns == Concerns::surely &&
                       sources_.index_named(file->index).is_certain() && job.results.newest().possible_ms == INT64_MIN;
  const auto records = certain ? sources_.records_of(*file, *start, job.times) : std::nullopt;
  if (!records) return job.lose_track_of_data();
  job.results.book(*records, Fate::fed, INT64_MIN, INT64_MIN);
}

void FeedBookkeeping::end_stop(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (!may_have_worked(outcome)) return;
  job.period.feed_stopped = true;
  if (job.period.feed_with_end != 0) job.results.drop_queued();
  if (exchange.meant != RequestKind::remove_feed || outcome != RequestOutcome::accepted) return;
  if (exchange.feed_before != false) {
    const std::string why = "nothing tells what becomes of a job whose datafeed is deleted while it runs";
    job.lose_track(why);
    context_.rulings.give_up(why);
  }
  job.has_feed = false;
  if (const auto* remove = std::get_if<DeleteDatafeed>(&exchange.request->operation))
    sources_.find_feed(remove->feed)->creations = 0;
}

void FeedBookkeeping::begin_write(const Exchange& exchange) {
  if (const std::string* index = changed_index(exchange.request->operation))
    ++sources_.index_named(*index).open_changes;
}

void FeedBookkeeping::end_write(const Exchange& exchange) {
  const Operation& operation = exchange.request->operation;
  const RequestOutcome outcome = exchange.outcome;
  const std::string* changed = changed_index(operation);
  if (changed != nullptr) --sources_.index_named(*changed).open_changes;
  if (outcome == RequestOutcome::busy) return;
  if (exchange.unknown.has(Reach::documents) && outcome != RequestOutcome::refused) return lose_documents(operation);
  if (const auto* documents = std::get_if<IndexDocuments>(&operation)) {
    IndexFile& index = sources_.index_named(documents->index);
    index.lost = index.lost || outcome != RequestOutcome::accepted;
    if (outcome == RequestOutcome::accepted) {
      index.uploads.push_back(exchange.request);
      index.unseen = !documents->refresh;
    }
    blur_what_is_fed(documents->index);
  } else if (const auto* refresh = std::get_if<RefreshIndex>(&operation)) {
    if (outcome == RequestOutcome::accepted) sources_.index_named(refresh->index).unseen = false;
  } else if (const auto* raw = std::get_if<RawRequest>(&operation)) {
    if (outcome != RequestOutcome::refused) end_raw(*raw);
  } else if (const auto* remove = std::get_if<DeleteIndex>(&operation)) {
    if (outcome == RequestOutcome::refused) return;
    IndexFile& index = sources_.index_named(remove->index);
    index.lost = index.lost || outcome != RequestOutcome::accepted;
    if (outcome == RequestOutcome::accepted) {
      index.uploads.clear();
      index.unseen = false;
    }
    blur_what_is_fed(remove->index);
  }
}

/// A request that says more than anybody follows: what its index holds is not known any more.
void FeedBookkeeping::lose_documents(const Operation& operation) {
  const auto* create = std::get_if<CreateIndex>(&operation);
  const std::string* index = create != nullptr ? &create->index : changed_index(operation);
  if (index == nullptr) return;
  sources_.index_named(*index).lost = true;
  blur_what_is_fed(*index);
}

/// A request of no type may write documents, and of its index only the name in its path is known.
void FeedBookkeeping::end_raw(const RawRequest& raw) {
  if (raw.method == "GET" || raw.method == "HEAD" || raw.method == "OPTIONS") return;
  const std::vector<std::string> path = split_path(raw.path);
  if (path.empty() || is_product_api(path.front()) || path.front() == "_cluster") return;
  for (const std::string_view harmless : {"_search", "_count", "_refresh"})
    if (path.back() == harmless) return;
  const bool of_one = !path.front().starts_with('_') && path.front().find_first_of("*,") == std::string::npos;
  if (of_one)
    sources_.index_named(path.front()).lost = true;
  else
    sources_.lose_all_documents();
}

/// A feed that runs may or may not see what changes in its index.
void FeedBookkeeping::blur_what_is_fed(const std::string& index) {
  for (const FeedFile& feed : sources_.feeds()) {
    JobFile* job = feed.index == index ? jobs_.find(feed.job) : nullptr;
    if (job != nullptr && (job->may_be_fed() || (job->has_feed && job->open_changes > 0))) job->lose_track_of_data();
  }
}

}  // namespace closecheck::model
