#include "signatures.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <vector>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"
#include "files.h"

namespace closecheck::cli {
namespace {

/// What a signature is for, so that one made for something else counts for nothing here.
constexpr const char* kNamespace = "closecheck-report";
/// As which signer the key is known to ssh-keygen.
constexpr const char* kSigner = "closecheck";

/// A file with a name, for another program to read, as long as this lives.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / "closecheck-XXXXXX") {
    const int file = ::mkstemp(path_.data());
    if (file < 0) throw OutputError("no temporary file can be made");
    const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(file);
    if (!written) throw OutputError(fmt::format("{}: cannot be written", path_));
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Runs ssh-keygen with the file as its input; what it says is kept to itself. Its exit code.
int ssh_keygen(std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.begin(), "ssh-keygen");
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, "ssh-keygen", &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) throw UsageError("ssh-keygen is not there, which makes and checks signatures");
  if (error != 0) throw UsageError("ssh-keygen cannot be started");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The public key of the file, without its comment.
std::string public_key_of(const std::string& path) {
  const std::string text = read_file(path);
  const std::vector<std::string_view> words = divided(trimmed(std::string_view(text).substr(0, text.find('\n'))), ' ');
  const auto begins = [&](std::string_view sign) { return words.front().starts_with(sign); };
  if (words.size() < 2 || !(begins("ssh-") || begins("ecdsa-") || begins("sk-")))
    throw UsageError(fmt::format("{}: is no public key of SSH", one_line(path)));
  return fmt::format("{} {}", words[0], words[1]);
}

}  // namespace

std::string sha256(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw OutputError("no digest can be made");
  std::string text = "sha256:";
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest.at(i));
  return text;
}

std::string signature_of(const std::string& path) {
  return path + ".sig";
}

void sign_file(const std::string& key, const std::string& path) {
  // It asks before it replaces one.
  std::error_code error;
  std::filesystem::remove(signature_of(path), error);
  if (ssh_keygen({"-Y", "sign", "-f", key, "-n", kNamespace, path}, "/dev/null") != 0)
    throw UsageError(fmt::format("{}: cannot be signed with {}", one_line(path), one_line(key)));
}

bool is_signed(const std::string& public_key, const std::string& path) {
  read_file(signature_of(path));
  const TemporaryFile signers(fmt::format("{} namespaces=\"{}\" {}\n", kSigner, kNamespace, public_key_of(public_key)));
  return ssh_keygen({"-Y", "verify", "-f", signers.path(), "-I", kSigner, "-n", kNamespace, "-s", signature_of(path)},
                    path) == 0;
}

}  // namespace closecheck::cli
