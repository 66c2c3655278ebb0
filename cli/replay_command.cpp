// `closecheck replay`: scenarios and saved counterexamples, one verdict a file.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "closecheck/reports/replay_report.h"
#include "closecheck/scenarios/scenario.h"
#include "commands.h"
#include "files.h"
#include "interrupts.h"
#include "target.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;

bool is_scenario_file(const fs::path& path) {
  return path.extension() == ".yml" || path.extension() == ".yaml";
}

/// Files as named; of a folder every scenario beneath it, by name.
std::vector<std::string> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path, error))
      if (entry.is_regular_file() && is_scenario_file(entry.path())) found.push_back(entry.path().string());
    if (error) throw UsageError(fmt::format("{}: cannot be read: {}", path, error.message()));
    if (found.empty()) throw UsageError(fmt::format("{}: holds no scenario (*.yml, *.yaml)", path));
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

scenarios::Scenario load(const std::string& file, const std::shared_ptr<const scenarios::ApiTable>& apis) {
  try {
    return scenarios::Scenario::load(file, apis);
  } catch (const scenarios::ScenarioError& error) {
    throw UsageError(error.what);
  }
}

std::shared_ptr<const scenarios::ApiTable> apis_of(const std::string& folder) {
  if (folder.empty()) return nullptr;
  try {
    return std::make_shared<const scenarios::ApiTable>(scenarios::ApiTable::load(folder));
  } catch (const scenarios::ScenarioError& error) {
    throw UsageError(error.what);
  }
}

/// The titles to run of a file: all of them when the pattern names the file, else those that it matches; empty: none.
std::string titles_wanted(const std::string& file, const scenarios::Scenario& scenario, const std::string& filter) {
  if (filter.empty() || glob_matches(filter, file) || glob_matches(filter, fs::path(file).filename().string()))
    return "*";
  const std::vector<std::string> titles = scenario.titles();
  const bool any =
      std::any_of(titles.begin(), titles.end(), [&](const std::string& it) { return glob_matches(filter, it); });
  return any ? filter : "";
}

struct Wanted {
  std::string file;
  scenarios::Scenario scenario;
  std::string titles;
};

/// One live target of the command: asked once, whatever the number of files.
struct Reached {
  Knowledge knowledge;
  std::string journal;
};

class Replayer {
 public:
  explicit Replayer(const ReplayOptions& options) : options_(options), run_id_(new_run_id()) {}

  reports::ReplayedFile replay(const Wanted& wanted) {
    reports::ReplayedFile replayed;
    replayed.file = wanted.file;
    const scenarios::Header& header = wanted.scenario.header();
    const Target target = resolve_target(options_.target, {header.target, header.profile, header.deviation});
    const Reached& reached = reach(target);
    if (!reached.knowledge.reachable) {
      replayed.verdict = name(scenarios::ReplayVerdict::cannot_tell);
      replayed.why = "the target cannot be reached: " + reached.knowledge.error;
      return replayed;
    }
    Systems systems = make_systems(target, reached.journal);
    const std::string prefix =
        target.live ? fmt::format("{}{}-{}-", kNamePrefix, run_id_, count_++) : std::string(kNamePrefix);
    scenarios::Replay result =
        scenarios::replay(wanted.scenario, systems.wide(), executor_options(target, reached.knowledge),
                          judge_options(target, reached.knowledge), prefix, wanted.titles);
    replayed.verdict = name(result.verdict);
    replayed.why = result.why;
    replayed.findings = std::move(result.findings);
    replayed.history = std::move(result.history);
    return replayed;
  }

  /// What is left on the targets, after trying to remove it.
  void clean_up() {
    for (const auto& [url, entry] : reached_) {
      const auto& [target, reached] = entry;
      if (reached.journal.empty()) continue;
      const std::vector<std::string> left = sut::clean_up_journal(endpoint_of(target, reached.journal));
      for (const std::string& thing : left) print_diagnostic(fmt::format("not removed from {}: {}", url, thing));
      std::error_code ignored;
      if (left.empty()) fs::remove(reached.journal, ignored);
    }
  }

 private:
  const Reached& reach(const Target& target) {
    const auto found = reached_.find(target.url);
    if (found != reached_.end()) return found->second.second;
    Reached reached;
    reached.knowledge = learn(target);
    if (target.live && reached.knowledge.reachable)
      reached.journal = (state_folder() / fmt::format("journal-{}-{}", run_id_, reached_.size())).string();
    return reached_.emplace(target.url, std::pair(target, std::move(reached))).first->second.second;
  }

  static sut::ExecutorOptions executor_options(const Target& target, const Knowledge& knowledge) {
    sut::ExecutorOptions executor;
    if (target.live) {
      executor.answer_patience = 2 * kMinute;
      executor.reread_after = 4 * kSecond;
      executor.poll_every = 100 * kMillisecond;
      executor.quiet = std::max(600 * kMillisecond, 2 * knowledge.round_trip_max);
    } else {
      // Virtual time costs nothing, so a close is awaited beyond the longest timeout in use.
      executor.answer_patience = 72 * kHour;
      executor.poll_every = 500 * kMillisecond;
    }
    return executor;
  }

  static model::JudgeOptions judge_options(const Target& target, const Knowledge& knowledge) {
    model::JudgeOptions judge;
    judge.profile = target.profile;
    judge.secured = knowledge.secured;
    judge.model_size_is_told = !target.live;
    if (target.live) judge.margin = std::max(500 * kMillisecond, 4 * knowledge.round_trip_max);
    return judge;
  }

  const ReplayOptions& options_;
  std::string run_id_;
  int count_ = 0;
  std::map<std::string, std::pair<Target, Reached>> reached_;
};

ExitCode exit_code_of(const std::vector<reports::ReplayedFile>& files) {
  if (reports::count(files, name(scenarios::ReplayVerdict::still_failing)) > 0) return ExitCode::violates;
  return reports::count(files, name(scenarios::ReplayVerdict::fixed)) == files.size() ? ExitCode::conforms
                                                                                      : ExitCode::inconclusive;
}

}  // namespace

ExitCode replay_command(const ReplayOptions& options) {
  OutputFile json(options.json);
  OutputFile junit(options.junit);
  // Every file is read before anything runs: a bad one must not stop a replay half way.
  const std::shared_ptr<const scenarios::ApiTable> apis = apis_of(options.api);
  std::vector<Wanted> all_wanted;
  for (const std::string& file : files_of(options.paths)) {
    scenarios::Scenario scenario = load(file, apis);
    std::string titles = titles_wanted(file, scenario, options.filter);
    if (!titles.empty()) all_wanted.push_back({file, std::move(scenario), std::move(titles)});
  }
  if (all_wanted.empty()) throw UsageError(fmt::format("no file or test matches '{}'", options.filter));

  std::vector<reports::ReplayedFile> files;
  Replayer replayer(options);
  {
    const Interrupts interrupts;
    for (const Wanted& wanted : all_wanted) {
      if (interrupts.cancelled()) {
        files.push_back({wanted.file, std::string(name(scenarios::ReplayVerdict::cannot_tell)), "interrupted", {}, {}});
      } else {
        files.push_back(replayer.replay(wanted));
      }
      print(reports::write_replayed(files.back(), options.quiet));
    }
    replayer.clean_up();
  }
  json.write(reports::write_replay_json(files));
  json.commit();
  junit.write(reports::write_replay_junit(files));
  junit.commit();
  print(reports::write_replay_summary(files) + "\n");
  return exit_code_of(files);
}

}  // namespace closecheck::cli
