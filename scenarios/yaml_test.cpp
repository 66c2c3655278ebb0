// The YAML dialect of scenario files, and what becomes of files that are not in it.
#include "yaml.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/vocabulary/json_text.h"
#include "json.h"
#include "yaml_writer.h"

namespace closecheck::scenarios {
namespace {

using testing::HasSubstr;

/// The documents as JSON, one a line.
std::string read(const std::string& text) {
  std::string out;
  for (const Value& document : parse_yaml(Source(text, "f.yml"))) out += write_json(document) + "\n";
  return out;
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const ScenarioError& error) {
    return error.what;
  }
  return "no error";
}

struct Reading {
  const char* name;
  const char* yaml;
  const char* json;
};
void PrintTo(const Reading& reading, std::ostream* out) {
  *out << reading.name;
}

class YamlReads : public testing::TestWithParam<Reading> {};

TEST_P(YamlReads, AsTheReferenceDoes) {
  EXPECT_EQ(read(GetParam().yaml), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Dialect, YamlReads,
    testing::Values(
        Reading{"PlainScalarsAreTyped", "[true, False, 3, -4, +5, 1.5, 1e3, null, ~, text]",
                "[true,false,3,-4,5,1.5,1000.0,null,null,\"text\"]\n"},
        Reading{"QuotedScalarsAreTexts", "['true', \"3\", 'null', \"\"]", "[\"true\",\"3\",\"null\",\"\"]\n"},
        Reading{"TimestampsAreTexts", "a: 2017-01-01\nb: 2017-01-01T00:00:00Z\n",
                "{\"a\":\"2017-01-01\",\"b\":\"2017-01-01T00:00:00Z\"}\n"},
        Reading{"YesAndOnAreTexts", "[yes, No, on, off, y]", "[\"yes\",\"No\",\"on\",\"off\",\"y\"]\n"},
        Reading{"IntegersNeed64Bits", "[1500000000000, -9223372036854775808, 18446744073709551615]",
                "[1500000000000,-9223372036854775808,18446744073709551615]\n"},
        Reading{"IntegersAndFloatingNumbersStayApart", "[1, 1.0, 0, 0.0]", "[1,1.0,0,0.0]\n"},
        Reading{"LeadingZerosMakeAText", "[007, 1_000, 0x10, 1.2.3]", "[\"007\",\"1_000\",\"0x10\",\"1.2.3\"]\n"},
        Reading{"FlowMapsTakeDotsAndATrailingComma", "{ a.b: closed, c: {d.0.e : 1,}, }",
                "{\"a.b\":\"closed\",\"c\":{\"d.0.e\":1}}\n"},
        Reading{"AValueMayStandBeforeTheBrace", "{ a.b: closed}", "{\"a.b\":\"closed\"}\n"},
        Reading{"QuotedAndPlainKeysNameTheSame", "{\"a.0.b\": 1}", "{\"a.0.b\":1}\n"},
        Reading{"KeysThatLookLikeNumbersAreTexts", "{0: a, true: b}", "{\"0\":\"a\",\"true\":\"b\"}\n"},
        Reading{"SpecialCharactersStandInKeys", "{ $body: 1, a@b: 2, 'x\\.y': 3 }",
                "{\"$body\":1,\"a@b\":2,\"x\\\\.y\":3}\n"},
        Reading{"ABackslashIsJustABackslashInPlainText", "catch: /a \\[b\\]/\n", "{\"catch\":\"/a \\\\[b\\\\]/\"}\n"},
        Reading{"DoubleQuotesEscape", "a: \"\\u00e4\\x41\\n\\\"\"\n",
                "{\"a\":\"\xC3\xA4"
                "A\\n\\\"\"}\n"},
        Reading{"SingleQuotesDoNot", "a: 'it''s \\n'\n", "{\"a\":\"it's \\\\n\"}\n"},
        Reading{"FoldedScalarsJoinLines", "body: >\n  {\"a\":1}\n  {\"b\":2}\n",
                "{\"body\":\"{\\\"a\\\":1} {\\\"b\\\":2}\\n\"}\n"},
        Reading{"DeeperLinesOfFoldedScalarsKeepTheirNewlines", "body: >\n  a\n    b\n  c\n",
                "{\"body\":\"a\\n  b\\nc\\n\"}\n"},
        Reading{"LiteralScalarsKeepLines", "body: |\n  a\n  b\n", "{\"body\":\"a\\nb\\n\"}\n"},
        Reading{"OrderIsKept", "{z: 1, a: 2, m: 3}", "{\"z\":1,\"a\":2,\"m\":3}\n"},
        Reading{"DocumentsAreDividedByDashes", "---\na: 1\n---\nb: 2\n", "{\"a\":1}\n{\"b\":2}\n"},
        Reading{"CommentsAreNothing", "# a\na: 1 # b\n", "{\"a\":1}\n"},
        Reading{"AnchorsAreWrittenOut", "a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}\n"},
        Reading{"AByteOrderMarkIsNothing",
                "\xEF\xBB\xBF"
                "a: 1\n",
                "{\"a\":1}\n"},
        Reading{"WindowsLineEndsAreLineEnds", "a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}\n"},
        Reading{"AnEmptyFileHasNoDocuments", "", ""}),
    [](const auto& reading) { return reading.param.name; });

struct Refusal {
  const char* name;
  std::string yaml;
  const char* error;
};
void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

class YamlRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(YamlRefuses, WithThePlaceAndTheReason) {
  EXPECT_THAT(error_of(GetParam().yaml), HasSubstr(GetParam().error));
}

std::string repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

std::string exploding_aliases() {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) text += fmt::format("a{0}: &a{0} [*a{1}, *a{1}]\n", i, i - 1);
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Dialect, YamlRefuses,
    testing::Values(
        Refusal{"DuplicateKeys", "a: 1\nb: 2\na: 3\n", "f.yml:3:1: the key \"a\" stands twice in one map"},
        Refusal{"IntegersBeyond64Bits", "a: 99999999999999999999\n",
                "f.yml:1:4: expected an integer of at most 64 bits"},
        Refusal{"UnclosedBrackets", "a: [1,\n b: c\n", "f.yml:1:4: this bracket is never closed"},
        Refusal{"UnclosedBraces", "{a: {b: c}\n", "this bracket is never closed"},
        Refusal{"UnclosedQuotes", "a: \"b\nc: d\n", "f.yml:1:4: this quotation is never closed"},
        Refusal{"UnclosedSingleQuotes", "a: 'b''\nc: d\n", "f.yml:1:4: this quotation is never closed"},
        Refusal{"TabsAsIndentation", "a:\n\t- b\n", "f.yml:2:2: this is not YAML"},
        Refusal{"WrongIndentation", "- a: b\n  c: d\n as: x\n", "f.yml:3:2: this is not YAML"},
        Refusal{"TwoColons", "a: b: c\n", "f.yml:1:5: this is not YAML"},
        Refusal{"Tags", "a: !!binary abc\n", "f.yml:1:4: tags such as"},
        Refusal{"ListsAsKeys", "? [a]\n: b\n", "a key must be a text"},
        Refusal{"UnknownAliases", "a: *nope\n", "this is not YAML"},
        Refusal{"AliasesWithinThemselves", "a: &x [*x]\n", "an alias may not stand inside of what it names"},
        Refusal{"ExplodingAliases", exploding_aliases(), "the file is too large"},
        Refusal{"DeepNesting", repeated("[", 5000) + repeated("]", 5000), "nested too deeply: at most 64 levels"},
        Refusal{"DeepNestingWithoutEnd", repeated("[", 200'000), "f.yml:1:1: this bracket is never closed"},
        Refusal{"DeepBlocks",
                [] {
                  std::string text;
                  for (int i = 0; i < 500; ++i) text += repeated(" ", i) + "a:\n";
                  return text;
                }(),
                "nested too deeply"},
        Refusal{"AMegabyteLine", "a: " + std::string(1 << 20, 'x'), "f.yml:1:1: the line is too long"},
        Refusal{"HugeFiles", repeated("# comment\n", 2'000'000), "the file is too large"},
        Refusal{"ControlCharacters", std::string("a: b\x01") + "\n",
                "f.yml:1:5: expected text, found the control character 0x01"},
        Refusal{"NulBytes", std::string("a: \0b\n", 6), "f.yml:1:4: expected text, found the control character 0x00"},
        Refusal{"OtherEncodings", "a: \xE4\n", "f.yml:1:4: expected UTF-8"},
        Refusal{"OverlongUtf8", "a: \xC0\xAF\n", "f.yml:1:4: expected UTF-8"}),
    [](const auto& reading) { return reading.param.name; });

TEST(YamlError, ShowsTheLineAndACaretUnderTheColumn) {
  EXPECT_EQ(error_of("first: 1\nsecond: [a, b\n"),
            "f.yml:2:9: this bracket is never closed\n  second: [a, b\n          ^");
}

TEST(YamlError, CountsCharactersAndNotBytesForTheCaret) {
  EXPECT_EQ(error_of("\xC3\xA4\xC3\xB6: [x\n"),
            "f.yml:1:7: this bracket is never closed\n  \xC3\xA4\xC3\xB6: [x\n      ^");
}

TEST(YamlError, ShowsAWindowOfALongLine) {
  const std::string error = error_of("a: " + std::string(5000, 'x') + ": b\n");
  EXPECT_LT(error.size(), 400u);
  EXPECT_THAT(error, HasSubstr("^"));
}

TEST(YamlWriter, QuotesWhateverWouldNotReadBackAsTheSameText) {
  for (const char* text : {"true",
                           "null",
                           "~",
                           "",
                           "12",
                           "1.5",
                           "1e5",
                           "007",
                           "no",
                           "On",
                           "a: b",
                           "- a",
                           "a #b",
                           "{a",
                           "[a",
                           "&a",
                           "*a",
                           "!a",
                           "|",
                           ">",
                           "'a",
                           "\"a",
                           "%a",
                           "@a",
                           "`a",
                           "a\nb",
                           "a\tb",
                           " a",
                           "a ",
                           "\x7F",
                           "\xC2\x85",
                           "\xE2\x80\xA8",
                           "2017-01-01",
                           "0x10",
                           "1_000",
                           "--- a",
                           "a,b",
                           "?",
                           "-",
                           "\\x",
                           "10s",
                           "1e5s",
                           "5e",
                           "1x",
                           "closecheck-a",
                           "/a/b",
                           "_all",
                           ("\xEF\xBB\xBF"
                            "a")}) {
    const std::string flow = "[" + write_scalar(make_text(text)) + "]\n";
    const std::string block = "k: " + write_scalar(make_text(text)) + "\n";
    EXPECT_EQ(read(flow), "[" + json_text(text) + "]\n") << flow;
    EXPECT_EQ(read(block), "{\"k\":" + json_text(text) + "}\n") << block;
  }
}

TEST(YamlWriter, LeavesNamesAndSpansOfTimePlain) {
  EXPECT_EQ(write_scalar(make_text("closecheck-a")), "closecheck-a");
  EXPECT_EQ(write_scalar(make_text("500ms")), "500ms");
  EXPECT_EQ(write_parameter("true"), "true");
  EXPECT_EQ(write_parameter("10"), "10");
  EXPECT_EQ(write_parameter("010"), "\"010\"");
}

}  // namespace
}  // namespace closecheck::scenarios
