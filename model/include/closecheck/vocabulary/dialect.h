// How one line of the product speaks: where its APIs stand, what it knows, and which answers are its own. Plain data;
// the values stand in `dialects.cpp`, and everything that differs by profile is asked of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace closecheck {

/// Where an API stands. Requests are written under `path`; `other` is read as well, empty: nothing else is.
struct Base {
  std::string_view path{};
  std::string_view other{};

  /// How many of the segments of a path are the base; 0: the path is not below it.
  std::size_t size_in(const std::vector<std::string>& segments) const;
};

/// A name that requests are written with, and another that is read as well; empty: there is none.
struct Naming {
  std::string_view written{};
  std::string_view other{};

  bool knows(std::string_view name) const { return !name.empty() && (name == written || name == other); }
};

/// As `Base::size_in`, of one base.
std::size_t size_of_base(std::string_view base, const std::vector<std::string>& segments);

/// A feature that says what *may* be stands for versions that differ: both answers are conforming.
struct Dialect {
  std::string_view name{};             ///< `xpack-5.4`, on the command line and in every report
  int major = 0;                       ///< of the versions whose servers speak it
  std::string_view product_version{};  ///< the one that the implementation says it is, and scenarios are for

  // Where what stands.
  Base jobs{};
  Base security{};
  std::string_view feature_list = "/_xpack";

  // What there is.
  bool has_groups = true;
  /// Lists, wildcards, groups and `_all` name jobs and datafeeds, and `allow_no_...` says whether they may name none.
  bool has_expressions = true;
  /// A deletion takes `force` and `wait_for_completion`.
  bool has_delete_options = true;
  bool has_skip_time = true;       ///< of a flush
  bool has_document_types = true;  ///< documents are written with one
  bool has_typed_paths = true;     ///< paths may name the type of documents
  bool has_reset = false;
  /// The parameter that says whether an expression may name no job; empty: none is known to all versions.
  Naming allow_none{"allow_no_jobs"};
  /// Parameters of a close that some versions know and others refuse.
  Naming perhaps_in_close{};
  bool close_reads_body = false;  ///< and then knows no parameter of the query
  /// An id of blanks or of nothing names every job of the server in some versions.
  bool blank_id_may_name_all = false;

  // Grammar.
  bool strict_booleans = true;             ///< `true`, `false` and nothing; else anything but a few spellings is true
  bool memory_limit_in_megabytes = false;  ///< a number; else a text with a unit
  bool needs_content_type = true;          ///< a body of a type that cannot be read is refused with 406

  // Closing.
  bool closing_is_visible = true;      ///< else statistics may show a closing job as opened
  bool opening_may_be_hidden = false;  ///< statistics may show an opening job as closed or opened
  bool closes_opening_job = true;
  bool close_of_closed_may_be_refused = false;  ///< with 409
  bool second_close_may_be_refused = false;     ///< of a job that is closing
  bool second_force_may_fail = false;           ///< while a forced close goes on
  /// An opening whose job is closed by force meanwhile is answered once its own time is up, half an hour if it says
  /// none.
  bool opening_sits_out_force = false;
  bool running_feed_may_bar_close = true;   ///< with 409
  bool close_may_stop_feed = false;         ///< first, and then goes on; with one of the two the other is no answer
  bool delete_may_take_feed = false;        ///< of a job, its datafeed along; else the datafeed bars it
  bool force_closes_in_background = false;  ///< with its housekeeping; else the process is killed
  bool post_to_closing_may_break = false;   ///< with 500; else 409
  bool flush_of_closing_is_bad_request = false;  ///< 400; else 409

  // Statuses.
  int wrong_method_status = 405;               ///< of another method on a known path; 405 tells the methods in `Allow`
  bool force_of_unknown_may_conflict = false;  ///< a forced close of an unknown job: 404 or 409
  bool post_to_unknown_may_conflict = false;   ///< data for an unknown job, or its flush: 404 or 409
  /// Anything but a read of state or a close, with an id that no job can have: 404 or 400.
  bool invalid_id_may_be_bad_request = false;
  bool unknown_path_in_json = false;  ///< a path of no API is refused in JSON; else in plain text

  // What the implementation tells and takes besides; none of it is judged.
  bool tells_last_bucket = true;        ///< a flush
  bool tells_job_version = true;        ///< a job's description
  bool tells_chunking = true;           ///< a datafeed's description
  bool refuses_same_detectors = true;   ///< two alike in one job
  bool keeps_limits_while_open = true;  ///< the memory limit of a job that is not closed cannot be changed
  bool stops_feed_twice = true;         ///< else a stop of a stopped datafeed is refused
  bool catches_narrowly = true;         ///< `catch: request` of a scenario takes no error that has a name of its own
  bool tells_node = false;              ///< an open or a start, where it went
  bool tells_product = false;           ///< `X-elastic-product` on every answer to a caller who is known
  bool tells_charset = true;            ///< of JSON
  bool tells_snapshot_days = false;     ///< a job's description, how long daily snapshots are kept
  bool totals_are_objects = false;      ///< how many documents a search found
  bool deprecates_posting = false;      ///< data; with a `Warning`
  bool deprecates_flushing = false;
  bool deprecates_other_base = false;
  bool refuses_while_upgraded = false;  ///< while the product is upgraded, all that changes something, with 429
  bool stop_may_close_job = false;      ///< of a datafeed, where `close_job` says so
  bool identity_comes_first = false;    ///< before the method, the path and the type of a body
  bool names_credentials = false;       ///< else a token is what is missing
  bool offers_more_schemes = false;     ///< to a caller who is not known: `Bearer` and `ApiKey` besides `Basic`
  bool separates_scheme = false;        ///< `Basic realm="security", charset="UTF-8"`, with the comma
  int oldest_compatible = 0;            ///< of the media types that ask for a major version; 0: there are none
  bool hides_indices = false;           ///< aliases of its own, and numbers that of the states
  bool tells_running = false;           ///< statistics of a started datafeed, how it runs
  int daily_snapshot_days = 1;          ///< that snapshots are kept for, where nobody says

  bool previews_configurations = false;     ///< of datafeeds that are not there yet
  bool previews_ranges = false;             ///< of time
  bool upgrades_snapshots = false;          ///< of models
  bool has_partitioned_categories = false;  ///< of which those of one partition can be asked for
  bool generates_embedded_feeds = false;    ///< a job without what was generated is told without its datafeed
  bool names_fields_of_its_own = true;      ///< of a job, where a client sets one; else nobody knows them
  bool tells_authorization = false;         ///< a datafeed, in whose name it runs
  bool deprecates_frozen_indices = false;
  /// What the text of a category is cut by where nobody says it, and what goes before; empty: nothing does, and filters
  /// of a job stay what they are.
  std::string_view categorization_tokenizer = "ml_classic";
  std::string_view categorization_char_filter{};

  bool tells_native_code = false;         ///< the defaults
  bool tells_timing = false;              ///< statistics, of jobs and datafeeds, and of forecasts
  bool tells_lazy_open = false;           ///< a job's description
  bool tells_delayed_data_check = false;  ///< a datafeed's description
  bool tells_least_version = false;       ///< a model snapshot
  bool tells_indices_options = false;     ///< a datafeed's description
  bool tells_boosts = true;               ///< the query of a datafeed
  bool wraps_parse_errors = true;         ///< of a part of the body: told as the cause of one that names the part
  std::string_view default_time_format = "epoch_ms";

  std::string_view document_type_told = "doc";  ///< in answers; empty: none is
  std::string_view unknown_member_type = "illegal_argument_exception";
  std::string_view timed_out_words = "Timed out when waiting for persistent tasks";
  std::string_view bad_time_type = "illegal_argument_exception";
  std::string_view index_exists_type = "resource_already_exists_exception";
};

}  // namespace closecheck
