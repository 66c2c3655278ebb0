// Files that would cost too much to read.
#include <gtest/gtest.h>

#include <string>

#include "closecheck/scenarios/scenario.h"

namespace closecheck::scenarios {
namespace {

std::string refusal_of(const std::string& text) {
  try {
    Scenario::parse(text, "f.yml");
  } catch (const ScenarioError& error) {
    return error.what.substr(0, error.what.find('\n'));
  }
  return "no error";
}

TEST(HostileFiles, AreRefusedWithAWordOfWhy) {
  EXPECT_EQ(refusal_of("t: " + std::string(100, '[') + std::string(100, ']')),
            "f.yml:1:67: nested too deeply: at most 64 levels");
  EXPECT_EQ(refusal_of("t: " + std::string(100'000, '[')), "f.yml:1:5: this bracket is never closed");
  EXPECT_EQ(refusal_of("t: " + std::string(1 << 20, 'x')), "f.yml:1:1: the line is too long: at most 262144 bytes");
  EXPECT_EQ(refusal_of(std::string(17 << 20, '\n')),
            "f.yml:1:1: the file is too large: 17825792 bytes, at most 16777216");
  EXPECT_EQ(refusal_of("---\n...\n,--\n"), "f.yml:3:1: this is not YAML: expected a document, or ---");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 1; j < 10; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_EQ(refusal_of(bomb).substr(0, 8), "f.yml:6:") << refusal_of(bomb);
  EXPECT_NE(refusal_of(bomb).find("at most 400000 values, with aliases written out"), std::string::npos);
}

TEST(HostileFiles, OfTenThousandStepsAreRead) {
  std::string text = "t:\n";
  for (int i = 0; i < 5000; ++i)
    text += "  - do: { xpack.ml.get_job_stats: { job_id: a } }\n  - match: { jobs.0.state: closed }\n";
  EXPECT_EQ(Scenario::parse(text, "f.yml").program(0, Profile::xpack_6_3).steps.size(), 5000U);
}

}  // namespace
}  // namespace closecheck::scenarios
