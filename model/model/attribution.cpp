#include "model/attribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "model/describe.h"
#include "model/diagnosis.h"

namespace closecheck::model {
namespace {

// Judging again costs as much as judging: only this many earlier answers are tried as the one that misleads.
constexpr std::size_t kSuspectsTried = 64;
constexpr std::size_t kSuspectItemsMax = 2'000;
constexpr std::size_t kSuspectsNamed = 3;
constexpr std::size_t kStatesNamed = 3;

/// Whether everything up to `last` can be explained with the answers of these requests left open.
bool explained_without(const Log& log, std::size_t last, std::span<const std::uint32_t> entries, const CellTable& table,
                       Player& probe) {
  Log altered = log;
  for (const std::uint32_t entry : entries)
    altered.take({.id = log.entries[entry].id, .answer = Answer{.outcome = RequestOutcome::unknown}});
  return probe.fits(table, altered, last);
}

/// Look-ahead may strike at an innocent answer, when a request that is still open has one that fits nowhere. Empty:
/// nobody is to blame, the job was to have come to rest.
std::optional<std::uint32_t> blamed_entry(const Log& log, std::size_t item, const Player& player, Player& probe) {
  std::optional<std::uint32_t> struck;
  if (log.items[item].type == ItemType::respond) struck = log.items[item].entry;
  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < log.entries.size(); ++i)
    if (i != struck && player.slot_of(i) >= 0) open.push_back(i);
  if (open.empty() || !explained_without(log, item, open, player.table(), probe)) return struck;
  for (const std::uint32_t& candidate : open)
    if (explained_without(log, item, {&candidate, 1}, player.table(), probe)) return candidate;
  return struck ? struck : open.front();
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
    if (explained_without(log, item, {&earlier.entry, 1}, table, probe))
      suspects.push_back(
          fmt::format("#{} ({}, {})", entry.id, describe_question(entry.question), describe_answer(entry.answer)));
  }
  if (suspects.empty()) return {};
  return fmt::format("; everything would fit if the answer {} did not hold", listed(suspects, ", or "));
}

/// Nothing was asked of the job, and it did not come to rest.
Attribution restless(const Log& log, std::size_t item, const Player& player) {
  const JobValue& job = player.search().evidence().front().job;
  Attribution told;
  told.clause = rows()[static_cast<std::size_t>(player.table().at(kSettledStep, job).row)].clause;
  told.finding.clause = *told.clause;
  told.finding.expected = "the job comes to rest";
  told.finding.observed = describe_state(job);
  told.finding.event = log.items[item].event;
  return told;
}

}  // namespace

Attribution explain(const Log& log, std::size_t item, const Player& player, Player& probe) {
  const std::optional<std::uint32_t> blamed = blamed_entry(log, item, player, probe);
  if (!blamed) return restless(log, item, player);
  Attribution told;
  const LogEntry& entry = log.entries[*blamed];
  const Search& search = player.search();
  const HistorySummary past = summarize(log, item, *blamed);

  std::vector<Diagnosis> diagnoses;
  const int slot = player.slot_of(*blamed);
  if (slot >= 0 && search.killed(slot)) diagnoses.push_back(diagnose_waiting(player.table(), entry, past));
  const auto& evidence = search.evidence();
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    Diagnosis diagnosis = diagnose(player.table(), evidence[i].job, entry, past);
    if (i < search.evidence_before()) ++diagnosis.rank;  // it needed nothing more to happen
    const auto same = std::ranges::find(diagnoses, diagnosis.clause, &Diagnosis::clause);
    if (same == diagnoses.end())
      diagnoses.push_back(diagnosis);
    else if (same->rank < diagnosis.rank)
      *same = diagnosis;
  }
  std::ranges::stable_sort(diagnoses, std::ranges::greater{}, &Diagnosis::rank);

  const std::string observed = describe_question(entry.question) + ": " + describe_answer(entry.answer);
  const std::string expected = expected_text(player, entry);
  if (diagnoses.empty() || !diagnoses.front().clause) {
    told.why = fmt::format("the page does not tell what to make of this: expected {}; observed {}", expected, observed);
    if (!diagnoses.empty() && diagnoses.front().why != nullptr) told.why = diagnoses.front().why;
    return told;
  }
  told.clause = diagnoses.front().clause;
  told.finding.clause = *told.clause;
  const auto also = [&](Clause clause) {
    auto& list = told.finding.also;
    if (clause != *told.clause && std::find(list.begin(), list.end(), clause) == list.end()) list.push_back(clause);
  };
  for (const std::optional<Clause>& clause : diagnoses.front().also)
    if (clause) also(*clause);
  for (const Diagnosis& other : diagnoses)
    if (other.clause) also(*other.clause);
  told.finding.count_too_low = diagnoses.front().count_too_low;
  told.finding.expected = expected + since_text(log, past) + suspects_text(log, item, *blamed, player.table(), probe);
  told.finding.observed = observed;
  told.finding.id = entry.id;
  told.finding.event = entry.answer_event;
  return told;
}

}  // namespace closecheck::model
