#include "process_for_test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;

std::array<int, 2> new_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ends;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Variables of this process, with those given in their place. Tests never touch the files of the user, and say the
/// same where GitHub runs them.
std::vector<std::string> environment_with(Process::Variables variables) {
  variables.try_emplace("XDG_STATE_HOME", testing::TempDir() + "closecheck_state");
  variables.try_emplace("GITHUB_ACTIONS", "");
  variables.try_emplace("GITHUB_STEP_SUMMARY", "");
  std::vector<std::string> texts;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (variables.count(text.substr(0, text.find('='))) == 0) texts.push_back(text);
  }
  for (const auto& [key, value] : variables) texts.push_back(key + "=" + value);
  return texts;
}

/// Appends what there is to read. False: the end.
bool read_some(int file, std::string& into) {
  std::array<char, 4096> part{};
  const ssize_t length = ::read(file, part.data(), part.size());
  if (length < 0 && errno == EINTR) return true;
  if (length <= 0) return false;
  into.append(part.data(), static_cast<std::size_t>(length));
  return true;
}

/// The most memory that a process has had since it began its program. Empty: it has ended.
std::optional<std::size_t> memory_high_water(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  const std::string name = "VmHWM:";
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name)) return std::stoull(line.substr(name.size())) << 10;
  return std::nullopt;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const Variables& variables, std::size_t memory_bytes) {
  std::vector<std::string> words{CLOSECHECK_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> texts = environment_with(variables);
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> envp = pointers(texts);
  const std::array<int, 2> out = new_pipe();
  const std::array<int, 2> err = new_pipe();
  child_ = ::fork();
  if (child_ == 0) {
    // A test that is ended by force takes its servers with it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It is ignored in what runs in the background, and would be so in the program.
    ::signal(SIGINT, SIG_DFL);
    const rlimit memory{memory_bytes, memory_bytes};
    if (memory_bytes != 0) ::setrlimit(RLIMIT_AS, &memory);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    ::execve(argv.front(), argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(out[1]);
  ::close(err[1]);
  out_ = out[0];
  err_ = err[0];
  if (child_ < 0) throw std::runtime_error("no process");
}

Process::~Process() {
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  wait();
}

std::string Process::read_line() {
  while (rest_.find('\n') == std::string::npos)
    if (!read_some(out_, rest_)) return "";
  std::string line = rest_.substr(0, rest_.find('\n'));
  rest_.erase(0, line.size() + 1);
  return line;
}

void Process::signal(int number) const {
  ::kill(child_, number);
}

Finished Process::wait(int seconds) {
  Finished finished;
  finished.out = std::move(rest_);
  std::array<pollfd, 2> open{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (::poll(open.data(), open.size(), 20) < 0 && errno != EINTR) break;
    // What the system tells of an ended one counts the memory of whoever started it.
    if (const auto memory = memory_high_water(child_)) finished.memory_bytes = *memory;
    if (std::chrono::steady_clock::now() > deadline) ::kill(child_, SIGKILL);
    for (pollfd& pipe : open)
      if (pipe.fd >= 0 && pipe.revents != 0 && !read_some(pipe.fd, pipe.fd == out_ ? finished.out : finished.err))
        pipe.fd = -1;
  }
  ::close(out_);
  ::close(err_);
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

Finished run_closecheck(const std::vector<std::string>& arguments, const Process::Variables& variables) {
  return Process(arguments, variables).wait();
}

Served::Served(std::vector<std::string> arguments, const Process::Variables& variables)
    : process_(
          [&] {
            arguments.insert(arguments.begin(), "serve");
            return arguments;
          }(),
          variables) {
  const std::string line = process_.read_line();
  const std::string greeting = "listening on ";
  if (line.rfind(greeting, 0) != 0) throw std::runtime_error("the server did not start: " + process_.wait().err);
  url_ = line.substr(greeting.size());
}

void Served::pause() const {
  process_.signal(SIGSTOP);
}

Served::~Served() {
  process_.signal(SIGTERM);
  process_.signal(SIGCONT);
  EXPECT_EQ(process_.wait(30).code, 0) << "a server ends well when it is told to";
}

TestFolder::TestFolder() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string folder = std::string("closecheck_") + test->test_suite_name() + "_" + test->name();
  std::replace(folder.begin(), folder.end(), '/', '_');
  path_ = testing::TempDir() + folder;
  fs::remove_all(path_);
  fs::create_directories(path_);
}

TestFolder::~TestFolder() {
  fs::remove_all(path_);
}

std::string TestFolder::write(const std::string& name, const std::string& text) const {
  std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
  std::ofstream(path(name)) << text;
  return path(name);
}

std::string TestFolder::read(const std::string& name) const {
  std::ifstream in(path(name), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> TestFolder::names() const {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_))
    found.push_back(fs::relative(entry.path(), path_).string());
  std::sort(found.begin(), found.end());
  return found;
}

bool TestFolder::wait_for_journal() const {
  for (int i = 0; i < 3000; ++i) {
    for (const std::string& entry : names())
      if (entry.find("journal-") != std::string::npos && std::ranges::count(read(entry), '\n') > 1) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
  ::close(socket);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace closecheck::cli
