// Privileges that are taken away: a close that was let in goes on, a later one is refused. By users and roles that the
// program makes for itself, so live only where what belongs to the whole cluster may be touched.
#include <fmt/format.h>

#include "checks/registry.h"
#include "checks/steps.h"
#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/run_as.h"

namespace closecheck::properties {
namespace {

using C = Clause;

const std::string kUser = "closecheck-u";
const std::string kRole = "closecheck-r";
/// Longer than anybody's credentials are taken to be cached.
constexpr Duration kForgotten = 31 * kSecond;

Step account(const Environment& environment, std::string method, std::string_view kind_and_name, std::string body) {
  std::string type = body.empty() ? "" : "application/json";
  return call(RawRequest{std::move(method),
                         fmt::format("{}/{}", environment.profile->security.path, kind_and_name),
                         {},
                         std::move(body),
                         std::move(type)},
              Principal::setup);
}

Step put_role(const Environment& environment, std::string_view privileges) {
  return account(environment, "PUT", "role/" + kRole, fmt::format(R"({{"cluster":[{}]}})", privileges));
}

/// The hash is of no password that anybody knows: nobody can log in as the user.
Step put_user(const Environment& environment, std::string_view roles) {
  return account(
      environment, "PUT", "user/" + kUser,
      fmt::format(R"({{"password_hash":"$2a$10$MS.G09UsKOyLKTkMy4D1nOc7PldhYbIRXCRt.vgCuaf/ZPwrHakLK","roles":[{}]}})",
                  roles));
}

/// The same step in the name of the user.
Step by_user(const Environment& environment, Step step) {
  sut::wire::HttpRequest http = sut::wire::encode(step.request, environment.profile);
  step.request.who = Principal::setup;
  step.request.as_sent = std::make_shared<const RawRequest>(RawRequest{std::move(http.method),
                                                                       std::move(http.path),
                                                                       std::move(http.query),
                                                                       std::move(http.body),
                                                                       std::move(http.content_type),
                                                                       {{std::string(kRunAsHeader), kUser}}});
  return step;
}

Steps user_who_may_close(const Environment& environment) {
  return {put_role(environment, R"("manage_ml")"), put_user(environment, '"' + kRole + '"')};
}

std::vector<Step> ways_to_revoke(const Environment& environment) {
  return {put_role(environment, ""), put_user(environment, ""), account(environment, "DELETE", "user/" + kUser, "")};
}

std::vector<Program> refuses_revoked(const Environment& environment) {
  std::vector<Program> programs;
  const Step asks = by_user(environment, stats());
  const Step closes = by_user(environment, close());
  const Steps before{asks, user_who_may_close(environment), create(), open()};
  for (const Step& revoke : ways_to_revoke(environment))
    programs.push_back(Steps{before, asks, revoke, closes, stats(), pause(kSecond), stats(), close(), stats()});
  for (const Step& revoke : ways_to_revoke(environment))
    programs.push_back(Steps{before, revoke, pause(kForgotten), asks, closes, stats(), fresh(closes),
                             by_user(environment, force()), stats()});
  // Also of a job that the user himself has closed before.
  programs.push_back(Steps{before, closes, open(), put_role(environment, ""), pause(kForgotten), closes, stats()});
  return programs;
}

std::vector<Program> lets_admitted_go_on(const Environment& environment) {
  std::vector<Program> programs;
  const std::string shortly = in_milliseconds(short_of(environment));
  const Steps before{user_who_may_close(environment), create(), open(), post(data(0, 3)), slow_close(environment.slow)};
  for (const Step& revoke : ways_to_revoke(environment)) {
    programs.push_back(Steps{before, meanwhile(1, by_user(environment, close())), pause(environment.slow / 3), stats(),
                             revoke, join_step(), stats(), settle(environment), stats(), buckets(), snapshots()});
    programs.push_back(Steps{before, by_user(environment, close_within(shortly)), revoke, settle(environment), stats(),
                             buckets(), open(), close(), stats()});
  }
  return programs;
}

}  // namespace

std::vector<Check> revocation_checks() {
  return {
      {"revoked-users-may-not-close",
       {C::close_requires_privilege, C::refused_request_changes_nothing, C::close_ends_open_job},
       {.principals = {Principal::setup}, .security = true},
       refuses_revoked,
       {},
       {}},
      {"closes-outlast-privileges",
       {C::timed_out_close_goes_on, C::close_ends_open_job, C::close_flushes_buffers, C::closed_means_closed,
        C::accepted_data_is_kept},
       {.faults = {Fault::slow_close}, .principals = {Principal::setup}, .security = true},
       lets_admitted_go_on,
       {},
       {},
       2},
  };
}

}  // namespace closecheck::properties
