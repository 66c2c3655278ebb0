// Assertions over answers, by the rules of the reference runner.
#include "assertion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json.h"
#include "pattern.h"
#include "warning.h"
#include "yaml.h"

namespace closecheck::scenarios {
namespace {

Value value_of(const std::string& yaml) {
  return parse_yaml(Source("v: " + yaml, "f.yml")).at(0).map()->at(0).value;
}

Answer answer_of(int status, const std::string& body, const std::string& warning = {}) {
  Response response;
  auto wire = std::make_shared<WireAnswer>();
  wire->status = status;
  wire->body = body;
  if (!warning.empty()) wire->headers.emplace_back("warning", warning);
  response.wire = wire;
  return *read_answer(response, false);
}

constexpr const char* kBody =
    R"({"count": 2, "zero": 0, "zero_float": 0.0, "empty": "", "no": "false", "yes": true, "off": false,
  "nothing": null, "list": [1, {"x": "y"}], "empty_list": [], "map": {"a": {"b": "c"}, "d.e": 1}, "big": 1500000000000,
  "name": "closecheck-a", "when": "2024-05-01T10:20:30Z", "digits": "20", "umlaut": "äö"})";

/// What is wrong with the assertion over `kBody`; empty: it holds.
std::string trouble(Check check, const std::string& path, const std::string& expected = "~") {
  Stash stash;
  stash.set("kept", value_of("{a: [x, y]}"));
  try {
    check_assertion(check, path, stash.resolve(value_of(expected)), answer_of(200, kBody), stash);
    return {};
  } catch (const StepFailure& failure) {
    return failure.what;
  }
}

struct Assertion {
  Check check;
  const char* path;
  const char* expected;
  bool holds;
};
void PrintTo(const Assertion& it, std::ostream* out) {
  *out << name(it.check) << ": {" << it.path << ": " << it.expected << "} " << (it.holds ? "holds" : "fails");
}

class Assertions : public testing::TestWithParam<Assertion> {};

TEST_P(Assertions, HoldOrFail) {
  const Assertion& it = GetParam();
  EXPECT_EQ(trouble(it.check, it.path, it.expected).empty(), it.holds) << trouble(it.check, it.path, it.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Match, Assertions,
    testing::Values(Assertion{Check::match, "count", "2", true}, Assertion{Check::match, "count", "2.0", true},
                    Assertion{Check::match, "count", "3", false}, Assertion{Check::match, "count", "'2'", false},
                    Assertion{Check::match, "digits", "20", false}, Assertion{Check::match, "digits", "'20'", true},
                    Assertion{Check::match, "yes", "true", true}, Assertion{Check::match, "yes", "'true'", false},
                    Assertion{Check::match, "nothing", "null", true}, Assertion{Check::match, "absent", "null", true},
                    Assertion{Check::match, "absent", "1", false}, Assertion{Check::match, "count", "null", false},
                    Assertion{Check::match, "big", "1500000000000", true},
                    Assertion{Check::match, "map.a", "{b: c}", true}, Assertion{Check::match, "map.a", "{}", false},
                    Assertion{Check::match, "map.a", "{b: c, d: e}", false},
                    Assertion{Check::match, "map", "{d.e: 1.0, a: {b: c}}", true},
                    Assertion{Check::match, "list", "[1, {x: y}]", true},
                    Assertion{Check::match, "list", "[{x: y}, 1]", false},
                    Assertion{Check::match, "list", "[1]", false}, Assertion{Check::match, "name", "/check-./", true},
                    Assertion{Check::match, "name", "/^check/", false},
                    Assertion{Check::match, "name", "'/ close check - a # comment/'", true},
                    Assertion{Check::match, "name", "/\\S+/", true}, Assertion{Check::match, "count", "/2/", false},
                    Assertion{Check::match, "name", "closecheck", false}));

INSTANTIATE_TEST_SUITE_P(
    Paths, Assertions,
    testing::Values(Assertion{Check::match, "map.a.b", "c", true}, Assertion{Check::match, "map.d\\.e", "1", true},
                    Assertion{Check::match, ".map..a.b", "c", true}, Assertion{Check::match, "list.1.x", "y", true},
                    Assertion{Check::is_true, "", "~", true}, Assertion{Check::is_false, "list.1.z", "~", true},
                    Assertion{Check::is_false, "absent.x.y", "~", true},
                    // Past the end of a list, not a number, below a scalar: errors, not nothing.
                    Assertion{Check::is_false, "empty_list.0.x", "~", false},
                    Assertion{Check::is_false, "list.two", "~", false},
                    Assertion{Check::is_false, "count.x", "~", false}, Assertion{Check::match, "$kept.a.1", "y", true},
                    Assertion{Check::match, "$lost", "y", false},
                    Assertion{Check::match, "map.a._arbitrary_key_", "b", true}));

INSTANTIATE_TEST_SUITE_P(
    Truth, Assertions,
    testing::Values(Assertion{Check::is_true, "count", "~", true}, Assertion{Check::is_true, "zero", "~", false},
                    Assertion{Check::is_true, "zero_float", "~", true}, Assertion{Check::is_true, "empty", "~", false},
                    Assertion{Check::is_true, "no", "~", false}, Assertion{Check::is_true, "yes", "~", true},
                    Assertion{Check::is_true, "nothing", "~", false},
                    Assertion{Check::is_true, "empty_list", "~", true}, Assertion{Check::is_false, "zero", "~", true},
                    Assertion{Check::is_false, "off", "~", true}, Assertion{Check::is_false, "count", "~", false},
                    Assertion{Check::exists, "empty", "~", true}, Assertion{Check::exists, "absent", "~", false},
                    Assertion{Check::not_exists, "absent", "~", true}));

INSTANTIATE_TEST_SUITE_P(
    Comparisons, Assertions,
    testing::Values(Assertion{Check::length, "list", "2", true}, Assertion{Check::length, "map", "2", true},
                    Assertion{Check::length, "umlaut", "2", true}, Assertion{Check::length, "empty_list", "0", true},
                    Assertion{Check::length, "list", "3", false}, Assertion{Check::length, "count", "1", false},
                    Assertion{Check::gt, "count", "1", true}, Assertion{Check::gt, "count", "2", false},
                    Assertion{Check::gte, "count", "2.0", true}, Assertion{Check::lt, "count", "2.5", true},
                    Assertion{Check::lt, "count", "2", false}, Assertion{Check::lte, "count", "2", true},
                    Assertion{Check::gt, "absent", "1", false}, Assertion{Check::gt, "name", "1", false},
                    Assertion{Check::gt, "name", "abc", true}, Assertion{Check::contains, "list", "{x: y}", true},
                    Assertion{Check::contains, "list", "{x: z}", false},
                    Assertion{Check::contains, "name", "check", true},
                    Assertion{Check::close_to, "count", "{value: 2.1, error: 0.2}", true},
                    Assertion{Check::close_to, "count", "{value: 2.1, error: 0.01}", false},
                    Assertion{Check::is_after, "when", "'2024-05-01T10:20:29.5Z'", true},
                    Assertion{Check::is_after, "when", "'2024-05-01T10:20:30Z'", false},
                    Assertion{Check::is_after, "name", "'2024-05-01T10:20:30Z'", false}));

std::string outcome(int status, const std::string& body, const std::string& catch_text,
                    Profile profile = Profile::xpack_6_3, std::vector<int> ignored = {}) {
  DoStep call;
  call.catch_text = catch_text;
  call.ignored = std::move(ignored);
  try {
    check_outcome(call, answer_of(status, body), true, profile);
    return "passes";
  } catch (const StepFailure& failure) {
    return failure.what;
  }
}

constexpr const char* kError =
    R"({"error":{"root_cause":[{"type":"status_exception","reason":"job [a] is \"closed\""}],"type":"status_exception",)"
    R"("reason":"job [a] is \"closed\""},"status":409})";

TEST(Outcome, WithoutCatchSuccessIsRequired) {
  EXPECT_EQ(outcome(200, "{}", ""), "passes");
  EXPECT_EQ(outcome(302, "{}", ""), "passes");
  EXPECT_NE(outcome(400, "{}", ""), "passes");
}

TEST(Outcome, AnIgnoredStatusIsNoError) {
  EXPECT_EQ(outcome(404, "{}", "", Profile::xpack_6_3, {404}), "passes");
}

TEST(Outcome, WithCatchSuccessFails) {
  EXPECT_NE(outcome(200, "{}", "conflict"), "passes");
}

TEST(Outcome, NamesOfStatusesAreExact) {
  const std::vector<std::pair<const char*, int>> names{
      {"bad_request", 400},     {"unauthorized", 401}, {"forbidden", 403}, {"missing", 404},
      {"request_timeout", 408}, {"conflict", 409},     {"gone", 410},      {"unavailable", 503}};
  for (const auto& [name, status] : names) {
    EXPECT_EQ(outcome(status, kError, name), "passes") << name;
    EXPECT_NE(outcome(status == 400 ? 404 : 400, kError, name), "passes") << name;
  }
}

TEST(Outcome, RequestMeansAnErrorWithoutANameOfItsOwn) {
  EXPECT_EQ(outcome(405, kError, "request"), "passes");
  EXPECT_EQ(outcome(500, kError, "request"), "passes");
  EXPECT_NE(outcome(400, kError, "request"), "passes");
  // The runners of the early product took any error.
  EXPECT_EQ(outcome(400, kError, "request", Profile::xpack_5_4), "passes");
}

TEST(Outcome, RefusedMeansAnyError) {
  EXPECT_EQ(outcome(400, kError, "refused"), "passes");
  EXPECT_EQ(outcome(500, "", "refused"), "passes");
  EXPECT_NE(outcome(202, "{}", "refused"), "passes");
}

TEST(Outcome, AnExpressionIsSearchedInTheErrorAsJavaWritesIt) {
  EXPECT_EQ(outcome(409, kError, "/status_exception/"), "passes");
  EXPECT_EQ(outcome(409, kError, "/job \\[a\\] is \"closed\"/"), "passes");
  EXPECT_EQ(outcome(409, kError, "/root_cause=\\[\\{type=status_exception, reason=job/"), "passes");
  EXPECT_NE(outcome(409, kError, "/another_exception/"), "passes");
  EXPECT_EQ(outcome(400, R"({"error":"no handler [x]","status":400})", "/no handler/"), "passes");
  EXPECT_NE(outcome(400, "no handler", "/no handler/"), "passes");
}

TEST(JavaText, HasNoQuotesAndNoEscapes) {
  EXPECT_EQ(java_text(*read_json(R"({"a":[{"b":"c"},1,null,true,1.5],"d":{}})")),
            "{a=[{b=c}, 1, null, true, 1.5], d={}}");
}

TEST(Pattern, IsLongerThanItsSlashes) {
  EXPECT_TRUE(is_pattern(" /a/ "));
  EXPECT_FALSE(is_pattern("//"));
  EXPECT_FALSE(is_pattern("/a"));
}

TEST(Pattern, TakesTheClassesOfTheSuites) {
  EXPECT_TRUE(is_found("a[:]b", "a:b"));
  EXPECT_TRUE(is_found("x]", "x]"));
  EXPECT_FALSE(is_found("a.b", "a\nb"));
  EXPECT_TRUE(pattern_error("(").has_value());
}

TEST(Pattern, DoesNotGoDownOnLongTexts) {
  EXPECT_TRUE(is_found("a.*", std::string(4'000'000, 'a')));
}

TEST(Answer, TooDeepAJsonIsNoBody) {
  const Answer answer = answer_of(200, std::string(100'000, '[') + std::string(100'000, ']'));
  EXPECT_FALSE(answer.has_body);
}

TEST(Warning, IsTakenFromItsHeader) {
  EXPECT_EQ(warning_text(R"(299 Elasticsearch-6.3.0-abc "a \"b\" c")"), R"(a \"b\" c)");
  EXPECT_EQ(warning_text(R"(299 Elasticsearch-6.3.0-abc "a" "Mon, 01 Jan 2018 00:00:00 GMT")"), "a");
  EXPECT_FALSE(warning_text("199 x \"a\""));
  EXPECT_FALSE(warning_text("299 x a"));
  EXPECT_FALSE(warning_text("299 x \"a"));
}

std::string warnings(const std::vector<std::string>& expected, const std::string& header) {
  DoStep call;
  call.warnings = expected;
  try {
    check_outcome(call, answer_of(200, "{}", header), true, Profile::xpack_6_3);
    return "passes";
  } catch (const StepFailure& failure) {
    return failure.what;
  }
}

TEST(Warning, AllThatAreExpectedAndNoOtherHaveToCome) {
  constexpr const char* kHeader = "299 E-6 \"[a] is \\\"old\\\"\"";
  EXPECT_EQ(warnings({"[a] is \"old\""}, kHeader), "passes");
  EXPECT_NE(warnings({}, kHeader), "passes");
  EXPECT_NE(warnings({"[a] is \"old\"", "another"}, kHeader), "passes");
  EXPECT_EQ(warnings({}, ""), "passes");
}

TEST(Stash, ReplacesWholeTextsByTheirValuesAndPartsByTheirText) {
  Stash stash;
  stash.set("n", value_of("12"));
  stash.set("o", value_of("{a: [x]}"));
  EXPECT_EQ(write_json(stash.resolve(value_of("[$n, '${n}', 'job-${n}', $o.a.0, '\\${n}', {'$n': 1}]"))),
            R"([12,"12","job-12","x","${n}",{"12":1}])");
  EXPECT_THROW(stash.resolve(value_of("$other")), StepFailure);
}

TEST(Keep, EncodesCredentials) {
  const Answer answer = answer_of(200, R"({"user": "u", "pass": "p"})");
  SetStep step;
  step.transform = true;
  step.path = "#base64EncodeCredentials(user,pass)";
  EXPECT_EQ(*value_to_keep(step, answer, {}).string(), "dTpw");
  step.path = "#base64Encode(ab)";
  EXPECT_EQ(*value_to_keep(step, answer, {}).string(), "YWI=");
  step.path = "plain";
  EXPECT_EQ(*value_to_keep(step, answer, {}).string(), "plain");
}

TEST(HeadAnswer, IsTrueOrFalseByItsStatus) {
  Answer answer = answer_of(404, "");
  answer.is_head = true;
  EXPECT_NO_THROW(check_assertion(Check::is_false, "", {}, answer, {}));
  answer.status = 200;
  EXPECT_NO_THROW(check_assertion(Check::is_true, "", {}, answer, {}));
  DoStep call;
  answer.status = 404;
  EXPECT_NO_THROW(check_outcome(call, answer, true, Profile::xpack_6_3));
}

}  // namespace
}  // namespace closecheck::scenarios
