#include "target.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "closecheck/sut/in_process.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"
#include "recognising.h"
#include "secrets.h"
#include "suggestions.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

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

/// Asks the target what it is, and makes it of the profile that it speaks: of `wanted`, narrowed to the version that it
/// tells, or else of the one that it says. Throws as `recognise`, and UnreachableError where neither is known.
void take_profile(Target& target, std::optional<Profile> wanted) {
  const sut::Recognition found = recognise(target, wanted);
  if (!found.profile && !wanted)
    throw UnreachableError(fmt::format("inconclusive: the target {} {}", one_line(target.url), found.why));
  target.profile = found.profile ? *found.profile : *wanted;
  if (found.what == sut::Recognised::closed) target.closed = found.why;
  if (found.what == sut::Recognised::profile && !wanted) target.recognised_by = found.why;
}

/// Leaves of the configuration what it says of the target of that name; false: it names none so.
bool take_named(const std::string& name, Configuration& configuration) {
  const auto named = configuration.targets.find(name);
  if (named == configuration.targets.end()) return false;
  const std::shared_ptr<const Configuration> one = named->second;
  configuration = *one;
  return true;
}

/// Of a word that is neither an address nor a name nothing is meant but a name.
void check_name(const std::string& word, const Configuration& configuration) {
  if (configuration.targets.empty() || word.empty() || word == kInProcess || word.find("://") != std::string::npos)
    return;
  std::vector<std::string_view> names;
  names.reserve(configuration.targets.size());
  for (const auto& [name, one] : configuration.targets) names.push_back(name);
  throw UsageError(fmt::format("the configuration names no target '{}'{}", one_line(word), did_you_mean(word, names)));
}

std::string without_slashes(std::string url) {
  while (url.size() > 1 && url.back() == '/') url.pop_back();
  return url;
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
  if (!options.config.empty()) {
    Configuration configuration = read_configuration(options.config, process_variables());
    if (address.empty() || take_named(address, configuration)) address = configuration.target.value_or("");
  }
  return address == kInProcess ? "" : without_slashes(std::move(address));
}

Target live_target(const std::string& address, Configuration configuration) {
  Target target;
  target.live = true;
  target.url = without_slashes(address);
  target.configuration = std::move(configuration);
  target.redactor = redactor_of(target.configuration, process_variables());
  target.commons = sut::make_commons();
  check_url(target.url);
  return target;
}

Target resolve_target(const TargetOptions& options, const TargetHint& hint, const Ends& ends) {
  Target target;
  target.ends = ends;
  if (!options.config.empty()) target.configuration = read_configuration(options.config, process_variables());
  const std::string named = take_named(options.target, target.configuration) ? options.target : "";
  if (named.empty()) check_name(options.target, target.configuration);
  if (!options.principals.empty()) read_principals(options.principals, process_variables(), target.configuration);

  if (options.allow_cluster_wide) target.configuration.allow_cluster_wide = true;
  const std::string configured =
      first_of(named.empty() ? options.target : "", target.configuration.target.value_or(""));
  const std::string address = first_of(configured, hint.target);
  target.live = !address.empty() && address != kInProcess;
  const bool is_auto = options.profile == kAutoProfile;
  std::optional<Profile> profile = chosen_profile(is_auto ? "" : options.profile, options.product_version);
  if (!profile && !is_auto) profile = target.configuration.profile ? target.configuration.profile : hint.profile;

  if (target.live) {
    if (!options.deviation.empty() && options.deviation != "none")
      throw UsageError("--deviation changes the built-in implementation: it cannot be combined with a live target");
    if (configured.empty()) {
      // Whoever wrote the file gets nothing of the user's.
      Configuration bare;
      bare.allow_cluster_wide = options.allow_cluster_wide;
      bare.waivers = std::move(target.configuration.waivers);
      target.configuration = std::move(bare);
    }
    target = live_target(address, std::move(target.configuration));
    target.ends = ends;
    target.named = named;
    target.is_named_by_file = configured.empty();
    target.wait_for = require_wait(options.wait_for);
    if (!profile || !options.is_plan) {
      take_profile(target, profile);
      return target;
    }
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
  options.transport = target.configuration.transport;
  options.allow_cluster_wide = target.configuration.allow_cluster_wide;
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
  if (knowledge.secured)
    knowledge.principals.insert({Principal::anonymous, Principal::unknown_user, Principal::unknown_token});
  if (knowledge.principals.count(Principal::manage_ml) != 0) knowledge.principals.insert(Principal::wrong_password);
  for (const Principal who : {Principal::manage, Principal::manage_ml})
    if (const auto found = target.configuration.principals.find(who);
        found != target.configuration.principals.end() && found->second.authorization.empty())
      knowledge.principals.insert(Principal::empty_password);
  return knowledge;
}

Knowledge learn(const Target& target) {
  Knowledge knowledge = assume(target);
  if (!target.live) return knowledge;
  knowledge.notes = warnings_of_short_secrets(target.configuration);
  if (target.url.starts_with("https:") && !target.configuration.transport.verifies)
    knowledge.notes.emplace_back("the certificate of the target is not verified, as `tls: {verify: false}` wants it");
  if (!target.closed.empty()) {
    knowledge.reachable = false;
    knowledge.error = target.closed;
    return knowledge;
  }
  const sut::Preflight preflight = sut::preflight(endpoint_of(target, ""));
  knowledge.reachable = preflight.reachable;
  knowledge.error = preflight.error;
  if (!preflight.reachable) return knowledge;
  if (!preflight.refused.empty()) refuse_logins(target, preflight.refused);
  knowledge.secured = preflight.secured;
  if (!knowledge.secured) std::erase_if(knowledge.principals, is_nobody);
  for (const Principal principal : preflight.unsuitable) {
    knowledge.principals.erase(principal);
    knowledge.unsuitable.insert(principal);
  }
  knowledge.datafeeds_absent = preflight.datafeeds_absent;
  knowledge.documents_absent = preflight.documents_absent;
  knowledge.round_trip = preflight.round_trip;
  knowledge.round_trip_max = preflight.round_trip_max;
  if (!target.recognised_by.empty())
    knowledge.notes.push_back(fmt::format("profile {}: {}", describe(target.profile), target.recognised_by));
  else if (!preflight.server.empty())
    knowledge.notes.push_back(fmt::format("the server calls itself {}", preflight.server));
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

std::string new_run_id() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> pick(0, kLetters.size() - 1);
  std::string id;
  for (std::size_t i = 0; i < kRunIdSize; ++i) id += kLetters[pick(random)];
  return id;
}

}  // namespace closecheck::cli
