// `closecheck replay`: scenarios and saved counterexamples, one verdict a file.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <stdexcept>

#include "closecheck/reports/replay_report.h"
#include "closecheck/scenarios/library.h"
#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/history_lines.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "closecheck/vocabulary/workers.h"
#include "commands.h"
#include "files.h"
#include "live_session.h"
#include "progress.h"
#include "replayer.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;

bool is_scenario_file(const fs::path& path) {
  return path.extension() == ".yml" || path.extension() == ".yaml";
}

/// `replay library` runs what ships with the program; `./library` is a folder like any other.
constexpr std::string_view kLibrary = "library";

scenarios::Scenario load(const scenarios::LibraryScenario& script) {
  try {
    return scenarios::Scenario::parse(std::string(script.text), fmt::format("{}/{}", kLibrary, script.name));
  } catch (const scenarios::ScenarioError& error) {
    throw std::logic_error(error.what);
  }
}

/// What cannot be used is named and left out; everything else is replayed.
class Unusable {
 public:
  /// Says at once what is wrong. `message` names the file and the place.
  void name(const std::string& file, const std::string& message) {
    print_diagnostic(message);
    reports::ReplayedFile replayed;
    replayed.file = file;
    replayed.verdict = scenarios::name(scenarios::ReplayVerdict::cannot_tell);
    replayed.why = message.substr(0, message.find('\n'));
    files_.push_back(std::move(replayed));
  }
  /// Of something that is no scenario file.
  void name(const std::string& message) {
    print_diagnostic(message);
    is_more_ = true;
  }

  const std::vector<reports::ReplayedFile>& files() const { return files_; }
  bool empty() const { return files_.empty() && !is_more_; }

 private:
  std::vector<reports::ReplayedFile> files_;
  bool is_more_ = false;
};

/// What scenarios lie in a folder, and in those beneath it. Whatever has the name of one is taken for one: that it is
/// none, or points nowhere, is said when it is read.
void find_files(const fs::path& folder, Unusable& unusable, std::vector<std::string>& found) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code unknown;
    if (at->is_directory(unknown) && !at->is_symlink(unknown))
      find_files(at->path(), unusable, found);
    else if (is_scenario_file(at->path()))
      found.push_back(at->path().string());
  }
  if (error) unusable.name(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
}

/// The file as named; of a folder every scenario beneath it, by name.
std::vector<std::string> files_of(const std::string& path, Unusable& unusable) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> found;
  find_files(path, unusable, found);
  if (found.empty()) unusable.name(fmt::format("{}: holds no scenario (*.yml, *.yaml)", path));
  std::sort(found.begin(), found.end());
  return found;
}

std::shared_ptr<const scenarios::ApiTable> apis_of(const std::vector<std::string>& folders, Unusable& unusable) {
  if (folders.empty()) return nullptr;
  try {
    auto apis = std::make_shared<const scenarios::ApiTable>(scenarios::ApiTable::load(folders));
    for (const std::string& problem : apis->problems()) unusable.name(problem);
    return apis;
  } catch (const scenarios::ScenarioError& error) {
    throw UsageError(error.what);
  }
}

/// Which tests of a file the pattern names, by the file, by their titles, or by `folder/file/title`. Null: none.
std::optional<scenarios::TitleFilter> titles_wanted(const std::string& file, const scenarios::Scenario& scenario,
                                                    const std::string& pattern) {
  const fs::path path(file);
  if (pattern.empty() || matches_glob(pattern, file) || matches_glob(pattern, path.filename().string()) ||
      matches_glob(pattern, path.stem().string()))
    return scenarios::TitleFilter();
  const std::string suite = fmt::format("{}/{}", path.parent_path().filename().string(), path.stem().string());
  scenarios::TitleFilter wanted = [pattern, suite](std::string_view title) {
    return matches_glob(pattern, title) || matches_glob(pattern, fmt::format("{}/{}", suite, title));
  };
  const std::vector<std::string> titles = scenario.titles();
  if (std::none_of(titles.begin(), titles.end(), wanted)) return std::nullopt;
  return wanted;
}

/// Reads every file before anything runs.
std::vector<Wanted> read_all(const ReplayOptions& options, Unusable& unusable) {
  const std::shared_ptr<const scenarios::ApiTable> apis = apis_of(options.api, unusable);
  std::vector<Wanted> all;
  const auto take = [&](const std::string& file, scenarios::Scenario scenario, bool ships) {
    for (const std::string& note : scenario.notes()) print_diagnostic(note);
    if (auto titles = titles_wanted(file, scenario, options.filter))
      all.push_back({file, std::move(scenario), std::move(*titles), ships});
  };
  for (const std::string& path : options.paths) {
    if (path == kLibrary) {
      for (const scenarios::LibraryScenario& script : scenarios::library_scenarios())
        take(fmt::format("{}/{}", kLibrary, script.name), load(script), true);
      continue;
    }
    for (const std::string& file : files_of(path, unusable)) try {
        take(file, scenarios::Scenario::load(file, apis), false);
      } catch (const scenarios::ScenarioError& error) {
        unusable.name(file, error.what);
      }
  }
  if (all.empty() && unusable.empty()) throw UsageError(fmt::format("no file or test matches '{}'", options.filter));
  return all;
}

/// Takes files out whose calls cannot be made for their targets.
void take_out_bad_calls(const ReplayOptions& options, const Ends& ends, std::vector<Wanted>& files,
                        Unusable& unusable) {
  std::erase_if(files, [&](const Wanted& wanted) {
    const scenarios::Header& header = wanted.scenario.header();
    const Target target = resolve_target(options.target, {header.target, header.profile, header.deviation}, ends);
    try {
      wanted.scenario.check(target.profile, wanted.titles);
      return false;
    } catch (const scenarios::ScenarioError& error) {
      unusable.name(wanted.file, error.what);
      return true;
    }
  });
}

/// Steps and requests, and nothing is sent.
void print_plans(const ReplayOptions& options, const std::vector<Wanted>& files) {
  for (const Wanted& wanted : files) {
    const scenarios::Header& header = wanted.scenario.header();
    const Target target = resolve_target(options.target, {header.target, header.profile, header.deviation});
    print(fmt::format("{} ({}, {})\n", one_line(wanted.file), target.live ? one_line(target.url) : "in process",
                      name(target.profile)));
    if (const std::string dialect = other_dialect_of(options, wanted); !dialect.empty()) {
      print(fmt::format("  skipped: {}\n", dialect));
      continue;
    }
    const std::vector<std::string> titles = wanted.scenario.titles();
    for (std::size_t test = 0; test < titles.size(); ++test) {
      if (wanted.titles && !wanted.titles(titles[test])) continue;
      const auto reason = wanted.scenario.left_out(test, target.profile);
      print(fmt::format("  \"{}\"{}\n", one_line(titles[test]), reason ? " is left out: " + one_line(*reason) : ""));
      if (reason) continue;
      for (const std::string& line : wanted.scenario.plan(test, target.profile)) print("    " + one_line(line) + "\n");
    }
  }
}

/// What every file says that was not, or not wholly, replayed for an interrupt.
constexpr std::string_view kWhyInterrupted = "interrupted";
/// ... for want of time.
constexpr std::string_view kWhyOver = "the time of the replay (--budget) was up";

/// Replays the files on some threads; prints each as soon as it and all before it are done, so that the output does not
/// depend on the number of threads.
class Replays {
 public:
  Replays(const reports::ConsoleStyle& style, const std::vector<Wanted>& files, Replayer& replayer,
          const LiveSession& session, Deliveries& deliveries)
      : files_(files),
        replayer_(replayer),
        session_(session),
        deliveries_(deliveries),
        style_(style),
        progress_(!style.quiet),
        done_(files.size()) {}

  std::vector<reports::ReplayedFile> run(int jobs) {
    std::vector<std::size_t> shared;
    std::vector<std::size_t> alone;
    for (std::size_t i = 0; i < files_.size(); ++i)
      (replayer_.needs_target_alone(files_[i]) ? alone : shared).push_back(i);
    replay_all(shared, jobs);
    replay_all(alone, 1);
    progress_.clear();
    std::vector<reports::ReplayedFile> all;
    all.reserve(done_.size());
    for (auto& file : done_) all.push_back(std::move(*file));
    return all;
  }

 private:
  void replay_all(const std::vector<std::size_t>& indices, int jobs) {
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> failed = false;
    run_workers(std::min(jobs, static_cast<int>(indices.size())), failed, [&] {
      for (std::size_t at = next++; at < indices.size() && !failed; at = next++)
        finish(indices[at], replay(files_[indices[at]]));
    });
  }

  reports::ReplayedFile replay(const Wanted& wanted) {
    if (!session_.cancelled() && !session_.is_over()) return replayer_.replay(wanted);
    reports::ReplayedFile replayed;
    replayed.file = wanted.file;
    replayed.verdict = name(scenarios::ReplayVerdict::cannot_tell);
    replayed.why = session_.cancelled() ? kWhyInterrupted : kWhyOver;
    return replayed;
  }

  void finish(std::size_t index, reports::ReplayedFile file) {
    const std::lock_guard lock(mutex_);
    done_[index] = std::move(file);
    ++done_count_;
    progress_.clear();
    print_done();
    progress_.show({files_[index].file, done_count_, files_.size(), 0, {}});
  }

  /// What is done up to the first file that is not; files of one cause together, so while more may come they wait.
  void print_done() {
    while (printed_ < done_.size() && done_[printed_]) {
      const reports::ReplayedFile& first = *done_[printed_];
      std::vector<reports::ReplayedFile> alike{first};
      std::size_t end = printed_ + 1;
      for (; end < done_.size() && done_[end] && reports::have_one_cause(first, *done_[end]); ++end)
        alike.push_back(*done_[end]);
      if (end < done_.size() && !done_[end] && reports::have_one_cause(first, first)) return;
      deliveries_.attempt([&] { print(reports::write_replayed(alike, style_)); });
      printed_ = end;
    }
  }

  const std::vector<Wanted>& files_;
  Replayer& replayer_;
  const LiveSession& session_;
  Deliveries& deliveries_;
  const reports::ConsoleStyle& style_;
  std::mutex mutex_;
  ProgressLine progress_;
  std::vector<std::optional<reports::ReplayedFile>> done_;
  std::size_t done_count_ = 0;
  std::size_t printed_ = 0;
};

/// As many as fit; one at a time has a live target to itself unless the user wants more.
int jobs_of(const ReplayOptions& options) {
  if (options.jobs != 0) return require_jobs(options.jobs);
  return processor_count();
}

ExitCode exit_code_of(const std::vector<reports::ReplayedFile>& files) {
  const std::string_view verdict = reports::verdict_of(files);
  if (verdict == name(scenarios::ReplayVerdict::still_failing)) return ExitCode::violates;
  return verdict == name(scenarios::ReplayVerdict::fixed) ? ExitCode::conforms : ExitCode::inconclusive;
}

}  // namespace

ExitCode replay_command(const ReplayOptions& options) {
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  const Ends ends = ends_of(begin, budget_of(options.budget).value_or(kLiveBudget));
  constexpr int kRepeatMax = 1000;
  if (options.repeat < 1 || options.repeat > kRepeatMax)
    throw UsageError(fmt::format("--repeat takes a number from 1 to {}", kRepeatMax));
  const reports::ConsoleStyle style{
      .colour = wants_colour(options.colour), .quiet = options.quiet, .width = output_width()};
  OutputFile json(options.json);
  OutputFile junit(options.junit);
  OutputFile html(options.html);
  Unusable unusable;
  std::vector<Wanted> wanted = read_all(options, unusable);
  take_out_bad_calls(options, ends, wanted, unusable);
  if (options.dry_run) {
    print_plans(options, wanted);
    return unusable.empty() ? ExitCode::conforms : ExitCode::usage;
  }
  if (wanted.empty()) return ExitCode::usage;
  LiveSession session(ends);
  Replayer replayer(options, ends, wanted, session);
  Deliveries deliveries;
  std::vector<reports::ReplayedFile> files = unusable.files();
  for (const reports::ReplayedFile& file : files)
    deliveries.attempt([&] { print(reports::write_replayed(file, style)); });
  for (reports::ReplayedFile& file : Replays(style, wanted, replayer, session, deliveries).run(jobs_of(options)))
    files.push_back(std::move(file));
  session.clean_up();
  const std::string_view remark = session.cancelled() ? "; interrupted: what had not been replayed is not told" : "";
  deliveries.attempt([&] { print(reports::write_replay_end(files, remark, style)); });
  deliveries.attempt([&] {
    json.write(reports::write_replay_json(files));
    json.commit();
  });
  deliveries.attempt([&] {
    junit.write(reports::write_replay_junit(files));
    junit.commit();
  });
  deliveries.attempt([&] {
    if (!html.wanted()) return;
    for (reports::ReplayedFile& file : files) file.history_lines = sut::write_history_lines(file.history);
    html.write(reports::write_replay_html(files));
    html.commit();
  });
  deliveries.finish();
  return unusable.empty() && !replayer.met_bad_tests() ? exit_code_of(files) : ExitCode::usage;
}

}  // namespace closecheck::cli
