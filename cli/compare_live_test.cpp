// `closecheck compare` over HTTP: three servers, two of which are wrong, and what tells each two apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// closed-job-refuses-data, unknown-job-refused
TEST(CompareLive, TellsThreeServersApartByScenariosThatReplayOnEach) {
  const TestFolder folder;
  const Process::Variables variables{{"XDG_STATE_HOME", folder.path("state")}};
  const Served plain({"--profile", "xpack-6.3"});
  const Served data({"--profile", "xpack-6.3", "--deviation", "accepts-data-after-close"});
  const Served unknown({"--profile", "xpack-6.3", "--deviation", "closes-unknown-job"});
  const std::string configuration =
      folder.write("closecheck.yml", "targets:\n  plain: {target: " + plain.url() +
                                         "}\n  data: {target: " + data.url() + ", profile: xpack-6.3}\n");
  const Finished finished = run_closecheck(
      {"compare", "plain", "data", unknown.url(), "--config", configuration, "--clause", "closed-job-refuses-data",
       "--clause", "unknown-job-refused", "--save", folder.path("saved"), "--json", folder.path("comparison.json")},
      variables);
  ASSERT_EQ(finished.code, 1) << finished.out << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("closed-job-refuses-data on data"),
                                  HasSubstr("unknown-job-refused on " + unknown.url())));
  const nlohmann::json comparison = nlohmann::json::parse(folder.read("comparison.json"));
  ASSERT_EQ(comparison["differences"].size(), 4U) << finished.out;
  for (const nlohmann::json& difference : comparison["differences"]) {
    SCOPED_TRACE(difference.dump(2));
    EXPECT_EQ(difference["replayed"], "still failing");
    EXPECT_EQ(difference["replayed_on_other"], "fixed");
    EXPECT_LE(difference["requests"].size(), 4U);
    for (const auto& [side, code] : {std::pair("shows_on", 1), std::pair("not_on", 0)})
      EXPECT_EQ(
          run_closecheck({"replay", difference["scenario"], "--config", configuration, "--target", difference[side]},
                         variables)
              .code,
          code)
          << side;
  }
}

TEST(CompareLive, HoldsWhatIsBuiltInAgainstAServerInItsDialect) {
  const TestFolder folder;
  const Served server({"--profile", "xpack-6.3"});
  const Finished finished = run_closecheck(
      {"compare", "none", server.url(), "--clause", "unknown-job-refused", "--json", folder.path("comparison.json")},
      {{"XDG_STATE_HOME", folder.path("state")}});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  const nlohmann::json comparison = nlohmann::json::parse(folder.read("comparison.json"));
  EXPECT_EQ(comparison["sides"][0]["profile"], "xpack-6.3");
}

TEST(CompareLive, IsInconclusiveWhereASideIsOutOfReach) {
  const TestFolder folder;
  const Finished finished = run_closecheck({"compare", "none", "http://127.0.0.1:" + std::to_string(free_port()),
                                            "--profile", "xpack-6.3", "--clause", "job-reopens"},
                                           {{"XDG_STATE_HOME", folder.path("state")}});
  EXPECT_EQ(finished.code, 2) << finished.out << finished.err;
}

}  // namespace
}  // namespace closecheck::cli
