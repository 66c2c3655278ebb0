// The adapter that registers every check with GoogleTest at run time, and the proof that checks bite: each deviation is
// caught under its clause, each unusual but correct variant is left in peace.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "closecheck/vocabulary/sanitizer_for_test.h"
#include "engine/campaign.h"
#include "engine/environment.h"
#include "engine/gate_for_test.h"

namespace closecheck::properties {
namespace {

std::string identifier(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char letter) { return std::isalnum(static_cast<unsigned char>(letter)) == 0; }, '_');
  return out;
}

std::string accusations(const RunRecord& record) {
  std::string text;
  for (const ViolationRecord& violation : record.violations) {
    text += std::string(id_of(violation.finding.clause)) + " by " + violation.check + ": expected " +
            violation.finding.expected + "; observed " + violation.finding.observed + "\n";
    for (const std::string& line : violation.history_lines) text += "  " + line + "\n";
  }
  return text;
}

/// One check against the implementation as it is: nothing to find.
class HoldsOnTheService : public testing::Test {
 public:
  HoldsOnTheService(const Check& check, Profile profile) : check_(check), profile_(profile) {}

  void TestBody() override {
    const GateOptions options = everything(profile_);
    const Environment environment = environment_of(options);
    if (const Unmet unmet = unmet_need(check_, environment)) GTEST_SKIP() << unmet.why;
    const auto factory = sut::make_in_process_factory({.profile = profile_});
    const auto codec_factory = sut::make_in_process_factory({.profile = profile_, .through_codec = true});
    TrialRunner trials(environment, std::string(kNamePrefix), *factory, *codec_factory);
    CampaignOptions campaign;
    campaign.seed = options.seed;
    campaign.workers = options.jobs;
    campaign.generated_exchanges = 20'000;
    const std::atomic<bool> cancelled{false};

    const CampaignResult result = run_campaign({&check_}, campaign, trials, {}, cancelled);

    const CheckResult& mine = result.checks.front();
    EXPECT_GT(mine.exchanges, 0);
    for (const Reproduction& violation : mine.violations)
      ADD_FAILURE() << id_of(violation.findings.front().clause) << ": expected " << violation.findings.front().expected
                    << "; observed " << violation.findings.front().observed;
    // A random program may ask for what cannot be had, such as a fault of a job that is not there.
    if (!check_.is_generated())
      for (const std::string& why : mine.whys) ADD_FAILURE() << "could not be told: " << why;
    const bool proves = std::any_of(check_.serves.begin(), check_.serves.end(), [&](Clause clause) {
      return level_of(clause) == Level::measured || mine.evidence.of(clause) > 0;
    });
    EXPECT_TRUE(proves) << "proves nothing";
  }

 private:
  const Check& check_;
  Profile profile_;
};

class DeviationIsCaught : public testing::Test {
 public:
  DeviationIsCaught(const sut::DeviationText& text, Profile profile) : text_(text), profile_(profile) {}

  void TestBody() override {
    const RunRecord record = run_in_process(everything(profile_), text_.deviation);

    ASSERT_FALSE(record.violations.empty());
    const ViolationRecord& first = record.violations.front();
    EXPECT_EQ(id_of(first.finding.clause), id_of(text_.clause)) << accusations(record);
    EXPECT_LE(request_count(first.program), text_.requests_max) << accusations(record);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(replayed(first), text_.clause);
  }

 private:
  /// The clause that the counterexample names when it is run by itself.
  std::optional<Clause> replayed(const ViolationRecord& violation) const {
    const auto factory =
        sut::make_in_process_factory({.profile = profile_, .deviation = text_.deviation, .through_codec = true});
    TrialRunner trials(environment_of(everything(profile_)), std::string(kNamePrefix), *factory, *factory);
    const auto runner = trials.make_runner();
    const Ran ran = trials.run(*runner, std::make_shared<const Program>(violation.program), violation.seed, true);
    for (const Finding& finding : ran.result.findings)
      if (finding.clause == violation.finding.clause) return finding.clause;
    return std::nullopt;
  }

  const sut::DeviationText& text_;
  Profile profile_;
};

class VariantIsNotAccused : public testing::Test {
 public:
  VariantIsNotAccused(const sut::VariantText& text, Profile profile) : text_(text), profile_(profile) {}

  void TestBody() override {
    // A version allows less than its line, and is otherwise the same; of verdicts a sanitizer knows nothing.
    const std::uint64_t seeds = profile_.version() || kSanitized ? 1 : 4;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      GateOptions options = everything(profile_);
      options.seed = seed;
      const RunRecord record = run_in_process(options, {}, text_.variant);
      EXPECT_EQ(accusations(record), "") << "seed " << seed;
    }
  }

 private:
  const sut::VariantText& text_;
  Profile profile_;
};

/// Of how many subjects one is looked at for data races: the threads do the same for all of them.
constexpr std::size_t kThreadSanitizedEvery = 8;

/// Registers a test for every subject in the profiles in which it shows: in each of them, or, where a sanitizer
/// watches, which looks at memory and threads and not at verdicts, in one of them in turn.
template <class Test, class Subjects, class Shows>
void add_for_each(const std::string& suite, const Subjects& subjects, Shows shows) {
  std::size_t number = 0;
  for (const auto& subject : subjects) {
    std::vector<Profile> profiles;
    std::ranges::copy_if(profiles_for_test(), std::back_inserter(profiles),
                         [&](Profile profile) { return shows(subject, profile); });
    const std::size_t turn = number++;
    if (kThreadSanitized && turn % kThreadSanitizedEvery != 0) continue;
    for (const Profile profile : in_turn(profiles, turn, kSanitized ? 1 : profiles.size()))
      testing::RegisterTest(suite.c_str(), (identifier(subject.name) + "_" + word_of(profile)).c_str(), nullptr,
                            nullptr, __FILE__, __LINE__,
                            [&subject, profile]() -> testing::Test* { return new Test(subject, profile); });
  }
}

const bool kRegistered = [] {
  const auto everywhere = [](const auto&, Profile) { return true; };
  add_for_each<HoldsOnTheService>("HoldsOnTheService", all_checks(), everywhere);
  // What is caught without a version is caught with one, but for what the two ways of a close have each for itself.
  add_for_each<DeviationIsCaught>("DeviationIsCaught", sut::deviations(), [](const auto& text, Profile profile) {
    return text.shows_in(profile) && (!profile.version() || profile == Profile::es_7.at({7, 17, 0}));
  });
  add_for_each<VariantIsNotAccused>("VariantIsNotAccused", sut::variants(), everywhere);
  return true;
}();

}  // namespace
}  // namespace closecheck::properties
