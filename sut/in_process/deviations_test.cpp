// Every deviation shows to a client, in no more requests than its table says, and only where it is switched on.
#include "in_process/deviations.h"

#include <algorithm>
#include <set>

#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {

std::vector<Showing> showings_of_dialect() {
  using S = ServiceForTest;
  const auto p54 = Profile::xpack_5_4;
  const auto p63 = Profile::xpack_6_3;
  const std::string a = "closecheck-a";
  const std::string b = "closecheck-b";
  return {
      {Deviation::get_closes_job, p54,
       [a](S& s) {
         s.create(a);
         s.open(a);
         return is_accepted(s.ask(RawRequest{"GET", "/_xpack/ml/anomaly_detectors/" + a + "/_close", {}, "", ""}));
       }},
      {Deviation::error_without_envelope, p54, [a](S& s) { return !s.close(a).notes.empty(); }},
      {Deviation::unknown_job_answers_400, p54, [a](S& s) { return is_refused(s.close(a), 400); }},
      {Deviation::ignores_unknown_parameter, p54,
       [a](S& s) {
         s.create(a);
         s.open(a);
         return is_accepted(s.ask(CloseJob{a, {}, {}, {}, {{"closecheck", "1"}}}));
       }},
      {Deviation::misreads_force_spelling, p63,
       [a](S& s) {
         s.create(a);
         s.open(a);
         return is_accepted(s.force_close(a, "maybe"));
       }},
      {Deviation::misreads_force_spelling, p54,
       [a](S& s) {
         s.create(a);
         s.open(a);
         return is_refused(s.force_close(a, "maybe"), 400);
       }},
      {Deviation::closed_close_answers_404, p63,
       [a](S& s) {
         s.create(a);
         return is_refused(s.close(a), 404);
       }},
      {Deviation::failed_close_answers_400, p63,
       [a](S& s) {
         s.create(a);
         s.open(a);
         s.fault(Fault::fail_job, a);
         return is_refused(s.close(a), 400);
       }},
      {Deviation::closes_under_running_datafeed, p63,
       [a](S& s) {
         s.ask(CreateIndex{"closecheck-i"}, Principal::setup);
         s.create(a);
         s.ask(CreateDatafeed{"closecheck-f", a, "closecheck-i"});
         s.open(a);
         s.ask(StartDatafeed{"closecheck-f", kDataStart, {}});
         return is_accepted(s.close(a));
       }},
      {Deviation::close_all_closes_nothing, p63,
       [a](S& s) {
         s.create(a);
         s.open(a);
         return is_accepted(s.close("_all")) && s.state(a) == JobState::opened;
       }},
      {Deviation::list_close_ignores_failed_jobs, p63,
       [a, b](S& s) {
         s.create(a);
         s.create(b);
         s.open(a);
         s.open(b);
         s.fault(Fault::fail_job, b);
         const bool refused = is_refused(s.close(a + "," + b), 409);
         s.wait(kMinute);

         return refused && s.state(a) != JobState::opened;
       }},
  };
}

namespace {

std::vector<Showing> all_showings() {
  std::vector<Showing> all;
  for (const auto& some : {showings_of_closing(), showings_of_force(), showings_of_cycles(), showings_of_reopening(),
                           showings_of_parameters(), showings_of_lists(), showings_of_revocation(),
                           showings_of_dialect(), showings_of_wire()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

class DeviationTest : public ::testing::TestWithParam<Showing> {};

TEST_P(DeviationTest, ShowsOnlyWhereItIsSwitchedOn) {
  const Showing& showing = GetParam();
  for (const bool codec : {false, true}) {
    InProcessOptions options;
    options.profile = showing.profile;
    options.through_codec = codec;
    ServiceForTest plain(options);
    options.deviation = showing.deviation;
    ServiceForTest deviating(options);

    EXPECT_FALSE(showing.shows(plain)) << "without it, codec " << codec;
    EXPECT_TRUE(showing.shows(deviating)) << "with it, codec " << codec;
    EXPECT_LE(static_cast<std::size_t>(deviating.requests()), text_of(showing.deviation)->requests_max);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DeviationTest, ::testing::ValuesIn(all_showings()), [](const auto& instance) {
  std::string name(text_of(instance.param.deviation)->name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name + "_" + word_of(instance.param.profile);
});

TEST(Deviations, HaveEachAShowing) {
  std::set<Deviation> shown;
  for (const Showing& showing : all_showings()) shown.insert(showing.deviation);

  for (const DeviationText& text : deviations()) EXPECT_TRUE(shown.contains(text.deviation)) << text.name;
}

TEST(Deviations, AreListedInOrderWithNamesOfTheirOwn) {
  std::set<std::string_view> names;
  std::size_t position = 0;
  for (const DeviationText& text : deviations()) {
    EXPECT_EQ(static_cast<std::size_t>(text.deviation), ++position) << text.name;
    EXPECT_TRUE(names.insert(text.name).second) << text.name;
    EXPECT_LE(text.requests_max, 10U) << text.name;
    EXPECT_EQ(deviation_named(text.name), text.deviation);
  }
  EXPECT_EQ(deviation_named("no-such-deviation"), std::nullopt);
  EXPECT_EQ(text_of(Deviation::none), nullptr);
}

TEST(Deviations, BreakEveryStatedImpliedAndDialectClause) {
  std::set<Clause> broken;
  for (const DeviationText& text : deviations()) broken.insert(text.clause);

  for (const ClauseText& clause : clauses())
    EXPECT_EQ(broken.contains(clause.clause), clause.level != Level::measured) << clause.id;
}

}  // namespace
}  // namespace closecheck::sut
