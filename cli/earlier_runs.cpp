#include "earlier_runs.h"

#include <fmt/format.h>

#include <algorithm>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::cli {
namespace {

constexpr std::size_t kThingsShown = 3;

std::string some_of(const std::set<sut::Thing>& things) {
  std::vector<std::string> names;
  for (const sut::Thing& thing : things)
    if (names.size() < kThingsShown) names.push_back(one_line(sut::describe(thing)));
  if (things.size() > kThingsShown) names.push_back(fmt::format("and {} more", things.size() - kThingsShown));
  return joined(names);
}

}  // namespace

std::string run_id_in(const std::string& name) {
  if (!name.starts_with(kNamePrefix)) return "";
  const std::string id = name.substr(kNamePrefix.size(), kRunIdSize);
  const std::size_t end = kNamePrefix.size() + kRunIdSize;
  const bool is_id = std::ranges::all_of(id, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); });
  return is_id && name.size() > end && name[end] == '-' ? id : "";
}

std::map<std::string, EarlierRun> runs_by_journal(const std::string& url) {
  std::map<std::string, EarlierRun> runs;
  for (const KeptJournal& journal : kept_journals()) {
    const std::optional<sut::JournalOwner>& owner = journal.content.owner;
    if (!owner || owner->url != url) continue;
    EarlierRun& run = runs[owner->run_id];
    run.started = owner->started;
    run.is_live = run.is_live || journal.is_live;
    run.journals.push_back(journal.path);
    run.things.insert(journal.content.left.begin(), journal.content.left.end());
  }
  return runs;
}

void add_things(const std::set<sut::Thing>& things, std::map<std::string, EarlierRun>& runs) {
  for (const sut::Thing& thing : things)
    if (const std::string id = run_id_in(thing.name); !id.empty()) runs[id].things.insert(thing);
}

std::vector<std::string> notes_of_earlier_runs(const Target& target) {
  std::map<std::string, EarlierRun> runs = runs_by_journal(target.url);
  add_things(sut::find_things(endpoint_of(target, ""), std::string(kNamePrefix), {sut::ThingKind::job}).things, runs);
  std::vector<std::string> notes;
  for (const auto& [id, run] : runs) {
    if (run.is_live || run.things.empty()) continue;
    const std::string what = target.redactor(some_of(run.things));
    notes.push_back(
        run.journals.empty()
            ? fmt::format("the target has {} of the run {}; if that is over, `{}` removes what is left of it", what, id,
                          cleanup_command_line(target.url, id))
            : fmt::format("the run {} of {} left behind: {}; `{}` removes it", id, run.started, what,
                          cleanup_command_line(target.url, id)));
  }
  return notes;
}

std::string describe_left(const sut::JournalContent& content) {
  std::string text;
  for (const sut::Thing& thing : content.left) text += fmt::format("\n  {}", one_line(sut::describe(thing)));
  if (content.owner)
    text += fmt::format("\n`{}` removes what is left", cleanup_command_line(content.owner->url, content.owner->run_id));
  return text;
}

std::string cleanup_command_line(const std::string& url, const std::string& run_id) {
  return fmt::format("closecheck cleanup --target {} --run {}", url, run_id);
}

}  // namespace closecheck::cli
