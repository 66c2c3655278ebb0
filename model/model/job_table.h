// The reference model as one compile-time list: the transition table is the specification. Every state and request has
// one entry: `Move` and `Wait` change the state (rows of the Boost.MSM machine), `Stay` only answers; `ByItself` is an
// internal event. Each names the clause (or the dialect) that justifies it, and that a departure from it breaks unless
// `kDepartures` knows better.
#pragma once

#include <boost/mp11.hpp>

#include "model/departure.h"

namespace closecheck::model {

using Feature = bool Dialect::*;

/// Answers that every dialect allows, and those that it allows where a feature is as wanted.
struct Answered {
  struct Some {
    Feature feature = nullptr;
    bool wanted = true;
    Answers answers = kNothing;
  };
  Answers always = kNothing;
  std::array<Some, 2> some{};

  constexpr Answers in(const Dialect& dialect) const {
    Answers all = always;
    for (const Some& one : some)
      if (one.feature != nullptr && dialect.*one.feature == one.wanted) all |= one.answers;
    return all;
  }
};

/// What may be answered without any change, while the guard holds and while it does not.
struct Allowed {
  Answered now{};
  Answered otherwise{};
};
constexpr Allowed may(Answers answers) {
  return {{answers, {}}, {}};
}
constexpr Allowed where(Feature feature, Answers answers) {
  return {{kNothing, {{{feature, true, answers}}}}, {}};
}
constexpr Allowed unless(Feature feature, Answers answers) {
  return {{kNothing, {{{feature, false, answers}}}}, {}};
}
/// Both sets; `more` has one feature at most.
constexpr Allowed operator+(Allowed allowed, Allowed more) {
  allowed.now.always |= more.now.always;
  allowed.now.some.at(allowed.now.some[0].feature == nullptr ? 0 : 1) = more.now.some[0];
  return allowed;
}
constexpr Allowed operator|(Allowed allowed, Allowed otherwise) {
  return {allowed.now, otherwise.now};
}

/// When a row moves the job: always, only under a guard, or always with the guard deciding the other answers. Where it
/// may move and may not, `told` decides these.
struct When {
  Guard guard = Guard::always;
  bool only_if = false;
  Guard told = guard;
};
inline constexpr When kAlways{};
constexpr When only_if(Guard guard) {
  return {guard, true};
}
constexpr When only_if(Guard guard, Guard told) {
  return {guard, true, told};
}
constexpr When whether(Guard guard) {
  return {guard, false};
}

/// A step as an index into the cells.
constexpr std::size_t step_of(RequestKind kind) {
  return index_of(kind);
}
enum class FromHistory : std::uint8_t { settled, fail_job, hang_close };
constexpr std::size_t step_of(FromHistory event) {
  return kSettledStep + static_cast<std::size_t>(event);
}

enum class RowKind : std::uint8_t { stay, move, wait, by_itself };

/// Everything that one entry says.
template <RowKind kKind, auto kSource, std::size_t kStep, auto kTarget, Effect kEffect, When kWhen, Allowed kAllowed,
          Clause kClause>
struct Row {
  static constexpr RowKind kind = kKind;
  static constexpr auto source = kSource;
  static constexpr std::size_t step = kStep;  // by_itself: the happening
  static constexpr auto target = kTarget;
  static constexpr Effect effect = kEffect;
  static constexpr When when = kWhen;
  static constexpr Allowed allowed = kAllowed;
  static constexpr Clause clause = kClause;
  static constexpr bool of_feed = std::is_same_v<decltype(kSource), Feed>;
};

template <auto kSource, auto kRequest, Allowed kAllowed, Clause kClause, Guard kGuard = Guard::always>
using Stay = Row<RowKind::stay, kSource, step_of(kRequest), kSource, Effect::none, whether(kGuard), kAllowed, kClause>;
template <auto kSource, auto kRequest, auto kTarget, Effect kEffect, When kWhen, Allowed kAllowed, Clause kClause>
using Move = Row<RowKind::move, kSource, step_of(kRequest), kTarget, kEffect, kWhen, kAllowed, kClause>;
template <auto kSource, auto kRequest, auto kTarget, Effect kEffect, When kWhen, Allowed kAllowed, Clause kClause>
using Wait = Row<RowKind::wait, kSource, step_of(kRequest), kTarget, kEffect, kWhen, kAllowed, kClause>;
template <auto kSource, Happening kHappening, auto kTarget, Effect kEffect, When kWhen, Clause kClause>
using ByItself =
    Row<RowKind::by_itself, kSource, static_cast<std::size_t>(kHappening), kTarget, kEffect, kWhen, Allowed{}, kClause>;

/// What a request that waits may be told when the job goes from one state to another.
struct Wake {
  RequestKind request;
  Life from;
  Life to;
  Answers told;
};

/// How statistics may show a job in a state, one bit each of `JobState`: always, and where a feature is there.
struct Reading {
  Life life;
  std::uint8_t always;
  Feature feature = nullptr;
  std::uint8_t perhaps = 0;
};
template <class... States>
constexpr std::uint8_t any_of(States... states) {
  return static_cast<std::uint8_t>((0U | ... | (1U << static_cast<unsigned>(states))));
}
constexpr Reading reads(Life life, std::uint8_t shown, Feature feature = nullptr, std::uint8_t perhaps = 0) {
  return {life, static_cast<std::uint8_t>(shown | any_of(JobState::unknown)), feature, perhaps};
}

template <class... Kinds>
constexpr std::uint32_t asks(Kinds... kinds) {
  return (0U | ... | (1U << static_cast<unsigned>(kinds)));
}
template <class... Lives>
constexpr std::uint8_t in(Lives... lives) {
  return static_cast<std::uint8_t>((0U | ... | (1U << static_cast<unsigned>(lives))));
}
constexpr Departure named(std::uint32_t requests, std::uint8_t lives, Claims claims,
                          std::array<Condition, 2> conditions, Clause clause, std::optional<Clause> also = {},
                          std::optional<Clause> more = {}) {
  return {requests, lives, claims, conditions, clause, {also, more}};
}
constexpr Departure far_off(Departure departure) {
  departure.is_far = true;
  return departure;
}
constexpr Departure untold(std::uint32_t requests, std::uint8_t lives, Claims claims,
                           std::array<Condition, 2> conditions, const char* why = nullptr) {
  return {requests, lives, claims, conditions, {}, {}, false, why};
}

namespace table {
using enum Life;
using enum Happening;
using C = Clause;
using F = Feed;
using E = Effect;
using D = Dialect;
inline constexpr Answers A = kAccepted;
inline constexpr Answers R = kRefused;
inline constexpr Answers X = kFailed;
inline constexpr Allowed kNone{};

// In every state in which the job exists, and wherever something is only refused.
template <auto kRequest, Allowed kAllowed, Clause kClause, auto... kSources>
using InEach = boost::mp11::mp_list<Stay<kSources, kRequest, kAllowed, kClause>...>;

// clang-format off
using Requests = boost::mp11::mp_append<
  InEach<RequestKind::create,       may(R),     C::wire_status_codes,              closed, opening, opened, closing, forced, failed>,
  InEach<RequestKind::get,          may(A),     C::closed_job_keeps_metadata,      closed, opening, opened, closing, forced, failed>,
  InEach<RequestKind::update,       may(A | R), C::closed_job_keeps_metadata,      closed, opening, opened, closing, forced, failed>,
  InEach<RequestKind::remove,       may(R),     C::wire_status_codes,              opening, opened, closing, forced>,
  InEach<RequestKind::open,         may(R),     C::wire_status_codes,              opening, opened, closing, forced, failed>,
  InEach<RequestKind::post,         may(R),     C::wire_status_codes,              opening, failed>,
  InEach<RequestKind::flush,        may(R),     C::wire_status_codes,              opening, failed>,
  InEach<RequestKind::stats,        may(A),     C::job_reopens,                    opening, opened>,
  InEach<RequestKind::stats,        may(A),     C::close_ends_open_job,            closing>,
  InEach<RequestKind::stats,        may(A),     C::force_returns_early,            forced>,
  InEach<RequestKind::stats,        may(A),     C::failed_job_needs_force,         failed>,
  InEach<RequestKind::read_results, may(A),     C::closed_job_keeps_results,       closed, opening, opened, closing, forced, failed>,
  InEach<RequestKind::revert,       may(R),     C::wire_status_codes,              opening, opened, closing, forced, failed>,
  InEach<RequestKind::invalid,      may(R | X), C::bad_parameters_refused,         absent, closed, opening, opened, closing, forced, failed>,
  InEach<RequestKind::get,          may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::update,       may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::remove,       may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::force_remove, may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::open,         may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::post,         may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::flush,        may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::close,        may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::force_close,  may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::stats,        may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::read_results, may(R),     C::unknown_job_refused,            absent>,
  InEach<RequestKind::revert,       may(R),     C::unknown_job_refused,            absent>,
  boost::mp11::mp_list<
    //   from      request              to       does              when                          else                               clause
    Move<absent,   RequestKind::create,         closed,  E::create,        kAlways,                      kNone,                             C::wire_status_codes>,
    Move<closed,   RequestKind::remove,         absent,  E::erase,         only_if(Guard::feed_lets_remove, Guard::no_feed), kNone | may(R),                    C::wire_status_codes>,
    Move<failed,   RequestKind::remove,         absent,  E::erase,         only_if(Guard::feed_lets_remove, Guard::no_feed), may(R),                            C::wire_status_codes>,
    Move<closed,   RequestKind::force_remove,   absent,  E::erase,         only_if(Guard::feed_lets_force_remove, Guard::no_feed), unless(&D::has_delete_options, R) | may(R),         C::wire_status_codes>,
    Move<opening,  RequestKind::force_remove,   absent,  E::erase,         only_if(Guard::feed_lets_force_remove, Guard::no_feed), unless(&D::has_delete_options, R) | may(R),         C::wire_status_codes>,
    Move<opened,   RequestKind::force_remove,   absent,  E::erase,         only_if(Guard::feed_lets_force_remove, Guard::no_feed), unless(&D::has_delete_options, R) | may(R),         C::wire_status_codes>,
    Move<closing,  RequestKind::force_remove,   absent,  E::erase,         only_if(Guard::feed_lets_force_remove, Guard::no_feed), unless(&D::has_delete_options, R) | may(R),         C::wire_status_codes>,
    Move<forced,   RequestKind::force_remove,   absent,  E::erase,         only_if(Guard::feed_lets_force_remove, Guard::no_feed), unless(&D::has_delete_options, R) | may(R),         C::wire_status_codes>,
    Move<failed,   RequestKind::force_remove,   absent,  E::erase,         only_if(Guard::feed_lets_force_remove, Guard::no_feed), unless(&D::has_delete_options, R) | may(R),         C::wire_status_codes>,
    Wait<closed,   RequestKind::open,           opening, E::none,          kAlways,                      kNone,                             C::job_reopens>,
    Stay<closed,   RequestKind::post,                                                                    may(R),                            C::closed_job_refuses_data>,
    Move<opened,   RequestKind::post,           opened,  E::count,         kAlways,                      kNone,                             C::job_reopens>,
    Move<closing,  RequestKind::post,           closing, E::queue,         kAlways,                      may(R) + where(&D::post_to_closing_may_break, X),           C::wire_status_codes>,
    Move<forced,   RequestKind::post,           forced,  E::count_perhaps, kAlways,                      may(R | X),                        C::wire_status_codes>,
    Stay<closed,   RequestKind::flush,                                                                   may(R),                            C::closed_job_refuses_analysis>,
    Stay<opened,   RequestKind::flush,                                                                   may(A),                            C::job_reopens>,
    Stay<closing,  RequestKind::flush,                                                                   may(A | R),                        C::wire_status_codes>,
    Stay<forced,   RequestKind::flush,                                                                   may(A | R | X),                    C::wire_status_codes>,
    Stay<closed,   RequestKind::close,                                                                   may(A) + where(&D::close_of_closed_may_be_refused, R),              C::closing_closed_job>,
    Wait<opening,  RequestKind::close,          closing, E::begin_close,   kAlways,                      may(R),                            C::close_ends_open_job>,
    Wait<opened,   RequestKind::close,          closing, E::begin_close,   only_if(Guard::feed_lets_close, Guard::feed_idle), kNone | may(R),                 C::close_ends_open_job>,
    Wait<closing,  RequestKind::close,          closing, E::none,          kAlways,                      where(&D::second_close_may_be_refused, R), C::close_ends_open_job>,
    Wait<forced,   RequestKind::close,          forced,  E::none,          kAlways,                      may(R),                            C::close_ends_open_job>,
    Stay<failed,   RequestKind::close,                                                                   may(R),                            C::failed_job_needs_force>,
    Stay<closed,   RequestKind::force_close,                                                             may(A) + where(&D::close_of_closed_may_be_refused, R),              C::closing_closed_job>,
    Move<opening,  RequestKind::force_close,    forced,  E::force,         kAlways,                      kNone,                             C::force_closes_unresponsive_job>,
    Move<opened,   RequestKind::force_close,    forced,  E::force,         whether(Guard::feed_idle),    kNone | may(R),                    C::force_closes_unresponsive_job>,
    Move<closing,  RequestKind::force_close,    forced,  E::force,         kAlways,                      kNone,                             C::force_closes_unresponsive_job>,
    Stay<forced,   RequestKind::force_close,                                                             may(A) + where(&D::second_close_may_be_refused, R) + where(&D::second_force_may_fail, X),              C::force_closes_unresponsive_job>,
    Move<failed,   RequestKind::force_close,    forced,  E::force,         whether(Guard::feed_idle),    kNone | may(R),                    C::force_closes_failed_job>,
    Stay<closed,   RequestKind::stats,                                                                   may(A),                            C::closed_means_closed>,
    Move<closed,   RequestKind::revert,         closed,  E::revert,        kAlways,                      may(R),                            C::wire_status_codes>>>;

// Where a close stops the datafeed, or a deletion takes it along, that moves along with the job.
using FeedRequests = boost::mp11::mp_list<
    Move<F::started, RequestKind::close,              F::stopped, E::feed_erase,         only_if(Guard::close_stops_feed), kNone,       C::running_datafeed_blocks_close>,
    Move<F::stopped, RequestKind::remove,             F::none,    E::feed_erase,         only_if(Guard::remove_takes_feed), kNone,      C::wire_status_codes>,
    Move<F::stopped, RequestKind::force_remove,       F::none,    E::feed_erase,         only_if(Guard::remove_takes_feed), kNone,      C::wire_status_codes>,
    Move<F::started, RequestKind::force_remove,       F::none,    E::feed_erase,         only_if(Guard::remove_takes_feed), kNone,      C::wire_status_codes>,
    Move<F::none,    RequestKind::create_feed,        F::stopped, E::none,               only_if(Guard::job_exists), kNone | may(R), C::wire_status_codes>,
    Stay<F::stopped, RequestKind::create_feed,                                                                       may(R),         C::wire_status_codes>,
    Stay<F::started, RequestKind::create_feed,                                                                       may(R),         C::wire_status_codes>,
    Stay<F::none,    RequestKind::start_feed,                                                                        may(R),         C::wire_status_codes>,
    Move<F::stopped, RequestKind::start_feed,         F::started, E::feed_start,         only_if(Guard::job_opened), kNone | may(R), C::datafeed_end_closes_job>,
    Stay<F::started, RequestKind::start_feed,                                                                        may(R),         C::wire_status_codes>,
    Stay<F::none,    RequestKind::start_endless_feed,                                                                may(R),         C::wire_status_codes>,
    Move<F::stopped, RequestKind::start_endless_feed, F::started, E::feed_start_endless, only_if(Guard::job_opened), kNone | may(R), C::wire_status_codes>,
    Stay<F::started, RequestKind::start_endless_feed,                                                                may(R),         C::wire_status_codes>,
    Stay<F::none,    RequestKind::stop_feed,                                                                         may(R),         C::wire_status_codes>,
    Stay<F::stopped, RequestKind::stop_feed,                                                                         may(A | R),     C::wire_status_codes>,
    Move<F::started, RequestKind::stop_feed,          F::stopped, E::feed_stop,          kAlways,                    kNone,          C::datafeed_end_closes_job>,
    Stay<F::none,    RequestKind::remove_feed,                                                                       may(R),         C::wire_status_codes>,
    Move<F::stopped, RequestKind::remove_feed,        F::none,    E::none,               kAlways,                    kNone,          C::wire_status_codes>,
    Move<F::started, RequestKind::remove_feed,        F::none,    E::feed_erase,         kAlways,                    may(R),         C::wire_status_codes>,
    Stay<F::none,    RequestKind::feed_stats,                                                                        may(R),         C::wire_status_codes>,
    Stay<F::stopped, RequestKind::feed_stats,                                                                        may(A),         C::datafeed_end_closes_job>,
    Stay<F::started, RequestKind::feed_stats,                                                                        may(A),         C::running_datafeed_blocks_close>>;

using HistoryEvents = boost::mp11::mp_append<
  InEach<FromHistory::settled,    may(A), C::closed_means_closed,           absent, closed, failed>,
  InEach<FromHistory::settled,    kNone,  C::timed_out_close_goes_on,       opening, forced>,
  InEach<FromHistory::fail_job,   may(A), C::failed_job_needs_force,        absent, forced, failed>,
  InEach<FromHistory::hang_close, may(A), C::force_closes_unresponsive_job, absent>,
  boost::mp11::mp_list<
    Stay<opened,  FromHistory::settled,    may(A), C::datafeed_end_closes_job, Guard::nothing_owed>,
    Stay<closing, FromHistory::settled,    may(A), C::timed_out_close_goes_on, Guard::hangs>,
    Move<closed,  FromHistory::fail_job,   failed,  E::none,     kAlways, may(A), C::failed_job_needs_force>,
    Move<opening, FromHistory::fail_job,   failed,  E::die,      kAlways, may(A), C::failed_job_needs_force>,
    Move<opened,  FromHistory::fail_job,   failed,  E::die,      kAlways, kNone, C::failed_job_needs_force>,
    Move<closing, FromHistory::fail_job,   failed,  E::die,      kAlways, may(A), C::failed_job_needs_force>,
    Move<closed,  FromHistory::hang_close, closed,  E::arm_hang, kAlways, kNone, C::force_closes_unresponsive_job>,
    Move<opening, FromHistory::hang_close, opening, E::arm_hang, kAlways, kNone, C::force_closes_unresponsive_job>,
    Move<opened,  FromHistory::hang_close, opened,  E::arm_hang, kAlways, kNone, C::force_closes_unresponsive_job>,
    Move<closing, FromHistory::hang_close, closing, E::arm_hang, kAlways, kNone, C::force_closes_unresponsive_job>,
    Move<forced,  FromHistory::hang_close, forced,  E::arm_hang, kAlways, kNone, C::force_closes_unresponsive_job>,
    Move<failed,  FromHistory::hang_close, failed,  E::arm_hang, kAlways, kNone, C::force_closes_unresponsive_job>>>;

using Happenings = boost::mp11::mp_list<
    ByItself<opening,    opened_by_itself,    opened,     E::reopen,      kAlways,                      C::job_reopens>,
    ByItself<closing,    housekeeping_done,   closed,     E::end_close,   only_if(Guard::does_not_hang), C::close_waits_for_housekeeping>,
    ByItself<forced,     force_settled,       closed,     E::none,        kAlways,                      C::force_returns_early>,
    ByItself<F::started, datafeed_ended,      F::stopped, E::feed_end,    only_if(Guard::feed_can_end), C::datafeed_end_closes_job>,
    ByItself<opened,     datafeed_closes_job, closing,    E::begin_close, only_if(Guard::owes_close),   C::datafeed_end_closes_job>>;

// A forced close kills what waits: the job is closing all the same, so that success is no lie either.
inline constexpr std::array kWakes{
    Wake{RequestKind::open,  opening, opened,  A},
    Wake{RequestKind::open,  opening, closing, R | X},
    Wake{RequestKind::open,  opening, forced,  R | X},
    Wake{RequestKind::open,  opening, failed,  R | X},
    Wake{RequestKind::open,  opening, absent,  R | X},
    Wake{RequestKind::close, closing, closed,  A},
    Wake{RequestKind::close, closing, forced,  A | R | X},
    Wake{RequestKind::close, closing, failed,  R | X},
    Wake{RequestKind::close, closing, absent,  A | R | X},
    Wake{RequestKind::close, forced,  closed,  A},
    Wake{RequestKind::close, forced,  failed,  R | X},
    Wake{RequestKind::close, forced,  absent,  A | R | X}};

// That closing shows is measured and not required: until the job is closed it may read as opened. Some do not publish
// `opening`. After a forced close anything goes until it has settled.
using S = JobState;
inline constexpr std::array kReadings{
    reads(closed,  any_of(S::closed)),
    reads(opening, any_of(S::opening), &D::opening_may_be_hidden, any_of(S::closed, S::opened)),
    reads(opened,  any_of(S::opened)),
    reads(closing, any_of(S::closing, S::opened)),
    reads(forced,  any_of(S::closed, S::opening, S::opened, S::closing, S::failed)),
    reads(failed,  any_of(S::failed))};

// Wrong answers that are not called by the clause of their row.
using K = RequestKind;
using enum Condition;
inline constexpr Claims kNot = R | X | kTimedOut;
inline constexpr std::uint8_t kExisting = in(closed, opening, opened, closing, forced, failed);
inline constexpr std::uint8_t kEach = kExisting | in(absent);
inline constexpr std::uint8_t kRunning = in(opening, opened, closing, forced);
inline constexpr const char* kHungAndClosed = "the job closed, though its close was to hang";
inline constexpr std::array kDepartures{
    untold(asks(K::create, K::update, K::remove, K::force_remove, K::revert), kEach, kAnyClaim, {}),
    named(asks(K::feed_stats), in(closed), A, {reads_started, closed_normally}, C::running_datafeed_blocks_close),
    named(asks(K::feed_stats), in(opened), A, {feed_runs, feed_barred_close},  C::running_datafeed_blocks_close),
    untold(asks(K::create_feed, K::start_feed, K::start_endless_feed, K::stop_feed, K::remove_feed, K::feed_stats), kEach, kAnyClaim, {}),
    untold(asks(K::get, K::read_results), in(absent, opening, opened, closing, forced, failed), kAnyClaim, {}),
    untold(asks(K::get, K::read_results), in(closed), kAnyClaim, {never_closed}),
    named(asks(K::close, K::force_close, K::open, K::post, K::flush), in(absent), kNot, {}, C::wire_status_codes),
    far_off(named(asks(K::open, K::post, K::flush), in(absent), A, {}, C::unknown_job_refused)),
    // Closes.
    named(asks(K::close), in(closed),  kTimedOut,     {},                          C::timeout_bounds_wait,           C::closing_closed_job),
    named(asks(K::close), in(closed),  X,             {overlaps},                  C::concurrent_requests_linearize, C::closing_closed_job),
    named(asks(K::close), in(opened),  A | kTimedOut, {feed_runs},                 C::running_datafeed_blocks_close),
    named(asks(K::close), kRunning,    A,             {close_hangs_or_will, late}, C::timed_out_close_is_no_success, C::close_waits_for_housekeeping),
    untold(asks(K::close), kRunning,   A,             {close_hangs_or_will},       kHungAndClosed),
    named(asks(K::close), in(opened),  X,             {feed_runs},                 C::wire_status_codes),
    named(asks(K::close), kRunning,    kAnyClaim,     {overlaps},                  C::concurrent_requests_linearize, C::close_ends_open_job),
    named(asks(K::close), in(failed),  kNot,          {},                          C::failed_job_answer),
    // What only an opened job does.
    named(asks(K::open), in(opening),  kNot,      {},       C::job_reopens),
    // Nobody promises that a job which is open cannot be opened again, whatever overlaps it.
    named(asks(K::open), in(opening, opened), A, {}, C::wire_status_codes),
    named(asks(K::open), in(opening, opened, closing, forced, failed), kAnyClaim, {overlaps}, C::concurrent_requests_linearize, C::wire_status_codes),
    named(asks(K::post, K::flush), in(closed), kNot, {}, C::wire_status_codes),
    // Statistics: that there are any, the state that they show, and the count.
    untold(asks(K::stats), in(closed), kNot,      {never_closed}),
    named(asks(K::stats), in(closed),  R,         {}, C::closed_job_keeps_metadata),
    untold(asks(K::stats), kEach,      kNot,      {}),
    untold(asks(K::stats), in(absent), kAnyClaim, {removed}),
    untold(asks(K::stats), kExisting, kAnyClaim, {reads_failed, never_failed}, "the job reads `failed`, though nothing in the history made it fail"),
    named(asks(K::stats), in(closed), kOtherState, {open_refused},                              C::refused_request_changes_nothing, C::closed_means_closed),
    untold(asks(K::stats), in(closed), kOtherState, {never_closed}),
    named(asks(K::stats), in(closed), kOtherState, {closed_normally, seen_closed},              C::closed_means_closed),
    named(asks(K::stats), in(closed), kOtherState, {closed_normally, closed_late},              C::timed_out_close_is_no_success,   C::close_waits_for_housekeeping),
    named(asks(K::stats), in(closed), kOtherState, {closed_normally, closed_by_one_of_several}, C::concurrent_requests_linearize,   C::close_waits_for_housekeeping, C::closed_means_closed),
    named(asks(K::stats), in(closed), kOtherState, {closed_normally, reads_closing},            C::close_waits_for_housekeeping,    C::closed_means_closed),
    named(asks(K::stats), in(closed), kOtherState, {closed_normally},                           C::close_ends_open_job,             C::closed_means_closed, C::close_waits_for_housekeeping),
    named(asks(K::stats), in(closed), kOtherState, {close_timed_out, seen_closed},              C::closed_means_closed,             C::timed_out_close_goes_on),
    named(asks(K::stats), in(closed), kOtherState, {close_timed_out},                           C::timed_out_close_goes_on),
    named(asks(K::stats), in(closed), kOtherState, {forced_after_failure, seen_closed},         C::closed_means_closed,             C::force_closes_failed_job),
    named(asks(K::stats), in(closed), kOtherState, {forced_after_failure},                      C::force_closes_failed_job),
    named(asks(K::stats), in(closed), kOtherState, {forced_after_hanging, seen_closed},         C::closed_means_closed,             C::force_closes_unresponsive_job),
    named(asks(K::stats), in(closed), kOtherState, {forced_after_hanging},                      C::force_closes_unresponsive_job),
    named(asks(K::stats), in(closed), kOtherState, {closed_by_force},                                    C::closed_means_closed,             C::force_closes_unresponsive_job),
    named(asks(K::stats), in(closed), kOtherState, {closed_by_feed, seen_closed},               C::closed_means_closed,             C::datafeed_end_closes_job),
    named(asks(K::stats), in(closed), kOtherState, {closed_by_feed},                            C::datafeed_end_closes_job),
    untold(asks(K::stats), in(opened), kOtherState, {reads_failed}, "the job reads `failed` once more"),
    named(asks(K::stats), in(opened), kOtherState, {close_refused},                             C::refused_request_changes_nothing, C::job_reopens),
    far_off(named(asks(K::stats), in(opening), kOtherState, {},                                 C::job_reopens)),
    untold(asks(K::stats), in(closing), kOtherState, {close_hangs, reads_closed}, kHungAndClosed),
    named(asks(K::stats), in(closing), kOtherState, {close_timed_out},                          C::timed_out_close_goes_on),
    named(asks(K::stats), in(closing), kOtherState, {closed_by_feed},                           C::datafeed_end_closes_job),
    named(asks(K::stats), in(failed), kOtherState, {close_refused, reads_closed},               C::refused_request_changes_nothing, C::failed_job_needs_force),
    untold(asks(K::stats), in(failed), kOtherState, {}, "the job does not read `failed` after the fault that was to fail it"),
    named(asks(K::stats), in(closed), kTooFew,  {enough_was_seen},             C::accepted_data_is_kept,           C::closed_job_keeps_results),
    named(asks(K::stats), in(closed), kTooFew,  {rest_was_queued},             C::accepted_data_is_kept,           C::close_flushes_buffers),
    named(asks(K::stats), in(closed), kTooFew,  {rest_is_recent},              C::close_flushes_buffers,           C::accepted_data_is_kept),
    named(asks(K::stats), in(closed), kTooFew,  {reopened, only_recent_shown}, C::reopen_continues_analysis,       C::accepted_data_is_kept),
    named(asks(K::stats), kRunning,   kTooFew,  {reopened},                    C::reopen_continues_analysis,       C::accepted_data_is_kept),
    named(asks(K::stats), kExisting,  kTooMany, {excess_was_refused},          C::refused_request_changes_nothing, C::accepted_data_is_kept),
    named(asks(K::stats), in(closed), kTooMany, {count_grew},                  C::closed_job_refuses_analysis,     C::accepted_data_is_kept),
    named(asks(K::stats), kExisting,  kCounts,  {},                            C::accepted_data_is_kept)};
// clang-format on
static_assert(kDepartures.size() <= kDeparturesMax);

using Table = boost::mp11::mp_append<Requests, FeedRequests, HistoryEvents, Happenings>;
}  // namespace table

static_assert(boost::mp11::mp_is_set<table::Table>::value, "an entry stands twice in the list");

/// Whether two entries stand for the same state and step.
template <class First, class Second>
constexpr bool same_cell() {
  if constexpr (First::of_feed != Second::of_feed) {
    return false;
  } else {
    return First::source == Second::source && First::step == Second::step &&
           (First::kind == RowKind::by_itself) == (Second::kind == RowKind::by_itself);
  }
}

}  // namespace closecheck::model
