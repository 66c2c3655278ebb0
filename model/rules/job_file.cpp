#include "rules/job_file.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "closecheck/vocabulary/text.h"

namespace closecheck::model {

void ClosedReadings::clear() {
  buckets.clear();
  records.clear();
  idle.reset();
  snapshots.clear();
  snapshots_read = 0;
  closed_stats = counts_fitted = buckets_fitted = false;
}

void JobFile::forget() {
  times = TimeSource{};
  readings.clear();
  learn_groups(nullptr);
  is_job = false;
  period = {};
  created_event = times_opened = times_closed = 0;
  housekeeping = {};
  metadata.forget();
  metadata.refused_update = metadata.closed_by = 0;
  update = {};
  model = {};
  unmet.clear();
  earlier.forget();
  to_confirm = 0;
}

void JobFile::keep_records(std::span<const AnomalyRecord> read, std::size_t number) {
  earlier.records_number = number;
  earlier.records.clear();
  std::ranges::copy_if(read, std::back_inserter(earlier.records), [&](const AnomalyRecord& record) {
    return !record.interim && results.has_passed(record.start_ms);
  });
}

void JobFile::keep_earlier() {
  if (!closed_cleanly())
    earlier.forget();
  else if (results.is_readable() && readings.records.is_whole())
    keep_records(readings.records.whole(), readings.records.first());
}

void JobFile::clear(Profile profile) {
  forget();
  results.create(nullptr);
  name.clear();
  coming_groups.clear();
  lost_posts.clear();
  early_posts.clear();
  lost_closes.clear();
  adopted = results_served = has_feed = disturbed = update_lost = settled = false;
  oracle.reset(profile);
  now = JobState::absent;
  records_now.reset();
  feed_now.reset();
  open_requests = open_changes = 0;
  last_request = last_change = last_post = last_refused_change = isolation_confirmed = 0;
}

bool JobFile::is_over() const {
  return now == JobState::absent && open_requests == 0 && !disturbed && unmet.empty() && coming_groups.empty() &&
         lost_posts.empty() && early_posts.empty() && lost_closes.empty() && !oracle.has_outstanding();
}

void JobFile::lose_track_of_data() {
  results.book_unknown();
  oracle.forget_counts();
}

void JobFile::lose_track(std::string why) {
  oracle.give_up(std::move(why));
  lose_track_of_data();
  disturbed = true;
}

void JobFile::start_anew() {
  readings.clear();
  earlier.forget();
  unmet.clear();
  results.forget();
  period = {};
  period.queued_post = last_post;
  times_opened = times_closed = 0;
  housekeeping.since.reset();
  model = {};
  to_confirm = 0;
}

bool JobFile::is_meant_by(std::string_view part) const {
  return part == "_all" || matches_wildcard(part, name) ||
         std::ranges::any_of(groups, [&](const auto& group) { return matches_wildcard(part, group); });
}

bool JobFile::is_meant_by_any(std::string_view expression) const {
  bool meant = false;
  each_part(expression, [&](std::string_view part) { meant = meant || is_meant_by(part); });
  return meant;
}

bool JobFile::may_join(std::string_view part) const {
  return std::ranges::any_of(coming_groups, [part](const auto& group) { return matches_wildcard(part, group); });
}

void JobFile::learn_groups(const std::vector<std::string>* told) {
  groups_known = told != nullptr;
  if (told != nullptr)
    groups = *told;
  else
    groups.clear();
}

std::size_t JobFile::closer() const {
  if (period.forced != 0) return period.forced;
  if (period.normal_close != 0) return period.normal_close;
  return period.timed_out_close != 0 ? period.timed_out_close : period.feed_with_end;
}

}  // namespace closecheck::model
