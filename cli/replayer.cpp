#include "replayer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "files.h"
#include "secrets.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;

sut::ExecutorOptions executor_options(const Target& target, const Knowledge& knowledge) {
  sut::ExecutorOptions executor;
  if (target.live) {
    executor.answer_patience = 2 * kMinute;
    executor.reread_after = 4 * kSecond;
    executor.poll_every = 100 * kMillisecond;
    executor.quiet = std::max(600 * kMillisecond, 2 * knowledge.round_trip_max);
  } else {
    // Virtual time costs nothing, so a close is awaited beyond the longest timeout in use.
    executor.answer_patience = 72 * kHour;
    executor.poll_every = 500 * kMillisecond;
  }
  return executor;
}

model::JudgeOptions judge_options(const Target& target, const Knowledge& knowledge) {
  model::JudgeOptions judge;
  judge.profile = target.profile;
  judge.secured = knowledge.secured;
  judge.in_process = !target.live;
  judge.callers_are_known = target.live;
  if (target.live) judge.margin = std::max(500 * kMillisecond, 4 * knowledge.round_trip_max);
  return judge;
}

constexpr std::string_view kOnlyInProcess = "only told in process";

/// What no client can see: on a live target a script that ships may accuse, and tells nothing else.
bool is_only_told_in_process(const Wanted& wanted) {
  const std::optional<Clause>& clause = wanted.scenario.header().clause;
  return wanted.ships && (clause == Clause::timeout_defaults_to_30m || clause == Clause::close_prunes_model);
}

std::string verdict_of(bool skipped, scenarios::ReplayVerdict verdict) {
  return skipped ? "skipped" : std::string(name(verdict));
}

}  // namespace

Replayer::Replayer(const ReplayOptions& options, const std::vector<Wanted>& files, Interrupts& interrupts)
    : options_(options), interrupts_(interrupts), run_id_(new_run_id()) {
  std::set<std::string> with_foreign_files;
  std::map<std::string, std::shared_ptr<sut::Commons>> commons;
  for (const Wanted& wanted : files) {
    const scenarios::Header& header = wanted.scenario.header();
    Target target = resolve_target(options_.target, {header.target, header.profile, header.deviation});
    if (wanted.scenario.is_foreign()) with_foreign_files.insert(target.url);
    // Files may differ in their profiles and so in their factories, and have one target.
    target.commons = commons.try_emplace(target.url, target.commons).first->second;
    targets_.emplace(&wanted, std::move(target));
  }
  for (const Wanted& wanted : files) {
    const Target& target = target_of(wanted);
    reach(target, with_foreign_files.count(target.url) != 0, wanted.scenario.apis(target.profile));
  }
}

const Target& Replayer::target_of(const Wanted& wanted) const {
  return targets_.at(&wanted);
}

bool Replayer::needs_target_alone(const Wanted& wanted) const {
  return wanted.scenario.is_foreign() && target_of(wanted).live;
}

void Replayer::reach(const Target& target, bool has_foreign_files, const scenarios::ApiTable& apis) {
  if (reached_.count(target.url) != 0) return;
  Reached reached{target, learn(target), {}, {}, {}};
  if (target.is_named_by_file && !(options_.target.config.empty() && options_.target.principals.empty()))
    print_diagnostic(
        fmt::format("{} is named by a scenario alone: it gets no credentials and no hooks", one_line(target.url)));
  for (const std::string& warning : warnings_of_short_secrets(target.configuration)) print_diagnostic(warning);
  if (target.live && reached.knowledge.reachable) {
    reached.journal = (state_folder() / fmt::format("journal-{}-{}", run_id_, reached_.size())).string();
    interrupts_.watch_journal(reached.journal);
    reached.factory = make_systems(target, reached.journal).plain;
    if (has_foreign_files) {
      Systems systems = make_systems(target, "");
      reached.standing = scenarios::look_around(systems.through_codec(), apis, 10 * kSecond);
      std::vector<std::string> all(reached.standing.datafeeds.begin(), reached.standing.datafeeds.end());
      all.insert(all.end(), reached.standing.jobs.begin(), reached.standing.jobs.end());
      if (!all.empty())
        print_diagnostic(
            fmt::format("{} already holds jobs or datafeeds, which stay: {}; a test that counts what is "
                        "there may fail for it",
                        target.url, one_line(target.redactor(joined(all)))));
    }
  }
  reached_.emplace(target.url, std::move(reached));
}

reports::ReplayedFile Replayer::replay(const Wanted& wanted) {
  reports::ReplayedFile replayed;
  replayed.file = wanted.file;
  const Target& target = target_of(wanted);
  const Reached& reached = reached_.at(target.url);
  if (!reached.knowledge.reachable) {
    replayed.verdict = name(scenarios::ReplayVerdict::cannot_tell);
    replayed.why = "the target " + reached.knowledge.error;
    return replayed;
  }
  if (const std::string dialect = other_dialect_of(options_, wanted); !dialect.empty()) {
    replayed.verdict = "skipped";
    replayed.why = dialect;
    return replayed;
  }
  Systems systems = make_systems(target, reached.journal);
  const std::string prefix =
      target.live ? fmt::format("{}{}-{}-", kNamePrefix, run_id_, count_++) : std::string(kNamePrefix);
  scenarios::Replay result = scenarios::replay(
      wanted.scenario, systems.through_codec(), executor_options(target, reached.knowledge),
      judge_options(target, reached.knowledge), prefix, wanted.titles, reached.standing, circumstances_of(reached));
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
  for (scenarios::TestReplay& test : result.tests) {
    if (test.is_bad) {
      print_diagnostic(test.why + "\n" + test.details);
      met_bad_tests_ = true;
    }
    replayed.tests.push_back(
        {std::move(test.title), verdict_of(test.skipped, test.verdict), std::move(test.why), std::move(test.details)});
  }
  Redactor redactor = target.redactor;
  wanted.scenario.tell_secrets(redactor);
  redact(replayed, redactor);
  return replayed;
}

scenarios::Circumstances Replayer::circumstances_of(const Reached& reached) const {
  scenarios::Circumstances circumstances;
  circumstances.principals = reached.knowledge.principals;
  circumstances.lets_everybody_in = !reached.knowledge.secured && !reached.target.configuration.principals.empty();
  circumstances.cancelled = &interrupts_.cancelled();
  return circumstances;
}

void Replayer::clean_up() {
  for (const auto& [url, reached] : reached_) {
    if (reached.journal.empty()) continue;
    const std::vector<std::string> left = sut::clean_up_journal(endpoint_of(reached.target, reached.journal));
    for (const std::string& thing : left) print_diagnostic(fmt::format("not removed from {}: {}", url, thing));
    std::error_code ignored;
    if (left.empty()) fs::remove(reached.journal, ignored);
  }
}

std::string other_dialect_of(const ReplayOptions& options, const Wanted& wanted) {
  const scenarios::Header& header = wanted.scenario.header();
  if (!wanted.ships || !header.profile) return "";
  const Profile profile = resolve_target(options.target, {header.target, header.profile, header.deviation}).profile;
  return name(profile) == name(*header.profile) ? "" : fmt::format("it is about {}", name(*header.profile));
}

}  // namespace closecheck::cli
