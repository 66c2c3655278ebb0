#include "closecheck/vocabulary/input_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace closecheck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class InputFileTest : public testing::Test {
 protected:
  InputFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "closecheck-input-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~InputFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string pipe() const {
    EXPECT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    return path("pipe");
  }
  static std::string refusal(const std::string& file, std::size_t bytes_max = kTextFileBytesMax) {
    try {
      read_regular_file(file, bytes_max);
    } catch (const FileError& error) {
      return error.what();
    }
    return "";
  }

  std::string folder_;
};

TEST_F(InputFileTest, ReadsARegularFileUpToItsBound) {
  EXPECT_EQ(read_regular_file(write("empty", "")), "");
  const std::string text("a\0b\n", 4);
  EXPECT_EQ(read_regular_file(write("text", text), 4), text);
  std::filesystem::create_symlink(path("text"), path("link"));
  EXPECT_EQ(read_regular_file(path("link")), text);
  EXPECT_EQ(refusal(path("text"), 3), path("text") + ": is too long: it has more than 0 MiB");
  // The system says that it has no bytes.
  EXPECT_THAT(read_regular_file("/proc/self/status"), HasSubstr("Name:"));
}

TEST_F(InputFileTest, SaysInWordsWhatIsNoRegularFileAndWaitsForNothing) {
  EXPECT_EQ(refusal(folder_), folder_ + ": is a folder; a regular file was expected");
  EXPECT_EQ(refusal("/dev/zero"), "/dev/zero: is a device; a regular file was expected");
  const std::string fifo = pipe();
  EXPECT_EQ(refusal(fifo), fifo + ": is a pipe; a regular file was expected");
  EXPECT_EQ(refusal(path("missing")), path("missing") + ": cannot be read: No such file or directory");
  std::filesystem::create_symlink("nowhere", path("dangling"));
  EXPECT_EQ(refusal(path("dangling")), path("dangling") + ": is a link to a file that is not there");
  std::filesystem::create_symlink("loop", path("loop"));
  EXPECT_THAT(refusal(path("loop")), HasSubstr("loop: cannot be read: "));

  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path("socket").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(refusal(path("socket")), path("socket") + ": is a socket; a file was expected");
  ::close(socket);
}

std::string whole(InputFile& file) {
  std::string text;
  char piece[7];
  while (const std::size_t count = file.read(piece, sizeof piece)) text.append(piece, count);
  return text;
}

TEST_F(InputFileTest, TakesAPipeWhereverItMayAndWaitsForItsWriter) {
  const std::string fifo = pipe();
  InputFile file(fifo, InputFile::Takes::pipes_too);
  std::thread writer([&] {
    std::ofstream out(fifo);
    for (int i = 0; i < 3; ++i) {
      out << "some text\n" << std::flush;
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
  });
  EXPECT_FALSE(file.is_regular());
  EXPECT_EQ(whole(file), "some text\nsome text\nsome text\n");
  writer.join();
  EXPECT_THROW(InputFile("/dev/zero", InputFile::Takes::pipes_too), FileError);
}

TEST_F(InputFileTest, DoesNotWaitForAWriterWhoDoesNotCome) {
  const std::string fifo = pipe();
  InputFile file(fifo, InputFile::Takes::pipes_too);
  try {
    whole(file);
    ADD_FAILURE() << "there was a writer";
  } catch (const FileError& error) {
    EXPECT_EQ(std::string(error.what()), fifo + ": cannot be read: it is a pipe, and nobody writes to it");
  }
}

TEST_F(InputFileTest, IsReadByLinesOfABoundedLength) {
  std::vector<std::string> lines;
  const auto take = [&lines](std::string_view line) {
    lines.emplace_back(line);
    return lines.size() < 3;
  };
  const auto read_all = [&](const std::string& text, std::size_t piece_bytes) {
    lines.clear();
    std::size_t at = 0;
    return read_lines(
        [&](char* into, std::size_t bytes_max) {
          const std::size_t count = std::min({piece_bytes, bytes_max, text.size() - at});
          text.copy(into, count, at);
          at += count;
          return count;
        },
        5, take);
  };
  for (const std::size_t piece_bytes : {1U, 3U, 100U}) {
    EXPECT_TRUE(read_all("one\n\nthree\nnot any more, and too long\n", piece_bytes));
    EXPECT_THAT(lines, ElementsAre("one", "", "three"));
    EXPECT_TRUE(read_all("one\ntwo", piece_bytes));
    EXPECT_THAT(lines, ElementsAre("one", "two"));
    EXPECT_FALSE(read_all("one\ntoo long\n", piece_bytes));
    EXPECT_FALSE(read_all("too long", piece_bytes));
  }
}

}  // namespace
}  // namespace closecheck
