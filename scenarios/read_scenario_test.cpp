// Files of the format: what they mean, and what is wrong with those that mean nothing.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "closecheck/scenarios/library.h"
#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/wire.h"
#include "script.h"

namespace closecheck::scenarios {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    Scenario::parse(text, "f.yml");
  } catch (const ScenarioError& error) {
    return error.what;
  }
  return "no error";
}

Program program_of(const std::string& steps) {
  return Scenario::parse("t:\n" + steps, "f.yml").program(0, Profile::xpack_6_3);
}

TEST(Scenario, ReadsTheHeader) {
  const Scenario scenario = Scenario::parse(
      "# closed-job-refuses-data: a closed job receives no data.\n"
      "closecheck: {clause: closed-job-refuses-data, seed: 18446744073709551615, profile: xpack-6.3,\n"
      "             deviation: accepts-data-after-close, target: 'http://127.0.0.1:9200', oracle: true}\n"
      "---\nt:\n  - do: {xpack.ml.open_job: {job_id: a}}\n",
      "f.yml");
  EXPECT_EQ(scenario.header().clause, Clause::closed_job_refuses_data);
  EXPECT_EQ(scenario.header().seed, 18446744073709551615u);
  EXPECT_EQ(scenario.header().profile, Profile::xpack_6_3);
  EXPECT_EQ(scenario.header().deviation, "accepts-data-after-close");
  EXPECT_EQ(scenario.header().target, "http://127.0.0.1:9200");
  EXPECT_TRUE(scenario.header().oracle);
}

TEST(Scenario, TakesAHeaderInTheDocumentOfItsTest) {
  const Scenario scenario =
      Scenario::parse("closecheck: {clause: job-reopens}\nt:\n  - do: {xpack.ml.open_job: {job_id: a}}\n", "f.yml");
  EXPECT_EQ(scenario.titles(), std::vector<std::string>{"t"});
}

TEST(Scenario, RunsSetUpBeforeEveryTest) {
  const Scenario scenario = Scenario::parse(
      "---\n---\nsetup:\n  - do: {xpack.ml.open_job: {job_id: s}}\n---\nteardown:\n  - do: {xpack.ml.close_job: "
      "{job_id: s}}\n---\n\"First one\":\n  - do: {xpack.ml.open_job: {job_id: a}}\n---\n'Second':\n  - do: "
      "{xpack.ml.open_job: {job_id: b}}\n  - match: {opened: true}\n",
      "f.yml");
  EXPECT_EQ(scenario.titles(), (std::vector<std::string>{"First one", "Second"}));
  const Program program = scenario.program(1, Profile::xpack_6_3);
  ASSERT_EQ(program.steps.size(), 2u);
  EXPECT_EQ(job_of(program.steps[0].request.operation), "s");
  EXPECT_EQ(job_of(program.steps[1].request.operation), "b");
}

TEST(Step, ACallIsATypedOperation) {
  const Program program = program_of(
      "  - do:\n      as: none\n      catch: forbidden\n      xpack.ml.close_job: {job_id: a, force: true}\n");
  const auto& close = std::get<CloseJob>(program.steps.at(0).request.operation);
  EXPECT_EQ(close.job, "a");
  EXPECT_EQ(close.force, "true");
  EXPECT_EQ(program.steps[0].request.who, Principal::none);
  EXPECT_FALSE(program.steps[0].request.as_sent);
}

TEST(Step, AndKeepsWhatTheOperationDoesNotSay) {
  const Program program = program_of(
      "  - do:\n      xpack.ml.put_job:\n        job_id: a\n        body: {analysis_config: {detectors: [{function: "
      "count}], "
      "latency: 5m}, data_description: {}}\n");
  EXPECT_TRUE(std::holds_alternative<CreateJob>(program.steps.at(0).request.operation));
  ASSERT_TRUE(program.steps[0].request.as_sent);
  EXPECT_THAT(program.steps[0].request.as_sent->body, HasSubstr("\"latency\":\"5m\""));
}

TEST(Step, PrincipalAndCatchMayStandBesideTheCallInFilesOfOurs) {
  const std::string steps = "  - do: {xpack.ml.close_job: {job_id: a}}\n    as: monitor_ml\n    catch: forbidden\n";
  const Scenario scenario = Scenario::parse("closecheck: {seed: 1}\n---\nt:\n" + steps, "f.yml");
  EXPECT_EQ(scenario.program(0, Profile::xpack_6_3).steps.at(0).request.who, Principal::monitor_ml);
  EXPECT_THAT(error_of("t:\n" + steps), HasSubstr("f.yml:4:5: \"catch\" belongs to a call"));
}

TEST(Step, ARequestIsSentWordByWord) {
  const Program program = program_of(
      "  - do:\n      request: {method: GET, path: /_xpack/ml/anomaly_detectors/a/_close, query: {force: true}, body: "
      "'{broken'}\n"
      "  - request: {method: POST, path: /x, query: [[a, 1], [a, 2]], body: {b: 1}}\n");
  const auto sent = sut::wire::encode(program.steps.at(0).request, Profile::xpack_6_3);
  EXPECT_EQ(sent.method, "GET");
  EXPECT_EQ(sent.body, "{broken");
  EXPECT_EQ(sent.content_type, "application/json");
  const auto second = sut::wire::encode(program.steps.at(1).request, Profile::xpack_6_3);
  EXPECT_EQ(second.query, (Parameters{{"a", "1"}, {"a", "2"}}));
  EXPECT_EQ(second.body, "{\"b\":1}");
}

TEST(Step, ARequestThatTheCodecKnowsHasItsTypedView) {
  const Program program =
      program_of("  - do: {request: {method: POST, path: /_xpack/ml/anomaly_detectors/a/_close}}\n");
  EXPECT_TRUE(std::holds_alternative<CloseJob>(program.steps.at(0).request.operation));
}

TEST(Step, ARequestFindsTheJobApiWhereTheProfileHasIt) {
  const Scenario scenario =
      Scenario::parse("t:\n  - do: {request: {method: GET, path: \"{ml}/anomaly_detectors/a/_close\"}}\n", "f.yml");
  for (const Profile profile : kProfiles) {
    const Program program = scenario.program(0, profile);
    EXPECT_EQ(std::get<RawRequest>(program.steps.front().request.operation).path,
              std::string(profile->jobs.path) + "/anomaly_detectors/a/_close");
  }
}

TEST(Scenario, ReadsTheVersionThatItsProfileIsNarrowedTo) {
  const auto profile_of = [](const std::string& version) {
    return Scenario::parse("closecheck: {profile: es-7, product_version: " + version +
                               "}\nt:\n  - do: {xpack.ml.open_job: {job_id: a}}\n",
                           "f.yml")
        .header()
        .profile;
  };
  EXPECT_EQ(profile_of("7.13.4"), Profile::es_7.at({7, 13, 4}));
  EXPECT_THROW(profile_of("new"), ScenarioError);
}

TEST(Scenario, ReadsHowLongAForcedCloseHasToComeToRest) {
  const auto rest_of = [](const std::string& rest) {
    return Scenario::parse(
               "closecheck: {rest_after_force: " + rest + "}\nt:\n  - do: {xpack.ml.open_job: {job_id: a}}\n", "f.yml")
        .header()
        .rest_after_force;
  };
  EXPECT_EQ(rest_of("7454ms"), 7'454 * kMillisecond);
  for (const char* bad : {"7", "soon", "4999ms", "[7s]"}) EXPECT_THROW(rest_of(bad), ScenarioError) << bad;
}

TEST(Step, WaitsHaveThreeForms) {
  const Program program = program_of("  - wait: 500ms\n  - wait: answers\n  - wait: {settled: a, at_most: 10s}\n");
  EXPECT_EQ(program.steps.at(0).type, StepType::wait);
  EXPECT_EQ(program.steps[0].duration, 500 * kMillisecond);
  EXPECT_EQ(program.steps.at(1).type, StepType::join);
  EXPECT_EQ(program.steps.at(2).type, StepType::settle);
  EXPECT_EQ(program.steps[2].job, "a");
  EXPECT_EQ(program.steps[2].duration, 10 * kSecond);
}

TEST(Step, FaultsNameTheirJob) {
  const Program program =
      program_of("  - fault: {slow_close: a, duration: 3s}\n  - fault: {fail_job: b}\n  - fault: {hang_close: c}\n");
  EXPECT_EQ(program.steps.at(0).fault, Fault::slow_close);
  EXPECT_EQ(program.steps[0].duration, 3 * kSecond);
  EXPECT_EQ(program.steps.at(1).fault, Fault::fail_job);
  EXPECT_EQ(program.steps.at(2).job, "c");
}

TEST(Step, EachMeanwhileIsAClientOfItsOwnUnlessItSaysOtherwise) {
  const Program program = program_of(
      "  - meanwhile:\n      - do: {xpack.ml.close_job: {job_id: a}}\n      - do: {xpack.ml.open_job: {job_id: a}}\n"
      "  - do: {xpack.ml.get_job_stats: {job_id: a}}\n"
      "  - meanwhile:\n      - do: {xpack.ml.close_job: {job_id: a}}\n"
      "  - meanwhile: {client: 1, steps: [{do: {xpack.ml.flush_job: {job_id: a}}}]}\n");
  std::string clients;
  for (const Step& step : program.steps) clients += fmt::format("{}{} ", step.client, step.detached ? "d" : "");
  EXPECT_EQ(clients, "1d 1d 0 2d 1d ");
}

TEST(Step, AFreshConnectionCanBeAskedFor) {
  const Program program = program_of("  - do: {fresh_connection: true, client: 3, xpack.ml.close_job: {job_id: a}}\n");
  EXPECT_TRUE(program.steps.at(0).fresh_connection);
  EXPECT_EQ(program.steps.at(0).client, 3);
}

TEST(Step, HeadersSayTheContentTypeAndNeverWhoAsks) {
  const Program program = program_of(
      "  - do:\n      headers: {Content-Type: application/x-ndjson, Authorization: 'Basic eDp4'}\n"
      "      xpack.ml.post_data: {job_id: a, body: [{time: 1}, {time: 2}]}\n");
  const auto sent = sut::wire::encode(program.steps.at(0).request, Profile::xpack_6_3);
  EXPECT_EQ(sent.content_type, "application/x-ndjson");
}

TEST(Step, ACallThatTheClientIsToRefuseIsNotSent) {
  EXPECT_TRUE(program_of("  - do: {catch: param, xpack.ml.close_job: {}}\n").steps.empty());
}

struct Refusal {
  const char* name;
  const char* text;
  const char* error;
};
void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

class ScenarioRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(ScenarioRefuses, WithThePlaceAndWhatWasExpected) {
  EXPECT_THAT(error_of(GetParam().text), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Files, ScenarioRefuses,
    testing::Values(
        Refusal{"Nothing", "", "f.yml:1:1: expected at least one test"},
        Refusal{"OnlyAHeader", "closecheck: {seed: 1}\n", "expected at least one test"},
        Refusal{"ADocumentThatIsNoMap", "- a\n- b\n",
                "f.yml:1:1: expected a map with one key, the title of a test, found a list"},
        Refusal{"TwoKeysInADocument", "a:\n  - wait: 1s\nb:\n  - wait: 1s\n",
                "f.yml:3:1: expected one key in a document"},
        Refusal{"TwoTestsOfOneTitle", "a:\n  - wait: 1s\n---\na:\n  - wait: 1s\n",
                "f.yml:4:1: two tests have the title \"a\""},
        Refusal{"TwoSetUps", "setup:\n  - wait: 1s\n---\nsetup:\n  - wait: 1s\n", "f.yml:4:1: expected one setup"},
        Refusal{"ASecondSetUpBehindATest", "setup:\n  - wait: 1s\n---\na:\n  - wait: 1s\n---\nsetup:\n  - wait: 1s\n",
                "f.yml:7:1: expected one setup, found a second one"},
        Refusal{"ATestWithoutSteps", "a: 1\n", "f.yml:1:4: expected a list of steps, found the number 1"},
        Refusal{"UnknownClauses", "closecheck: {clause: nope}\n", "f.yml:1:22: there is no clause \"nope\""},
        Refusal{"UnknownProfiles", "closecheck: {profile: es-99}\n",
                "f.yml:1:23: expected a profile (xpack-5.4, xpack-6.3, es-7, es-8, es-9)"},
        Refusal{"EmptyTargets", "closecheck: {target: ''}\n", "expected a URL, found nothing"},
        Refusal{"TargetsOfNothing", "closecheck: {target: }\n", "expected a URL, found"},
        Refusal{"EmptyDeviations", "closecheck: {deviation: ' '}\n", "expected the name of a deviation, found nothing"},
        Refusal{"EmptyProfiles", "closecheck: {profile: ''}\n", "expected the name of a profile, found nothing"},
        Refusal{"UnknownDeviations", "closecheck: {deviation: nope}\n", "there is no deviation \"nope\""},
        Refusal{"BadSeeds", "closecheck: {seed: -1}\n", "f.yml:1:20: expected a seed"},
        Refusal{"UnknownHeaderKeys", "closecheck: {colour: red}\n", "f.yml:1:14: expected clause, seed, profile"}),
    [](const auto& refusal) { return refusal.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Steps, ScenarioRefuses,
    testing::Values(
        Refusal{"AStepThatIsNoMap", "a:\n  - do\n", "f.yml:2:5: expected a step, such as `do: ...`"},
        Refusal{"UnknownKindsOfSteps", "a:\n  - sleep: 1s\n", "f.yml:2:5: expected a kind of step (do, request"},
        Refusal{"TwoKindsInOneStep", "a:\n  - wait: 1s\n    match: {a: b}\n", "f.yml:3:5: expected one kind of step"},
        Refusal{"ModifiersAlone", "a:\n  - as: none\n", "f.yml:2:5: \"as\" belongs to a call"},
        Refusal{"UnknownApis", "closecheck: {}\n---\na:\n  - do: {xpack.ml.close_jobs: {}}\n",
                "f.yml:4:10: there is no API \"xpack.ml.close_jobs\", did you mean \"xpack.ml.close_job\"?"},
        Refusal{"UnknownParameters", "closecheck: {}\n---\na:\n  - do: {xpack.ml.close_job: {job_id: a, foo: 1}}\n",
                "f.yml:4:42: xpack.ml.close_job has no parameter foo; expected job_id, force"},
        Refusal{"MissingArguments", "closecheck: {}\n---\na:\n  - do: {xpack.ml.close_job: {}}\n",
                "f.yml:4:10: expected the arguments of xpack.ml.close_job to have job_id"},
        Refusal{"MissingBodies", "closecheck: {}\n---\na:\n  - do: {xpack.ml.put_job: {job_id: a}}\n",
                "xpack.ml.put_job needs a body"},
        Refusal{"TwoCalls", "a:\n  - do: {xpack.ml.open_job: {job_id: a}, xpack.ml.close_job: {job_id: a}}\n",
                "expected one call"},
        Refusal{"NoCall", "a:\n  - do: {catch: missing}\n", "f.yml:2:5: expected a call"},
        Refusal{"CallsThatAreNoMap", "a:\n  - do: xpack.ml.close_job\n", "f.yml:2:9: expected a map with one call"},
        Refusal{"UnknownCatches", "closecheck: {}\n---\na:\n  - do: {catch: teapot, xpack.ml.open_job: {job_id: a}}\n",
                "f.yml:4:17: expected one of bad_request"},
        Refusal{"BrokenExpressions", "closecheck: {}\n---\na:\n  - do: {catch: /(/, xpack.ml.open_job: {job_id: a}}\n",
                "this is not a regular expression"},
        Refusal{"UnknownPrincipals", "a:\n  - do: {as: root, xpack.ml.open_job: {job_id: a}}\n",
                "f.yml:2:14: expected a principal (manage_ml, manage"},
        Refusal{"DurationsWithoutAUnit", "a:\n  - wait: 5\n",
                "f.yml:2:11: expected a duration with a unit, such as 500ms or 3s, found the number 5"},
        Refusal{"BadWaits", "a:\n  - wait: {job: a}\n", "expected a duration, `answers`, or {settled: JOB"},
        Refusal{"UnknownFaults", "a:\n  - fault: {burn: a}\n", "f.yml:2:13: expected {fail_job: JOB}"},
        Refusal{"SlowClosesWithoutADuration", "a:\n  - fault: {slow_close: a}\n",
                "expected slow_close with a duration"},
        Refusal{"WaitsInMeanwhile", "a:\n  - meanwhile:\n      - wait: 1s\n",
                "expected only calls and assertions within `meanwhile`"},
        Refusal{"MeanwhileInMeanwhile",
                "a:\n  - meanwhile:\n      - meanwhile:\n          - do: {xpack.ml.open_job: {job_id: a}}\n",
                "expected no client within `meanwhile`"},
        Refusal{"APointThatNeverComes", "a:\n  - meanwhile:\n      - wait: {point: p}\n      - do: {info: {}}\n",
                "f.yml:3:23: expected a step `point: p`"},
        Refusal{"APointThatIsPassed",
                "a:\n  - point: p\n  - meanwhile:\n      - wait: {point: p}\n      - do: {info: {}}\n",
                "f.yml:4:23: the point p stands further up"},
        Refusal{"APointTwice", "a:\n  - point: p\n  - point: p\n", "f.yml:3:12: the point p stands twice"},
        Refusal{"APointOfASecondClient", "a:\n  - meanwhile:\n      - point: p\n", "points are the first client's"},
        Refusal{"TheFirstClientWaitingForAPoint", "a:\n  - wait: {point: p}\n", "waits for `answers`"},
        Refusal{"EventuallyWithoutATime", "a:\n  - eventually: {steps: [{do: {info: {}}}]}\n",
                "f.yml:2:5: expected `eventually` with a time `within`"},
        Refusal{"EventuallyWithoutACall", "a:\n  - eventually: {within: 1s, steps: [{is_true: a}]}\n",
                "expected the first step of `eventually` to be a call"},
        Refusal{"EventuallyWithSomethingElse", "a:\n  - eventually: {within: 1s, for: 2s}\n",
                "f.yml:2:30: expected within, every or steps"},
        Refusal{"WithinNoDuration", "a:\n  - do: {within: 3, info: {}}\n",
                "f.yml:2:18: expected a duration with a unit"},
        Refusal{"TheFirstClientMeanwhile", "a:\n  - meanwhile: {client: 0, steps: []}\n", "expected a second client"},
        Refusal{"PathsWithAQuery", "a:\n  - request: {method: GET, path: '/x?y=1'}\n",
                "expected a path that begins with / or {ml}/ and has no query"},
        Refusal{"RequestsWithoutAMethod", "a:\n  - request: {path: /x}\n", "expected a request with a `method`"},
        Refusal{"UnknownRequestKeys", "a:\n  - request: {method: GET, path: /, url: x}\n",
                "f.yml:2:37: expected method, path, query"},
        Refusal{"MatchWithoutAMap", "a:\n  - match: x\n", "f.yml:2:12: expected {path: value}"},
        Refusal{"LengthWithoutANumber", "a:\n  - length: {a: x}\n", "expected a number"},
        Refusal{"SkipInTheMiddle", "a:\n  - wait: 1s\n  - skip: {features: headers}\n",
                "f.yml:3:5: \"skip\" may only be the first step"},
        Refusal{"UnknownConditions", "a:\n  - skip: {weather: bad}\n",
                "f.yml:2:12: \"weather\" is no condition of `skip`"},
        Refusal{"ConditionsWithoutAReason", "a:\n  - skip: {version: all}\n", "expected a `reason`"},
        Refusal{"BadStatusesToIgnore", "a:\n  - do: {xpack.ml.get_jobs: {ignore: many}}\n", "expected a status code"},
        Refusal{"SetWithoutAName", "a:\n  - set: {a: 1}\n", "expected the name to keep it under"}),
    [](const auto& refusal) { return refusal.param.name; });

/// Whatever stands in a file, it is a scenario or gets a ScenarioError.
TEST(Scenario, BytesAtRandomGetAnErrorAndNothingElse) {
  std::uint64_t state = 1;
  const auto random = [&](std::size_t bound) {
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30u)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27u)) * 0x94D049BB133111EBu;
    return static_cast<std::size_t>((z ^ (z >> 31u)) % bound);
  };
  const std::string_view bytes = "{}[]:,-#&*!|>'\"%@`$?\n\t /\\az09._\x01\xC3\xFF~=";
  std::size_t read = 0;
  for (int round = 0; round < 20; ++round)
    for (const LibraryScenario& library : library_scenarios()) {
      std::string text(library.text);
      for (std::size_t edits = 1 + random(4); edits-- > 0;) {
        const std::size_t at = random(text.size());
        const std::size_t kind = random(4);
        if (kind == 0) text.erase(at, 1 + random(20));
        if (kind == 1) text.insert(at, 1, bytes[random(bytes.size())]);
        if (kind == 2) text[at] = bytes[random(bytes.size())];
        if (kind == 3) text.insert(at, text.substr(random(text.size()), random(80)));
      }
      try {
        const Scenario scenario = Scenario::parse(text, "f.yml");
        for (std::size_t test = 0; test < scenario.titles().size(); ++test) scenario.program(test, Profile::xpack_5_4);
        ++read;
      } catch (const ScenarioError& error) {
        EXPECT_THAT(error.what, HasSubstr("f.yml:"));
      }
    }
  EXPECT_GT(read, 20u) << "hardly any file was still one: the edits are too coarse to test much";
}

std::string skipped(const std::string& condition, Profile profile, const Server& server = {}) {
  const Scenario scenario = Scenario::parse("a:\n  - " + condition + "\n  - wait: 1s\n", "f.yml");
  return reason_to_skip(scenario.script(), scenario.script().tests.at(0), profile, server).value_or("run");
}

TEST(Skip, GoesByTheVersionOfTheProfile) {
  EXPECT_EQ(skipped("skip: {version: ' - 5.99.99', reason: old}", Profile::xpack_5_4), "old");
  EXPECT_EQ(skipped("skip: {version: ' - 5.99.99', reason: old}", Profile::xpack_6_3), "run");
  EXPECT_EQ(skipped("skip: {version: '6.3.0 - ', reason: new}", Profile::xpack_6_3), "new");
  EXPECT_EQ(skipped("skip: {version: '5.0.0 - 5.1.0, 6.0.0 - 6.9.9', reason: some}", Profile::xpack_6_3), "some");
  EXPECT_EQ(skipped("skip: {version: all, reason: never}", Profile::xpack_5_4), "never");
}

TEST(Skip, GoesByWhatTheRunnerCanDo) {
  EXPECT_EQ(skipped("skip: {features: headers}", Profile::xpack_5_4), "run");
  EXPECT_EQ(skipped("skip: {features: [headers, telepathy]}", Profile::xpack_5_4), "needs a runner with telepathy");
  EXPECT_EQ(skipped("requires: {test_runner_features: telepathy}", Profile::xpack_5_4),
            "needs a runner with telepathy");
}

TEST(Skip, GoesByFeaturesOfTheServer) {
  EXPECT_EQ(skipped("skip: {cluster_features: gte_v6.1.0, reason: muted}", Profile::xpack_6_3), "muted");
  EXPECT_EQ(skipped("skip: {cluster_features: gte_v6.1.0, reason: muted}", Profile::xpack_5_4), "run");
  EXPECT_EQ(skipped("requires: {cluster_features: gte_v6.1.0, reason: new}", Profile::xpack_5_4), "new");
  EXPECT_EQ(skipped("requires: {cluster_features: ml.shiny, reason: shiny}", Profile::xpack_6_3), "shiny");
  EXPECT_EQ(skipped("skip: {awaits_fix: 'ticket 1'}", Profile::xpack_6_3), "left out by awaits_fix");
}

TEST(Skip, GoesByWhatALiveServerTellsOfItself) {
  const Server server{"7.17.29-SNAPSHOT", {"linux", "debian gnu/linux 12"}, {"ml.shiny"}};
  EXPECT_EQ(skipped("skip: {version: '7.17.0 - ', reason: new}", Profile::xpack_6_3, server), "new");
  EXPECT_EQ(skipped("skip: {version: ' - 7.16.99', reason: old}", Profile::xpack_6_3, server), "run");
  EXPECT_EQ(skipped("requires: {cluster_features: ml.shiny, reason: shiny}", Profile::xpack_6_3, server), "run");
  EXPECT_EQ(skipped("skip: {os: Debian GNU/Linux 12, features: skip_os, reason: os}", Profile::es_7, server), "os");
  EXPECT_EQ(skipped("skip: {os: [windows 95], features: skip_os, reason: os}", Profile::es_7, server), "run");
  EXPECT_EQ(skipped("skip: {version: '7.0.0 - ', reason: new}", Profile::xpack_6_3, {"who knows", {}, {}}), "run");
}

TEST(Skip, GoesByTheNodesThatACallIsFor) {
  const auto selected = [](const std::string& selector) {
    const Scenario scenario = Scenario::parse("a:\n  - do: {node_selector: " + selector + ", info: {}}\n", "f.yml");
    return reason_to_skip(scenario.script(), scenario.script().tests.at(0), Profile::es_7, {}).value_or("run");
  };
  EXPECT_EQ(selected("{version: '7.0.0 - '}"), "run");
  EXPECT_EQ(selected("{version: current}"), "run");
  EXPECT_THAT(selected("{version: ' - 6.9.99'}"), HasSubstr("the node_selector of line 2"));
  EXPECT_THAT(selected("{attribute: {rack: one}}"), HasSubstr("no node of the target"));
}

}  // namespace
}  // namespace closecheck::scenarios
