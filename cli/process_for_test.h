// The real program as a process, for tests: runs it to its end, or keeps a server of it running.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace closecheck::cli {

struct Finished {
  int code = -1;  // exit code; 128 and more: ended by a signal
  std::string out;
  std::string err;
  std::size_t memory_bytes = 0;  // that it had at once at most, as far as was seen until shortly before its end
};

/// A process of the program (`CLOSECHECK_PROGRAM`), with pipes to its two outputs.
class Process {
 public:
  using Variables = std::map<std::string, std::string>;
  /// `memory_bytes`: of its address space; 0: as much as it wants.
  explicit Process(const std::vector<std::string>& arguments, const Variables& variables = {},
                   std::size_t memory_bytes = 0);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The next line of standard output, without its end; waits for it.
  std::string read_line();
  void signal(int number) const;
  /// Reads both outputs to their end and waits for the process; ends it by force when it takes longer than `seconds`.
  Finished wait(int seconds = 600);

 private:
  pid_t child_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string rest_;  // of standard output, behind the lines that were read
};

/// Runs the program to its end.
Finished run_closecheck(const std::vector<std::string>& arguments, const Process::Variables& variables = {});

/// `closecheck serve` on a port of its own, until the end of the scope.
class Served {
 public:
  explicit Served(std::vector<std::string> arguments, const Process::Variables& variables = {});
  ~Served();
  const std::string& url() const { return url_; }
  /// Answers nothing any more until the end of the scope, and keeps its connections.
  void pause() const;

 private:
  Process process_;
  std::string url_;
};

/// A folder of the running test's own, empty at first and removed at the end.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file and answers its path.
  std::string write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  /// Names of everything in it and beneath, in order.
  std::vector<std::string> names() const;
  /// Waits until a run has told a journal in it of something that it creates; false: none came in half a minute.
  bool wait_for_journal() const;

 private:
  std::string path_;
};

/// A port of this machine on which nothing listens.
int free_port();

}  // namespace closecheck::cli
