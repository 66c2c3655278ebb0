#include "engine/isolation.h"

#include <gtest/gtest.h>

#include <utility>

namespace closecheck::properties {
namespace {

bool touches(Operation operation) {
  return touches_others(Program{{call(std::move(operation))}}, Profile::es_7);
}

TEST(Isolation, IsBrokenByWhatALiveTargetIsSentOnlyWhereItsUserAllowsIt) {
  const auto close = [](const char* job) { return CloseJob{job, {}, {}, {}, {}}; };
  for (const char* job : {"closecheck-a", "closecheck-*", "closecheck-a,closecheck-b"})
    EXPECT_FALSE(touches(close(job)));
  for (const char* job : {"_all", "*", "", "closecheck-a,*"}) EXPECT_TRUE(touches(close(job))) << job;
  EXPECT_FALSE(touches(JobStats{"_all"})) << "only reads";
  EXPECT_TRUE(touches(StopDatafeed{"_all", {}}));
  EXPECT_FALSE(touches(RawRequest{"PUT", "/_ml/anomaly_detectors/closecheck-a/_close", {}, "", ""}));
  EXPECT_TRUE(touches(RawRequest{"POST", "/_ml/anomaly_detectors//_close", {}, "", ""}));
  EXPECT_TRUE(touches(RawRequest{"POST", "/_ml/anomaly_detectors/_close", {}, "", ""}));
  EXPECT_FALSE(touches(PostData{"closecheck-a", {}, true})) << "is never sent, whatever is allowed";
}

TEST(Isolation, TakesAPlaceForEachJobThatIsOpened) {
  const auto open = [](const char* job) { return call(OpenJob{job}); };
  EXPECT_EQ(places_of(Program{{call(CreateJob{"closecheck-a", {}})}}), 0U);
  EXPECT_EQ(places_of(Program{{open("closecheck-a"), open("closecheck-a"), open("closecheck-b")}}), 2U);
}

}  // namespace
}  // namespace closecheck::properties
