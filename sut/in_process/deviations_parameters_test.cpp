// Deviations in the timeout and in who may close.
#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";

void open_slow(ServiceForTest& service, Duration housekeeping) {
  service.create(kA);
  service.open(kA);
  service.fault(Fault::slow_close, kA, housekeeping);
}

Response close_as(ServiceForTest& service, Principal who) {
  service.create(kA);
  service.open(kA);
  return service.close(kA, {}, who);
}

/// Whether a close of an opened job is answered so for its timeout.
bool answers_timeout_with(ServiceForTest& service, const std::string& timeout, int status) {
  open_new(service, kA);
  return service.close(kA, timeout).status == status;
}

}  // namespace

std::vector<Showing> showings_of_parameters() {
  using S = ServiceForTest;
  const auto p54 = Profile::xpack_5_4;
  const auto p63 = Profile::xpack_6_3;
  return {
      {Deviation::ignores_timeout, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         const Time asked = s.now();
         s.close(kA, "1s");
         return s.answered_at() - asked >= 10 * kSecond;
       }},
      {Deviation::times_out_early, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         const Time asked = s.now();
         s.close(kA, "2s");
         return s.answered_at() - asked < 2 * kSecond;
       }},
      {Deviation::gives_up_after_30_seconds, p54,
       [](S& s) {
         open_slow(s, kMinute);
         return is_refused(s.close(kA), 500);
       }},
      {Deviation::reads_timeout_as_milliseconds, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         return is_refused(s.close(kA, "10s"), 500);
       }},
      {Deviation::reads_hours_as_seconds, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         return is_refused(s.close(kA, "1h"), 500);
       }},
      {Deviation::refuses_small_time_units, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         return is_refused(s.close(kA, "5000000micros"), 400);
       }},
      {Deviation::claims_closed_at_timeout, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         return is_accepted(s.close(kA, "1s")) && s.state(kA) == JobState::closing;
       }},
      {Deviation::stays_open_after_timeout, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         s.close(kA, "1s");
         s.wait(kMinute);
         return s.state(kA) == JobState::opened;
       }},
      {Deviation::bad_timeout_means_default, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         return is_accepted(s.close(kA, "abc"));
       }},
      {Deviation::timeout_ignored_where_data_is, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         s.post(kA, {0});
         return is_accepted(s.close(kA, "1s"));
       }},
      {Deviation::timeouts_last_a_minute, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         return is_accepted(s.close(kA, "1s"));
       }},
      {Deviation::unforced_close_gives_up_after_a_second, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         return is_refused(s.force_close(kA, "false"), 500);
       }},
      {Deviation::reads_days_as_seconds, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         return is_refused(s.close(kA, "1d"), 500);
       }},
      {Deviation::reads_micros_as_milliseconds, p54,
       [](S& s) {
         open_slow(s, 10 * kSecond);
         return is_accepted(s.close(kA, "1000000micros"));
       }},
      {Deviation::refuses_timeouts_over_an_hour, p54, [](S& s) { return answers_timeout_with(s, "2h", 400); }},
      {Deviation::takes_bare_numbers, p54, [](S& s) { return answers_timeout_with(s, "5", 200); }},
      {Deviation::takes_compound_times, p54, [](S& s) { return answers_timeout_with(s, "1h30m", 200); }},
      {Deviation::takes_unit_words, p54, [](S& s) { return answers_timeout_with(s, "5min", 200); }},
      {Deviation::ignores_bad_timeout_beside_force, p54,
       [](S& s) {
         open_new(s, kA);
         return is_accepted(s.ask(CloseJob{kA, "true", "abc", {}, {}}));
       }},
      {Deviation::refused_parameters_close_job, p54,
       [](S& s) {
         open_new(s, kA);
         s.close(kA, "abc");
         s.wait(kMinute);
         return s.state(kA) == JobState::closed;
       }},
      {Deviation::ignores_unknown_parameter_beside_timeout, p54,
       [](S& s) {
         open_new(s, kA);
         return is_accepted(s.ask(CloseJob{kA, {}, "10s", {}, {{"closecheck", "1"}}}));
       }},
      {Deviation::ignores_case_of_force, p63,
       [](S& s) {
         open_new(s, kA);
         return is_accepted(s.force_close(kA, "TRUE"));
       }},
      {Deviation::empty_force_refused, p54,
       [](S& s) {
         open_new(s, kA);
         return is_refused(s.force_close(kA, ""), 400);
       }},
      {Deviation::force_false_closes_failed_job, p54,
       [](S& s) {
         open_new(s, kA);
         s.fault(Fault::fail_job, kA);
         return is_accepted(s.force_close(kA, "false"));
       }},
      {Deviation::never_opened_close_answers_400, p54,
       [](S& s) {
         s.create(kA);
         return is_refused(s.close(kA), 400);
       }},
      {Deviation::long_timeouts_are_up_at_once, p54,
       [](S& s) {
         open_new(s, kA);
         return s.close(kA, "30d").refusal == Refusal::timed_out;
       }},
      {Deviation::failed_close_with_timeout_answers_404, p54,
       [](S& s) {
         open_new(s, kA);
         s.fault(Fault::fail_job, kA);
         return is_refused(s.close(kA, "1s"), 404);
       }},
      {Deviation::closed_job_closes_for_anybody, p63,
       [](S& s) {
         s.create(kA);
         return is_accepted(s.close(kA, {}, Principal::none));
       }},
      {Deviation::anonymous_may_force, p54,
       [](S& s) {
         open_new(s, kA);
         return is_accepted(s.ask(CloseJob{kA, "true", {}, {}, {}}, Principal::anonymous));
       }},
      {Deviation::manage_may_not_force, p54,
       [](S& s) {
         open_new(s, kA);
         return is_refused(s.ask(CloseJob{kA, "true", {}, {}, {}}, Principal::manage), 403);
       }},
      {Deviation::manage_ml_may_not_set_timeout, p54,
       [](S& s) {
         open_new(s, kA);
         return is_refused(s.close(kA, "10s"), 403);
       }},
      {Deviation::underscore_ids_stay_open, p63,
       [](S& s) {
         open_new(s, "event_rate");
         return is_accepted(s.close("event_rate")) && s.state("event_rate") == JobState::opened;
       }},
      {Deviation::ids_ignore_case, p63,
       [](S& s) {
         open_new(s, kA);
         return is_accepted(s.close("closecheck-A"));
       }},
      {Deviation::monitor_ml_may_close, p54, [](S& s) { return is_accepted(close_as(s, Principal::monitor_ml)); }},
      {Deviation::forbidden_close_closes, p54,
       [](S& s) {
         const bool refused = is_refused(close_as(s, Principal::monitor_ml), 403);
         s.wait(kMinute);
         return refused && s.state(kA) == JobState::closed;
       }},
      {Deviation::empty_password_may_close, p54,
       [](S& s) { return is_accepted(close_as(s, Principal::empty_password)); }},
      {Deviation::unknown_user_may_close, p54, [](S& s) { return is_accepted(close_as(s, Principal::unknown_user)); }},
      {Deviation::unknown_token_may_close, p54,
       [](S& s) { return is_accepted(close_as(s, Principal::unknown_token)); }},
      {Deviation::anonymous_may_close, p54, [](S& s) { return is_accepted(close_as(s, Principal::anonymous)); }},
      {Deviation::manage_refused, p54, [](S& s) { return is_refused(close_as(s, Principal::manage), 403); }},
      {Deviation::manage_ml_refused, p54, [](S& s) { return is_refused(close_as(s, Principal::manage_ml), 403); }},
      {Deviation::refuses_underscore_ids, p63,
       [](S& s) {
         s.create("event_rate");
         s.open("event_rate");
         return is_refused(s.close("event_rate"), 404);
       }},
      {Deviation::closes_failed_job_normally, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.fault(Fault::fail_job, kA);
         return is_accepted(s.close(kA));
       }},
      {Deviation::closes_unknown_job, p54, [](S& s) { return is_accepted(s.close(kA)); }},
  };
}

}  // namespace closecheck::sut
