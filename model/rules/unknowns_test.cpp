// What stays unjudged because of what a request says: by the names of its parameters and members.
#include "rules/unknowns.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace closecheck::model {
namespace {

constexpr Reach kAll[] = {Reach::refusal, Reach::part,    Reach::answer, Reach::closing,
                          Reach::effect,  Reach::results, Reach::data,   Reach::documents};

Request saying(Operation operation, std::vector<std::string> names) {
  Request request{Principal::manage_ml, std::move(operation), nullptr};
  request.not_carried = std::move(names);
  return request;
}

Request with_body(Operation operation, const std::string& body, bool is_known = true) {
  RawRequest sent{"POST", "/", {}, body, "application/json"};
  sent.body_known = is_known;
  return {Principal::manage_ml, std::move(operation), std::make_shared<const RawRequest>(std::move(sent))};
}

/// Whether these, and nothing else but a refusal, follow.
void expect_reach(const Request& request, std::vector<Reach> reaches, std::string_view name) {
  const Unknowns unknowns = unknowns_of(request);
  for (const Reach reach : kAll) {
    const bool is_expected = reach == Reach::refusal || std::ranges::find(reaches, reach) != reaches.end();
    EXPECT_EQ(unknowns.has(reach), is_expected) << name << " " << static_cast<int>(reach);
  }
  EXPECT_EQ(unknowns.name(), name);
  EXPECT_EQ(unknowns.is_more_than_refusal(), !reaches.empty()) << name;
}

CloseJob close() {
  return {"a", {}, {}, {}, {}};
}

TEST(Unknowns, AreNoneWhereARequestIsItsOperation) {
  const Operation operations[] = {CreateJob{"a", {}},     OpenJob{"a"},      PostData{"a", {}, false},     close(),
                                  GetBuckets{"a", 0, 10}, GetSnapshots{"a"}, CreateDatafeed{"f", "a", "i"}};
  for (const Operation& operation : operations) {
    const Unknowns unknowns = unknowns_of(saying(operation, {}));
    EXPECT_FALSE(unknowns.has(Reach::refusal) || unknowns.is_more_than_refusal()) << operation.index();
    EXPECT_TRUE(unknowns.name().empty());
  }
}

TEST(Unknowns, OfAReadAreWhatItLeavesOut) {
  expect_reach(saying(GetBuckets{"a", {}, {}}, {"anomaly_score"}), {Reach::part}, "anomaly_score");
  expect_reach(saying(GetRecords{"a", {}, {}}, {"sort", "desc"}), {Reach::part}, "sort");
  expect_reach(saying(GetSnapshots{"a"}, {"end"}), {Reach::part}, "end");
  expect_reach(saying(GetSnapshots{"a", "1", {}, {}}, {}), {Reach::part}, "");
  expect_reach(saying(GetBuckets{"a", {}, {}, {kDataStart, {}, {}, {}, {}}}, {}), {}, "");
  expect_reach(saying(JobStats{"a"}, {"foo"}), {Reach::answer}, "foo");
  expect_reach(saying(JobStats{"a"}, {"allow_no_jobs"}), {}, "allow_no_jobs");
  expect_reach(saying(GetJob{"a"}, {"allow_no_jobs", "exclude_generated"}), {Reach::answer}, "exclude_generated");
}

TEST(Unknowns, OfAChangeAreWhatItDoes) {
  expect_reach(saying(OpenJob{"a"}, {"timeout"}), {}, "timeout");
  expect_reach(saying(close(), {"force"}), {Reach::closing}, "force");
  expect_reach(saying(DeleteJob{"a", {}}, {"wait_for_completion"}), {Reach::effect}, "wait_for_completion");
  expect_reach(saying(FlushJob{"a", {}}, {"start", "end"}), {}, "start");
  expect_reach(saying(FlushJob{"a", {}}, {"start", "skip_time"}), {Reach::data}, "skip_time");
  expect_reach(saying(PostData{"a", {}, false}, {"reset_start"}), {Reach::data}, "reset_start");
  expect_reach(saying(StartDatafeed{"f", {}, {}}, {"timeout"}), {}, "timeout");
  expect_reach(saying(StartDatafeed{"f", {}, {}}, {"timeout", "end"}), {Reach::effect}, "end");
}

TEST(Unknowns, OfAConfigurationAreByWhatTheMemberIsFor) {
  const auto created = [](std::vector<std::string> names) { return saying(CreateJob{"a", {}}, std::move(names)); };
  expect_reach(created({"model_plot_config.enabled"}), {}, "model_plot_config.enabled");
  expect_reach(created({"analysis_config.detectors.detector_description"}), {},
               "analysis_config.detectors.detector_description");
  expect_reach(created({"analysis_config.detectors.custom_rules.actions"}), {Reach::results},
               "analysis_config.detectors.custom_rules.actions");
  expect_reach(created({"analysis_config.influencers", "analysis_config.latency"}), {Reach::data},
               "analysis_config.latency");
  expect_reach(created({"model_plot_configuration"}), {Reach::data}, "model_plot_configuration");
  CreateJob by_pattern{"a", {}};
  by_pattern.config.time_format = "yyyy-MM-dd";
  expect_reach(saying(by_pattern, {}), {Reach::data}, "data_description.time_format");
  expect_reach(saying(UpdateJob{"a", {}, {}}, {"results_retention_days"}), {Reach::results}, "results_retention_days");
}

TEST(Unknowns, OfADatafeedAreWhatItFinds) {
  const CreateDatafeed feed{"f", "a", "i"};
  expect_reach(saying(feed, {"scroll_size", "chunking_config.mode"}), {}, "scroll_size");
  expect_reach(saying(feed, {"scroll_size", "query.term.a"}), {Reach::documents}, "query.term.a");
  expect_reach(saying(CreateDatafeed{"f", "a", "i", false}, {}), {Reach::documents}, "indices");
  expect_reach(saying(IndexDocuments{"i", {}, true}, {"pipeline"}), {Reach::documents}, "pipeline");
}

TEST(Unknowns, AreInABodyThatNobodyKeptWhereOneIsRead) {
  expect_reach(with_body(GetBuckets{"a", {}, {}}, "", false), {Reach::part}, "body");
  expect_reach(with_body(FlushJob{"a", {}}, "", false), {Reach::data}, "body");
  expect_reach(with_body(close(), "", false), {}, "body");
  expect_reach(with_body(GetBuckets{"a", {}, {}}, "{}"), {}, "body");
  const Unknowns create = unknowns_of(with_body(CreateJob{"a", {}}, "{}"));
  EXPECT_FALSE(create.has(Reach::refusal));
}

}  // namespace
}  // namespace closecheck::model
