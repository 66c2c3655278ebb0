// `closecheck replay`: suites of others run unchanged, what ships needs no files, and everything ends with its code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A suite as somebody else would have written it: it counts what is there, and leaves a job open.
constexpr const char* kSuite = R"(---
setup:
  - skip: { features: [ "headers", "warnings" ] }
  - do:
      headers: { Authorization: "Basic eDp5" }
      xpack.ml.put_job:
        job_id: suite-a
        body:  >
          {
            "analysis_config" : { "bucket_span":"3600s", "detectors" :[{"function":"count"}] },
            "data_description" : { "time_field":"time", "time_format":"epoch" }
          }
  - match: { job_id: suite-a }
---
"Counts the one job":
  - do: { xpack.ml.get_jobs: {} }
  - match: { count: 1 }
  - match: { jobs.0.job_id: "suite-a" }
---
"Leaves it open":
  - do: { xpack.ml.open_job: { job_id: suite-a } }
  - match: { opened: true }
  - do:
      catch: conflict
      xpack.ml.delete_job: { job_id: suite-a }
---
"Is for another version":
  - skip: { version: " - 6.9.99", reason: "came later" }
  - do: { xpack.ml.no_such_thing: {} }
)";

constexpr const char* kFailing = R"(---
"Finds what is not there":
  - do: { xpack.ml.get_jobs: {} }
  - match: { count: 7 }
)";

void expect_verdicts(const Finished& finished, const TestFolder& folder) {
  EXPECT_EQ(finished.code, 1) << finished.out << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("suite.yml: 2 fixed, 1 skipped\n"));
  EXPECT_THAT(finished.out, HasSubstr("skipped: \"Is for another version\": came later\n"));
  EXPECT_THAT(finished.out, HasSubstr("failing.yml:4: expected \"count\" to be 7, found 0\n"));
  EXPECT_THAT(finished.out, HasSubstr("  request: GET /_xpack/ml/anomaly_detectors?error_trace=true\n  answer: 200 {"));
  EXPECT_THAT(finished.out, EndsWith("tests: 2 fixed, 1 still failing, 0 cannot tell, 1 skipped\n"
                                     "1 fixed, 1 still failing, 0 cannot tell\n"));

  const auto json = nlohmann::json::parse(folder.read("replay.json"));
  EXPECT_EQ(json["files"][1]["tests"][0]["title"], "Counts the one job");
  EXPECT_EQ(json["files"][1]["tests"][0]["verdict"], "fixed");
  EXPECT_EQ(json["files"][1]["tests"][2]["verdict"], "skipped");
  EXPECT_EQ(json["summary"]["tests"]["still_failing"], 1);
  const std::string junit = folder.read("junit.xml");
  EXPECT_THAT(junit, HasSubstr("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\""));
  EXPECT_THAT(junit, HasSubstr("classname=\"suites/suite\" name=\"Counts the one job\""));
}

std::vector<std::string> replay_of(const TestFolder& folder) {
  folder.write("suites/suite.yml", kSuite);
  folder.write("suites/failing.yml", kFailing);
  return {"replay", folder.path("suites"),      "--profile", "xpack-6.3",
          "--json", folder.path("replay.json"), "--junit",   folder.path("junit.xml")};
}

TEST(ReplayCommand, RunsASuiteOfOthersInProcess) {
  const TestFolder folder;
  expect_verdicts(run_closecheck(replay_of(folder)), folder);
}

TEST(ReplayCommand, RunsASuiteOfOthersOverHttpAndLeavesNothingBehind) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-6.3"}, {});
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> arguments = replay_of(folder);
    arguments.insert(arguments.end(), {"--target", served.url()});
    const Finished finished = run_closecheck(arguments);
    expect_verdicts(finished, folder);
    EXPECT_THAT(finished.err, IsEmpty());
  }
}

TEST(ReplayCommand, TakesTheDescriptionsOfADirectory) {
  const TestFolder folder;
  const std::string file = folder.write("s/t.yml", "t:\n  - do: { my.jobs: { job_id: x } }\n");
  folder.write("api/my.jobs.json",
               R"({"my.jobs": {"methods": ["GET"], "url": {"paths": ["/_xpack/ml/anomaly_detectors/{job_id}"]}}})");
  const Finished finished = run_closecheck({"replay", file, "--api", folder.path("api"), "--profile", "xpack-6.3"});
  EXPECT_THAT(finished.out, HasSubstr("t.yml:2: expected success, found 404"));

  const Finished unknown = run_closecheck({"replay", file});
  EXPECT_EQ(unknown.code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("t.yml:2:11: there is no API \"my.jobs\""));
  EXPECT_THAT(unknown.err, HasSubstr("\n            ^"));
}

TEST(ReplayCommand, NamesEveryBadFileAndRunsTheGoodOnes) {
  const TestFolder folder;
  folder.write("s/good.yml", "t:\n  - do: { xpack.ml.get_jobs: {} }\n  - match: { count: 0 }\n");
  folder.write("s/torn.yml", "t:\n  - do: { xpack.ml.get_jobs: {}\n");
  folder.write("s/empty.yml", "");
  folder.write("s/partly.yml", "a:\n  - do: { xpack.ml.get_jbos: {} }\n---\nb:\n  - do: { xpack.ml.get_jobs: {} }\n");
  folder.write("s/stray.yml", "t:\n  - do:\n      index: x\n      xpack.ml.get_jobs: {}\n");
  folder.write("s/ours.yml", "closecheck: {}\n---\nt:\n  - do: { xpack.ml.get_jobs: { nope: 1 } }\n");
  const Finished finished =
      run_closecheck({"replay", folder.path("s"), "--profile", "xpack-6.3", "--junit", folder.path("junit.xml")});
  EXPECT_EQ(finished.code, 3) << finished.out << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("fixed: " + folder.path("s/good.yml")));
  EXPECT_THAT(finished.out, HasSubstr("fixed: " + folder.path("s/stray.yml")));
  EXPECT_THAT(finished.out, HasSubstr("partly.yml: 1 fixed, 1 cannot tell"));
  for (const char* const said :
       {"torn.yml:2:9: this bracket is never closed", "empty.yml:1:1: expected at least one test",
        "partly.yml:2:11: there is no API \"xpack.ml.get_jbos\"",
        "ours.yml:4:32: xpack.ml.get_jobs has no parameter nope",
        "stray.yml:3: \"index\" beside the call is passed over"})
    EXPECT_THAT(finished.err, HasSubstr(said));
  EXPECT_THAT(folder.read("junit.xml"), HasSubstr("torn.yml:2:9"));
}

TEST(ReplayCommand, NamesEveryBadDescriptionAndUsesTheGoodOnes) {
  const TestFolder folder;
  const std::string file = folder.write("s/t.yml", "t:\n  - do: { my.jobs: {} }\n");
  folder.write("api/my.jobs.json",
               R"({"my.jobs": {"methods": ["GET"], "url": {"paths": ["/_xpack/ml/anomaly_detectors"]}}})");
  folder.write("api/my.other.json", "{");
  const Finished finished = run_closecheck({"replay", file, "--api", folder.path("api"), "--profile", "xpack-6.3"});
  EXPECT_EQ(finished.code, 3) << finished.out << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("fixed: "));
  EXPECT_THAT(finished.err, HasSubstr("my.other.json: expected a JSON object"));
}

TEST(ReplayCommand, RunsWhatShipsWithoutFiles) {
  for (const std::string profile : {"xpack-5.4", "xpack-6.3"}) {
    const Finished finished = run_closecheck({"replay", "library", "--profile", profile, "--quiet"});
    EXPECT_EQ(finished.code, 0) << finished.out;
    EXPECT_THAT(finished.out, HasSubstr("fixed: library/closed-job-refuses-data.yml"));
  }
  const Finished other = run_closecheck({"replay", "library", "--profile", "xpack-5.4", "--filter", "close-many"});
  EXPECT_EQ(other.code, 2) << "nothing was told";
  EXPECT_THAT(other.out, HasSubstr("skipped: library/close-many.yml: it is about xpack-6.3"));
  EXPECT_EQ(run_closecheck({"replay", "./library"}).code, 3) << "a path that is not there";
}

TEST(ReplayCommand, SaysTheSameForAnyNumberOfJobs) {
  const Finished one = run_closecheck({"replay", "library", "--profile", "xpack-6.3", "--jobs", "1"});
  const Finished four = run_closecheck({"replay", "library", "--profile", "xpack-6.3", "--jobs", "4"});
  EXPECT_EQ(one.out, four.out);
}

TEST(ReplayCommand, TellsWhatItWouldSendAndSendsNothing) {
  const TestFolder folder;
  std::vector<std::string> arguments = replay_of(folder);
  arguments.insert(arguments.end(), {"--dry-run", "--target", "http://127.0.0.1:" + std::to_string(free_port())});
  const Finished finished = run_closecheck(arguments);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("    POST /_xpack/ml/anomaly_detectors/suite-a/_open?error_trace=true\n"));
  EXPECT_THAT(finished.out, HasSubstr("\"Is for another version\" is left out: came later\n"));
  EXPECT_THAT(finished.out, Not(HasSubstr("fixed")));
}

TEST(ReplayCommand, LeavesAloneWhatStandsOnATarget) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-6.3"}, {});
  const std::string create =
      "curl -fsS -o /dev/null -X PUT -H 'Content-Type: application/json' -d '{\"analysis_config\": {\"bucket_span\": "
      "\"60s\", \"detectors\": [{\"function\": \"count\"}]}, \"data_description\": {\"time_field\": \"time\"}}' " +
      served.url() + "/_xpack/ml/anomaly_detectors/somebodys";
  ASSERT_EQ(std::system(create.c_str()), 0);
  const std::vector<std::string> live{"--target", served.url(), "--profile", "xpack-6.3"};
  const auto replay = [&](const std::string& file) {
    std::vector<std::string> arguments{"replay", file};
    arguments.insert(arguments.end(), live.begin(), live.end());
    return run_closecheck(arguments);
  };
  const std::string suite = folder.write("t.yml", R"("t":
  - do: { xpack.ml.get_jobs: { job_id: somebodys } }
  - match: { count: 1 }
---
"again":
  - do: { xpack.ml.get_jobs: { job_id: somebodys } }
  - match: { count: 1 }
)");
  const Finished finished = replay(suite);
  EXPECT_EQ(finished.code, 0) << finished.out;
  EXPECT_THAT(finished.err, HasSubstr("already holds jobs or datafeeds, which stay: somebodys"));
}

TEST(ReplayCommand, CannotTellOfATargetThatIsNotThere) {
  const TestFolder folder;
  std::vector<std::string> arguments = replay_of(folder);
  arguments.insert(arguments.end(), {"--target", "http://127.0.0.1:" + std::to_string(free_port())});
  const Finished finished = run_closecheck(arguments);
  EXPECT_EQ(finished.code, 2) << finished.out << finished.err;
  EXPECT_THAT(finished.out, EndsWith("0 fixed, 0 still failing, 2 cannot tell\n"));
  const std::string told = finished.out + finished.err;
  EXPECT_THAT(told, HasSubstr("cannot tell: 2 files: the target cannot be reached"));
  EXPECT_EQ(told.find("cannot be reached"), told.rfind("cannot be reached")) << "it is said once";
}

TEST(ReplayCommand, TellsHowOftenAFileWasStillFailing) {
  const TestFolder folder;
  folder.write("s/failing.yml", kFailing);
  folder.write("s/fixed.yml", "---\n\"t\":\n  - do: { xpack.ml.get_jobs: {} }\n");
  const Finished finished =
      run_closecheck({"replay", folder.path("s"), "--repeat", "3", "--quiet", "--json", folder.path("report.json")});
  EXPECT_EQ(finished.code, 1) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("failing.yml: still failing in 3 of 3 replays: "));
  EXPECT_THAT(finished.out, HasSubstr("fixed.yml: still failing in 0 of 3 replays: "));
  const nlohmann::json report = nlohmann::json::parse(folder.read("report.json"));
  EXPECT_EQ(report["files"][0]["reproduced"], "3 of 3");
}

}  // namespace
}  // namespace closecheck::cli
