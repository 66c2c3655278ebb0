#include "counterexamples.h"

#include <fmt/format.h>

#include <cstdlib>

#include "closecheck/reports/report.h"
#include "closecheck/scenarios/scenario.h"
#include "closecheck/vocabulary/printable.h"
#include "files.h"
#include "hand_script.h"

namespace closecheck::cli {
namespace {

std::string file_name(const RunRecord& record, const ViolationRecord& violation) {
  std::string where = record.deviation;
  if (record.http) {
    where = record.url.substr(record.url.find("://") == std::string::npos ? 0 : record.url.find("://") + 3);
    for (char& c : where)
      if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
  }
  return fmt::format("{}-{}{}{}-seed-{}.yml", id_of(violation.finding.clause), name(record.profile),
                     where.empty() ? "" : "-", where, record.seed);
}

/// Beside the scenario, which is saved.
void save_hand_script(const ViolationRecord& violation, const RunRecord& record, const Target& target) {
  const std::string path = reports::hand_script_of(violation);
  OutputFile file(path);
  file.write(write_hand_script(violation, record, target));
  file.commit();
  std::error_code ignored;  // it can be given to the shell all the same
  std::filesystem::permissions(path, std::filesystem::perms::owner_exec, std::filesystem::perm_options::add, ignored);
}

std::vector<std::string> curl_lines(const ViolationRecord& violation, const Target& target) {
  std::vector<std::string> lines;
  for (const Event& event : violation.history.events)
    if (event.type == EventType::invoke && event.request)
      lines.push_back(curl_line_of(*event.request, target, violation.finding.clause));
  return lines;
}

}  // namespace

std::string program_name() {
  const char* launcher = std::getenv("CLOSECHECK_LAUNCHER");
  std::error_code error;
  if (launcher == nullptr || std::filesystem::equivalent("closecheck", launcher, error)) return "./closecheck";
  return shell_word(launcher);
}

std::string replay_line(const std::string& file, const Target& target, const TargetOptions& options,
                        const Target* written_for) {
  std::string line = fmt::format("{} replay {}", program_name(), shell_word(file));
  if (!target.live) {
    if (written_for == nullptr) return line;
    line += fmt::format(" --deviation {}", target.deviation_name.empty() ? "none" : target.deviation_name);
    if (target.profile == written_for->profile) return line;
    line += fmt::format(" --profile {}", name(target.profile));
    const std::string version = product_version_of(target.profile);
    return version.empty() ? line : line + " --product-version " + version;
  }
  line += fmt::format(" --target {} --profile {}", shell_word(target.named.empty() ? target.url : target.named),
                      name(target.profile));
  // A version that the target hides is none that it would tell again.
  const bool is_hidden = !target.profile.version();
  const std::string version = is_hidden ? product_version_of(target.profile) : options.product_version;
  if (!version.empty()) line += " --product-version " + shell_word(version);
  if (!options.config.empty()) line += " --config " + shell_word(options.config);
  if (!options.principals.empty()) line += " --principals " + shell_word(options.principals);
  return line;
}

void add_curl_lines(RunRecord& record, const Target& target) {
  for (ViolationRecord& violation : record.violations) violation.curl = curl_lines(violation, target);
}

void save_counterexamples(RunRecord& record, const Target& target, const TargetOptions& options,
                          const std::filesystem::path& folder) {
  Deliveries deliveries;
  for (ViolationRecord& violation : record.violations)
    deliveries.attempt([&] {
      const std::string path = (folder / file_name(record, violation)).string();
      OutputFile file(path);
      file.write(scenarios::write_counterexample(violation, record.profile, record.deviation));
      file.commit();
      violation.scenario = path;
      save_hand_script(violation, record, target);
      violation.replay = replay_line(path, target, options);
    });
  deliveries.finish();
}

}  // namespace closecheck::cli
