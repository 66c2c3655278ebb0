// Deviations in forced closes, in what overlaps a close, and in what its timeout leaves behind.
#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";

void force_and_rest(ServiceForTest& service) {
  service.force_close(kA);
  service.wait(kMinute);
}

/// An opened job that was sent a close which takes ten seconds and has gone on for so long.
void begin_slow_close(ServiceForTest& service, Duration so_long) {
  open_new(service, kA);
  service.fault(Fault::slow_close, kA, 10 * kSecond);
  service.send(1, CloseJob{kA, {}, {}, {}, {}});
  service.wait(so_long);
}

/// An opened job that was sent a close which takes ten seconds and has timed out after one.
void time_out_slow_close(ServiceForTest& service) {
  open_new(service, kA);
  service.fault(Fault::slow_close, kA, 10 * kSecond);
  service.close(kA, "1s");
}

}  // namespace

std::vector<Showing> showings_of_force() {
  using S = ServiceForTest;
  const auto p54 = Profile::xpack_5_4;
  const auto p63 = Profile::xpack_6_3;
  return {
      {Deviation::forced_job_never_reopens, p54,
       [](S& s) {
         open_new(s, kA);
         force_and_rest(s);
         return is_refused(s.open(kA), 409);
       }},
      {Deviation::forced_job_flushes, p54,
       [](S& s) {
         open_new(s, kA);
         force_and_rest(s);
         return is_accepted(s.ask(FlushJob{kA, {}}));
       }},
      {Deviation::force_drops_memory_limit, p54,
       [](S& s) {
         JobConfig config;
         config.model_memory_limit = "16mb";
         const auto before = std::get<JobDescriptionList>(s.create(kA, config).content).jobs.front();
         s.open(kA);
         force_and_rest(s);
         const Response after = s.ask(GetJob{kA});
         return std::get<JobDescriptionList>(after.content).jobs.front().members != before.members;
       }},
      {Deviation::forced_job_keeps_open_time, p54,
       [](S& s) {
         open_new(s, kA);
         force_and_rest(s);
         return s.statistics(kA).open_time.has_value();
       }},
      {Deviation::force_waits_where_data_is, p54,
       [](S& s) {
         open_new(s, kA);
         s.post(kA, {0});
         const Time asked = s.now();
         s.force_close(kA);
         return s.now() > asked;
       }},
      {Deviation::force_reopens_failed_job, p54,
       [](S& s) {
         open_new(s, kA);
         s.fault(Fault::fail_job, kA);
         force_and_rest(s);
         return s.state(kA) == JobState::opened;
       }},
      {Deviation::force_waits_behind_a_close, p63,
       [](S& s) {
         begin_slow_close(s, kSecond);
         const Time asked = s.now();
         s.force_close(kA);
         return s.now() - asked > kSecond;
       }},
      {Deviation::joining_close_times_out_at_once, p54,
       [](S& s) {
         time_out_slow_close(s);
         const Time asked = s.now();
         return is_refused(s.close(kA, "5s"), 500) && s.now() - asked < kSecond;
       }},
      {Deviation::joining_close_claims_closed_at_timeout, p54,
       [](S& s) {
         time_out_slow_close(s);
         return is_accepted(s.close(kA, "1s")) && s.state(kA) == JobState::closing;
       }},
      {Deviation::timed_out_close_hangs, p54,
       [](S& s) {
         open_new(s, kA);
         s.close(kA, "1ms");
         s.wait(kHour);
         return s.state(kA) == JobState::closing;
       }},
      {Deviation::timed_out_close_drops_records, p54,
       [](S& s) {
         open_new(s, kA);
         s.post(kA, {0});
         s.close(kA, "1ms");
         s.wait(kMinute);
         return s.processed(kA) == 0;
       }},
      {Deviation::timed_out_job_takes_data, p54,
       [](S& s) {
         open_new(s, kA);
         s.close(kA, "1ms");
         s.wait(kMinute);
         return s.state(kA) == JobState::closed && is_accepted(s.post(kA, {0}));
       }},
      {Deviation::loses_data_at_start_of_close, p63,
       [](S& s) {
         begin_slow_close(s, kSecond);
         const bool took = is_accepted(s.post(kA, {0}));
         s.await(1);
         cycle(s, kA);
         return took && s.processed(kA) == 0;
       }},
      {Deviation::open_stops_close, p54,
       [](S& s) {
         begin_slow_close(s, kSecond);
         return is_accepted(s.open(kA));
       }},
      {Deviation::refused_post_ends_waiting, p54,
       [](S& s) {
         begin_slow_close(s, kSecond);
         s.post(kA, {0});
         s.wait(kSecond);
         return s.answered(1);
       }},
      {Deviation::close_while_opening_gets_500, p63,
       [](S& s) {
         s.create(kA);
         s.send(1, OpenJob{kA});
         s.wait(10 * kMillisecond);
         return is_refused(s.close(kA), 500);
       }},
  };
}

}  // namespace closecheck::sut
