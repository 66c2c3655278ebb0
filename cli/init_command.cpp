// `closecheck init`: a commented configuration with what was recognised of a target.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "commands.h"
#include "errors.h"
#include "recognising.h"
#include "target.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

constexpr std::string_view kHead =
    R"(# Configuration of closecheck: `closecheck run --config FILE`. Flags win over it; an empty value is an error.
# ${NAME} is a variable of the environment, so that no password needs to stand here; $${ is the text itself.

)";

constexpr std::string_view kRest = R"(
# Along with every request, and the way to the target; else the usual variables of a proxy.
# headers: {X-Tenant: "a"}
# proxy: http://proxy:3128

# Who asks. Each has the privilege of its name and no more; `setup` prepares indices and datafeeds, and may do all.
# By `username` and `password`, by `api_key` (encoded, or as id:key), or by `bearer`.
# principals:
#   manage_ml:  {username: ml_admin, password: "${ML_ADMIN_PASSWORD}"}
#   manage:     {api_key: "${MANAGE_API_KEY}"}
#   monitor_ml: {bearer: "${READER_TOKEN}"}
#   none:       {username: nobody, password: "${NOBODY_PASSWORD}"}
#   setup:      {username: elastic, password: "${ELASTIC_PASSWORD}"}

# Commands that put a job into states that no client can reach. Without them some clauses cannot be told.
# hooks:
#   fail_job:   ./fail-job {job_id}
#   slow_close: ./slow-close {job_id} {duration}
#   hang_close: ./hang-close {job_id}

# Violations that are known; the run does not fail for them until that day.
# waivers:
#   - {clause: timeout-bounds-wait, reason: "being worked on", owner: "search team", expires: 2030-01-31}

# Requests that could touch jobs of others (blank ids, _all, *, reverts that delete results) are sent only with this.
# allow_cluster_wide: true
)";

/// Of a file that can be read, from wherever the configuration will stand. Throws UsageError.
std::string absolute_file(const std::string& path) {
  if (std::ifstream(path).peek() == std::ifstream::traits_type::eof())
    throw UsageError(fmt::format("--ca '{}' holds nothing that can be read", path));
  return std::filesystem::absolute(path).lexically_normal().string();
}

/// A text as a value of the configuration.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"' || text[at] == '\\') out += '\\';
    if (text.compare(at, 2, "${") == 0) out += '$';
    out += text[at];
  }
  return out + "\"";
}

struct Found {
  std::string profile = "auto";
  std::string how = "the one that the target tells";
  ExitCode exit_code = ExitCode::conforms;
};

/// What the target says. Throws UsageError where it is another API.
Found found_of(const Target& target) {
  const sut::Recognition recognition = recognise(target, std::nullopt);
  Found found;
  if (recognition.profile) found.profile = name(*recognition.profile);
  found.how = recognition.why;
  if (recognition.what != sut::Recognised::profile) found.how = "the target " + recognition.why;
  if (recognition.what == sut::Recognised::not_yet) found.exit_code = ExitCode::inconclusive;
  if (recognition.what != sut::Recognised::profile) print_diagnostic(found.how);
  return found;
}

}  // namespace

ExitCode init_command(const InitOptions& options) {
  std::string text(kHead);
  Found found;
  const std::string authority = options.ca.empty() ? "" : absolute_file(options.ca);
  if (options.target.empty()) {
    text += "# target: https://es.example.org:9200/base/path\n";
  } else {
    Configuration configuration;
    configuration.transport.authorities = authority;
    const Target target = live_target(options.target, std::move(configuration));
    found = found_of(target);
    text += fmt::format("target: {}\n", target.url);
  }
  text += fmt::format("profile: {}  # {}\n", found.profile, found.how);
  text += "\n# Authorities of its certificate, and our own where it asks for one (PEM).\n";
  text += authority.empty() ? std::string("# tls: {ca: ca.pem, certificate: client.pem, key: client.key}\n")
                            : fmt::format("tls:\n  ca: {}\n", quoted(authority));
  print(text + std::string(kRest));
  return found.exit_code;
}

}  // namespace closecheck::cli
