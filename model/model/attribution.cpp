#include "model/attribution.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/blame.h"

namespace closecheck::model {
namespace {

// Judging again costs as much as judging: only this many earlier answers are tried as the one that misleads.
constexpr std::size_t kSuspectsTried = 64;
constexpr std::size_t kSuspectItemsMax = 2'000;
constexpr std::size_t kSuspectsNamed = 3;
constexpr std::size_t kStatesNamed = 3;

/// Whether items `0..last` can be explained with some answers left unknown.
template <class Predicate>
bool explained(const Log& log, std::size_t last, const CellTable& table, Player& probe, Predicate unknown) {
  probe.reset(table, log);
  for (std::size_t i = 0; i <= last; ++i) {
    const LogItem& item = log.items[i];
    const bool open = item.type == ItemType::invoke && unknown(item.entry);
    if (probe.play(log, i, open) != Played::fits) return false;
  }
  return true;
}

/// Look-ahead may strike at an innocent answer, when a request that is still open has one that fits nowhere.
std::uint32_t blamed_entry(const Log& log, std::size_t item, const Player& player, Player& probe) {
  const std::uint32_t struck = log.items[item].entry;
  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < log.entries.size(); ++i)
    if (i != struck && player.slot_of(i) >= 0) open.push_back(i);
  if (open.empty()) return struck;
  const auto is_open = [&](std::uint32_t entry) { return std::find(open.begin(), open.end(), entry) != open.end(); };
  if (!explained(log, item, player.table(), probe, is_open)) return struck;
  for (const std::uint32_t candidate : open)
    if (explained(log, item, player.table(), probe, [&](std::uint32_t entry) { return entry == candidate; }))
      return candidate;
  return struck;
}

std::string listed(const std::vector<std::string>& items, std::string_view between) {
  return fmt::format("{}", fmt::join(items, between));
}

/// `the job is closed with 5 records: refused`, for up to three states that were possible.
std::string expected_text(const Player& player, const LogEntry& entry) {
  std::vector<std::string> states;
  const Search& search = player.search();
  for (const Configuration& c : search.set()) {
    std::string state = describe_state(c.job) + ": " + describe_allowed(player.table(), entry, c.job);
    if (std::find(states.begin(), states.end(), state) == states.end()) states.push_back(std::move(state));
    if (states.size() == kStatesNamed) break;
  }
  return listed(states, "; or ");
}

std::string suspects_text(const Log& log, std::size_t item, std::uint32_t blamed, const CellTable& table,
                          Player& probe) {
  if (item > kSuspectItemsMax) return {};
  std::vector<std::string> suspects;
  std::size_t tried = 0;
  for (std::size_t i = item; i-- > 0 && tried < kSuspectsTried && suspects.size() < kSuspectsNamed;) {
    const LogItem& earlier = log.items[i];
    if (earlier.type != ItemType::invoke || earlier.entry == blamed) continue;
    const LogEntry& entry = log.entries[earlier.entry];
    if (entry.status != EntryStatus::answered || entry.answer_item > item) continue;
    ++tried;
    if (explained(log, item, table, probe, [&](std::uint32_t e) { return e == earlier.entry; }))
      suspects.push_back(fmt::format("#{} ({}, {})", entry.answer_event, describe_question(entry.question),
                                     describe_answer(entry.answer)));
  }
  if (suspects.empty()) return {};
  return fmt::format("; everything would fit if the answer {} did not hold", listed(suspects, ", or "));
}

}  // namespace

Attribution explain(const Log& log, std::size_t item, const Player& player, Player& probe) {
  Attribution told;
  told.entry = blamed_entry(log, item, player, probe);
  const LogEntry& entry = log.entries[told.entry];
  const Search& search = player.search();
  const Narrative narrative = narrate(log, item, told.entry);

  std::vector<Vote> votes;
  const int slot = player.slot_of(told.entry);
  if (slot >= 0 && search.killed(slot)) votes.push_back(blame_waiting(entry, narrative));
  const auto& evidence = search.evidence();
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    Vote vote = blame(player.table(), evidence[i].job, entry, narrative);
    if (i < search.evidence_before()) ++vote.rank;  // it needed nothing more to happen
    const auto same = std::find_if(votes.begin(), votes.end(), [&](const Vote& v) { return v.clause == vote.clause; });
    if (same == votes.end())
      votes.push_back(vote);
    else if (same->rank < vote.rank)
      *same = vote;
  }
  std::stable_sort(votes.begin(), votes.end(), [](const Vote& a, const Vote& b) { return a.rank > b.rank; });

  const std::string observed = describe_question(entry.question) + ": " + describe_answer(entry.answer);
  const std::string expected = expected_text(player, entry);
  if (votes.empty() || !votes.front().clause) {
    told.why = fmt::format("the page does not tell what to make of this: expected {}; observed {}", expected, observed);
    if (!votes.empty() && votes.front().why != nullptr) told.why = votes.front().why;
    return told;
  }
  told.clause = votes.front().clause;
  told.finding.clause = *told.clause;
  const auto also = [&](Clause clause) {
    auto& list = told.finding.also;
    if (clause != *told.clause && std::find(list.begin(), list.end(), clause) == list.end()) list.push_back(clause);
  };
  for (const std::optional<Clause>& clause : votes.front().also)
    if (clause) also(*clause);
  for (const Vote& vote : votes)
    if (vote.clause) also(*vote.clause);
  told.finding.count_too_low = votes.front().count_too_low;
  told.finding.expected =
      expected + since_text(log, narrative) + suspects_text(log, item, told.entry, player.table(), probe);
  told.finding.observed = observed;
  told.finding.event = entry.answer_event;
  return told;
}

}  // namespace closecheck::model
