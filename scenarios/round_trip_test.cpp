// A counterexample file reads back to the program that it was written from.
#include <gtest/gtest.h>

#include <functional>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/wire.h"

namespace closecheck::scenarios {
namespace {

/// A small generator of its own (splitmix64), so that a failing case is known by its seed alone.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30u)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27u)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31u);
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  template <class T>
  T pick(std::initializer_list<T> choices) {
    return *(choices.begin() + static_cast<std::ptrdiff_t>(below(choices.size())));
  }

 private:
  std::uint64_t state_;
};

std::string awkward_text(Random& random) {
  std::string text;
  for (std::size_t i = random.below(8); i-- > 0;)
    text += random.pick<const char*>({"a",
                                      "Z",
                                      "0",
                                      "9",
                                      "-",
                                      "_",
                                      ".",
                                      "/",
                                      " ",
                                      ":",
                                      "#",
                                      "'",
                                      "\"",
                                      "\\",
                                      "\n",
                                      "\t",
                                      "{",
                                      "}",
                                      "[",
                                      "]",
                                      ",",
                                      "%",
                                      "&",
                                      "*",
                                      "!",
                                      "|",
                                      ">",
                                      "@",
                                      "`",
                                      "~",
                                      "$",
                                      "ä",
                                      "\xE2\x80\xA8",
                                      "\xC2\x85",
                                      "\xF0\x9F\x98\x80",
                                      "true",
                                      "null",
                                      "1e5",
                                      "0x1",
                                      "1500000000000",
                                      "2017-01-01",
                                      "- ",
                                      ": ",
                                      " #",
                                      "--- "});
  return text;
}

std::string job_name(Random& random) {
  return random.pick<const char*>({"closecheck-a", "closecheck-b", "closecheck-a", "event_rate", "_all", "closecheck-*",
                                   "closecheck-a,closecheck-b", "closecheck-g", "Not/An Id", "1234", "0012", "no"});
}

Parameter parameter(Random& random, std::initializer_list<const char*> choices) {
  if (random.chance(2)) return std::nullopt;
  if (random.chance(8)) return awkward_text(random);
  return random.pick<const char*>(choices);
}

std::vector<Record> records(Random& random) {
  std::vector<Record> found;
  for (std::size_t i = random.below(4); i-- > 0;) {
    Record record;
    record.time_ms =
        random.chance(12) ? Record::kInvalidTime : kDataStart + static_cast<std::int64_t>(random.below(3'600'000));
    record.value = random.pick({0.0, 1.0, -3.0, 17.5, 132.2046, 1e20, 0.1});
    if (random.chance(3)) record.entity = random.pick<const char*>({"web-1", "a b", "true", "7"});
    found.push_back(record);
  }
  return found;
}

JobConfig configuration(Random& random) {
  JobConfig config;
  if (random.chance(2)) config.description = random.chance(3) ? awkward_text(random) : "A job: of one's own";
  if (random.chance(4)) config.detectors.push_back({"mean", "value", "entity", ""});
  if (random.chance(4)) config.detectors.push_back({"sum", "value", "", "entity"});
  if (random.chance(4)) config.bucket_span = "5m";
  if (random.chance(4)) config.custom_settings = R"({"a":1,"b":{"c":[true,null,"x"]}})";
  if (random.chance(5)) config.model_memory_limit = "10mb";
  return config;
}

RawRequest raw_request(Random& random) {
  RawRequest raw;
  raw.method = random.pick<const char*>({"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"});
  raw.path = random.pick<const char*>({"/_xpack/ml/anomaly_detectors/closecheck-a/_close",
                                       "/_xpack/ml/anomaly_detectors/closecheck-a/_close/", "/", "/_closed", "/a%20b",
                                       "/_xpack/ml/anomaly_detectors//_close", "/_xpack/ml/anomaly_detectors/_close"});
  for (std::size_t i = random.below(3); i-- > 0;)
    raw.query.emplace_back(random.pick<const char*>({"force", "timeout", "foo", "pretty", "a b"}),
                           awkward_text(random));
  if (random.chance(2)) raw.body = random.chance(2) ? awkward_text(random) : "{\"force\": true}";
  if (random.chance(10)) raw.body += "\xFF\xFE";
  if (!raw.body.empty()) raw.content_type = "application/json";
  if (random.chance(4)) raw.content_type = random.pick<const char*>({"text/plain", "application/x-ndjson", ""});
  return raw;
}

Operation operation(Random& random, Profile profile) {
  const std::string job = job_name(random);
  const std::string index = "closecheck-i";
  const std::string feed = "closecheck-f";
  switch (random.below(28)) {
    case 0: {
      JobConfig config = configuration(random);
      // The early dialect has no groups: there they would not be sent.
      if (profile->has_groups && random.chance(3)) config.groups = {"closecheck-g", "other"};
      return CreateJob{job, config};
    }
    case 1:
      return GetJob{job};
    case 2: {
      UpdateJob update{job, std::nullopt, std::nullopt};
      if (random.chance(2)) update.description = awkward_text(random);
      if (random.chance(2)) update.custom_settings = R"({"x":1.5})";
      return update;
    }
    case 3:
      return DeleteJob{job, parameter(random, {"true", "false", ""})};
    case 4:
      return OpenJob{job};
    case 5:
      return PostData{job, records(random), random.chance(6)};
    case 6:
      return FlushJob{job, parameter(random, {"true", "false"})};
    case 7:
    case 8:
    case 9: {
      CloseJob close;
      close.job = job;
      close.force = parameter(random, {"true", "false", "", "TRUE", "maybe", "0", "on", "no"});
      close.timeout = parameter(random, {"1s", "30m", "0", "-1", "abc", "", "100micros", "1.5m", "5", "1d"});
      if (profile->has_expressions) close.allow_no_jobs = parameter(random, {"true", "false"});
      if (random.chance(4)) close.other.emplace_back("foo", awkward_text(random));
      if (random.chance(6)) close.other.emplace_back("pretty", "true");
      return close;
    }
    case 10:
      return JobStats{job};
    case 11:
      return GetBuckets{job, std::nullopt, std::nullopt};
    case 12:
      return GetBuckets{job, static_cast<int>(random.below(9)), 10};
    case 13:
      return GetRecords{job, std::nullopt, 5};
    case 14:
      return GetSnapshots{job};
    case 15:
      return RevertSnapshot{job, random.pick<const char*>({"1500000000", "a-b"})};
    case 16:
      return CreateIndex{index};
    case 17:
      return DeleteIndex{index};
    case 18: {
      // An empty bulk request names no index, so that there nothing could be read back.
      IndexDocuments documents{index, records(random), random.chance(2)};
      if (documents.records.empty()) documents.records.emplace_back();
      return documents;
    }
    case 19:
      return RefreshIndex{index};
    case 20:
      return CreateDatafeed{feed, job, index};
    case 21:
      return GetDatafeed{feed};
    case 22:
      return DatafeedStats{feed};
    case 23: {
      StartDatafeed start;
      start.feed = feed;
      if (random.chance(2)) start.start_ms = kDataStart;
      if (random.chance(2)) start.end_ms = kDataStart + 60'000;
      return start;
    }
    case 24:
      return StopDatafeed{feed, parameter(random, {"true"})};
    case 25:
      return DeleteDatafeed{feed, parameter(random, {"true"})};
    case 26:
      return random.pick<Operation>({GetRoot{}, Authenticate{}, HasPrivileges{}});
    default:
      return raw_request(random);
  }
}

Step step(Random& random, Profile profile) {
  const std::string job = job_name(random);
  switch (random.below(12)) {
    case 0:
      return wait_step(static_cast<Duration>(random.below(5000)) *
                       random.pick<Duration>({1, 1000, kMillisecond, kSecond}));
    case 1:
      return join_step();
    case 2:
      return settle_step(job, static_cast<Duration>(random.below(100)) * kSecond);
    case 3:
      return fault_step(random.pick({Fault::fail_job, Fault::hang_close}), job);
    case 4:
      return fault_step(Fault::slow_close, job, static_cast<Duration>(random.below(9)) * kSecond);
    default:
      break;
  }
  const Principal who = random.chance(3) ? kPrincipals.at(random.below(kPrincipals.size())) : Principal::manage_ml;
  Step made = call(operation(random, profile), who);
  if (random.chance(3)) {
    made.client = 1 + static_cast<int>(random.below(3));
    made.detached = !random.chance(4);
  }
  made.fresh_connection = random.chance(8);
  return made;
}

/// Everything of a step, as text: what is sent, what it is taken for, and how.
std::string show(const Step& step, Profile profile) {
  std::string text = std::to_string(static_cast<int>(step.type)) + " client " + std::to_string(step.client) +
                     (step.detached ? " detached" : "") + (step.fresh_connection ? " fresh" : "") + " " +
                     std::to_string(step.duration) + " " + step.job;
  if (step.type == StepType::fault) text += " " + std::string(name(step.fault));
  if (step.type != StepType::call) return text;
  const sut::wire::HttpRequest sent = sut::wire::encode(step.request, profile);
  text += " operation " + std::to_string(step.request.operation.index()) + (step.request.as_sent ? " as sent" : "") +
          " as " + std::string(name(step.request.who)) + ": " + describe(step.request) + " | " + sent.method + " " +
          sut::wire::target_of(sent) + " [" + sent.content_type + "] " + sent.body;
  return text;
}

std::vector<std::string> show(const Program& program, Profile profile) {
  std::vector<std::string> lines;
  lines.reserve(program.steps.size());
  for (const Step& one : program.steps) lines.push_back(show(one, profile));
  return lines;
}

ViolationRecord violation_of(Program program) {
  ViolationRecord violation;
  violation.finding.clause = Clause::closed_job_refuses_data;
  violation.finding.expected = "409";
  violation.finding.observed = "202";
  violation.seed = 7;
  violation.program = std::move(program);
  return violation;
}

void expect_round_trip(const Program& program, Profile profile) {
  const std::string text = write_counterexample(violation_of(program), profile, "accepts-data-after-close");
  SCOPED_TRACE(text);
  try {
    const Scenario scenario = Scenario::parse(text, "written.yml");
    ASSERT_EQ(scenario.titles().size(), 1u);
    EXPECT_EQ(show(scenario.program(0, profile), profile), show(program, profile));
    EXPECT_EQ(scenario.header().seed, 7u);
    EXPECT_EQ(scenario.header().clause, Clause::closed_job_refuses_data);
    EXPECT_EQ(scenario.header().profile, profile);
  } catch (const ScenarioError& error) {
    ADD_FAILURE() << error.what;
  }
}

TEST(RoundTrip, RandomProgramsReadBackToThemselves) {
  for (std::uint64_t seed = 0; seed < 1500 && !::testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    const Profile profile = kProfiles.at(seed % kProfiles.size());
    Program program;
    for (std::size_t i = 1 + random.below(6); i-- > 0;) program.steps.push_back(step(random, profile));
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_round_trip(program, profile);
  }
}

}  // namespace
}  // namespace closecheck::scenarios
