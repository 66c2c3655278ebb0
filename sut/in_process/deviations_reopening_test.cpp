// Deviations that show after a re-open, with overlapping requests, or in other jobs.
#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";

/// One record in an unfinished bucket, a close, and another record there after a re-open.
std::int64_t count_of_first_bucket(ServiceForTest& service) {
  service.create(kA);
  service.open(kA);
  service.post(kA, {0});
  service.close(kA);
  service.open(kA);
  service.post(kA, {1'000, kSpanMs});
  service.close(kA);
  const auto buckets = service.buckets(kA);
  return buckets.empty() ? -1 : buckets.front().event_count;
}

JobState state_of_sibling(ServiceForTest& service, const std::string& sibling, const JobConfig& config) {
  service.create(kA, config);
  service.create(sibling, config);
  service.open(kA);
  service.open(sibling);
  service.close(kA);
  return service.state(sibling);
}

}  // namespace

std::vector<Showing> showings_of_reopening() {
  using S = ServiceForTest;
  const auto p54 = Profile::xpack_5_4;
  const auto p63 = Profile::xpack_6_3;
  return {
      {Deviation::reopen_refused, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.close(kA);
         return is_refused(s.open(kA), 409);
       }},
      {Deviation::refused_post_counts, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.close(kA);
         s.post(kA, {0});
         return s.processed(kA) == 1;
       }},
      {Deviation::loses_data_while_closing, p63,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.send(1, CloseJob{kA, {}, {}, {}, {}});
         s.wait(50 * kMillisecond);
         const bool took = is_accepted(s.post(kA, {0}));
         s.await(1);
         s.open(kA);
         s.close(kA);
         return took && s.processed(kA) == 0;
       }},
      {Deviation::counts_twice_at_second_reopen, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.post(kA, {0});
         s.close(kA);
         s.open(kA);
         s.close(kA);
         s.open(kA);
         return s.processed(kA) == 2;
       }},
      {Deviation::reopen_starts_from_scratch, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.post(kA, {0});
         s.close(kA);
         s.open(kA);
         return s.processed(kA) == 0;
       }},
      {Deviation::reopen_loses_unfinished_bucket, p54, [](S& s) { return count_of_first_bucket(s) < 2; }},
      {Deviation::reopen_repeats_unfinished_bucket, p54, [](S& s) { return count_of_first_bucket(s) > 2; }},
      {Deviation::overlapping_close_gets_500, p63,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.send(1, CloseJob{kA, {}, {}, {}, {}});
         s.send(2, CloseJob{kA, {}, {}, {}, {}});
         const Response first = s.await(1);
         return is_refused(first, 500) || is_refused(s.await(2), 500);
       }},
      {Deviation::overlapping_close_reports_early, p63,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.send(1, CloseJob{kA, {}, {}, {}, {}});
         s.wait(50 * kMillisecond);
         return is_accepted(s.close(kA)) && s.state(kA) == JobState::closing;
       }},
      {Deviation::closes_prefix_siblings, p54,
       [](S& s) { return state_of_sibling(s, kA + "b", {}) != JobState::opened; }},
      {Deviation::closes_group_siblings, p63,
       [](S& s) {
         JobConfig config;
         config.groups = {"closecheck-g"};
         return state_of_sibling(s, "closecheck-b", config) != JobState::opened;
       }},
  };
}

}  // namespace closecheck::sut
