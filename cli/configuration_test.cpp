#include "configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "errors.h"

namespace closecheck::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class ConfigurationTest : public testing::Test {
 protected:
  std::string write(const std::string& text) const {
    std::string path = testing::TempDir() + "closecheck_configuration_" +
                       testing::UnitTest::GetInstance()->current_test_info()->name() + ".yml";
    std::ofstream(path) << text;
    return path;
  }

  Configuration read(const std::string& text) const { return read_configuration(write(text), variables_); }

  /// The message about `text` behind the file's name: `3: what is wrong`.
  std::string error(const std::string& text) const {
    try {
      read(text);
    } catch (const UsageError& failure) {
      const std::string what = failure.what();
      const std::string path = write(text) + ":";
      EXPECT_EQ(what.substr(0, path.size()), path);
      return what.substr(path.size());
    }
    return "no error";
  }

  const Variables variables_ = [](const std::string& name) -> std::optional<std::string> {
    if (name == "SECRET") return "s3cret";
    if (name == "EMPTY") return "";
    return std::nullopt;
  };
};

TEST_F(ConfigurationTest, ReadsEverythingThatTheDocumentationShows) {
  const Configuration read_back = read(R"(target: http://127.0.0.1:9200
profile: xpack-6.3
principals:
  manage_ml:  {username: ml_admin, password: "${SECRET}"}
  none:       {username: nobody,   password: 1234}
hooks:
  fail_job:   curl -fsS -X POST http://127.0.0.1:9200/_test/jobs/{job_id}/_fail
waivers:
  - {clause: timeout-bounds-wait, reason: "known", owner: "search", expires: 2027-01-31}
  - {level: dialect, reason: "other codes"}
)");

  EXPECT_EQ(read_back.target, "http://127.0.0.1:9200");
  EXPECT_EQ(read_back.profile, Profile::xpack_6_3);
  EXPECT_EQ(read_back.principals.at(Principal::manage_ml).password, "s3cret");
  EXPECT_EQ(read_back.password_variables.at(Principal::manage_ml), "SECRET");
  EXPECT_EQ(read_back.principals.at(Principal::none).password, "1234");
  EXPECT_EQ(read_back.password_variables.count(Principal::none), 0U);
  EXPECT_THAT(read_back.hooks.at(Fault::fail_job), EndsWith("{job_id}/_fail"));
  ASSERT_EQ(read_back.waivers.size(), 2U);
  EXPECT_EQ(read_back.waivers[0].clause, Clause::timeout_bounds_wait);
  EXPECT_EQ(read_back.waivers[0].expires, "2027-01-31");
  EXPECT_EQ(read_back.waivers[1].level, Level::dialect);
}

TEST_F(ConfigurationTest, ReadsSeveralTargetsEachOfWhichStandsByItself) {
  const Configuration read_back = read(R"(targets:
  old:     {target: "http://127.0.0.1:9200", profile: xpack-6.3}
  new-1.0: {target: "http://127.0.0.1:9201", principals: {none: {username: nobody, password: "${SECRET}"}}}
principals: {manage_ml: {username: ml_admin, password: "${SECRET}"}}
waivers:
  - {level: dialect, reason: "other codes"}
)");

  ASSERT_EQ(read_back.targets.size(), 2U);
  const Configuration& old = *read_back.targets.at("old");
  EXPECT_EQ(old.target, "http://127.0.0.1:9200");
  EXPECT_EQ(old.profile, Profile::xpack_6_3);
  EXPECT_TRUE(old.principals.empty()) << "whose password it is, is not said";
  EXPECT_EQ(old.waivers.size(), 1U);
  EXPECT_EQ(read_back.targets.at("new-1.0")->principals.at(Principal::none).password, "s3cret");
}

TEST_F(ConfigurationTest, RefusesTargetsThatCannotBeNamedOrReached) {
  EXPECT_THAT(error("targets: {a/b: {target: x}}\n"), HasSubstr("'a/b' cannot be the name of a target"));
  EXPECT_THAT(error("targets: {in-process: {target: x}}\n"), HasSubstr("cannot be the name of a target"));
  EXPECT_THAT(error("targets:\n  old: {profile: es-8}\n"), HasSubstr("2: the target 'old' needs a 'target'"));
  EXPECT_THAT(error("targets: {old: {targt: x}}\n"), HasSubstr("did you mean 'target'"));
  EXPECT_THAT(error("targets: {old: {target: x, targets: {}}}\n"), HasSubstr("knows no 'targets'"));
  EXPECT_THAT(error("targets: {}\n"), HasSubstr("'targets' is empty"));
}

TEST_F(ConfigurationTest, ReadsHowATargetIsReached) {
  std::ofstream(testing::TempDir() + "closecheck_configuration_ca.pem") << "a certificate";
  const Configuration read_back = read(R"(target: https://es.example.org:9200/cluster-a
tls: {ca: closecheck_configuration_ca.pem, verify: false}
headers: {X-Tenant: "a", X-Api-Key: "${SECRET}"}
proxy: http://ann:${SECRET}@proxy:3128
allow_cluster_wide: true
)");

  EXPECT_EQ(read_back.transport.authorities, testing::TempDir() + "closecheck_configuration_ca.pem");
  EXPECT_FALSE(read_back.transport.verifies);
  EXPECT_EQ(read_back.transport.headers, (Parameters{{"X-Tenant", "a"}, {"X-Api-Key", "s3cret"}}));
  EXPECT_EQ(read_back.header_variables.at("X-Api-Key"), "SECRET");
  EXPECT_EQ(read_back.transport.proxy, "http://ann:s3cret@proxy:3128");
  EXPECT_TRUE(read_back.allow_cluster_wide);
  EXPECT_FALSE(read("target: in-process\n").allow_cluster_wide);
  EXPECT_TRUE(read("target: in-process\n").transport.verifies);
}

TEST_F(ConfigurationTest, RefusesWhatCannotReachATarget) {
  EXPECT_THAT(error("tls: {ca: nowhere.pem}\n"), HasSubstr("nowhere.pem', which holds nothing that can be read"));
  EXPECT_EQ(error("tls: {verify: maybe}\n"), "1: 'verify' of 'tls' must be true or false");
  std::ofstream(testing::TempDir() + "closecheck_configuration_ca.pem") << "a certificate";
  EXPECT_EQ(error("tls: {certificate: closecheck_configuration_ca.pem}\n"),
            "1: 'tls' needs both a 'certificate' and its 'key'");
  EXPECT_EQ(error("headers: {}\n"), "1: 'headers' is empty");
  EXPECT_EQ(error("headers: {\"X Y\": a}\n"), "1: 'X Y' is no name of a header");
  EXPECT_EQ(error("headers: {X: \"a\\nb\"}\n"), "1: the header 'X' holds a control character");
  EXPECT_EQ(error("headers: {authorization: a}\n"),
            "1: the header 'authorization' belongs under 'principals', as api_key or bearer");
  EXPECT_EQ(error("headers: {Content-Length: 1}\n"), "1: the header 'Content-Length' is for each request to say");
  EXPECT_EQ(error("proxy: \"${SECRET}:3128\"\n"),
            "1: 'proxy' must begin with http://, https://, socks5:// or socks5h://");
  EXPECT_EQ(error("allow_cluster_wide: yes\n"), "1: 'allow_cluster_wide' must be true or false");
}

TEST_F(ConfigurationTest, TakesKeysAndTokensOfPrincipals) {
  const Configuration read_back = read(R"(principals:
  manage_ml: {api_key: "aWQ6a2V5"}
  manage: {api_key: "id:${SECRET}"}
  monitor_ml: {bearer: "${SECRET}"}
)");
  EXPECT_EQ(read_back.principals.at(Principal::manage_ml).authorization, "ApiKey aWQ6a2V5");
  EXPECT_EQ(read_back.principals.at(Principal::manage).authorization, "ApiKey aWQ6czNjcmV0");
  EXPECT_EQ(read_back.plain_keys, (std::set{Principal::manage}));
  EXPECT_EQ(read_back.principals.at(Principal::monitor_ml).authorization, "Bearer s3cret");
  EXPECT_EQ(read_back.password_variables.at(Principal::monitor_ml), "SECRET");

  EXPECT_EQ(error("principals:\n  none: {api_key: a, bearer: b}\n"),
            "2: principal 'none' has either a username and a password, or an api_key, or a bearer");
  EXPECT_EQ(error("principals:\n  none: {username: a, bearer: b}\n"),
            "2: principal 'none' has either a username and a password, or an api_key, or a bearer");
  EXPECT_EQ(error("principals:\n  none: {bearer: \"a b\"}\n"),
            "2: the bearer of principal 'none' must not hold spaces or control characters");
}

// Whatever was to fill it in has failed: it is never meant.
TEST_F(ConfigurationTest, RefusesEmptyValuesWhereverTheyStand) {
  EXPECT_EQ(error("target: \"\"\n"), "1: 'target' is empty; a value was expected");
  EXPECT_EQ(error("\ntarget: \"${EMPTY}\"\n"), "2: 'target' is empty once ${EMPTY} is filled in; a value was expected");
  EXPECT_EQ(error("profile: ' '\n"), "1: 'profile' is empty; a value was expected");
  EXPECT_EQ(error("principals:\n  none: {username: \"\", password: b}\n"),
            "2: the username of principal 'none' is empty; a value was expected");
  EXPECT_EQ(error("principals:\n  none:\n    username: a\n    password: \"${EMPTY}${EMPTY}\"\n"),
            "4: the password of principal 'none' is empty once ${EMPTY}${EMPTY} is filled in; a value was expected");
  EXPECT_EQ(error("hooks:\n  fail_job: \"${EMPTY}\"\n"),
            "2: hook 'fail_job' is empty once ${EMPTY} is filled in; a value was expected");
  for (const std::string member : {"clause", "level", "reason", "owner", "expires"})
    EXPECT_THAT(error("waivers:\n  - {clause: close-many, reason: x}\n  - {" + member + ": \"${EMPTY}\"}\n"),
                HasSubstr("3: '" + member + "' of a waiver is empty"));
  EXPECT_THAT(error("principals: {}\n"), HasSubstr("1: 'principals' is empty; expected one of manage_ml, manage"));
  EXPECT_THAT(error("principals:\n  none: {}\n"), HasSubstr("2: principal 'none' is empty"));
  EXPECT_THAT(error("hooks: {}\n"), HasSubstr("1: 'hooks' is empty"));
  for (const std::string text : {"", "# nothing yet\n", "---\n", "{}\n"})
    EXPECT_THAT(error(text), EndsWith(": the configuration is empty; expected one of target, profile, tls, headers, "
                                      "proxy, principals, hooks, allow_cluster_wide, waivers, targets"));
}

TEST_F(ConfigurationTest, RefusesValuesThatCStringsWouldCut) {
  EXPECT_EQ(error("principals:\n  none: {username: a, password: \"b\\0c\"}\n"),
            "2: the password of principal 'none' holds a NUL character");
  EXPECT_EQ(error("hooks:\n  fail_job: \"a\\0b\"\n"), "2: hook 'fail_job' holds a NUL character");
}

TEST_F(ConfigurationTest, RefusesAFileOfPrincipalsWithoutAny) {
  Configuration configuration;
  for (const std::string text : {"", "{}\n", "principals: {}\n", "principals:\n"})
    EXPECT_THROW(read_principals(write(text), variables_, configuration), UsageError) << text;
}

TEST_F(ConfigurationTest, NamesLineAndUnknownKey) {
  EXPECT_EQ(error("profile: xpack-6.3\ntarqet: x\n"),
            "2: the configuration knows no 'tarqet'; did you mean 'target' or 'targets'?");
  EXPECT_EQ(error("principals:\n  manage_lm: {username: a, password: b}\n"),
            "2: 'principals' knows no 'manage_lm'; did you mean 'manage_ml' or 'manage'?");
  EXPECT_THAT(error("principals:\n  none:\n    user: a\n"), HasSubstr("3: principal 'none' knows no 'user'"));
  EXPECT_THAT(error("hooks:\n  explode: x\n"), HasSubstr("2: 'hooks' knows no 'explode'"));
}

TEST_F(ConfigurationTest, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(error("target: a\nprofile: xpack-6.3\ntarget: b\n"), "3: 'target' stands twice in the configuration");
  EXPECT_THAT(error("principals:\n  none: {username: a, username: b, password: c}\n"),
              HasSubstr("2: 'username' stands"));
}

TEST_F(ConfigurationTest, RefusesValuesOfAWrongKind) {
  EXPECT_EQ(error("target: [a]\n"), "1: 'target' must be text");
  EXPECT_EQ(error("target:\n"), "1: 'target' in the configuration has no value");
  EXPECT_EQ(error("- a\n"), "1: the configuration must be a mapping");
  EXPECT_EQ(error("principals: none\n"), "1: 'principals' must be a mapping");
  EXPECT_EQ(error("principals:\n  none: ~\n"), "2: 'none' in 'principals' has no value");
  EXPECT_EQ(error("principals:\n  none: {username: a}\n"), "2: principal 'none' needs a password");
  EXPECT_EQ(error("principals:\n  none: {password: a}\n"), "2: principal 'none' needs a username");
  EXPECT_EQ(error("waivers: {}\n"), "1: 'waivers' must be a list");
  EXPECT_EQ(error("hooks:\n  fail_job: [a]\n"), "2: hook 'fail_job' must be text");
}

TEST_F(ConfigurationTest, NamesTheProfilesThatThereAre) {
  EXPECT_EQ(error("\nprofile: xpack-9\n"),
            "2: there is no profile 'xpack-9'; the choices are xpack-5.4, xpack-6.3, es-7, es-8, es-9");
}

TEST_F(ConfigurationTest, RefusesBrokenYamlWithItsLine) {
  EXPECT_THAT(error("target: x\n  y: [\n"), HasSubstr("2: "));
}

TEST_F(ConfigurationTest, RefusesUndefinedVariablesAnywhere) {
  EXPECT_EQ(error("\n\ntarget: http://${NOWHERE}\n"), "3: the variable ${NOWHERE} is not defined");
  EXPECT_EQ(error("hooks:\n  fail_job: curl ${NOWHERE}\n"), "2: the variable ${NOWHERE} is not defined");
  EXPECT_THAT(error("target: ${\n"), HasSubstr("1: '${' must be followed"));
  EXPECT_THAT(error("target: ${A-B}\n"), HasSubstr("1: '${' must be followed"));
}

TEST_F(ConfigurationTest, FillsInVariablesOnceAndLeavesDollarsAlone) {
  EXPECT_EQ(read("target: a${SECRET}b${EMPTY}c\n").target, "as3cretbc");
  EXPECT_EQ(read("target: $${SECRET} $x 5$\n").target, "${SECRET} $x 5$");
}

// The shell has the same variables; filled in by us, their values would be read as commands.
TEST_F(ConfigurationTest, LeavesVariablesOfHooksToTheShell) {
  EXPECT_EQ(read("hooks:\n  fail_job: curl -u ${SECRET} x\n").hooks.at(Fault::fail_job), "curl -u ${SECRET} x");
}

TEST_F(ConfigurationTest, NeverPutsAPasswordIntoAMessage) {
  EXPECT_THAT(error("principals:\n  none: {username: \"a:b\", password: \"${SECRET}\"}\n"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(error("principals:\n  none: {password: \"${SECRET}\"}\n"), Not(HasSubstr("s3cret")));
}

TEST_F(ConfigurationTest, RefusesWaiversThatWaiveNothingOrEverything) {
  EXPECT_THAT(error("waivers:\n  - {clause: close-mny, reason: x}\n"),
              HasSubstr("2: there is no clause 'close-mny'; did you mean 'close-many'?"));
  EXPECT_THAT(error("waivers:\n  - {level: stated, reason: x}\n"), HasSubstr("2: only the level 'dialect'"));
  EXPECT_THAT(error("waivers:\n  - {reason: x}\n"), HasSubstr("2: a waiver names either"));
  EXPECT_THAT(error("waivers:\n  - {clause: close-many, level: dialect, reason: x}\n"), HasSubstr("2: a waiver names"));
  EXPECT_THAT(error("waivers:\n  - {clause: close-many}\n"), HasSubstr("2: a waiver needs a 'reason'"));
  EXPECT_THAT(error("waivers:\n  - {clause: close-many, reason: x, expires: soon}\n"), HasSubstr("'soon' is no date"));
  EXPECT_THAT(error("waivers:\n  - {clause: close-many, reason: x, expires: 2026-02-29}\n"), HasSubstr("is no date"));
  EXPECT_THAT(error("waivers:\n  - {clause: closed-overhead, reason: x}\n"), HasSubstr("only measured"));
}

TEST_F(ConfigurationTest, ReadsPrincipalsBareOrUnderTheirKey) {
  for (const std::string text :
       {"none: {username: a, password: b}\n", "principals:\n  none: {username: a, password: b}\n"}) {
    Configuration configuration;
    configuration.principals[Principal::manage] = {"old", "old"};
    read_principals(write(text), variables_, configuration);
    EXPECT_EQ(configuration.principals.size(), 1U);
    EXPECT_EQ(configuration.principals.at(Principal::none).username, "a");
  }
}

TEST_F(ConfigurationTest, ReadsWaiversBareOrUnderTheirKey) {
  EXPECT_EQ(read_waivers(write("- {clause: close-many, reason: x}\n"), variables_).size(), 1U);
  EXPECT_EQ(read_waivers(write("waivers:\n- {clause: close-many, reason: x}\n"), variables_).size(), 1U);
  EXPECT_THROW(read_waivers(write("waiver: []\n"), variables_), UsageError);
}

TEST_F(ConfigurationTest, RefusesAFileThatCannotBeRead) {
  EXPECT_THROW(read_configuration("/nowhere/closecheck.yml", variables_), UsageError);
  EXPECT_THROW(read_configuration(testing::TempDir(), variables_), UsageError);
}

}  // namespace
}  // namespace closecheck::cli
