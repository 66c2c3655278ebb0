// Every dialect, and what is asked of all of them together.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck {
namespace {

constexpr Dialect kXpack54{
    .name = "xpack-5.4",
    .major = 5,
    .product_version = "5.4.3",
    .jobs = {"/_xpack/ml"},
    .security = {"/_xpack/security"},
    .has_groups = false,
    .has_expressions = false,
    .has_delete_options = false,
    .has_skip_time = false,
    .strict_booleans = false,
    .memory_limit_in_megabytes = true,
    .needs_content_type = false,
    .closing_is_visible = false,
    .opening_may_be_hidden = true,
    .closes_opening_job = false,
    .close_of_closed_may_be_refused = true,
    .second_close_may_be_refused = true,
    .force_closes_in_background = true,
    .post_to_closing_may_break = true,
    .flush_of_closing_is_bad_request = true,
    .wrong_method_status = 400,
    .force_of_unknown_may_conflict = true,
    .tells_last_bucket = false,
    .tells_job_version = false,
    .tells_chunking = false,
    .refuses_same_detectors = false,
    .keeps_limits_while_open = false,
    .stops_feed_twice = false,
    .catches_narrowly = false,
    .wraps_parse_errors = false,
    .default_time_format = "epoch",
    .timed_out_words = "timed out",
    .bad_time_type = "parse_exception",
    .index_exists_type = "index_already_exists_exception",
};

constexpr Dialect kXpack63{
    .name = "xpack-6.3",
    .major = 6,
    .product_version = "6.3.2",
    .jobs = {"/_xpack/ml", "/_ml"},  // the short one from 6.7 on
    .security = {"/_xpack/security"},
    .second_force_may_fail = true,  // the loser of a race: 500, though the job closes
    .unknown_path_in_json = true,
    .refuses_same_detectors = false,
    .timed_out_words = "timed out",
};

constexpr std::string_view kHidden = "hidden";

/// The minor versions of a line that a value stands for, both included.
struct Minors {
  int first = 0;
  int last = 0;

  /// Whether one of them comes before that of `border`, or from there on. Where nobody knows the border better than to
  /// one version, `border` is the next one for what has gone, and the earlier one for what has come.
  constexpr bool any_before(int border) const { return first < border; }
  constexpr bool any_since(int border) const { return last >= border; }
  /// Of what only the implementation needs to know, and it is of one version.
  constexpr bool since(int border) const { return first >= border; }
};

/// 7.0 to 7.17.
constexpr Dialect es_7(Minors minors) {
  const bool knows_match = minors.since(10);
  return {
      .name = "es-7",
      .major = 7,
      .product_version = "7.6.0",
      .jobs = {"/_ml", "/_xpack/ml"},
      .security = {"/_security", "/_xpack/security"},
      .has_document_types = false,
      .has_reset = minors.since(14),
      .allow_none = knows_match ? Naming{"allow_no_match", "allow_no_jobs"} : Naming{"allow_no_jobs"},
      .perhaps_in_close = !knows_match && minors.any_since(10) ? Naming{"allow_no_match"} : Naming{},
      .close_reads_body = true,
      .blank_id_may_name_all = true,
      .second_close_may_be_refused = true,  // the loser of a race: 404, though the job is there
      .second_force_may_fail = true,
      .opening_sits_out_force = true,
      .running_feed_may_bar_close = minors.any_before(14),
      .close_may_stop_feed = minors.any_since(14),
      .delete_may_take_feed = minors.any_since(15),
      .post_to_unknown_may_conflict = true,
      .invalid_id_may_be_bad_request = true,
      .unknown_path_in_json = true,
      .tells_node = minors.since(8),
      .tells_product = minors.since(14),
      .tells_snapshot_days = minors.since(8),
      .totals_are_objects = true,
      .deprecates_posting = minors.since(11),
      .deprecates_other_base = true,
      .refuses_while_upgraded = minors.since(8),
      .identity_comes_first = minors.since(17),
      .names_credentials = true,
      .offers_more_schemes = minors.since(13),
      .oldest_compatible = minors.since(13) ? 7 : 0,
      .hides_indices = minors.since(7),
      .tells_running = minors.since(14),
      .daily_snapshot_days = minors.since(8) ? 10 : 1,
      .previews_configurations = minors.since(13),
      .upgrades_snapshots = minors.since(11),
      .has_partitioned_categories = minors.since(9),
      .generates_embedded_feeds = true,
      .deprecates_frozen_indices = minors.since(16),
      .categorization_tokenizer = minors.since(14) ? "ml_standard" : "ml_classic",
      .categorization_char_filter = minors.since(16)   ? "first_line_with_letters"
                                    : minors.since(14) ? "first_non_blank_line"
                                                       : "",
      .tells_native_code = true,
      .tells_timing = minors.since(4),
      .tells_lazy_open = minors.since(6),
      .tells_delayed_data_check = true,
      .tells_least_version = true,
      .tells_indices_options = minors.since(7),
      .tells_boosts = false,
      .document_type_told = "_doc",
      .unknown_member_type = "x_content_parse_exception",
  };
}

/// 8.0 to 8.19: what 7.17 came to be, without the paths and names that it had deprecated.
constexpr Dialect es_8(Minors minors) {
  Dialect dialect = es_7({17, 17});
  dialect.name = "es-8";
  dialect.major = 8;
  dialect.product_version = "8.13.4";
  dialect.jobs = {"/_ml"};
  dialect.security = {"/_security"};
  dialect.has_typed_paths = false;
  dialect.allow_none = {"allow_no_match"};
  dialect.perhaps_in_close = {"allow_no_jobs"};  // where a media type asks for version 7
  dialect.tells_charset = false;
  dialect.identity_comes_first = minors.since(9);
  dialect.separates_scheme = minors.since(15);
  dialect.previews_ranges = minors.since(3);
  dialect.generates_embedded_feeds = false;
  dialect.names_fields_of_its_own = !minors.since(14);
  dialect.tells_authorization = minors.since(4);
  dialect.document_type_told = "";
  return dialect;
}

/// 9.0 to 9.5.
constexpr Dialect es_9(Minors minors) {
  Dialect dialect = es_8({19, 19});
  dialect.name = "es-9";
  dialect.major = 9;
  dialect.product_version = "9.1.5";
  dialect.perhaps_in_close = {};
  dialect.second_force_may_fail = minors.any_before(1);
  dialect.deprecates_flushing = minors.since(1);
  dialect.stop_may_close_job = minors.since(3);
  dialect.oldest_compatible = 8;
  return dialect;
}

/// Any of the three above.
constexpr Dialect hidden_es() {
  Dialect dialect = es_8({0, 19});
  dialect.has_reset = false;
  // No name is known to all of them.
  dialect.allow_none = {};
  dialect.perhaps_in_close = {"allow_no_match", "allow_no_jobs"};
  dialect.running_feed_may_bar_close = es_7({0, 17}).running_feed_may_bar_close;
  dialect.stop_may_close_job = es_9({0, 5}).stop_may_close_job;
  return dialect;
}

constexpr std::array<Dialect (*)(Minors), kProfiles.size()> kLines{[](Minors) { return kXpack54; },
                                                                   [](Minors) { return kXpack63; }, es_7, es_8, es_9};

constexpr std::array<Dialect, kDialectCount> all_dialects() {
  std::array<Dialect, kDialectCount> all{};
  std::size_t next = kLines.size();
  for (std::size_t line = 0; line < kLines.size(); ++line) {
    const int minors = static_cast<int>(kMinorsTold[line]);
    all[line] = kLines[line]({0, minors - 1});
    for (int minor = 0; minor < minors; ++minor) all[next++] = kLines[line]({minor, minor});
  }
  all[next] = hidden_es();
  return all;
}

}  // namespace

constinit const std::array<Dialect, kDialectCount> kDialects = all_dialects();

Profile Profile::at(Version version) const {
  Profile narrowed(line_);
  if (version.major != narrowed->major) return narrowed;
  narrowed.version_ = version;
  const std::size_t minors = kMinorsTold.at(line_);
  if (minors == 0) return narrowed;
  std::size_t index = kProfiles.size() + std::min(static_cast<std::size_t>(version.minor), minors - 1);
  for (std::size_t line = 0; line < line_; ++line) index += kMinorsTold.at(line);
  narrowed.index_ = static_cast<std::uint8_t>(index);
  return narrowed;
}

Version Profile::implemented_version() const {
  return version().value_or(read_version((*this)->product_version).value_or(Version{}));
}

std::string product_version_of(Profile profile) {
  if (profile == Profile::hidden_version) return std::string(kHidden);
  const std::optional<Version> version = profile.version();
  return version ? text_of(*version) : "";
}

std::optional<Profile> with_product_version(Profile line, std::string_view product_version) {
  if (product_version == kHidden)
    return line.line() == Profile::hidden_version.line() ? std::optional(Profile::hidden_version) : std::nullopt;
  const std::optional<Version> version = read_version(product_version);
  if (!version || version->major != line->major) return std::nullopt;
  return line.at(*version);
}

std::string describe(Profile profile) {
  const std::string version = product_version_of(profile);
  return version.empty() ? std::string(name(profile)) : fmt::format("{} ({})", name(profile), version);
}

std::size_t size_of_base(std::string_view base, const std::vector<std::string>& segments) {
  std::size_t size = 0;
  while (!base.empty()) {
    base.remove_prefix(1);
    const std::string_view segment = base.substr(0, base.find('/'));
    if (size == segments.size() || segments[size] != segment) return 0;
    base.remove_prefix(segment.size());
    ++size;
  }
  return size;
}

std::size_t Base::size_in(const std::vector<std::string>& segments) const {
  const std::size_t size = size_of_base(path, segments);
  return size != 0 ? size : size_of_base(other, segments);
}

std::optional<Profile> profile_named(std::string_view text) {
  const auto* const found = std::ranges::find(kProfiles, text, [](Profile profile) { return profile->name; });
  return found == kProfiles.end() ? std::nullopt : std::optional(*found);
}

std::optional<Profile> profile_of_version(std::string_view text) {
  const std::optional<Version> version = read_version(text);
  if (!version) return std::nullopt;
  const auto* const found =
      std::ranges::find(kProfiles, version->major, [](Profile profile) { return profile->major; });
  return found == kProfiles.end() ? std::nullopt : std::optional(found->at(*version));
}

std::string profile_names() {
  return joined(kProfiles, ", ", [](Profile profile) { return profile->name; });
}

std::size_t job_base_in(const std::vector<std::string>& segments) {
  for (const Dialect& dialect : kDialects)
    if (const std::size_t size = dialect.jobs.size_in(segments); size != 0) return size;
  return 0;
}

bool is_product_api(std::string_view first_segment) {
  const auto begins = [first_segment](std::string_view base) {
    return !base.empty() && base.substr(1, base.find('/', 1) - 1) == first_segment;
  };
  return std::ranges::any_of(kDialects, [&](const Dialect& dialect) {
    return begins(dialect.jobs.path) || begins(dialect.jobs.other) || begins(dialect.security.path) ||
           begins(dialect.security.other);
  });
}

}  // namespace closecheck
