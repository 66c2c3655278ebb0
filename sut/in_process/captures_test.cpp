// What genuine servers of 6.3.2 and 7.6.0 answered: the service answers each request in the same kind, and the codec
// reads each answer to what it amounts to, but where a file of `captures/` says why not.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "in_process/asked_again_for_test.h"

namespace closecheck::sut {
namespace {

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(CLOSECHECK_CAPTURES))
    if (entry.path().extension() == ".txt") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

TEST(Captures, AreAnsweredInKindButWhereTheySayWhyNot) {
  for (const std::filesystem::path& file : files())
    for (const CapturedRun& run : read_captures(file)) {
      std::map<int, std::string> differences = AskedAgain(run.profile).ask(run);
      for (const Captured& captured : run.all) {
        const std::string difference = differences[captured.line];
        EXPECT_EQ(difference.empty(), captured.differs.empty())
            << file.filename() << ':' << captured.line << ": "
            << (difference.empty() ? "no longer differs" : "differs: " + difference);
      }
    }
}

/// Whether an answer of that status may amount to that.
bool is_told(const WireAnswer& answer, const Response& read) {
  if (answer.status < 300) return read.outcome == Outcome::accepted;
  if (read.outcome != Outcome::refused) return false;
  switch (answer.status) {
    case 400:
      return read.refusal == Refusal::bad_request;
    case 401:
      return read.refusal == Refusal::unauthenticated;
    case 403:
      return read.refusal == Refusal::forbidden;
    case 404:
      return read.refusal == Refusal::not_found;
    case 405:
      return read.refusal == Refusal::wrong_method;
    case 409:
      return read.refusal == Refusal::conflict;
    case 429:
      return read.refusal == Refusal::busy;
    default:
      return true;
  }
}

/// Others are answers to `HEAD`, and forms that were asked for and that nobody else reads.
bool is_json(const WireAnswer& answer) {
  return answer.body.starts_with('{') || answer.body.starts_with('[');
}

TEST(Captures, AreReadToWhatTheyAmountTo) {
  int read = 0;
  for (const std::filesystem::path& file : files())
    for (const CapturedRun& run : read_captures(file))
      for (const Captured& captured : run.all) {
        if (captured.kind != Captured::Kind::exchange || !captured.answer || !is_json(*captured.answer)) continue;
        const Request request = wire::parse(captured.request, run.profile, captured.who);
        const Response response = wire::decode(*captured.answer, request, run.profile);
        std::string otherwise = is_told(*captured.answer, response) ? "" : describe(response);
        for (const DialectNote& note : response.notes) otherwise += " departs: " + note.observed;
        EXPECT_EQ(otherwise.empty(), captured.reads.empty())
            << file.filename() << ':' << captured.line << ": "
            << (otherwise.empty() ? "is no longer read otherwise" : "is read as " + otherwise);
        ++read;
      }
  EXPECT_GT(read, 5'000);
}

}  // namespace
}  // namespace closecheck::sut
