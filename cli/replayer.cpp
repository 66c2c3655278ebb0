#include "replayer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "closecheck/properties/timing.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "secrets.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

properties::Timing timing_of(const Target& target, const Knowledge& knowledge) {
  return properties::timing_of(
      properties::TargetPace{target.profile, target.live, knowledge.secured, knowledge.round_trip_max});
}

constexpr std::string_view kOnlyInProcess = "only told in process";

/// What no client can see: on a live target a script that ships may accuse, and tells nothing else.
bool is_only_told_in_process(const Wanted& wanted) {
  const std::optional<Clause>& clause = wanted.scenario.header().clause;
  return wanted.ships && (clause == Clause::timeout_defaults_to_30m || clause == Clause::close_prunes_model);
}

constexpr const char* kSkipped = "skipped";

std::string verdict_of(bool skipped, scenarios::ReplayVerdict verdict) {
  return skipped ? kSkipped : std::string(name(verdict));
}

constexpr int kFailingRank = 2;

/// The worse, the higher.
int rank(const reports::ReplayedFile& file) {
  if (file.verdict == name(scenarios::ReplayVerdict::still_failing)) return kFailingRank;
  return file.verdict == name(scenarios::ReplayVerdict::cannot_tell) ? 1 : 0;
}

}  // namespace

Replayer::Replayer(const ReplayOptions& options, const Ends& ends, const std::vector<Wanted>& files,
                   LiveSession& session)
    : options_(options), session_(session) {
  for (const Wanted& wanted : files) {
    const scenarios::Header& header = wanted.scenario.header();
    Target target = resolve_target(options_.target, {header.target, header.profile, header.deviation}, ends);
    session_.bind(target);
    targets_.emplace(&wanted, std::move(target));
  }
  std::set<std::string> told;
  for (const Wanted& wanted : files) {
    const Target& target = target_of(wanted);
    const LiveSession::Reached& reached = session_.reach(target);
    reached_.emplace(&wanted, &reached);
    if (told.insert(target.url).second) tell_of(reached);
    if (reached.journal.empty() || !wanted.scenario.is_foreign() || standing_.contains(target.url)) continue;
    standing_.emplace(target.url, look_around(target, wanted.scenario.apis(target.profile)));
  }
}

const Target& Replayer::target_of(const Wanted& wanted) const {
  return targets_.at(&wanted);
}

bool Replayer::needs_target_alone(const Wanted& wanted) const {
  return wanted.scenario.is_foreign() && target_of(wanted).live;
}

void Replayer::tell_of(const LiveSession::Reached& reached) const {
  const Target& target = reached.target;
  if (target.is_named_by_file && !(options_.target.config.empty() && options_.target.principals.empty()))
    print_diagnostic(
        fmt::format("{} is named by a scenario alone: it gets no credentials and no hooks", one_line(target.url)));
  for (const std::string& warning : warnings_of_short_secrets(target.configuration)) print_diagnostic(warning);
  for (const std::string& note : reached.earlier_runs) print_diagnostic(note);
}

scenarios::Standing Replayer::look_around(const Target& target, const scenarios::ApiTable& apis) const {
  Systems systems = make_systems(target, "");
  scenarios::Standing standing = scenarios::look_around(systems.through_codec(), apis, 10 * kSecond);
  std::vector<std::string> all(standing.datafeeds.begin(), standing.datafeeds.end());
  all.insert(all.end(), standing.jobs.begin(), standing.jobs.end());
  if (!all.empty())
    print_diagnostic(fmt::format(
        "{} already holds jobs or datafeeds, which stay: {}; a test that counts what is there may fail for it",
        target.url, one_line(target.redactor(joined(all)))));
  return standing;
}

reports::ReplayedFile Replayer::replay(const Wanted& wanted) {
  reports::ReplayedFile worst = replay_once(wanted);
  if (options_.repeat == 1 || worst.verdict == kSkipped) return worst;
  int runs = 1;
  int failing = rank(worst) == kFailingRank ? 1 : 0;
  while (runs < options_.repeat && !session_.cancelled() && !session_.is_over()) {
    reports::ReplayedFile again = replay_once(wanted);
    ++runs;
    if (rank(again) == kFailingRank) ++failing;
    if (rank(again) > rank(worst)) worst = std::move(again);
  }
  worst.reproduced = fmt::format("{} of {}", failing, runs);
  return worst;
}

reports::ReplayedFile Replayer::replay_once(const Wanted& wanted) {
  reports::ReplayedFile replayed;
  replayed.file = wanted.file;
  const Target& target = target_of(wanted);
  const LiveSession::Reached& reached = *reached_.at(&wanted);
  if (!reached.knowledge.reachable) {
    replayed.verdict = name(scenarios::ReplayVerdict::cannot_tell);
    replayed.why = "the target " + reached.knowledge.error;
    return replayed;
  }
  if (const std::string dialect = other_dialect_of(options_, wanted); !dialect.empty()) {
    replayed.verdict = kSkipped;
    replayed.why = dialect;
    return replayed;
  }
  Systems systems = make_systems(target, reached.journal);
  const std::string prefix =
      target.live ? fmt::format("{}{}-", session_.name_prefix(), count_++) : std::string(kNamePrefix);
  const auto standing = standing_.find(target.url);
  const properties::Timing timing = timing_of(target, reached.knowledge);
  scenarios::Replay result = scenarios::replay(
      wanted.scenario, systems.through_codec(), timing.executor, timing.judge, prefix, wanted.titles,
      standing == standing_.end() ? scenarios::Standing() : standing->second, circumstances_of(reached));
  if (target.live && is_only_told_in_process(wanted) && result.verdict != scenarios::ReplayVerdict::still_failing) {
    result.skipped = true;
    result.why = kOnlyInProcess;
    for (scenarios::TestReplay& test : result.tests) {
      test.skipped = true;
      test.why = kOnlyInProcess;
    }
  }
  replayed.verdict = verdict_of(result.skipped, result.verdict);
  replayed.why = result.why;
  replayed.findings = std::move(result.findings);
  replayed.history = std::move(result.history);
  std::vector<std::size_t> bad;
  for (scenarios::TestReplay& test : result.tests) {
    if (test.is_bad) bad.push_back(replayed.tests.size());
    replayed.tests.push_back(
        {std::move(test.title), verdict_of(test.skipped, test.verdict), std::move(test.why), std::move(test.details)});
  }
  Redactor redactor = target.redactor;
  wanted.scenario.tell_secrets(redactor);
  redact(replayed, redactor);
  for (const std::size_t place : bad)
    print_diagnostic(replayed.tests[place].why + "\n" + replayed.tests[place].details);
  if (!bad.empty()) met_bad_tests_ = true;
  return replayed;
}

scenarios::Circumstances Replayer::circumstances_of(const LiveSession::Reached& reached) const {
  scenarios::Circumstances circumstances;
  circumstances.principals = reached.knowledge.principals;
  circumstances.lets_everybody_in = !reached.knowledge.secured && !reached.target.configuration.principals.empty();
  circumstances.cancelled = &session_.cancelled();
  return circumstances;
}

std::string other_dialect_of(const ReplayOptions& options, const Wanted& wanted) {
  const scenarios::Header& header = wanted.scenario.header();
  if (!wanted.ships || !header.profile) return "";
  const Profile profile = resolve_target(options.target, {header.target, header.profile, header.deviation}).profile;
  return name(profile) == name(*header.profile) ? "" : fmt::format("it is about {}", name(*header.profile));
}

}  // namespace closecheck::cli
