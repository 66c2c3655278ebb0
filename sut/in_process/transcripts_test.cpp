// Whole conversations, as the facts have them. A file of `transcripts/` holds one by one what is asked (`> METHOD
// target`, and the body on the next line), who asks where it is not `manage_ml` (`@ none`), how long nothing happens
// (`~ 1500ms`), and what must be answered (`< status`, and the body as it is).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "closecheck/vocabulary/principal.h"
#include "in_process/wire_for_test.h"

namespace closecheck::sut {
namespace {

std::optional<Principal> principal_named(std::string_view text) {
  return closecheck::principal_named(text);
}

/// Plays one file; every answer that is not as written is a failure at its line.
void play(const std::filesystem::path& path) {
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  const std::string name = path.stem().string();
  const auto* const profile = std::ranges::find_if(kProfiles, [&](Profile p) { return name.starts_with(p->name); });
  ASSERT_NE(profile, kProfiles.end()) << path;
  // `es-7_7.14.2.txt` is of that version alone.
  const auto version = read_version(name.substr(name.find('_') + 1));
  WireForTest service(version ? profile->at(*version) : *profile, name.find("secured") != std::string::npos);
  Principal who = Principal::manage_ml;
  std::string request;
  std::string body;
  std::string expected;
  int exchanges = 0;
  int number = 0;
  int asked_at = 0;
  const auto settle = [&] {
    if (request.empty()) return;
    const std::size_t space = request.find(' ');
    const std::string actual = service.ask(request.substr(0, space), request.substr(space + 1), body, who);
    EXPECT_EQ(actual, expected) << path.filename() << ':' << asked_at << ": " << request;
    ++exchanges;
    request.clear();
    body.clear();
    expected.clear();
  };
  bool answer = false;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.starts_with("# ")) continue;
    const std::string rest = line.size() > 2 ? line.substr(2) : "";
    if (line.starts_with("> ") || line.starts_with("@ ") || line.starts_with("~ ")) settle();
    if (line.starts_with("> ")) {
      request = rest;
      asked_at = number;
      answer = false;
    } else if (line.starts_with("@ ")) {
      const auto named = principal_named(rest);
      ASSERT_TRUE(named) << path.filename() << ':' << number;
      who = *named;
    } else if (line.starts_with("~ ")) {
      const auto pause = parse_duration(rest);
      ASSERT_TRUE(pause) << path.filename() << ':' << number;
      service.wait(*pause);
    } else if (line.starts_with("< ")) {
      expected = rest + " ";
      answer = true;
    } else {
      (answer ? expected : body) += line;
    }
  }
  settle();
  EXPECT_GT(exchanges, 5) << path;
}

TEST(Transcripts, AreAnsweredToTheLetter) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CLOSECHECK_TRANSCRIPTS)) {
    SCOPED_TRACE(entry.path().filename().string());
    play(entry.path());
    ++files;
  }
  EXPECT_GE(files, 5);
}

}  // namespace
}  // namespace closecheck::sut
