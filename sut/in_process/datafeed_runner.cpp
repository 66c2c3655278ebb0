#include "in_process/datafeed_runner.h"

#include <algorithm>
#include <limits>

namespace closecheck::sut {
namespace {

constexpr std::int64_t kEndOfTime = std::numeric_limits<std::int64_t>::max();

}  // namespace

void DatafeedRunner::run() {
  for (Datafeed& feed : feeds_)
    if (feed.due <= turn_.now) run(feed);
}

void DatafeedRunner::run(Datafeed& feed) {
  feed.due = kNever;
  Job* job = jobs_.find(feed.job);
  if (job == nullptr || job->state() != JobState::opened) {
    // Nobody takes the data any more; a job that is not open needs no close either.
    feed.started = false;
    return;
  }
  if (read_chunk(feed, *job)) {
    feed.due = turn_.now + Datafeed::kChunkPause;
    return;
  }
  if (!feed.end_ms) {
    // What is there so far is to be seen, as there may be nothing new for long.
    job->change_analysis().flush(turn_.manner, false, {});
    return;
  }
  if (*feed.end_ms <= turn_.wall_ms())
    end(feed, true);
  else
    feed.due = (*feed.end_ms - turn_.wall_start_ms) > kNever / kMillisecond
                   ? kNever
                   : (*feed.end_ms - turn_.wall_start_ms) * kMillisecond;
}

bool DatafeedRunner::read_chunk(Datafeed& feed, Job& job) {
  const std::int64_t end_ms = feed.end_ms.value_or(kEndOfTime);
  std::vector<const Document*> found;
  std::int64_t bound_ms = kEndOfTime;  // documents behind it may still have others before them
  const auto search = [&](Index& index) {
    const auto more = index.search(job.analysis().plan().time_field, feed.next_ms, end_ms, Datafeed::kChunkDocuments);
    if (more.size() >= Datafeed::kChunkDocuments) bound_ms = std::min(bound_ms, more.back()->time_ms);
    found.insert(found.end(), more.begin(), more.end());
  };
  if (feed.options.indices.empty()) {
    if (Index* index = indices_.find(feed.index)) search(*index);
  }
  for (const std::string& expression : feed.options.indices)
    for (Index* index : indices_.named(expression)) search(*index);
  ++feed.searches;
  if (found.empty()) return false;
  std::erase_if(found, [bound_ms](const Document* document) { return document->time_ms > bound_ms; });
  std::ranges::stable_sort(found, {}, &Document::time_ms);
  feed.next_ms = found.back()->time_ms + 1;
  if (feed.options.query && !feed.options.query->field.empty())
    std::erase_if(found, [&](const Document* document) { return !fits(*document, *feed.options.query); });
  job.change_analysis().post(turn_.manner, read_records_of_documents(found, job.analysis().plan()), turn_.wall_ms());
  return true;
}

void DatafeedRunner::end(Datafeed& feed, bool at_its_end, bool close_job) {
  feed.started = false;
  feed.due = kNever;
  if (!feed.end_ms && !close_job) return;
  if (turn_.manner.deviates(at_its_end ? Deviation::ended_datafeed_leaves_job_open
                                       : Deviation::stopped_datafeed_leaves_job_open))
    return;
  Job* job = jobs_.find(feed.job);
  if (job == nullptr || job->state() != JobState::opened) return;
  if (turn_.manner.deviates(Deviation::later_datafeeds_leave_job_open) && job->past().opens > 1) return;
  if (turn_.manner.deviates(Deviation::ended_datafeed_drops_buffer) && at_its_end)
    job->change_analysis().lose_unanalysed();
  lifecycle_.begin_close(*job);
  job->remember(CloseManner::by_datafeed);
  if (turn_.manner.deviates(Deviation::answers_before_housekeeping)) job->read_closed_early(turn_.now);
}

}  // namespace closecheck::sut
