#include "closecheck/vocabulary/program.h"

#include <gtest/gtest.h>

namespace closecheck {
namespace {

TEST(Program, PrefixReplacesEveryNameWhereverItStands) {
  Program program;
  CreateJob create{.job = "closecheck-a", .config = {}};
  create.config.groups = {"closecheck-g"};
  program.steps = {call(create), call(CloseJob{"closecheck-a,closecheck-b*", {}, {}, {}, {}}),
                   call(CreateDatafeed{.feed = "closecheck-f", .job = "closecheck-a", .index = "closecheck-i"}),
                   call(RawRequest{"GET", "/_xpack/ml/anomaly_detectors/closecheck-a/_close", {}, "", ""}),
                   settle_step("closecheck-a", kSecond)};

  const Program renamed = with_prefix(program, kNamePrefix, "closecheck-7f-");

  EXPECT_EQ(std::get<CreateJob>(renamed.steps[0].request.operation).job, "closecheck-7f-a");
  EXPECT_EQ(std::get<CreateJob>(renamed.steps[0].request.operation).config.groups.front(), "closecheck-7f-g");
  EXPECT_EQ(std::get<CloseJob>(renamed.steps[1].request.operation).job, "closecheck-7f-a,closecheck-7f-b*");
  const auto& feed = std::get<CreateDatafeed>(renamed.steps[2].request.operation);
  EXPECT_EQ(feed.feed + feed.job + feed.index, "closecheck-7f-fclosecheck-7f-aclosecheck-7f-i");
  EXPECT_EQ(std::get<RawRequest>(renamed.steps[3].request.operation).path,
            "/_xpack/ml/anomaly_detectors/closecheck-7f-a/_close");
  EXPECT_EQ(renamed.steps[4].job, "closecheck-7f-a");
}

TEST(Program, CountsRequestsAndNotWaitsOrFaults) {
  Program program;
  program.steps = {call(OpenJob{"closecheck-a"}), wait_step(kSecond), fault_step(Fault::fail_job, "closecheck-a"),
                   detached_call(1, CloseJob{"closecheck-a", {}, {}, {}, {}}), join_step()};
  EXPECT_EQ(request_count(program), 2U);
}

TEST(Program, CountsJobsThatMayBeOpenAtOnce) {
  Program program;
  program.steps = {call(CreateJob{"closecheck-a", {}})};
  EXPECT_EQ(open_jobs_of(program), 1U);
  program.steps = {call(OpenJob{"closecheck-a"}), call(OpenJob{"closecheck-a"}), call(OpenJob{"closecheck-b"})};
  EXPECT_EQ(open_jobs_of(program), 2U);
}

}  // namespace
}  // namespace closecheck
