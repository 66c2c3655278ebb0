// `closecheck cleanup`: removes what interrupted runs left on a target.
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "commands.h"
#include "earlier_runs.h"
#include "live_session.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Runs = std::map<std::string, EarlierRun>;

void check_run_id(const std::string& id) {
  if (!id.empty() && run_id_in(fmt::format("{}{}-", kNamePrefix, id)) != id)
    throw UsageError(fmt::format("--run takes the {} letters and digits behind '{}' in the names of a run, not '{}'",
                                 kRunIdSize, kNamePrefix, one_line(id)));
}

/// The targets that the user means: the one that flags or the configuration name, else each that a journal names. The
/// latter get no credentials: those of the configuration may be meant for somebody else.
std::vector<Target> targets_of(const CleanupOptions& options, const Ends& ends) {
  std::map<std::string, Profile> by_journal;
  for (const KeptJournal& journal : kept_journals())
    if (journal.content.owner && (options.run.empty() || journal.run_id() == options.run))
      by_journal.emplace(journal.content.owner->url, journal.content.owner->profile);
  // Without asking anybody: which target is named decides which journal tells its profile.
  TargetOptions named = options.target;
  const std::string url = named_target(named);
  std::vector<Target> targets;
  if (!url.empty()) {
    const auto found = by_journal.find(url);
    TargetHint hint;
    if (found != by_journal.end()) hint.profile = found->second;
    targets.push_back(resolve_target(named, hint, ends));
    if (!targets.back().live) throw UsageError("cleanup is for a live target; in process nothing is left");
    return targets;
  }
  for (const auto& [journal_url, profile] : by_journal)
    targets.push_back(resolve_target(named, {journal_url, profile, ""}, ends));
  return targets;
}

/// What is to be removed from one target, and what could not be looked for.
struct Plan {
  Runs runs;
  std::vector<std::string> unread;
};

Plan plan_for(const CleanupOptions& options, const Target& target) {
  Plan plan{runs_by_journal(target.url), {}};
  if (!options.run.empty())
    if (const auto found = plan.runs.find(options.run); found != plan.runs.end() && found->second.is_live)
      throw UsageError(
          fmt::format("the run {} goes on: its journal {} is in use", options.run, found->second.journals.front()));
  if (!options.run.empty()) std::erase_if(plan.runs, [&](const auto& run) { return run.first != options.run; });
  if (options.all_runs || !options.run.empty()) {
    const std::string prefix =
        options.all_runs ? std::string(kNamePrefix) : fmt::format("{}{}-", kNamePrefix, options.run);
    sut::Found found = sut::find_things(endpoint_of(target, ""), prefix,
                                        {sut::ThingKind::feed, sut::ThingKind::job, sut::ThingKind::index});
    add_things(found.things, plan.runs);
    plan.unread = std::move(found.unread);
  }
  return plan;
}

void print_plan(const Target& target, const Plan& plan) {
  for (const auto& [id, run] : plan.runs) {
    if (run.is_live) {
      print(fmt::format("run {} goes on and is left alone\n", id));
      continue;
    }
    print(fmt::format("run {}{} on {}:\n", id, run.started.empty() ? "" : " of " + run.started, one_line(target.url)));
    for (const sut::Thing& thing : run.things)
      print(fmt::format("  {}\n", one_line(target.redactor(sut::describe(thing)))));
  }
  for (const std::string& unread : plan.unread) print(fmt::format("not looked for: {}\n", one_line(unread)));
}

struct Done {
  std::size_t removed = 0;
  std::set<sut::Thing> left;
  bool was_taken = false;  // by somebody else, meanwhile
};

void remove_run(const Target& target, const EarlierRun& run, Done& done) {
  const auto patience = [&] { return std::chrono::nanoseconds(target.ends.end - Clock::now()).count(); };
  std::set<sut::Thing> things = run.things;
  for (const std::string& path : run.journals) {
    const std::unique_ptr<JournalLock> journal = JournalLock::take(path);
    if (!journal) {
      done.was_taken = true;
      continue;
    }
    const std::set<sut::Thing> named = sut::read_journal(path).left;
    std::set<sut::Thing> left = sut::clean_up_journal(endpoint_of(target, path), patience());
    if (left.empty()) journal->remove();
    for (const sut::Thing& thing : named) things.erase(thing);
    done.removed += named.size() - left.size();
    done.left.merge(left);
  }
  const std::set<sut::Thing> left =
      sut::remove_things(endpoint_of(target, ""), things, patience(), [&](const sut::Thing&) { ++done.removed; });
  done.left.insert(left.begin(), left.end());
}

bool clean_target(const CleanupOptions& options, const Target& target) {
  const Knowledge knowledge = learn(target);
  if (!knowledge.reachable) {
    print_diagnostic(fmt::format("{} {}", one_line(target.url), knowledge.error));
    return false;
  }
  const Plan plan = plan_for(options, target);
  print_plan(target, plan);
  if (options.dry_run) return plan.unread.empty();
  Done done;
  for (const auto& [id, run] : plan.runs)
    if (!run.is_live) remove_run(target, run, done);
  print(fmt::format("{}: {} removed, {} left\n", one_line(target.url), done.removed, done.left.size()));
  for (const sut::Thing& thing : done.left)
    print_diagnostic(fmt::format("not removed: {}", one_line(target.redactor(sut::describe(thing)))));
  return done.left.empty() && !done.was_taken && plan.unread.empty();
}

}  // namespace

ExitCode cleanup_command(const CleanupOptions& options) {
  check_run_id(options.run);
  const std::vector<Target> targets = targets_of(options, ends_of(Clock::now(), kLiveBudget));
  if (targets.empty()) {
    if (options.all_runs || !options.run.empty())
      throw UsageError("no journal tells of such a run; name the target (--target or `target:`)");
    print("no journal tells of a run that left something\n");
    return ExitCode::conforms;
  }
  bool is_clean = true;
  for (const Target& target : targets) is_clean = clean_target(options, target) && is_clean;
  return is_clean ? ExitCode::conforms : ExitCode::inconclusive;
}

}  // namespace closecheck::cli
