// Files that are none, or none of ours: exit 3 with words, no waiting, and the good ones are used all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

void expect_refused(const std::vector<std::string>& arguments, const std::string& message) {
  const Finished finished = Process(arguments).wait(60);
  EXPECT_EQ(finished.code, 3) << finished.out << finished.err;
  EXPECT_THAT(finished.err, HasSubstr(message));
}

TEST(BadFiles, EndsWithThreeAndWordsWhereAFileIsNone) {
  const TestFolder folder;
  const std::string pipe = folder.path("pipe.yml");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::filesystem::create_symlink("nowhere", folder.path("dangling.yml"));
  std::filesystem::create_directory(folder.path("folder"));
  const std::vector<std::pair<std::string, std::string>> bad{{"/dev/zero", "/dev/zero: is a device; "},
                                                             {pipe, "pipe.yml: is a pipe; a regular file was expected"},
                                                             {folder.path("dangling.yml"), "is not there"},
                                                             {folder.path("folder"), "folder: is a folder; "}};
  for (const auto& [file, why] : bad) {
    for (const std::string option : {"--config", "--principals", "--waivers"})
      expect_refused({"run", option, file}, why);
    expect_refused({"serve", "--principals", file}, why);
    if (file != folder.path("folder")) expect_refused({"replay", file}, why);
    if (file != pipe) expect_refused({"judge", file}, why.substr(0, why.find(';')));
  }
  expect_refused({"judge", pipe}, "pipe.yml: cannot be read: it is a pipe, and nobody writes to it");
  const std::string large = folder.write("large.yml", "");
  std::filesystem::resize_file(large, (std::size_t{16} << 20U) + 1);
  expect_refused({"run", "--config", large}, "is too long: it has more than 16 MiB");
  expect_refused({"replay", large}, "is too long: it has more than 16 MiB");
  std::filesystem::resize_file(large, std::size_t{3} << 30U);
  expect_refused({"judge", large}, "is too long: it has more than 512 MiB");
}

TEST(BadFiles, NamesEveryBadFileAndUsesTheGoodOnes) {
  const TestFolder folder;
  folder.write("bad.yml", "---\n\"a test\":\n  - jump: {}\n");
  folder.write("good.yml", "\"t\":\n  - do: {xpack.ml.get_jobs: {}}\n");
  folder.write("unknown.yml", "\"t\":\n  - do: {xpack.ml.get_jbos: {}}\n");
  std::filesystem::create_symlink("nowhere", folder.path("dangling.yml"));
  std::filesystem::create_symlink("loop.yml", folder.path("loop.yml"));
  ASSERT_EQ(::mkfifo(folder.path("pipe.yml").c_str(), 0600), 0);
  const Finished replayed = run_closecheck({"replay", folder.path("")});
  EXPECT_EQ(replayed.code, 3);
  for (const char* name : {"bad.yml", "unknown.yml", "dangling.yml", "loop.yml", "pipe.yml"})
    EXPECT_THAT(replayed.err, HasSubstr(name));
  EXPECT_THAT(replayed.out, HasSubstr("fixed: " + folder.path("good.yml")));

  const std::string recording = folder.write("good.jsonl", R"({"process": 0, "type": "invoke", "time": 1, )"
                                                           R"("request": {"method": "GET", "path": "/"}})"
                                                           "\n");
  const Finished judged = run_closecheck({"judge", folder.path("none.jsonl"), recording, folder.path("bad.yml")});
  EXPECT_EQ(judged.code, 3);
  EXPECT_THAT(judged.err, AllOf(HasSubstr("none.jsonl"), HasSubstr("bad.yml")));
  EXPECT_THAT(judged.out, EndsWith("0 of 1 histories violate a clause\n"));
}

TEST(BadFiles, JudgesWhatComesThroughAPipeWithinBounds) {
  const TestFolder folder;
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto judge = [&](const std::function<bool(std::ostream&)>& write) {
    std::thread writer([&] {
      std::ofstream out(pipe);
      while (out && write(out)) {
      }
    });
    Process process({"judge", pipe, "--profile", "xpack-6.3"}, {{"TMPDIR", folder.path("")}});
    Finished finished = process.wait(60);
    writer.join();
    return finished;
  };
  // Neither has an end, and the writer is left alone.
  ::signal(SIGPIPE, SIG_IGN);
  const Finished zeros = judge([](std::ostream& out) { return !!(out << std::string(100'000, '\0')); });
  EXPECT_EQ(zeros.code, 3) << zeros.err;
  const Finished words = judge([](std::ostream& out) { return !!(out << "y\n"); });
  EXPECT_EQ(words.code, 3) << words.err;
  EXPECT_THAT(words.err, HasSubstr(pipe));
  EXPECT_LT(words.memory_bytes, std::size_t{200} << 20U);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"pipe"});
}

}  // namespace
}  // namespace closecheck::cli
