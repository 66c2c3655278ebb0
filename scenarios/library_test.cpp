// The scripts that ship: each passes where the service is right, and fails where its clause is broken.
#include "closecheck/scenarios/library.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/in_process.h"
#include "closecheck/vocabulary/profile_for_test.h"

namespace closecheck::scenarios {
namespace {

Replay replay_library(const Scenario& scenario, Profile profile, sut::Deviation deviation, sut::Variant variant = {},
                      bool secured = true, const Circumstances& circumstances = {}) {
  sut::InProcessOptions options;
  options.security = secured;
  options.profile = profile;
  options.deviation = deviation;
  options.variant = variant;
  options.through_codec = true;
  const auto factory = sut::make_in_process_factory(options);
  sut::ExecutorOptions executor;
  executor.answer_patience = 72 * kHour;
  model::JudgeOptions judge;
  judge.profile = profile;
  judge.secured = secured;
  judge.in_process = true;
  return replay(scenario, *factory, executor, judge, kNamePrefix, {}, {}, circumstances);
}

Scenario parse(const LibraryScenario& library) {
  try {
    return Scenario::parse(std::string(library.text), std::string(library.name));
  } catch (const ScenarioError& error) {
    throw std::runtime_error(error.what);
  }
}

bool applies(const Scenario& scenario, Profile profile) {
  return !scenario.header().profile || name(*scenario.header().profile) == name(profile);
}

/// Deviations that no script shows. The first shows with `_all`, and a script that may run live does not close the jobs
/// of others; the next with a caller whom a script about data cannot ask for, or with a datafeed; the next after more
/// data than anybody would read, or with records of a second close; the last where a privilege is taken away.
constexpr std::array<std::string_view, 8> kToldByChecksAlone{
    "close-all-closes-nothing",     "feed-closed-job-takes-data", "manage-posts-to-closed-job",
    "once-run-datafeed-bars-close", "prunes-at-first-close-only", "second-close-drops-anomalies",
    "revoked-user-closes",          "revocation-stops-close"};

class Library : public testing::TestWithParam<LibraryScenario> {};

TEST_P(Library, IsNamedAfterItsClause) {
  const Scenario scenario = parse(GetParam());
  ASSERT_TRUE(scenario.header().clause);
  EXPECT_EQ(std::string(GetParam().name), std::string(id_of(*scenario.header().clause)) + ".yml");
  const std::string beginning = "# " + std::string(id_of(*scenario.header().clause)) + ": ";
  EXPECT_EQ(std::string(GetParam().text.substr(0, beginning.size())), beginning);
}

TEST_P(Library, PassesWhereTheServiceIsRight) {
  const Scenario scenario = parse(GetParam());
  for (const Profile profile : profiles_for_test()) {
    if (!applies(scenario, profile)) continue;
    SCOPED_TRACE(describe(profile));
    const Replay result = replay_library(scenario, profile, {});
    EXPECT_EQ(result.verdict, ReplayVerdict::fixed) << result.why;
  }
}

TEST_P(Library, FailsWhereItsClauseIsBroken) {
  const Scenario scenario = parse(GetParam());
  const Clause clause = *scenario.header().clause;
  const auto names_clause = [clause](const Finding& finding) {
    return finding.clause == clause ||
           std::find(finding.also.begin(), finding.also.end(), clause) != finding.also.end();
  };
  std::set<std::string> caught;
  std::string missed;
  for (const sut::DeviationText& deviation : sut::deviations()) {
    if (deviation.clause != clause) continue;
    if (std::ranges::find(kToldByChecksAlone, deviation.name) != kToldByChecksAlone.end()) continue;
    for (const Profile line : kProfiles) {
      // What another version of the line does breaks nothing where nobody knows which one it is.
      const Profile profile = line.implemented();
      if (!applies(scenario, profile) || !deviation.shows_in(profile)) continue;
      const Replay result = replay_library(scenario, profile, deviation.deviation);
      // An assertion that fails proves little: the judge has to name the clause.
      const bool accused = std::any_of(result.findings.begin(), result.findings.end(), names_clause);
      if (result.verdict == ReplayVerdict::still_failing && accused)
        caught.insert(std::string(deviation.name));
      else
        missed += fmt::format("{} in {}: {}\n", deviation.name, name(profile), result.why);
    }
  }
  EXPECT_FALSE(caught.empty()) << missed;
  EXPECT_EQ(missed, "");
}

TEST_P(Library, AccusesNoVariantThatIsOnlyUnusual) {
  const Scenario scenario = parse(GetParam());
  for (const sut::VariantText& variant : sut::variants())
    for (const Profile profile : kProfiles) {
      if (!applies(scenario, profile)) continue;
      SCOPED_TRACE(fmt::format("{} in {}", variant.name, name(profile)));
      const Replay result = replay_library(scenario, profile, {}, variant.variant);
      EXPECT_NE(result.verdict, ReplayVerdict::still_failing) << result.why;
    }
}

TEST_P(Library, LeavesOutWhatNeedsCallersWhereSecurityIsOff) {
  const Scenario scenario = parse(GetParam());
  const Clause clause = *scenario.header().clause;
  const bool is_about_callers = clause == Clause::anonymous_refused || clause == Clause::close_requires_privilege ||
                                clause == Clause::manage_may_close || clause == Clause::manage_ml_may_close;
  for (const Profile profile : kProfiles) {
    if (!applies(scenario, profile)) continue;
    SCOPED_TRACE(std::string(name(profile)));
    const Replay off = replay_library(scenario, profile, {}, {}, false);
    EXPECT_EQ(off.skipped, is_about_callers) << off.why;
    if (!is_about_callers) {
      EXPECT_EQ(off.verdict, ReplayVerdict::fixed) << off.why;
    }

    Circumstances ignored;
    ignored.lets_everybody_in = true;
    const Replay open = replay_library(scenario, profile, {}, {}, false, ignored);
    EXPECT_FALSE(open.skipped);
    EXPECT_EQ(open.verdict == ReplayVerdict::cannot_tell, is_about_callers || clause == Clause::wire_status_codes)
        << open.why;
  }
}

TEST_P(Library, CannotTellOfCallersThatAreNotConfigured) {
  const Scenario scenario = parse(GetParam());
  Circumstances only_manage;
  only_manage.principals = {Principal::manage, Principal::anonymous};
  for (const Profile profile : kProfiles) {
    if (!applies(scenario, profile)) continue;
    const Replay result = replay_library(scenario, profile, {}, {}, true, only_manage);
    const Clause clause = *scenario.header().clause;
    const bool needs_more = clause == Clause::anonymous_refused || clause == Clause::close_requires_privilege ||
                            clause == Clause::manage_ml_may_close || clause == Clause::wire_status_codes;
    EXPECT_EQ(result.verdict, needs_more ? ReplayVerdict::cannot_tell : ReplayVerdict::fixed) << result.why;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Library, testing::ValuesIn(library_scenarios().begin(), library_scenarios().end()),
                         [](const auto& scenario) {
                           std::string title(scenario.param.name.substr(0, scenario.param.name.size() - 4));
                           for (char& c : title)
                             if (c == '-') c = '_';
                           return title;
                         });

TEST(LibraryAsAWhole, HasAScriptForEveryClauseButTheMeasuredOnes) {
  std::set<std::string> names;
  for (const LibraryScenario& library : library_scenarios()) names.insert(std::string(library.name));
  for (const ClauseText& clause : clauses()) {
    const bool has_script = names.count(std::string(clause.id) + ".yml") == 1;
    EXPECT_EQ(has_script, clause.level != Level::measured) << clause.id;
  }
}

}  // namespace
}  // namespace closecheck::scenarios
