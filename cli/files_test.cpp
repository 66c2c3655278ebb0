#include "files.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "errors.h"

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  FilesTest()
      : folder_(fs::path(testing::TempDir()) /
                (std::string("closecheck_files_") + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~FilesTest() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::size_t file_count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(FilesTest, ReplacesAFileOnlyWhenItIsCommitted) {
  std::ofstream(path("report.json")) << "old";
  {
    OutputFile output(path("report.json"));
    output.write("new, never finished");
  }
  EXPECT_EQ(read_file(path("report.json")), "old");
  EXPECT_EQ(file_count(), 1U);

  OutputFile output(path("report.json"));
  output.write("ne");
  output.write("w");
  output.commit();
  EXPECT_EQ(read_file(path("report.json")), "new");
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(FilesTest, LeavesNothingBesideAFileThatIsBeingWritten) {
  OutputFile output(path("report.json"));
  output.write("half of it");
  EXPECT_EQ(file_count(), 0U) << "whoever is killed now leaves nothing";
  output.commit();
  EXPECT_EQ(read_file(path("report.json")), "half of it");
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(FilesTest, RefusesAPlaceThatCannotBeWrittenBeforeAnythingRuns) {
  EXPECT_THROW(OutputFile(path("missing/report.json")), OutputError);
  EXPECT_THROW(OutputFile(folder_.string()), OutputError);
}

TEST_F(FilesTest, WritesThroughALinkAndIntoADevice) {
  std::ofstream(path("real")) << "old";
  fs::create_symlink(path("real"), path("link"));
  OutputFile linked(path("link"));
  linked.write("new");
  linked.commit();
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("real")), "new");

  OutputFile device("/dev/null");
  device.write("text");
  device.commit();
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(FilesTest, WritesNothingWithoutAPath) {
  OutputFile output("");
  EXPECT_FALSE(output.wanted());
  output.write("text");
  output.commit();
}

TEST_F(FilesTest, RefusesToReadFoldersAndMissingFiles) {
  EXPECT_THROW(read_file(folder_.string()), UsageError);
  EXPECT_THROW(read_file(path("missing")), UsageError);
}

TEST_F(FilesTest, KeepsItsOwnFilesInTheStateFolderOrWhereItMay) {
  ::setenv("XDG_STATE_HOME", path("state").c_str(), 1);
  EXPECT_EQ(state_folder(), folder_ / "state/closecheck");

  std::ofstream(path("file")) << "no folder";
  ::setenv("XDG_STATE_HOME", path("file").c_str(), 1);
  const fs::path fallback = state_folder();
  EXPECT_NE(fallback.string().find(fs::temp_directory_path().string()), std::string::npos);
  ::unsetenv("XDG_STATE_HOME");
}

}  // namespace
}  // namespace closecheck::cli
