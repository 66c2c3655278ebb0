// The rules of the YAML REST test format, one small file each: `format_cases/` holds them with what has to come of
// them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/vocabulary/text.h"
#include "echo_system_for_test.h"

namespace closecheck::scenarios {
namespace {

/// `passes`, `fails LINE: WORDS`, `skipped: WORDS`, `bad LINE:COLUMN: WORDS` for a call that cannot be made (several
/// tests of one file separated by ` | `), or `error LINE:COLUMN: WORDS` for a file that cannot be used.
struct FormatCase {
  std::string title;
  std::string expected;
  std::string text;
};
void PrintTo(const FormatCase& one, std::ostream* out) {
  *out << one.title;
}

std::vector<FormatCase> read_cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(CLOSECHECK_FORMAT_CASES))
    if (entry.path().extension() == ".cases") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<FormatCase> cases;
  for (const auto& file : files) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      if (line.starts_with("==== ")) {
        cases.push_back({file.stem().string() + ": " + line.substr(5), {}, {}});
        std::getline(stream, cases.back().expected);
      } else if (!cases.empty()) {
        cases.back().text += line + "\n";
      }
    }
  }
  return cases;
}

std::string outcome_of(const TestReplay& test) {
  if (test.skipped) return "skipped: " + test.why;
  if (test.verdict == ReplayVerdict::fixed) return "passes";
  const std::string file = "case.yml:";
  const std::string why = test.why.starts_with(file) ? test.why.substr(file.size()) : test.why;
  if (test.is_bad) return "bad " + why;
  if (test.verdict == ReplayVerdict::cannot_tell) return "cannot tell: " + why;
  return "fails " + why;
}

std::string outcome_of(const FormatCase& one) {
  static const auto apis = std::make_shared<const ApiTable>(ApiTable::load({CLOSECHECK_FORMAT_CASES "/api"}));
  try {
    const Scenario scenario = Scenario::parse(one.text, "case.yml", apis);
    EchoFactory factory;
    model::JudgeOptions judge;
    judge.profile = Profile::xpack_6_3;
    return joined(replay(scenario, factory, {}, judge, kNamePrefix).tests, " | ",
                  [](const TestReplay& test) { return outcome_of(test); });
  } catch (const ScenarioError& error) {
    return "error " + error.what.substr(std::string_view("case.yml:").size());
  }
}

/// Whether every part of what came begins with the kind and place that was expected and has its words.
bool fits(std::string expected, std::string outcome) {
  const auto take = [](std::string& text) {
    const std::size_t end = std::min(text.find(" | "), text.size());
    std::string part = text.substr(0, end);
    text.erase(0, std::min(end + 3, text.size()));
    return part;
  };
  while (!expected.empty() || !outcome.empty()) {
    const std::string wanted = take(expected);
    const std::string came = take(outcome);
    const std::size_t colon = wanted.rfind(": ");
    if (colon == std::string::npos) {
      if (wanted != came) return false;
      continue;
    }
    if (!came.starts_with(wanted.substr(0, colon + 1))) return false;
    if (came.find(wanted.substr(colon + 2)) == std::string::npos) return false;
  }
  return true;
}

class Format : public testing::TestWithParam<FormatCase> {};

TEST_P(Format, IsWhatTheReferenceRunnerMakesOfIt) {
  const std::string outcome = outcome_of(GetParam());
  EXPECT_TRUE(fits(GetParam().expected, outcome))
      << "expected " << GetParam().expected << "\nfound    " << outcome << "\n"
      << GetParam().text;
}

std::string name_of(const testing::TestParamInfo<FormatCase>& info) {
  std::string name = fmt::format("{:03}_", info.index);
  for (const char c : info.param.title) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += is_word ? c : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Format, testing::ValuesIn(read_cases()), name_of);

}  // namespace
}  // namespace closecheck::scenarios
