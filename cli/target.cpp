#include "target.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "closecheck/sut/in_process.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"
#include "secrets.h"
#include "suggestions.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

/// How long a target is asked for its version, to name it in a message.
constexpr std::chrono::seconds kPatienceWithoutProfile{10};
constexpr std::string_view kInProcess = "in-process";

std::string first_of(const std::string& one, const std::string& other) {
  return one.empty() ? other : one;
}

void check_url(const std::string& url) {
  if (url.find('@') != std::string::npos)
    throw UsageError("a target must not hold credentials; configure principals instead");
  sut::EndpointOptions options;
  options.url = url;
  try {
    sut::make_endpoint_factory(options);
  } catch (const std::invalid_argument& error) {
    throw UsageError(fmt::format("the target '{}' cannot be used: {}", one_line(url), one_line(error.what())));
  }
}

/// The profile of a live target by the version that it tells at `GET /`. Throws UnreachableError where it does not
/// answer, and UsageError where it does not tell its version, or one of no profile.
Profile recognised(const Target& target) {
  sut::EndpointOptions options = endpoint_of(target, "");
  options.end_of_work = std::min(options.end_of_work, std::chrono::steady_clock::now() + kPatienceWithoutProfile);
  const sut::Preflight preflight = sut::preflight(options);
  const std::string_view server = preflight.server;
  if (const auto profile = profile_of_version(server.substr(server.rfind(' ') + 1))) return *profile;
  if (!preflight.reachable && !preflight.is_another_api)
    throw UnreachableError(
        fmt::format("inconclusive: the target could not be asked for its version ({})", preflight.error));
  std::string says = "the target does not tell its version";
  if (preflight.is_another_api)
    says = "the target " + preflight.error;
  else if (!preflight.server.empty())
    says = fmt::format("`GET /` of the target says {}", preflight.server);
  throw UsageError(fmt::format("the profile of the target cannot be told; name one (--profile or `profile:`) of {}: {}",
                               profile_names(), says));
}

std::string without_slashes(std::string url) {
  while (url.size() > 1 && url.back() == '/') url.pop_back();
  return url;
}

bool is_ordinary(Principal principal) {
  return principal == Principal::manage_ml || principal == Principal::manage || principal == Principal::setup;
}

}  // namespace

sut::Deviation require_deviation(const std::string& wanted) {
  if (wanted.empty() || wanted == "none") return {};
  if (const std::optional<sut::Deviation> deviation = sut::deviation_named(wanted)) return *deviation;
  std::vector<std::string_view> names;
  for (const sut::DeviationText& text : sut::deviations()) names.push_back(text.name);
  throw UsageError(fmt::format("there is no deviation '{}'{} (`closecheck deviations` lists them)", wanted,
                               did_you_mean(wanted, names)));
}

std::string named_target(const TargetOptions& options) {
  std::string address = options.target;
  if (address.empty() && !options.config.empty())
    address = read_configuration(options.config, process_variables()).target.value_or("");
  return address == kInProcess ? "" : without_slashes(std::move(address));
}

Target resolve_target(const TargetOptions& options, const TargetHint& hint, const Ends& ends) {
  Target target;
  target.ends = ends;
  if (!options.config.empty()) target.configuration = read_configuration(options.config, process_variables());
  if (!options.principals.empty()) read_principals(options.principals, process_variables(), target.configuration);

  const std::string configured = first_of(options.target, target.configuration.target.value_or(""));
  const std::string address = first_of(configured, hint.target);
  target.live = !address.empty() && address != kInProcess;
  const bool is_auto = options.profile == kAutoProfile;
  std::optional<Profile> profile = chosen_profile(is_auto ? "" : options.profile, options.product_version);
  if (!profile && !is_auto) profile = target.configuration.profile ? target.configuration.profile : hint.profile;

  if (target.live) {
    if (!options.deviation.empty() && options.deviation != "none")
      throw UsageError("--deviation changes the built-in implementation: it cannot be combined with a live target");
    target.url = without_slashes(address);
    target.is_named_by_file = configured.empty();
    if (target.is_named_by_file) {
      target.configuration.principals.clear();
      target.configuration.password_variables.clear();
      target.configuration.hooks.clear();
    }
    target.redactor = redactor_of(target.configuration, process_variables());
    target.commons = sut::make_commons();
    check_url(target.url);
    if (!profile) profile = recognised(target);
  } else {
    const std::string wanted = first_of(options.deviation, hint.deviation);
    target.deviation = require_deviation(wanted);
    if (const sut::DeviationText* text = sut::text_of(target.deviation)) target.deviation_name = text->name;
  }
  target.profile = profile.value_or(Profile{});
  return target;
}

sut::EndpointOptions endpoint_of(const Target& target, const std::string& journal) {
  sut::EndpointOptions options;
  options.url = target.url;
  options.profile = target.profile;
  options.principals = target.configuration.principals;
  options.hooks = target.configuration.hooks;
  options.journal = journal;
  options.redactor = target.redactor;
  options.commons = target.commons;
  options.end_of_work = target.ends.end_of_work;
  options.end = target.ends.end;
  return options;
}

Systems make_systems(const Target& target, const std::string& journal) {
  Systems systems;
  if (target.live) {
    systems.plain = sut::make_endpoint_factory(endpoint_of(target, journal));
    return systems;
  }
  sut::InProcessOptions options;
  options.profile = target.profile;
  options.deviation = target.deviation;
  systems.plain = sut::make_in_process_factory(options);
  options.through_codec = true;
  systems.through_codec_in_process = sut::make_in_process_factory(options);
  return systems;
}

Knowledge assume(const Target& target) {
  Knowledge knowledge;
  if (!target.live) {
    knowledge.principals.insert(kPrincipals.begin(), kPrincipals.end());
    knowledge.faults = {Fault::fail_job, Fault::slow_close, Fault::hang_close};
    return knowledge;
  }
  for (const auto& [principal, credentials] : target.configuration.principals) knowledge.principals.insert(principal);
  for (const auto& [fault, command] : target.configuration.hooks) knowledge.faults.insert(fault);
  knowledge.secured = !knowledge.principals.empty();
  if (knowledge.secured) knowledge.principals.insert(Principal::anonymous);
  if (knowledge.principals.count(Principal::manage_ml) != 0) knowledge.principals.insert(Principal::wrong_password);
  return knowledge;
}

Knowledge learn(const Target& target) {
  Knowledge knowledge = assume(target);
  if (!target.live) return knowledge;
  knowledge.notes = warnings_of_short_secrets(target.configuration);
  const sut::Preflight preflight = sut::preflight(endpoint_of(target, ""));
  knowledge.reachable = preflight.reachable;
  knowledge.error = preflight.error;
  if (!preflight.reachable) return knowledge;
  if (!preflight.refused.empty()) {
    std::vector<std::string> refused;
    for (const Principal principal : preflight.refused)
      refused.push_back(
          fmt::format("{} (user '{}')", name(principal), target.configuration.principals.at(principal).username));
    throw UsageError(fmt::format("the target answers 401 to {}: wrong user name or password", joined(refused)));
  }
  knowledge.secured = preflight.secured;
  if (!knowledge.secured) {
    knowledge.principals.erase(Principal::anonymous);
    knowledge.principals.erase(Principal::wrong_password);
  }
  for (const Principal principal : preflight.unsuitable) {
    knowledge.principals.erase(principal);
    knowledge.unsuitable.insert(principal);
  }
  knowledge.datafeeds_absent = preflight.datafeeds_absent;
  knowledge.documents_absent = preflight.documents_absent;
  knowledge.round_trip = preflight.round_trip;
  knowledge.round_trip_max = preflight.round_trip_max;
  if (!preflight.server.empty()) knowledge.notes.push_back(fmt::format("the server calls itself {}", preflight.server));
  knowledge.notes.insert(knowledge.notes.end(), preflight.notes.begin(), preflight.notes.end());
  return knowledge;
}

std::string describe_reach(const Target& target, const Knowledge& knowledge) {
  std::vector<std::string> principals;
  std::vector<std::string> absent_principals;
  for (const Principal principal :
       {Principal::manage_ml, Principal::manage, Principal::monitor_ml, Principal::none, Principal::setup})
    (knowledge.principals.count(principal) != 0 ? principals : absent_principals).emplace_back(name(principal));
  std::vector<std::string> hooks;
  std::vector<std::string> absent_hooks;
  for (const Fault fault : {Fault::fail_job, Fault::slow_close, Fault::hang_close})
    (knowledge.faults.count(fault) != 0 ? hooks : absent_hooks).emplace_back(name(fault));

  std::string text = fmt::format("preflight of {} ({})\n", target.url, name(target.profile));
  text += fmt::format("  security    {}\n", knowledge.secured ? "on" : "off: nobody is refused");
  text += fmt::format("  principals  {}; not configured: {}\n", joined_or_none(principals),
                      joined_or_none(absent_principals));
  text += fmt::format("  hooks       {}; not configured: {}\n", joined_or_none(hooks), joined_or_none(absent_hooks));
  text += fmt::format("  round trip  {}, at most {}\n", describe_duration(knowledge.round_trip),
                      describe_duration(knowledge.round_trip_max));
  for (const std::string& note : knowledge.notes) text += fmt::format("  note        {}\n", note);
  return text;
}

CurlUser curl_user(const Target& target, Principal principal) {
  if (principal == Principal::anonymous) return {};
  const auto& principals = target.configuration.principals;
  Principal asked = principal;
  if (principal == Principal::wrong_password) asked = Principal::manage_ml;
  // Ordinary requests go as the first of these that is configured.
  if (is_ordinary(asked) && principals.count(asked) == 0)
    asked = principals.count(Principal::manage_ml) != 0 ? Principal::manage_ml : Principal::manage;
  const auto found = principals.find(asked);
  if (found == principals.end()) return {};
  if (principal == Principal::wrong_password) return {found->second.username, "WRONG_PASSWORD"};
  const auto variable = target.configuration.password_variables.find(asked);
  if (variable != target.configuration.password_variables.end()) return {found->second.username, variable->second};
  std::string derived;
  for (const char c : found->second.username) {
    const bool may_stand = is_letter(c) || (is_digit(c) && !derived.empty());
    derived += may_stand ? upper(c) : '_';
  }
  return {found->second.username, derived + "_PASSWORD"};
}

std::string new_run_id() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> pick(0, kLetters.size() - 1);
  std::string id;
  for (std::size_t i = 0; i < kRunIdSize; ++i) id += kLetters[pick(random)];
  return id;
}

}  // namespace closecheck::cli
