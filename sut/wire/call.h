// One request on its way to an operation: what its path, its query and its body say, each asked for by name.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "closecheck/sut/wire.h"
#include "wire/json.h"
#include "wire/service_request.h"

namespace closecheck::sut::wire {

/// What a route makes of a request.
struct Built {
  Operation operation;
  RequestDetails details{};
};

class Call {
 public:
  /// `is_view`: nobody acts on the operation; it is what a recording or a script says.
  Call(const HttpRequest& http, std::map<std::string_view, std::string> parts, Profile profile, bool is_view);

  std::string part(std::string_view name) const;
  const HttpRequest& http() const { return http_; }
  const std::string& body() const { return http_.body; }
  /// For operations that the vocabulary has no type for.
  Operation raw() const;
  const Dialect& dialect() const { return *profile_; }
  bool is_view() const { return is_view_; }
  /// The body as one object, read once; an empty body gives an empty object. Throws Refused.
  const Json& object(const char* what);

  /// A parameter of the query, which is then known. Of several of one name the last counts.
  Parameter take(std::string_view name);
  void ignore(std::initializer_list<std::string_view> names);
  /// What the dialect's `allow_none` says; unknown to a dialect without expressions.
  ListOptions take_allow();
  /// The same of datafeeds.
  ListOptions take_allow_no_feeds();
  /// The last of several parameters that are there; the others count as known.
  Parameter take_any(std::initializer_list<std::string_view> names);
  /// Throws Refused for what is no number.
  std::optional<int> take_number(const char* name);
  /// A member of the body where there is one, else the parameter. A member that is no text is its JSON text.
  Parameter take_either(const char* name);
  std::optional<std::int64_t> take_date(const char* name);
  /// The same of a parameter that stands beside a body.
  std::optional<std::int64_t> take_date_beside(const char* name);
  /// Throws Refused for what is no date; in a view such a one is none.
  std::optional<std::int64_t> read_date(const std::string& text, const char* name) const;
  /// Throws Refused for what is no boolean of the profile.
  std::optional<bool> take_flag(const char* name);
  std::optional<double> take_score(const char* name);
  /// Paging, range and order, from the query or the body.
  ListOptions take_list();

  /// A member of the body that still is known, by a name of earlier days.
  void deprecate(std::string_view member) { deprecated_.emplace_back(member); }
  std::vector<std::string> take_deprecated() { return std::exchange(deprecated_, {}); }

  Parameters take_rest() { return std::exchange(rest_, {}); }
  const Parameters& rest() const { return rest_; }

 private:
  ListOptions read_allow(const Parameter& allow) const;

  const HttpRequest& http_;
  std::map<std::string_view, std::string> parts_;
  Parameters rest_;
  Profile profile_;
  bool is_view_;
  std::optional<Json> object_;
  std::vector<std::string> deprecated_;
};

// Jobs, their results and snapshots.
Built create_job(Call& call);
Built update_job(Call& call);
Built delete_job(Call& call);
Built get_jobs(Call& call);
Built job_statistics(Call& call);
Built open_job(Call& call);
Built post_data(Call& call);
Built flush_job(Call& call);
Built close_job(Call& call);
Built reset_job(Call& call);
Built get_buckets(Call& call);
Built get_records(Call& call);
Built get_snapshots(Call& call);
Built update_snapshot(Call& call);
Built delete_snapshot(Call& call);
Built revert_snapshot(Call& call);
Built upgrade_snapshot(Call& call);
Built snapshot_upgrades(Call& call);

// Datafeeds.
Built create_feed(Call& call);
Built update_feed(Call& call);
Built get_feeds(Call& call);
Built feed_statistics(Call& call);
Built start_feed(Call& call);
Built stop_feed(Call& call);
Built delete_feed(Call& call);

// What the API offers beside the life of a job.
Built further_results(Call& call);
Built overall_buckets(Call& call);
Built forecast(Call& call);
Built delete_forecast(Call& call);
Built delete_expired(Call& call);
Built validate_job(Call& call);
Built validate_detector(Call& call);
Built defaults(Call& call);
Built preview_feed(Call& call);

/// How a datafeed is to take its indices, where a request may say so beside its body.
/// What stands beside a body of how the indices of its datafeed are taken, as JSON; empty: nothing does, or the dialect
/// knows nothing of it. Throws Refused.
std::string take_indices_options(Call& call);

// Calendars and filters.
Built put_calendar(Call& call);
Built get_calendars(Call& call);
Built delete_calendar(Call& call);
Built change_calendar_jobs(Call& call);
Built post_events(Call& call);
Built get_events(Call& call);
Built delete_event(Call& call);
Built put_filter(Call& call);
Built get_filters(Call& call);
Built update_filter(Call& call);
Built delete_filter(Call& call);

// Indices, documents and what a cluster says of itself.
Built bulk(Call& call);
Built write_document(Call& call);
Built get_document(Call& call);
Built delete_document(Call& call);
Built search(Call& call);
Built count(Call& call);
Built cluster_state(Call& call);
Built set_upgrade_mode(Call& call);
Built list_tasks(Call& call);
Built cat_tasks(Call& call);
Built cat_jobs(Call& call);
Built cat_feeds(Call& call);
Built create_index(Call& call);
Built index_exists(Call& call);
Built delete_index(Call& call);
Built refresh_index(Call& call);
Built open_index(Call& call);
Built close_index(Call& call);
Built get_aliases(Call& call);
Built get_settings(Call& call);
Built change_settings(Call& call);
Built health(Call& call);
Built features(Call& call);
Built has_privileges(Call& call);

// Users and roles.
Built put_user(Call& call);
Built delete_user(Call& call);
Built put_role(Call& call);
Built delete_role(Call& call);

/// The documents that a query names: all, a range, some values, or several of these at once. Throws Refused for a query
/// of another kind.
DocumentQuery read_query(const Json& query);

}  // namespace closecheck::sut::wire
