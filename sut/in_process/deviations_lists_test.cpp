// Deviations in closes, and in readings, of several jobs at once.
#include <algorithm>

#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";
const std::string kB = "closecheck-b";
const std::string kGroup = "closecheck-g";

/// Two opened jobs of one group.
void open_both(ServiceForTest& service) {
  JobConfig config;
  config.groups = {kGroup};
  open_new(service, kA, config);
  open_new(service, kB, config);
}

/// How many of the two are still open after a close of that expression, once that is over.
int left_open(ServiceForTest& service, const std::string& expression) {
  const bool accepted = is_accepted(service.close(expression));
  service.wait(kMinute);
  const Response response = service.ask(JobStats{kGroup});
  const auto* list = std::get_if<JobStatisticsList>(&response.content);
  if (!accepted || list == nullptr) return -1;
  return static_cast<int>(std::ranges::count(list->jobs, JobState::opened, &JobStatistics::state));
}

}  // namespace

std::vector<Showing> showings_of_lists() {
  using S = ServiceForTest;
  const auto p63 = Profile::xpack_6_3;
  return {
      {Deviation::lists_show_node, p63,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         s.create(kB);
         const Response response = s.ask(JobStats{"_all"});
         return !std::get<JobStatisticsList>(response.content).jobs.front().node.empty();
       }},
      {Deviation::list_passes_over_unknown, p63,
       [](S& s) {
         s.create(kA);
         return is_accepted(s.close(kA + "," + kB));
       }},
      {Deviation::group_close_closes_all, p63,
       [](S& s) {
         JobConfig config;
         config.groups = {kGroup};
         s.create(kA, config);
         open_new(s, kB);
         s.close(kGroup);
         return s.state(kB) == JobState::closed;
       }},
      {Deviation::list_close_writes_no_snapshot, p63,
       [](S& s) {
         open_both(s);
         s.post(kA, {0});
         return is_accepted(s.close(kGroup)) && s.snapshots(kA).empty();
       }},
      {Deviation::close_hides_snapshots_of_others, p63,
       [](S& s) {
         open_both(s);
         s.post(kA, {0});
         s.close(kA);
         const bool was_there = !s.snapshots(kA).empty();
         s.close(kB);
         return was_there && s.snapshots(kA).empty();
       }},
      {Deviation::close_counts_in_others, p63,
       [](S& s) {
         open_both(s);
         s.post(kA, {0});
         s.close(kA);
         s.close(kB);
         return s.processed(kA) == 2;
       }},
      {Deviation::overlooks_close_beside_another, p63,
       [](S& s) {
         open_both(s);
         s.send(1, CloseJob{kA, {}, {}, {}, {}});
         s.wait(20 * kMillisecond);
         const bool accepted = is_accepted(s.close(kB));
         s.await(1);
         return accepted && s.state(kB) == JobState::opened;
       }},
      {Deviation::loses_data_beside_a_close, p63,
       [](S& s) {
         open_both(s);
         s.send(1, CloseJob{kA, {}, {}, {}, {}});
         s.wait(20 * kMillisecond);
         const bool took = is_accepted(s.post(kB, {0}));
         s.await(1);
         return took && s.processed(kB) == 0;
       }},
      {Deviation::list_leaves_first_open, p63,
       [](S& s) {
         open_both(s);
         return left_open(s, kA + "," + kB) == 1;
       }},
      {Deviation::list_waits_for_last_only, p63,
       [](S& s) {
         open_both(s);
         s.fault(Fault::slow_close, kA, 10 * kSecond);
         return is_accepted(s.close(kA + "," + kB)) && s.state(kA) != JobState::closed;
       }},
      {Deviation::list_ignores_timeout, p63,
       [](S& s) {
         open_both(s);
         s.fault(Fault::slow_close, kA, 10 * kSecond);
         return is_accepted(s.close(kA + "," + kB, "1s"));
       }},
      {Deviation::wildcard_bars_closed_jobs, p63,
       [](S& s) {
         open_new(s, kA);
         s.create(kB);
         return is_refused(s.close("closecheck-*"), 409);
       }},
      {Deviation::list_force_passes_over_opened, p63,
       [](S& s) {
         open_both(s);
         s.fault(Fault::fail_job, kB);
         s.force_close(kA + "," + kB);
         s.wait(kMinute);
         return s.state(kA) == JobState::opened;
       }},
      {Deviation::wildcard_passes_over_failed, p63,
       [](S& s) {
         open_both(s);
         s.fault(Fault::fail_job, kB);
         return is_accepted(s.close("closecheck-*"));
       }},
      {Deviation::job_named_twice_is_refused, p63,
       [](S& s) {
         s.create(kA);
         return is_refused(s.close(kA + "," + kA), 400);
       }},
      {Deviation::unsorted_list_closes_first_only, p63,
       [](S& s) {
         open_both(s);
         return left_open(s, kB + "," + kA) == 1;
       }},
      {Deviation::no_match_is_refused, p63, [](S& s) { return is_refused(s.close("closecheck-nobody*"), 404); }},
  };
}

}  // namespace closecheck::sut
