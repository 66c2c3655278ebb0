// Who may close: each caller with each form of the request.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

/// Every form of a close that an opened job can be sent.
std::vector<Step> closes(const Environment& environment) {
  std::vector<Step> steps{close(), force(), close_within("10s"), force_spelled("false"), force_spelled("")};
  if (!environment.profile->allow_none.written.empty()) steps.push_back(call(CloseJob{kJob, {}, {}, "true", {}}));
  return steps;
}

/// What is said of the close is of the close: the caller is known before and after it. The job is a new one, then one
/// that was opened again, and then one that is closing.
Program refuses_somebody_known(const Environment& environment, Principal who) {
  return Steps{create(),
               open(),
               as(who, stats()),
               as(who, close()),
               as(who, stats()),
               as(who, close()),
               as(who, stats()),
               stats(),
               pause(kSecond),
               stats(),
               post(data(0, 4)),
               close(),
               open(),
               as(who, close()),
               as(who, force()),
               stats(),
               meanwhile(1, close()),
               pause(environment.normal_close / 4),
               as(who, close()),
               join_step(),
               stats()};
}

std::vector<Program> refuses(const Environment& environment, Principal who) {
  std::vector<Program> programs;
  for (const Step& step : closes(environment))
    programs.push_back(Steps{create(), open(), as(who, step), stats(), pause(kSecond), stats()});
  for (const Step& step : closes(environment))
    programs.push_back(Steps{create(), open(), post(data(0, 2)), as(who, fresh(step)), stats(), post(data(2, 3))});
  programs.push_back(Steps{create(), open(), close(), as(who, close()), stats()});
  programs.push_back(Steps{as(who, close())});
  programs.push_back(Steps{create(), open(), close(), open(), as(who, close()), stats()});
  programs.push_back(refuses_somebody_known(environment, who));
  // On a connection that an allowed caller has just used, and after an allowed close.
  programs.push_back(Steps{create(), open(), stats(), as(who, close()), pause(kSecond), stats(), close(), stats()});
  return programs;
}

std::vector<Program> refuses_readers(const Environment& environment) {
  std::vector<Program> programs = refuses(environment, Principal::monitor_ml);
  programs.front() = refuses_somebody_known(environment, Principal::monitor_ml);
  return programs;
}

std::vector<Program> refuses_unprivileged(const Environment& environment) {
  return refuses(environment, Principal::none);
}

std::vector<Program> refuses_anonymous(const Environment& environment) {
  return refuses(environment, Principal::anonymous);
}

/// Wrong passwords lock users out, so that a live run sends one for each of two users.
std::vector<Program> refuses_wrong_passwords(const Environment& environment) {
  if (!environment.live) return refuses(environment, Principal::wrong_password);
  return {Steps{create(), open(), as(Principal::wrong_password, close()), stats()}};
}

std::vector<Program> refuses_empty_passwords(const Environment& environment) {
  if (!environment.live) return refuses(environment, Principal::empty_password);
  return {Steps{create(), open(), as(Principal::empty_password, close()), stats()}};
}

/// Users whom nobody has made and tokens that nobody has issued.
std::vector<Program> refuses_strangers(const Environment& environment) {
  std::vector<Program> programs{
      Steps{create(), open(), as(Principal::unknown_user, close()), stats(), as(Principal::unknown_token, close()),
            stats(), as(Principal::unknown_user, force()), as(Principal::unknown_token, force()), stats()}};
  if (environment.live) return programs;
  for (const Principal who : {Principal::unknown_user, Principal::unknown_token})
    for (Program& program : refuses(environment, who)) programs.push_back(std::move(program));
  return programs;
}

std::vector<Program> may_close(const Environment& environment, Principal who) {
  // What one has closed another may open again.
  std::vector<Program> programs{Steps{create(), open(), as(who, post(data(0, 4))), as(who, fresh(close())), snapshots(),
                                      stats(), buckets(), open(), stats(), force()}};
  for (const Step& step : closes(environment)) {
    const bool forced = std::get<CloseJob>(step.request.operation).force.value_or("false") != "false";
    Steps steps{create(), open(), as(who, step)};
    if (forced) steps.add(settle(environment));
    programs.push_back(steps.add(stats()));
  }
  programs.push_back(Steps{create(), open(), as(who, close()), open(), as(who, close()), stats()});
  programs.push_back(Steps{create(), open(), stats(), on(1, as(who, close())), stats()});
  return programs;
}

std::vector<Program> manage_ml_closes(const Environment& environment) {
  return may_close(environment, Principal::manage_ml);
}

std::vector<Program> manage_closes(const Environment& environment) {
  return may_close(environment, Principal::manage);
}

/// Bad form and missing privilege at once, and refused callers next to allowed ones.
std::vector<Program> mixes_callers(const Environment& environment) {
  return {
      Steps{create(), open(), as(Principal::none, close_within("abc")), stats()},
      Steps{create(), open(), as(Principal::none, close()), as(Principal::manage_ml, close()),
            as(Principal::none, close()), stats()},
      Steps{create(), open(), meanwhile(1, as(Principal::none, close())), meanwhile(2, post(data(0, 1))),
            meanwhile(3, as(Principal::none, force())), join_step(), stats()},
      Steps{create(), open(), as(Principal::none, force("closecheck-unknown")), stats()},
      Steps{create(), open(), post(data(0, 2)), as(Principal::none, force()), pause(kSecond), stats(), close(), stats(),
            settle(environment)},
  };
}

}  // namespace

std::vector<Check> privilege_checks() {
  const auto needs = [](std::set<Principal> principals) {
    return Needs{.principals = std::move(principals), .security = true};
  };
  return {
      {"readers-may-not-close",
       {C::close_requires_privilege, C::refused_request_changes_nothing, C::wire_status_codes, C::wire_error_envelope},
       needs({Principal::monitor_ml}),
       refuses_readers,
       {},
       {},
       2},
      {"unprivileged-may-not-close",
       {C::close_requires_privilege, C::refused_request_changes_nothing, C::wire_status_codes, C::wire_error_envelope},
       needs({Principal::none}),
       refuses_unprivileged,
       {},
       {},
       2},
      {"manage-ml-closes",
       {C::manage_ml_may_close, C::close_ends_open_job},
       needs({Principal::manage_ml}),
       manage_ml_closes,
       {},
       {},
       4},
      {"manage-closes",
       {C::manage_may_close, C::close_ends_open_job},
       needs({Principal::manage}),
       manage_closes,
       {},
       {},
       3},
      {"anonymous-may-not-close",
       {C::anonymous_refused, C::refused_request_changes_nothing, C::wire_status_codes, C::wire_error_envelope},
       needs({}),
       refuses_anonymous,
       {},
       {},
       2},
      {"wrong-passwords-may-not-close",
       {C::anonymous_refused, C::refused_request_changes_nothing, C::wire_status_codes},
       needs({Principal::manage_ml}),
       refuses_wrong_passwords,
       {},
       {}},
      {"empty-passwords-may-not-close",
       {C::anonymous_refused, C::refused_request_changes_nothing, C::wire_status_codes},
       needs({Principal::empty_password}),
       refuses_empty_passwords,
       {},
       {}},
      {"strangers-may-not-close",
       {C::anonymous_refused, C::refused_request_changes_nothing, C::wire_status_codes},
       needs({}),
       refuses_strangers,
       {},
       {}},
      {"callers-are-told-apart",
       {C::close_requires_privilege, C::manage_ml_may_close, C::refused_request_changes_nothing,
        C::bad_parameters_refused},
       needs({Principal::none, Principal::manage_ml}),
       mixes_callers,
       {},
       {},
       4},
  };
}

}  // namespace closecheck::properties
