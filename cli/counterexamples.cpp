#include "counterexamples.h"

#include <fmt/format.h>

#include <cstdlib>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "files.h"

namespace closecheck::cli {
namespace {

/// Where `closecheck serve --port 9200` would answer: what curl lines of a run in process are written for.
constexpr const char* kServedUrl = "http://127.0.0.1:9200";

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

std::string replay_line(const std::string& file, const Target& target, const TargetOptions& options) {
  std::string line = fmt::format("{} replay {}", program_name(), shell_word(file));
  if (!target.live) return line;
  line += fmt::format(" --target {} --profile {}", shell_word(target.url), name(target.profile));
  if (!options.product_version.empty()) line += " --product-version " + shell_word(options.product_version);
  if (!options.config.empty()) line += " --config " + shell_word(options.config);
  if (!options.principals.empty()) line += " --principals " + shell_word(options.principals);
  return line;
}

bool is_about_callers(Clause clause) {
  return clause == Clause::close_requires_privilege || clause == Clause::manage_ml_may_close ||
         clause == Clause::manage_may_close || clause == Clause::anonymous_refused;
}

std::vector<std::string> curl_lines(const ViolationRecord& violation, const Target& target) {
  std::vector<std::string> lines;
  for (const Event& event : violation.history.events) {
    if (event.type != EventType::invoke || !event.request) continue;
    if (target.live) {
      lines.push_back(sut::wire::curl_line(*event.request, target.profile, target.url, "", "") +
                      curl_options(target, event.request->who));
      continue;
    }
    const bool says_who = is_about_callers(violation.finding.clause) && event.request->who != Principal::anonymous;
    lines.push_back(sut::wire::curl_line(*event.request, target.profile, kServedUrl,
                                         says_who ? std::string(name(event.request->who)) : "", "PASSWORD"));
  }
  return lines;
}

}  // namespace

std::string program_name() {
  const char* launcher = std::getenv("CLOSECHECK_LAUNCHER");
  std::error_code error;
  if (launcher == nullptr || std::filesystem::equivalent("closecheck", launcher, error)) return "./closecheck";
  return shell_word(launcher);
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
      violation.replay = replay_line(path, target, options);
    });
  deliveries.finish();
}

}  // namespace closecheck::cli
