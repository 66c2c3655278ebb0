#include "hand_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>

#include "closecheck/vocabulary/printable.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const std::string kJob = "closecheck-a";

/// What bash writes that runs the script.
std::string output_of(const std::string& script) {
  const auto close = [](std::FILE* pipe) { ::pclose(pipe); };
  const std::unique_ptr<std::FILE, decltype(close)> pipe(::popen(("bash " + shell_word(script) + " 2>&1").c_str(), "r"),
                                                         close);
  std::string output;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe.get())) output.append(part.data(), size);
  return output;
}

Target target_at(const Served& served) {
  Target target;
  target.live = true;
  target.url = served.url();
  target.profile = Profile::xpack_6_3;
  target.configuration.hooks[Fault::slow_close] =
      "curl -fsS -X POST \"" + served.url() + "/_test/jobs/{job_id}/_slow?housekeeping={duration}\"";
  return target;
}

// closed-job-refuses-data: while a close that takes its time goes on, data is refused.
TEST(HandScript, SendsWhatOverlapsAtOnceRunsHooksWaitsAndRemovesWhatItMade) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-6.3", "--test-hooks"});
  ViolationRecord violation;
  violation.finding.clause = Clause::closed_job_refuses_data;
  violation.program.steps = {call(CreateJob{kJob, {}}),
                             call(OpenJob{kJob}),
                             fault_step(Fault::slow_close, kJob, 3 * kSecond),
                             detached_call(1, CloseJob{kJob, {}, {}, {}, {}}),
                             wait_step(kSecond / 2),
                             call(PostData{kJob, {Record{kDataStart, 1, ""}}, false}),
                             detached_call(1, JobStats{kJob}),
                             settle_step(kJob, 20 * kSecond),
                             call(GetJob{kJob})};
  const std::string script = folder.write("by-hand.sh", write_hand_script(violation, RunRecord{}, target_at(served)));
  for (int time = 0; time < 2; ++time) {
    const std::string output = output_of(script);
    EXPECT_THAT(output, AllOf(ContainsRegex("#1: .*\\(200\\)"), ContainsRegex("#2: .*\\(200\\)"),
                              ContainsRegex("#6: .*\\(409\\)"), ContainsRegex("#4: .*\"closed\":true.*\\(200\\)"),
                              ContainsRegex("#7: .*\"state\":\"closed\".*\\(200\\)"), ContainsRegex("#9: .*\\(200\\)")))
        << "what it made is removed, so that it can be run again";
    EXPECT_LT(output.find("#6: "), output.find("#4: ")) << "the close goes on meanwhile";
    EXPECT_LT(output.find("#4: "), output.find("#7: ")) << "a client sends one request after the other";
    EXPECT_LT(output.find("#7: "), output.find(kJob + " is settled"));
  }
}

TEST(HandScript, HoldsNoSecrets) {
  ViolationRecord violation;
  violation.program.steps = {fault_step(Fault::fail_job, kJob), call(OpenJob{kJob}, Principal::manage_ml)};
  Target target;
  target.live = true;
  target.url = "http://127.0.0.1:9200";
  target.configuration.principals[Principal::manage_ml] = {"ml_admin", "a long secret"};
  target.configuration.hooks[Fault::fail_job] = "curl -u 'ml_admin:a long secret' http://127.0.0.1:9200/{job_id}";
  const std::string script = write_hand_script(violation, RunRecord{}, target);
  EXPECT_THAT(script,
              AllOf(HasSubstr("$ML_ADMIN_PASSWORD"), HasSubstr("/closecheck-a"), Not(HasSubstr("a long secret"))));
}

// closed-job-refuses-data
TEST(HandScript, IsSavedBesideACounterexampleAndShowsTheSame) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-6.3", "--deviation", "accepts-data-after-close"});
  const Finished finished =
      run_closecheck({"run", "closed-job-refuses-data", "--target", served.url(), "--profile", "xpack-6.3", "--effort",
                      "quick", "--seed", "7", "--quiet", "--save-counterexamples", folder.path("found")});
  ASSERT_EQ(finished.code, 1) << finished.out << finished.err;
  std::string script;
  for (const std::string& name : folder.names())
    if (name.ends_with(".sh")) script = name;
  ASSERT_FALSE(script.empty());
  EXPECT_THAT(output_of(folder.path(script)), ContainsRegex("\\(202\\)"));
}

}  // namespace
}  // namespace closecheck::cli
