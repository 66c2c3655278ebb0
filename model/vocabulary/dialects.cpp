// Every dialect, and what is asked of all of them together.
#include <algorithm>
#include <charconv>

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
};

/// 7.0 to 7.17. From 7.14 on a close stops the datafeed first, from 7.10 on `allow_no_match` is known.
constexpr Dialect kEs7{
    .name = "es-7",
    .major = 7,
    .product_version = "7.6.0",
    .jobs = {"/_ml", "/_xpack/ml"},
    .security = {"/_security", "/_xpack/security"},
    .has_document_types = false,
    .perhaps_close_parameter = "allow_no_match",
    .close_reads_body = true,
    .blank_id_may_name_all = true,
    .second_close_may_be_refused = true,  // the loser of a race: 404, though the job is there
    .second_force_may_fail = true,
    .running_feed_bars_close = false,
    .post_to_unknown_may_conflict = true,
    .invalid_id_may_be_bad_request = true,
    .unknown_path_in_json = true,
};

}  // namespace

constinit const std::array<Dialect, kProfiles.size()> kDialects{kXpack54, kXpack63, kEs7};

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

std::optional<Profile> profile_of_version(std::string_view version) {
  int major = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
  const bool is_version = error == std::errc{} && end != version.data() + version.size() && *end == '.';
  const auto* const found = std::ranges::find(kProfiles, major, [](Profile profile) { return profile->major; });
  return !is_version || found == kProfiles.end() ? std::nullopt : std::optional(*found);
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
