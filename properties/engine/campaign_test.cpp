#include "engine/campaign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "checks/steps.h"
#include "closecheck/sut/deviation_for_test.h"
#include "closecheck/sut/passing_system_for_test.h"
#include "closecheck/vocabulary/sanitizer_for_test.h"
#include "engine/gate_for_test.h"

namespace closecheck::properties {
namespace {

/// A quick live run, in virtual time: each program on a service of its own.
RunRecord run_live(const GateOptions& options, sut::InProcessOptions service) {
  service.profile = options.profile;
  service.through_codec = true;
  const auto factory = sut::make_in_process_factory(service);
  const std::atomic<bool> cancelled{false};
  return run_gate(options, *factory, *factory, {}, cancelled);
}

GateOptions live_options(Profile profile) {
  GateOptions options = everything(profile);
  options.live = true;
  options.budget = 10 * kMinute;
  options.require = Require::reachable;
  options.round_trip = options.round_trip_max = kMillisecond;
  return options;
}

std::string told(const RunRecord& record) {
  std::string text = verdict_line(record) + "\n";
  for (const ClauseRecord& clause : record.clauses)
    text += std::string(id_of(clause.clause)) + ": " + std::string(name(clause.verdict)) + ", " + clause.why + "\n";
  for (const ViolationRecord& violation : record.violations)
    text += std::string(id_of(violation.finding.clause)) + " by " + violation.check + "\n";
  return text;
}

TEST(CoreRound, TellsOfEveryProfileWhatCanBeToldLive) {
  for (const Profile profile : kProfiles)
    for (const Duration housekeeping : {20 * kMillisecond, 200 * kMillisecond, 2 * kSecond}) {
      const RunRecord record = run_live(live_options(profile), {.housekeeping_base = housekeeping});
      EXPECT_EQ(record.verdict, RunVerdict::conforms) << name(profile) << ' ' << describe_duration(housekeeping) << '\n'
                                                      << told(record);
      EXPECT_EQ(record.violations.size(), 0U);
      for (const ClauseRecord& clause : record.clauses) EXPECT_NE(clause.kind, Untold::did_not) << told(record);
    }
}

class CoreRoundOf : public testing::TestWithParam<Profile> {};

TEST_P(CoreRoundOf, CatchesEveryDeviationUnderItsOwnClause) {
  // As a target tells its version.
  const Profile profile = GetParam().implemented();
  std::size_t number = 0;
  for (const sut::DeviationText& text : sut::deviations()) {
    const Profile its_turn = kProfiles[number++ % kProfiles.size()];
    if (kSanitized && its_turn != GetParam()) continue;
    // The threads do the same for all of them.
    if (kThreadSanitized && number % 8 != 0) continue;
    if (!sut::is_told_by_core_round(text) || !text.shows_in(profile)) continue;
    const RunRecord record = run_live(live_options(profile), {.deviation = text.deviation});
    EXPECT_FALSE(record.violations.empty()) << text.name << '\n' << told(record);
    if (record.violations.empty()) continue;
    EXPECT_EQ(id_of(record.violations.front().finding.clause), id_of(text.clause)) << text.name << '\n' << told(record);
    EXPECT_EQ(record.violations.size(), 1U) << text.name << '\n' << told(record);
    EXPECT_LE(request_count(record.violations.front().program), text.requests_max + 3U) << text.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, CoreRoundOf, testing::ValuesIn(kProfiles),
                         [](const auto& instance) { return word_of(instance.param); });

/// What only the programs of other clauses meet is told as well where its own alone is asked for.
TEST(CoreRound, OfOneClauseTellsInPassingWhatTheProgramsOfOthersMeet) {
  for (const char* name : {"closes-job-failed-later", "group-close-closes-all", "lists-show-node",
                           "underscore-ids-stay-open", "second-reopen-starts-from-scratch"}) {
    const sut::DeviationText& text = *sut::text_of(*sut::deviation_named(name));
    GateOptions options = live_options(Profile::xpack_6_3);
    options.selected = {text.clause};
    const RunRecord record = run_live(options, {.deviation = text.deviation});
    ASSERT_FALSE(record.violations.empty()) << name << '\n' << told(record);
    EXPECT_EQ(id_of(record.violations.front().finding.clause), id_of(text.clause)) << name;
  }
}

TEST(CoreRound, OfOneClauseIsAllItsOwnProgramsAndNoOthers) {
  GateOptions options = live_options(Profile::xpack_6_3);
  options.selected = {Clause::example_event_rate};
  const RunRecord record = run_live(options, {});

  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::holds);
  EXPECT_EQ(record.sequences, 3);
}

/// Loses the answer to the first request.
class LossySystem final : public sut::PassingSystem {
 public:
  using PassingSystem::PassingSystem;
  std::optional<sut::Completion> next(Time until) override {
    std::optional<sut::Completion> completion = PassingSystem::next(until);
    if (completion && !std::exchange(was_lost_, true))
      completion = sut::Completion{completion->client, completion->time, nullptr, "the connection was closed"};
    return completion;
  }

 private:
  bool was_lost_ = false;
};

/// Tells the statistics of a job as they were up to 400 ms before.
class CachingSystem final : public sut::PassingSystem {
 public:
  using PassingSystem::PassingSystem;
  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override {
    const auto* statistics = std::get_if<JobStats>(&request->operation);
    asked_[client] = statistics == nullptr ? "" : statistics->job;
    PassingSystem::submit(client, std::move(request), fresh_connection);
  }
  std::optional<sut::Completion> next(Time until) override {
    std::optional<sut::Completion> completion = PassingSystem::next(until);
    if (!completion || asked_[completion->client].empty()) return completion;
    Told& told = told_[asked_[completion->client]];
    if (told.response == nullptr || completion->time - told.since >= 400 * kMillisecond)
      told = {completion->time, completion->response};
    completion->response = told.response;
    return completion;
  }

 private:
  struct Told {
    Time since = 0;
    std::shared_ptr<const Response> response;
  };
  std::map<int, std::string> asked_;  // by client, the job of which statistics were asked for
  std::map<std::string, Told> told_;
};

// What an aimed program led to was found in no passing: a list of jobs is no root of what each of them shows alone.
TEST(CoreRound, NamesNoListOfJobsForWhatEachOfThemShows) {
  struct Caching : sut::SystemFactory {
    std::unique_ptr<sut::System> make(std::uint64_t seed) override {
      return std::make_unique<CachingSystem>(sut::make_in_process(
          {.profile = Profile::xpack_6_3, .housekeeping_base = 100 * kMillisecond, .through_codec = true}, seed));
    }
  } factory;
  const std::atomic<bool> cancelled{false};
  const RunRecord record = run_gate(live_options(Profile::xpack_6_3), factory, factory, {}, cancelled);

  ASSERT_FALSE(record.violations.empty());
  EXPECT_NE(level_of(record.violations.front().finding.clause), Level::dialect) << told(record);
}

// Of several programs of a clause each looks where the others do not: one that was spoiled is missed though the clause
// was told.
TEST(CoreRound, RunsAProgramAgainThatLostAnAnswer) {
  struct Lossy : sut::SystemFactory {
    std::unique_ptr<sut::System> make(std::uint64_t seed) override {
      auto system = sut::make_in_process({.profile = Profile::xpack_6_3}, seed);
      if (made++ != lost) return system;
      return std::make_unique<LossySystem>(std::move(system));
    }
    int lost = -1;
    std::atomic<int> made = 0;
  };
  GateOptions options = live_options(Profile::xpack_6_3);
  options.jobs = 1;
  options.selected = {Clause::example_event_rate};
  const std::atomic<bool> cancelled{false};
  Lossy whole;
  const RunRecord before = run_gate(options, whole, whole, {}, cancelled);
  // Whether it was a program that lost an answer, or what measures clocks and looks for life.
  std::int64_t repeated = 0;
  for (int i = 0; i < whole.made; ++i) {
    Lossy lossy;
    lossy.lost = i;
    const RunRecord record = run_gate(options, lossy, lossy, {}, cancelled);
    EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::holds) << told(record);
    repeated += record.sequences - before.sequences;
  }
  EXPECT_EQ(repeated, before.sequences);
}

/// Does what a forced close asks, and never answers it.
class SilentAtForce : public sut::PassingSystem {
 public:
  using PassingSystem::PassingSystem;

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override {
    const auto* close = std::get_if<CloseJob>(&request->operation);
    if (close != nullptr && close->force) silent_.insert(client);
    PassingSystem::submit(client, std::move(request), fresh_connection);
  }
  std::optional<sut::Completion> next(Time until) override {
    while (auto completion = PassingSystem::next(until))
      if (silent_.erase(completion->client) == 0) return completion;
    return std::nullopt;
  }

 private:
  std::set<int> silent_;
};

// closed-means-closed: what never answers is not held to be right because other programs did well.
TEST(CoreRound, HoldsNoClauseOfWhichOneProgramNeverHasItsAnswer) {
  struct Silent : sut::SystemFactory {
    std::unique_ptr<sut::System> make(std::uint64_t seed) override {
      return std::make_unique<SilentAtForce>(sut::make_in_process({.profile = Profile::xpack_6_3}, seed));
    }
  } factory;
  GateOptions options = live_options(Profile::xpack_6_3);
  options.selected = {Clause::closed_means_closed, Clause::closed_job_keeps_metadata};
  const std::atomic<bool> cancelled{false};
  const RunRecord record = run_gate(options, factory, factory, {}, cancelled);

  EXPECT_EQ(record.violations.size(), 0U);
  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::inconclusive) << told(record);
  EXPECT_THAT(record.clauses[0].why, testing::HasSubstr("had no answer, however often its program ran"));
}

TEST(CoreRound, AsksAgainWithWiderClocksWhereAnAnswerWasLate) {
  // The service answers each close half a second late, but for the first few: after these the clocks were set.
  struct Late : sut::SystemFactory {
    std::unique_ptr<sut::System> make(std::uint64_t seed) override {
      const bool is_measured = made++ < 2;
      return sut::make_in_process({.profile = Profile::xpack_6_3,
                                   .variant = is_measured ? sut::Variant{} : *sut::variant_named("answers-delayed"),
                                   .jitter = is_measured ? kMillisecond : 400 * kMillisecond},
                                  seed);
    }
    std::atomic<int> made = 0;
  } factory;
  GateOptions options = live_options(Profile::xpack_6_3);
  options.selected = {Clause::timeout_bounds_wait, Clause::timed_out_close_is_no_success,
                      Clause::timed_out_close_goes_on};
  const std::atomic<bool> cancelled{false};
  const RunRecord record = run_gate(options, factory, factory, {}, cancelled);

  for (const ClauseRecord& clause : record.clauses) EXPECT_EQ(clause.verdict, ClauseVerdict::holds) << told(record);
}

TEST(CoreRound, NamesWhatWasRefusedWhereAClauseStaysUntold) {
  GateOptions options = live_options(Profile::xpack_6_3);
  options.principals.erase(Principal::setup);
  options.selected = {Clause::datafeed_end_closes_job};
  const RunRecord record = run_live(options, {.variant = *sut::variant_named("manage-ml-may-not-read-indices")});

  EXPECT_NE(record.clauses[0].why.find("create index"), std::string::npos) << record.clauses[0].why;
  EXPECT_NE(record.clauses[0].why.find("403"), std::string::npos) << record.clauses[0].why;
}

TEST(CoreRound, LeavesOutWhatCouldTouchTheJobsOfOthersUnlessThatIsAllowed) {
  const Check wide{
      "wide",
      {Clause::unknown_job_refused},
      {},
      [](const Environment&) {
        return std::vector<Program>{Steps{close("_all")}, Steps{create(), close("closecheck-*"), close("*")}};
      },
      {},
      {}};
  Environment environment;
  environment.profile = Profile::xpack_6_3;
  environment.live = true;
  EXPECT_FALSE(unmet_need(wide, environment));
  environment.allow_cluster_wide = false;
  EXPECT_EQ(programs_kept_back(wide, environment), 2U);
  const Unmet unmet = unmet_need(wide, environment);
  EXPECT_EQ(unmet.kind(), Untold::cannot);
  EXPECT_NE(unmet.why.find("--allow-cluster-wide"), std::string::npos);
}

}  // namespace
}  // namespace closecheck::properties
