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
#include "echo_system_for_test.h"
#include "outcome_for_test.h"

namespace closecheck::scenarios {
namespace {

/// `expected`: what comes of each of its tests, or of the file.
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

std::string outcome_of(const FormatCase& one) {
  static const auto apis = std::make_shared<const ApiTable>(ApiTable::load({CLOSECHECK_FORMAT_CASES "/api"}));
  try {
    const Scenario scenario = Scenario::parse(one.text, kCaseFile, apis);
    EchoFactory factory;
    model::JudgeOptions judge;
    judge.profile = Profile::xpack_6_3;
    return outcome_of(replay(scenario, factory, {}, judge, kNamePrefix));
  } catch (const ScenarioError& error) {
    return outcome_of(error);
  }
}

class Format : public testing::TestWithParam<FormatCase> {};

TEST_P(Format, IsWhatTheReferenceRunnerMakesOfIt) {
  const std::string outcome = outcome_of(GetParam());
  EXPECT_TRUE(fits_outcome(GetParam().expected, outcome))
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
