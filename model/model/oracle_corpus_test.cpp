#include <array>

#include "model/oracle_corpus_for_test.h"

namespace closecheck::model {
namespace {

using C = Clause;
using D = Dialect;

// clang-format off
constexpr std::array kConforming{
  // The page's own life of a job.
  Conforming{kEach, "create ok; open ok; close ok; stats closed:0"},
  Conforming{kEach, "create ok; open ok; post:5 ok; flush ok; stats opened:5; stats opened:0; close ok; stats closed:5; read ok; get ok; update ok"},
  Conforming{kEach, "create ok; open ok; post:5 ok; close ok; open ok; stats opened:5; post:3 ok; stats opened:8; close ok; stats closed:8"},
  Conforming{kEach, "create ok; open ok; close ok; post:5 no; flush no; stats closed:0; open ok; close ok; open ok; close ok"},
  Conforming{kEach, "create ok; create no; open ok; open no; remove no; close ok; remove ok; stats no; create ok; stats closed:0"},
  Conforming{kEach, "close no; force no; open no; post:1 no; flush no; remove no; force-remove no; get no; update no; read no; revert no; stats no; bad no; bad 5xx"},
  Conforming{kEach, "create ok; bad no; stats closed:0; open* no; stats closed:0; open* ok; post:5 busy; close ok; stats closed:0"},
  Conforming{kEach, "create ok; open ok; post:5 ?; stats opened:5; close ok; stats closed:5"},
  Conforming{kEach, "create ok; open ok; post:5 ?; stats opened:0; close ok; stats closed:0"},
  // Closing a closed job.
  Conforming{kEach, "create ok; close ok; force ok; stats closed:0"},
  Conforming{in(&D::close_of_closed_may_be_refused), "create ok; close no; force no; stats closed:0"},
  Conforming{in(&D::close_of_closed_may_be_refused), "create ok; open ok; close ok; close no; force no"},
  // A close whose timeout is up goes on.
  Conforming{kEach, "create ok; open ok; post:5 ok; close:t late; stats closing; close:t late; settled; stats closed:5"},
  Conforming{kEach, "create ok; open ok; post:5 ok; close:t late; close ok; stats closed:5"},
  Conforming{kEach, "create ok; open ok; post:5 ok; close:t late; stats opened:5; settled; stats closed:5"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing; post:2 no; flush no; stats closing; a<ok; stats closed:0"},
  // What a closing job takes it may queue, but not lose.
  Conforming{kEach, "create ok; open ok; post:5 ok; a>close; stats closing; post:2 ok; stats closing; a<ok; stats closed:5; open ok; stats opened:5; close ok; stats closed:7"},
  Conforming{kEach, "create ok; open ok; post:5 ok; a>close; stats closing; post:2 ok; flush ok; a<ok; stats closed:7; open ok; close ok; stats closed:7"},
  Conforming{kEach, "create ok; open ok; post:5 ok; a>close; stats closing; post:2 ok; stats closing; a<ok; b>open; stats opening; close ok; b<no; stats closed:5; open ok; close ok; stats closed:7"},
  Conforming{in(&D::post_to_closing_may_break), "create ok; open ok; a>close; stats closing; post:2 5xx; stats closing; a<ok; stats closed:0"},
  // Forced closes.
  Conforming{kEach, "create ok; open ok; post:5 ok; force ok; stats opened:5; stats closing:2; stats failed:0; stats closed:5; settled; stats closed:3"},
  Conforming{kEach, "create ok; open ok; force ok; post:5 ok; post:5 no; post:5 5xx; flush ok; flush no; force ok; stats opened; settled; stats closed:5; stats closed:0"},
  Conforming{kEach, "create ok; open ok; post:5 ok; force ok; settled; open ok; post:2 ok; close ok; stats closed:2"},
  Conforming{kEach, "create ok; open ok; post:5 ok; force ok; open ok; post:2 ok; close ok; stats closed:7"},
  Conforming{kEach, "create ok; open ok; force ok; stats failed; close no; stats failed; close ok; stats closed"},
  Conforming{in(&D::close_of_closed_may_be_refused), "create ok; open ok; force ok; stats opened; force no; stats failed; settled; stats closed"},
  Conforming{kEach, "create ok; open ok; force ok; stats failed; remove ok; stats no"},
  Conforming{kEach, "create ok; open ok; post:5 ok; fail; stats failed:0; stats failed:5; post:1 no; flush no; open no; close no; stats failed; force ok; stats failed; settled; stats closed:3"},
  Conforming{kEach, "create ok; open ok; hang; post:5 ok; close:t late; settled; stats closing; settled; force ok; stats closing; settled; stats closed:5"},
  Conforming{kEach, "create ok; open ok; fail; remove ok; stats no"},
  Conforming{kEach, "create ok; open ok; fail; remove no; stats failed; force ok; settled; remove ok"},
  Conforming{kEach, "create ok; fail; stats failed; close no; force ok; settled; stats closed"},
  Conforming{kEach, "create ok; fail; stats closed; hang; open ok; close:t late; settled; stats closing; force ok; settled; stats closed"},
  Conforming{kEach, "settled; fail; hang; create ok; settled; stats closed"},
  Conforming{kEach, "create ok; open ok; hang; close:t late; hang; settled; stats closing"},
  Conforming{kEach, "create ok; open ok; fail; hang; fail; settled; stats failed; force ok; fail; settled; stats closed"},
  Conforming{kEach, "create ok; open ok; settled; stats opened; force ok; hang; settled; stats closed"},
  Conforming{kEach, "create ok; open ok; force ok; fail; stats failed; settled; stats closed"},
  Conforming{kEach, "create ok; a>open; stats opening; hang; stats opening; a<ok; close:t late; settled; stats closing"},
  Conforming{kEach, "create ok; open ok; close:t late; stats closing; hang; settled; stats closed; open ok; close:t late; settled; stats closing"},
  Conforming{kEach, "create ok; open ok; force ok; fail; settled; stats failed; close no; force ok; settled; stats closed"},
  // A fault that finds the job under way may come too late.
  Conforming{kEach, "create ok; a>open; stats opening; fail; a<ok; stats opened"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing; fail; stats closing; a<ok; stats closed"},
  // Posts of which nobody knows what is processed of them.
  Conforming{kEach, "create ok; open ok; post:5+2 ok; stats opened:0; stats opened:7; close ok; stats closed:5"},
  Conforming{kEach, "create ok; open ok; post:5+2 ok; close ok; stats closed:7; open ok; post:1 ok; close ok; stats closed:6"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing; post:2+1 ok; a<ok; stats closed:3; open ok; close ok; stats closed:2"},
  Conforming{kEach, "create ok; open ok; force ok; post:2+3 ok; settled; stats closed:5"},
  Conforming{kEach, "create ok; open ok; a>post:1+2; a!; close ok; stats closed:3"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed:3+4 ok; settled; stats closed:7"},
  // Deletes by force.
  Conforming{kEach, "create ok; force-remove ok; stats no"},
  Conforming{kEach, "create ok; a>open; stats opening; force-remove ok; a<no; stats no"},
  Conforming{kEach, "create ok; open ok; force-remove ok; stats no"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing; force-remove ok; a<no; stats no"},
  Conforming{kEach, "create ok; open ok; a>close; hang; stats closing; force-remove ok; stats no; a<ok"},
  Conforming{kEach, "create ok; open ok; force ok; stats failed; b>close; stats failed; force-remove ok; b<no; stats no"},
  Conforming{kEach, "create ok; open ok; force ok; b>close; hang; stats failed; force-remove ok; stats no; b<5xx"},
  Conforming{kEach, "create ok; open ok; fail; force-remove ok; stats no"},
  Conforming{not_in(&D::has_delete_options), "create ok; force-remove no; open ok; force-remove no; stats opened"},
  Conforming{kEach, "create ok; revert ok; revert no; open ok; post:5 ok; revert no; close ok; revert ok; stats closed:2"},
  // Overlaps.
  Conforming{kEach, "create ok; open ok; a>close; b>close; a<ok; b<ok; stats closed:0"},
  Conforming{in(&D::second_close_may_be_refused), "create ok; open ok; a>close; b>close; a<ok; b<no; stats closed:0"},
  Conforming{in(&D::second_close_may_be_refused), "create ok; open ok; a>close; stats closing; close no; stats closing; a<ok"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing; force ok; a<no; settled; stats closed"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing; force ok; a<5xx; settled; stats closed"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing; b>force; b<ok; a<ok; settled; stats closed"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing; fail; stats failed; a<no"},
  Conforming{kEach, "create ok; a>open; stats opening; fail; stats failed; a<5xx"},
  Conforming{kEach, "create ok; a>open; b>post:4; a<ok; b<ok; close ok; stats closed:4"},
  Conforming{kEach, "create ok; a>open; b>post:4; b<no; a<ok; close ok; stats closed:0"},
  Conforming{kEach, "create ok; a>open; stats opening; close ok; a<no; stats closed"},
  Conforming{kEach, "create ok; a>open; stats opening; b>close; stats closing; a<no; b<ok"},
  Conforming{kEach, "create ok; a>open; stats opening; close no; stats opening; a<ok; stats opened"},
  Conforming{kEach, "create ok; a>open; stats opening; force ok; a<no; stats failed; settled; stats closed"},
  Conforming{kEach, "create ok; a>open; stats opening; open no; stats opening; a<late; settled; stats opened"},
  Conforming{kEach, "create ok; open ok; a>post:5; b>close; b<ok; a<no; stats closed:0"},
  Conforming{kEach, "create ok; open ok; a>post:5; b>close; b<ok; a<ok; stats closed:5"},
  Conforming{kEach, "create ok; open ok; a>close; b>open; a<ok; b<ok; stats opened"},
  Conforming{in(&D::opening_may_be_hidden), "create ok; a>open; stats opened; a<ok; stats opened"},
  Conforming{kEach, "create ok; open ok; a>stats; b>close; b<ok; a<opened; stats closed"},
  Conforming{in(&D::opening_may_be_hidden), "create ok; a>open; stats opening; stats closed; stats opened; stats closed; stats opening; a<ok"},
  // Lost answers.
  Conforming{kEach, "create ok; open ok; a>post:5; a!; close ok; stats closed:5"},
  Conforming{kEach, "create ok; open ok; a>post:5; a!; close ok; stats closed:0"},
  Conforming{kEach, "create ok; open ok; a>close; a!; stats opened; settled; stats opened; stats closed; open ok; stats opened; close ok"},
  Conforming{kEach, "a>create; a!; stats no; stats closed; open ok; b>remove; b!; close ok; stats no"},
  Conforming{kEach, "create ok; open ok; a>close; stats closing"},
  Conforming{kEach, "create ok; open ok; a>post:1; a!; b>post:2; b!; close ok; stats closed:2"},
  Conforming{kEach, "create ok; open ok; a>post:1; a!; b>post:2; b!; close ok; stats closed:1"},
  Conforming{kEach, "create ok; open ok; a>post:1; a!; b>post:2; b!; close ok; stats closed:3"},
  // An open without an answer may have been done with long ago, or may begin at the very end.
  Conforming{kEach, "a>create; b>post:2; a<ok; b!; c>open; post:1 late; close:t ok; force ok; d>create; c!; settled; open no"},
  // Of two equal opens that are both refused the later may be the one that had begun: it was cut short.
  Conforming{kEach, "create ok; a>open; b>open; stats opening; a<no; stats opening; force ok; b<no; settled; stats closed"},
  // Datafeeds.
  Conforming{kEach, "create ok; mkfeed ok; mkfeed no; fstats stopped; feed:4 no; stop ok; stop no; remove no; force-remove no; rmfeed ok; fstats no; remove ok"},
  Conforming{kEach, "mkfeed no; fstats no; feed:1 no; feed~ no; stop no; rmfeed no"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed:4 ok; fstats started; mkfeed no; feed:4 no; feed~ no; close no; fstats started; stats opened:2; fstats stopped; stats opened; stats closing; settled; stats closed:4"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed:4 ok; stop ok; stats opened; settled; fstats stopped; stats closed:2"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed:4 ok; fstats stopped; close ok; stats closed:4; rmfeed ok"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed~ ok; fstats started; close no; force no; rmfeed no; stop ok; settled; stats opened; close ok; stats closed:99"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed~ ok; force ok; stats opened; settled; stats closed; fstats started; fstats stopped; rmfeed ok"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed~ ok; rmfeed ok; fstats no; close ok"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed:3 ok; fstats started; fail; stats failed; fstats started; fstats stopped; force ok; settled; stats closed:3"},
  Conforming{kEach, "create ok; mkfeed ok; open ok; feed~ ok; fail; stats failed; fstats started; force no; stats failed; stop ok; settled; force ok; settled; stats closed"},
  // A close that stops it first.
  Conforming{in(&D::close_may_stop_feed), "create ok; mkfeed ok; open ok; feed:3 ok; fstats started; close ok; fstats stopped; stats closed:2; rmfeed ok"},
  // A deletion that takes it along.
  Conforming{in(&D::delete_may_take_feed), "create ok; mkfeed ok; remove ok; fstats no; create ok; mkfeed ok"},
  Conforming{in(&D::delete_may_take_feed), "create ok; mkfeed ok; open ok; force-remove ok; create ok; mkfeed ok"},
  Conforming{in(&D::delete_may_take_feed), "create ok; mkfeed ok; open ok; feed~ ok; force-remove ok; create ok; mkfeed ok"},
  Conforming{in(&D::second_force_may_fail), "create ok; open ok; force ok; force 5xx; settled; stats closed; force ok"},
  Conforming{in(&D::second_force_may_fail), "create ok; open ok; a>force; b>force; a<5xx; b<ok; settled; stats closed"},
  Conforming{in(&D::second_close_may_be_refused), "create ok; open ok; force ok; force no; settled; stats closed; force ok"},
};

constexpr std::array kViolating{
  // One client: what a wrong answer of each kind must be called.
  Violating{kEach, C::close_ends_open_job, "create ok; open ok; close no"},
  Violating{kEach, C::close_ends_open_job, "create ok; open ok; post:2 ok; close 5xx"},
  Violating{kEach, C::job_reopens, "create ok; open ok; close ok; open no"},
  Violating{kEach, C::job_reopens, "create ok; open ok; close ok; open ok; post:3 no"},
  Violating{kEach, C::job_reopens, "create ok; open ok; close ok; open ok; stats closed"},
  Violating{kEach, C::job_reopens, "create ok; open ok; flush no"},
  Violating{kEach, C::closed_job_refuses_data, "create ok; open ok; close ok; post:3 ok"},
  Violating{kEach, C::closed_job_refuses_data, "create ok; open ok; force ok; settled; post:3 ok"},
  Violating{kEach, C::closed_job_refuses_analysis, "create ok; open ok; close ok; flush ok"},
  Violating{kEach, C::closed_job_refuses_analysis, "create ok; open ok; post:3 ok; close ok; stats closed:3; stats closed:4"},
  Violating{kEach, C::closed_job_keeps_results, "create ok; open ok; close ok; read no"},
  Violating{kEach, C::closed_job_keeps_metadata, "create ok; open ok; close ok; stats no"},
  Violating{kEach, C::closed_job_keeps_metadata, "create ok; open ok; close ok; get no"},
  Violating{kEach, C::close_flushes_buffers, "create ok; open ok; post:5 ok; close ok; stats closed:3"},
  Violating{kEach, C::close_flushes_buffers, "create ok; open ok; post:5 ok; close ok; open ok; post:2 ok; close ok; stats closed:5"},
  Violating{kEach, C::close_waits_for_housekeeping, "create ok; open ok; close ok; stats closing"},
  Violating{kEach, C::close_ends_open_job, "create ok; open ok; close ok; stats opened"},
  Violating{kEach, C::closed_means_closed, "create ok; open ok; close ok; stats closed; stats opened"},
  Violating{kEach, C::closed_means_closed, "create ok; open ok; force ok; settled; stats opened"},
  Violating{kEach, C::timed_out_close_is_no_success, "create ok; open ok; close:t late-ok; stats closing"},
  Violating{kEach, C::timed_out_close_is_no_success, "create ok; open ok; hang; close:t late-ok"},
  Violating{kEach, C::timed_out_close_goes_on, "create ok; open ok; close:t late; settled; stats opened"},
  Violating{kEach, C::timed_out_close_goes_on, "create ok; open ok; close:t late; settled; stats closing"},
  Violating{not_in(&D::close_of_closed_may_be_refused), C::timeout_bounds_wait, "create ok; open ok; close ok; close:t late"},
  Violating{kEach, C::failed_job_needs_force, "create ok; open ok; fail; stats failed; close ok"},
  Violating{kEach, C::failed_job_answer, "create ok; open ok; fail; close 5xx"},
  Violating{kEach, C::force_closes_failed_job, "create ok; open ok; fail; force no"},
  Violating{kEach, C::force_closes_failed_job, "create ok; open ok; fail; force ok; settled; stats failed"},
  Violating{kEach, C::force_closes_unresponsive_job, "create ok; open ok; hang; close:t late; force no"},
  Violating{kEach, C::force_closes_unresponsive_job, "create ok; open ok; hang; close:t late; force ok; settled; stats closing"},
  Violating{kEach, C::unknown_job_refused, "close ok"},
  Violating{kEach, C::unknown_job_refused, "force ok"},
  Violating{kEach, C::unknown_job_refused, "create ok; remove ok; close ok"},
  Violating{kEach, C::bad_parameters_refused, "create ok; open ok; bad ok"},
  Violating{kEach, C::refused_request_changes_nothing, "create ok; open ok; post:4 ok; close ok; post:3 no; stats closed:7"},
  Violating{kEach, C::refused_request_changes_nothing, "create ok; open ok; bad no; stats closed"},
  Violating{kEach, C::refused_request_changes_nothing, "create ok; open ok; fail; close no; stats closed"},
  Violating{kEach, C::refused_request_changes_nothing, "create ok; open ok; close ok; open* no; stats opened"},
  Violating{kEach, C::accepted_data_is_kept, "create ok; open ok; post:4 ok; stats opened:9"},
  Violating{kEach, C::accepted_data_is_kept, "create ok; open ok; post:4 ok; close ok; stats closed:8"},
  Violating{kEach, C::accepted_data_is_kept, "create ok; open ok; post:5 ok; a>close; stats closing; post:2 ok; a<ok; open ok; close ok; stats closed:5"},
  Violating{kEach, C::accepted_data_is_kept, "create ok; open ok; post:5 ok; force ok; settled; stats closed:6"},
  Violating{kEach, C::accepted_data_is_kept, "create ok; open ok; post:4+2 ok; close ok; stats closed:7"},
  Violating{kEach, C::close_flushes_buffers, "create ok; open ok; post:4+2 ok; close ok; stats closed:3"},
  Violating{kEach, C::close_ends_open_job, "create ok; open ok; a>close; stats closing; settled; a<5xx"},
  Violating{kEach, C::close_ends_open_job, "create ok; open ok; b>get; a>close; stats closing; settled; a<5xx; b<ok"},
  Violating{kEach, C::reopen_continues_analysis, "create ok; open ok; post:5 ok; close ok; open ok; stats opened:0"},
  Violating{kEach, C::reopen_continues_analysis, "create ok; open ok; post:5 ok; close ok; open ok; post:2 ok; close ok; stats closed:2"},
  Violating{kEach, C::accepted_data_is_kept, "create ok; open ok; post:5 ok; close ok; stats closed:5; stats closed:3"},
  Violating{kEach, C::closed_job_refuses_data, "a>create; a!; post:3 ok"},
  Violating{kEach, C::wire_status_codes, "close 5xx"},
  Violating{not_in(&D::close_may_stop_feed), C::wire_status_codes, "create ok; mkfeed ok; open ok; feed~ ok; close 5xx"},
  Violating{kEach, C::closed_means_closed, "create ok; open ok; hang; close:t late; force ok; settled; stats closed; stats closing"},
  Violating{kEach, C::timed_out_close_goes_on, "create ok; open ok; hang; close:t late; stats opening"},
  Violating{kEach, C::refused_request_changes_nothing, "create ok; open late; bad no; stats closing"},
  Violating{kEach, C::datafeed_end_closes_job, "create ok; mkfeed ok; hang; open ok; feed:4 ok; fstats stopped; settled; stats opening"},
  Violating{not_in(&D::close_of_closed_may_be_refused), C::closing_closed_job, "create ok; close no"},
  Violating{not_in(&D::close_of_closed_may_be_refused), C::closing_closed_job, "create ok; force no"},
  Violating{not_in(&D::close_may_stop_feed), C::running_datafeed_blocks_close, "create ok; mkfeed ok; open ok; feed~ ok; close ok"},
  Violating{not_in(&D::close_may_stop_feed), C::running_datafeed_blocks_close, "create ok; mkfeed ok; open ok; feed~ ok; fstats started; close no; fstats stopped"},
  Violating{in(&D::close_may_stop_feed), C::running_datafeed_blocks_close, "create ok; mkfeed ok; open ok; feed~ ok; close ok; stats closed; fstats started"},
  Violating{kEach, C::datafeed_end_closes_job, "create ok; mkfeed ok; open ok; feed:4 ok; fstats stopped; settled; stats opened"},
  Violating{kEach, C::datafeed_end_closes_job, "create ok; mkfeed ok; open ok; feed:4 ok; stop ok; settled; stats opened"},
  Violating{kEach, C::closed_means_closed, "create ok; mkfeed ok; open ok; feed:4 ok; stats closed; stats opened"},
  Violating{kEach, C::closed_means_closed, "create ok; open ok; close:t late; stats closed; stats opened"},
  Violating{kEach, C::closed_means_closed, "create ok; open ok; fail; force ok; settled; stats closed; stats failed"},
  Violating{kEach, C::wire_status_codes, "create ok; open ok; close ok; post:1 5xx"},
  Violating{kEach, C::wire_status_codes, "create ok; open ok; open ok"},
  Violating{not_in(&D::post_to_closing_may_break), C::wire_status_codes, "create ok; open ok; a>close; stats closing; post:2 5xx; stats closing; a<ok"},
  // Overlaps.
  Violating{kEach, C::concurrent_requests_linearize, "create ok; open ok; a>close; b>close; a<ok; b<5xx"},
  Violating{kEach, C::concurrent_requests_linearize, "create ok; open ok; a>close; b>close; b<5xx; a<ok; stats closed"},
  Violating{not_in(&D::second_close_may_be_refused), C::concurrent_requests_linearize, "create ok; open ok; a>close; stats closing; close ok; stats closing; a<ok"},
  Violating{kEach, C::wire_status_codes, "create ok; a>open; b>open; a<ok; b<ok"},
  Violating{kEach, C::concurrent_requests_linearize, "create ok; open ok; fail; a>open; b>close; b<no; a<ok"},
  Violating{kEach, C::closed_job_refuses_data, "create ok; open ok; close ok; a>post:3; b>post:3; a<no; b<ok"},
  Violating{kEach, C::accepted_data_is_kept, "create ok; open ok; a>post:3; b>post:4; a<ok; b<ok; close ok; stats closed:8"},
  Violating{kEach, C::close_flushes_buffers, "create ok; open ok; a>post:3; b>post:4; a<ok; b<ok; close ok; stats closed:4"},
  Violating{kEach, C::reopen_continues_analysis, "create ok; open ok; post:5 ok; close ok; a>open; b>stats; a<ok; b<opened:0"},
};

constexpr std::array kUntold{
  Untold{kEach, "create ok; open ok; stats failed"},
  Untold{kEach, "create ok; open ok; fail; stats opened"},
  Untold{kEach, "create ok; open ok; hang; close ok"},
  Untold{kEach, "create ok; open ok; hang; close:t late; stats closed"},
  Untold{kEach, "create no"},
  Untold{kEach, "create ok; open ok; remove ok"},
  Untold{kEach, "create ok; read no"},
  Untold{kEach, "create ok; stats no"},
  Untold{kEach, "create ok; open ok; get no"},
  Untold{kEach, "create ok; open ok; stats no"},
  Untold{kEach, "create ok; stats opened"},
  Untold{kEach, "create ok; remove ok; stats closed"},
  Untold{kEach, "create ok; open ok; fail; force ok; settled; open ok; stats failed"},
  Untold{kEach, "create ok; mkfeed ok; open ok; feed~ no"},
};

constexpr std::array kPins{
  StatePin{"absent",  "",                                          "stats no"},
  StatePin{"closed",  "create ok",                                 "stats closed"},
  StatePin{"opening", "create ok; a>open; stats opening",          "stats opening"},
  StatePin{"opened",  "create ok; open ok",                        "stats opened"},
  StatePin{"closing", "create ok; open ok; a>close; stats closing", "stats closing"},
  StatePin{"forced",  "create ok; open ok; force ok",              "stats failed"},
  StatePin{"failed",  "create ok; open ok; fail",                  "stats failed"},
};

constexpr std::array kMatrix{
  //                         absent closed opening opened closing forced failed
  AnswerLine{"create",       "-     R      R       R      R       R      R"},
  AnswerLine{"get",          "R     A      A       A      A       A      A"},
  AnswerLine{"update",       "R     AR     AR      AR     AR      AR     AR"},
  AnswerLine{"remove",       "R     -      R       R      R       R      R"},
  AnswerLine{"force-remove", "R     R/-    R/-     R/-    R/-     R/-    R/-"},
  AnswerLine{"open",         "R     -      R       R      R       R      R"},
  AnswerLine{"post:1",       "R     R      R       A      ARX/AR  ARX    R"},
  AnswerLine{"flush",        "R     R      R       A      AR      ARX    R"},
  AnswerLine{"close",        "R     AR/A   R       -      R/-/R   R      R"},
  AnswerLine{"force",        "R     AR/A   A       A      A       AR/AX/ARX A"},
  AnswerLine{"read",         "R     A      A       A      A       A      A"},
  AnswerLine{"revert",       "R     AR     R       R      R       R      R"},
  AnswerLine{"bad",          "RX    RX     RX      RX     RX      RX     RX"},
};

constexpr std::array kFeedPins{
  StatePin{"no datafeed",      "create ok; open ok",                     "fstats no"},
  StatePin{"datafeed stopped", "create ok; mkfeed ok",                   "fstats stopped"},
  StatePin{"datafeed started", "create ok; mkfeed ok; open ok; feed~ ok", "fstats started"},
};

constexpr std::array kFeedMatrix{
  //                   none stopped started
  AnswerLine{"mkfeed", "-    R       R"},
  AnswerLine{"feed:1", "R    R       R"},
  AnswerLine{"feed~",  "R    R       R"},
  AnswerLine{"stop",   "R    AR      -"},
  AnswerLine{"rmfeed", "R    -       R"},
  AnswerLine{"close",  "A    AR/A    R"},
  AnswerLine{"remove", "R    R       R"},
};
// clang-format on

}  // namespace

std::string_view answers_in(std::string_view column, Profile profile) {
  for (std::size_t i = 0; i < profile.index(); ++i) {
    const std::size_t slash = column.find('/');
    if (slash == std::string_view::npos) break;
    column.remove_prefix(slash + 1);
  }
  return column.substr(0, column.find('/'));
}
std::span<const Conforming> conforming() {
  return kConforming;
}
std::span<const Violating> violating() {
  return kViolating;
}
std::span<const Untold> untold() {
  return kUntold;
}
std::span<const AnswerLine> answer_matrix() {
  return kMatrix;
}
std::span<const StatePin> state_pins() {
  return kPins;
}
std::span<const AnswerLine> feed_answer_matrix() {
  return kFeedMatrix;
}
std::span<const StatePin> feed_state_pins() {
  return kFeedPins;
}

}  // namespace closecheck::model
