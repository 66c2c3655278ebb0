// A bounded run of what the fuzzer does without end: the corpus, and a few thousand seeded changes of it.
#include "scenario_fuzz.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "closecheck/scenarios/library.h"
#include "closecheck/scenarios/scenario.h"

namespace closecheck::scenarios {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(CLOSECHECK_CORPUS)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

/// A few edits: bytes that mean something to the format put in, pieces left out, doubled or taken from another text.
std::string changed(std::string text, const std::string& other, std::mt19937& random) {
  constexpr std::string_view kBytes = "{}[]:,&*!|>'\"%@`#-?$/\\. \n\t\r~0aZ\x80\xC3\x01";
  const auto pick = [&](std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(random()) % bound; };
  for (std::size_t edits = 1 + pick(4); edits > 0; --edits) {
    const std::size_t at = pick(text.size() + 1);
    const std::size_t length = pick(20);
    switch (pick(5)) {
      case 0:
        text.insert(at, 1, kBytes[pick(kBytes.size())]);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3:
        text.insert(at, other.substr(pick(other.size()), length));
        break;
      default:
        if (at < text.size()) text[at] = kBytes[pick(kBytes.size())];
    }
  }
  return text;
}

TEST(HostileFiles, OfTheCorpusAreReadOrRefused) {
  const std::vector<std::string> texts = corpus();
  ASSERT_GE(texts.size(), 8U);
  for (const std::string& text : texts) read_hostile_bytes(text);
}

TEST(HostileFiles, ThatDifferALittleFromGoodOnesAreReadOrRefused) {
  std::vector<std::string> texts = corpus();
  for (const LibraryScenario& script : library_scenarios()) texts.emplace_back(script.text);
  std::mt19937 random(20260101);
  for (int i = 0; i < 2000; ++i) {
    const std::string& text = texts[random() % texts.size()];
    read_hostile_bytes(changed(text, texts[random() % texts.size()], random));
  }
}

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
  EXPECT_EQ(refusal_of(std::string(9 << 20, '\n')), "f.yml:1:1: the file is too large: 9437184 bytes, at most 8388608");
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
