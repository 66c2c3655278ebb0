#include "wire/answer_options.h"

#include <gtest/gtest.h>

namespace closecheck::sut::wire {
namespace {

std::string filtered(const std::string& filter, int status = 200) {
  WireAnswer answer{
      status, {}, R"({"count":2,"jobs":[{"job_id":"a","data_counts":{"job_id":"a","n":1}},{"job_id":"b"}],"e":[]})"};
  apply_options(answer, {{"filter_path", filter}});
  return answer.body;
}

TEST(FilterPath, KeepsWhatAPathLeadsTo) {
  EXPECT_EQ(filtered("count"), R"({"count":2})");
  EXPECT_EQ(filtered("jobs.job_id"), R"({"jobs":[{"job_id":"a"},{"job_id":"b"}]})");
  EXPECT_EQ(filtered("jobs.data_counts.n,count"), R"({"count":2,"jobs":[{"data_counts":{"n":1}}]})");
  EXPECT_EQ(filtered("**.n"), R"({"jobs":[{"data_counts":{"n":1}}]})");
  EXPECT_EQ(filtered("j*s.*_id"), R"({"jobs":[{"job_id":"a"},{"job_id":"b"}]})");
  EXPECT_EQ(filtered("e"), R"({"e":[]})");
  EXPECT_EQ(filtered("nothing.here"), "{}");
  EXPECT_EQ(filtered(std::string(5'000, '*') + "x"), "{}") << "and takes no longer for many stars";
}

TEST(FilterPath, LeavesAnswersAloneThatItDoesNotConcern) {
  EXPECT_EQ(filtered(""), filtered("count", 409));
  WireAnswer text{200, {}, "no JSON"};
  apply_options(text, {{"filter_path", "a"}, {"pretty", ""}});
  EXPECT_EQ(text.body, "no JSON");
}

TEST(Pretty, IndentsUnlessItIsFalse) {
  WireAnswer answer{409, {}, R"({"a":[1]})"};
  apply_options(answer, {{"pretty", "false"}});
  EXPECT_EQ(answer.body, R"({"a":[1]})");
  apply_options(answer, {{"pretty", ""}});
  EXPECT_EQ(answer.body, "{\n  \"a\": [\n    1\n  ]\n}\n");
}

}  // namespace
}  // namespace closecheck::sut::wire
