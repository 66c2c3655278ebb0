// Small suites in the newer form of the format, one rule each, as somebody else would have written them:
// `suites_for_test/service` asks the built-in service, `suites_for_test/echo` a server that tells what it was sent.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/in_process.h"
#include "closecheck/vocabulary/text.h"
#include "echo_system_for_test.h"
#include "outcome_for_test.h"

namespace closecheck::scenarios {
namespace {

struct Suite {
  std::string name;
  std::string path;
  Profile profile{};  // of the service; an echo has none
  bool asks_service = false;
};
void PrintTo(const Suite& suite, std::ostream* out) {
  *out << suite.path << " " << name(suite.profile);
}

/// Profiles whose suites are written so.
constexpr std::array kNewer{Profile::es_7, Profile::es_8, Profile::es_9};

std::vector<Suite> suites() {
  std::vector<Suite> all;
  for (const bool asks_service : {true, false}) {
    const std::string folder = std::string(CLOSECHECK_SUITES_FOR_TEST) + (asks_service ? "/service" : "/echo");
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      for (const Profile profile : kNewer) {
        if (!asks_service && profile != kNewer.front()) continue;
        std::string name = fmt::format("{}_{}", entry.path().stem().string(), closecheck::name(profile));
        std::ranges::replace(name, '-', '_');
        all.push_back({std::move(name), entry.path().string(), profile, asks_service});
      }
  }
  std::ranges::sort(all, {}, &Suite::name);
  return all;
}

/// One server for all tests of a file, so that each finds what the one before it has left.
class OneServer : public sut::SystemFactory {
 public:
  explicit OneServer(Profile profile) {
    sut::InProcessOptions options;
    options.profile = profile;
    options.through_codec = true;
    server_ = sut::make_in_process(options, 1);
  }
  std::unique_ptr<sut::System> make(std::uint64_t /*seed*/) override { return std::make_unique<Door>(*server_); }

  /// Changes a setting of the cluster, as somebody else did before the suite came.
  void set_up_settings() {
    const auto request =
        std::make_shared<const Request>(Request{Principal::setup,
                                                RawRequest{"PUT",
                                                           "/_cluster/settings",
                                                           {},
                                                           R"({"persistent": {"cluster.max_shards_per_node": "900"}})",
                                                           "application/json",
                                                           {},
                                                           false},
                                                nullptr});
    server_->submit(0, request, false);
    while (server_->next(server_->now() + kSecond)) {
    }
  }

 private:
  class Door : public sut::System {
   public:
    explicit Door(sut::System& server) : server_(server) {}
    void submit(int client, std::shared_ptr<const Request> request, bool fresh) override {
      server_.submit(client, std::move(request), fresh);
    }
    std::optional<sut::Completion> next(Time until) override { return server_.next(until); }
    Time now() override { return server_.now(); }
    bool inject(Fault fault, const std::string& job, Duration duration) override {
      return server_.inject(fault, job, duration);
    }
    bool can_inject(Fault fault) const override { return server_.can_inject(fault); }
    void clean_up(const Program& program) override { server_.clean_up(program); }

   private:
    sut::System& server_;
  };
  std::unique_ptr<sut::System> server_;
};

/// What is said in `# expect: ...` on the second line.
std::string expected_in(const std::string& text) {
  constexpr std::string_view kMark = "\n# expect: ";
  const std::size_t at = text.find(kMark);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + kMark.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

std::string outcome_of(const Suite& suite, const std::string& text) {
  static const auto described =
      std::make_shared<const ApiTable>(ApiTable::load({std::string(CLOSECHECK_FORMAT_CASES) + "/api"}));
  model::JudgeOptions judge;
  judge.profile = suite.profile;
  sut::ExecutorOptions executor;
  try {
    if (!suite.asks_service) {
      EchoFactory echo;
      return outcome_of(replay(Scenario::parse(text, kCaseFile, described), echo, executor, judge, kNamePrefix));
    }
    const Scenario scenario = Scenario::parse(text, kCaseFile);
    OneServer server(suite.profile);
    server.set_up_settings();
    const Standing standing = look_around(server, scenario.apis(suite.profile), kMinute);
    return outcome_of(replay(scenario, server, executor, judge, kNamePrefix, {}, standing));
  } catch (const ScenarioError& error) {
    return outcome_of(error);
  }
}

class NewerSuite : public testing::TestWithParam<Suite> {};

TEST_P(NewerSuite, IsWhatTheReferenceRunnerMakesOfIt) {
  std::ifstream stream(GetParam().path);
  std::ostringstream text;
  text << stream.rdbuf();
  const std::string expected = expected_in(text.str());
  const std::string outcome = outcome_of(GetParam(), text.str());
  EXPECT_TRUE(fits_outcome(expected, outcome)) << "expected " << expected << "\nfound    " << outcome;
}

INSTANTIATE_TEST_SUITE_P(All, NewerSuite, testing::ValuesIn(suites()),
                         [](const auto& suite) { return suite.param.name; });

TEST(NewerSuites, AreSixtyAndMore) {
  std::set<std::string> paths;
  for (const Suite& suite : suites()) paths.insert(suite.path);
  EXPECT_GE(paths.size(), 60U);
}

}  // namespace
}  // namespace closecheck::scenarios
