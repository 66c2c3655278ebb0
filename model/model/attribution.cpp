#include "model/attribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "closecheck/vocabulary/text.h"
#include "model/describe.h"
#include "model/diagnosis.h"

namespace closecheck::model {
namespace {

// Judging again costs as much as judging: only this many earlier answers are tried as the one that misleads.
constexpr std::size_t kSuspectsTried = 64;
constexpr std::size_t kSuspectItemsMax = 2'000;
constexpr std::size_t kSuspectsNamed = 3;
constexpr std::size_t kStatesNamed = 3;

/// Explains why one item left nothing.
class Explainer {
 public:
  Explainer(const Log& log, std::size_t item, const Player& player, Player& probe)
      : log_(log), item_(item), player_(player), probe_(probe) {}

  Attribution explain() {
    const std::optional<std::uint32_t> blamed = blamed_entry();
    return blamed ? explain(*blamed) : restless();
  }

 private:
  bool explained_without(std::span<const std::uint32_t> entries);
  std::optional<std::uint32_t> blamed_entry();
  Attribution explain(std::uint32_t blamed);
  Attribution restless() const;
  std::vector<Diagnosis> diagnoses(std::uint32_t blamed, const HistorySummary& past) const;
  std::string expected_text(const LogEntry& entry) const;
  std::string suspects_text(std::uint32_t blamed);

  const Log& log_;
  std::size_t item_;
  const Player& player_;
  Player& probe_;
  Log altered_;  // scratch
};

/// Whether everything up to the item can be explained with the answers of these requests left open.
bool Explainer::explained_without(std::span<const std::uint32_t> entries) {
  altered_ = log_;
  for (const std::uint32_t entry : entries)
    altered_.take({.id = log_.entries[entry].id, .answer = Answer{.outcome = RequestOutcome::unknown}});
  return probe_.fits(player_.table(), altered_, item_);
}

/// Look-ahead may strike at an innocent answer, when a request that is still open has one that fits nowhere. Empty:
/// nobody is to blame, the job was to have come to rest.
std::optional<std::uint32_t> Explainer::blamed_entry() {
  std::optional<std::uint32_t> struck;
  if (log_.items[item_].type == ItemType::respond) struck = log_.items[item_].entry;
  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < log_.entries.size(); ++i)
    if (i != struck && player_.slot_of(i) >= 0) open.push_back(i);
  if (open.empty() || !explained_without(open)) return struck;
  for (const std::uint32_t& candidate : open)
    if (explained_without({&candidate, 1})) return candidate;
  return struck ? struck : open.front();
}

/// `the job is closed with 5 records: refused`, for up to three states that were possible.
std::string Explainer::expected_text(const LogEntry& entry) const {
  std::vector<std::string> states;
  for (const Configuration& c : player_.search().set()) {
    std::string state = describe_state(c.job) + ": " + describe_allowed(player_.table(), entry, c.job);
    if (std::ranges::find(states, state) == states.end()) states.push_back(std::move(state));
    if (states.size() == kStatesNamed) break;
  }
  return joined(states, "; or ");
}

std::string Explainer::suspects_text(std::uint32_t blamed) {
  if (item_ > kSuspectItemsMax) return {};
  std::vector<std::string> suspects;
  std::size_t tried = 0;
  for (std::size_t i = item_; i-- > 0 && tried < kSuspectsTried && suspects.size() < kSuspectsNamed;) {
    const LogItem& earlier = log_.items[i];
    if (earlier.type != ItemType::invoke || earlier.entry == blamed) continue;
    const LogEntry& entry = log_.entries[earlier.entry];
    if (entry.status != EntryStatus::answered || entry.answer_item > item_) continue;
    ++tried;
    if (explained_without({&earlier.entry, 1}))
      suspects.push_back(
          fmt::format("#{} ({}, {})", entry.id, describe_question(entry.question), describe_answer(entry.answer)));
  }
  if (suspects.empty()) return {};
  return fmt::format("; everything would fit if the answer {} did not hold", joined(suspects, ", or "));
}

/// Nothing was asked of the job, and it did not come to rest.
Attribution Explainer::restless() const {
  const JobValue& job = player_.search().evidence().front().job;
  Attribution told;
  told.clause = rows()[static_cast<std::size_t>(player_.table().at(kSettledStep, job).row)].clause;
  told.finding.clause = *told.clause;
  told.finding.expected = "the job comes to rest";
  told.finding.observed = describe_state(job);
  told.finding.event = log_.items[item_].event;
  return told;
}

/// What each configuration that did not allow the answer makes of it, each clause once, the nearest miss first.
std::vector<Diagnosis> Explainer::diagnoses(std::uint32_t blamed, const HistorySummary& past) const {
  std::vector<Diagnosis> all;
  const Search& search = player_.search();
  const LogEntry& entry = log_.entries[blamed];
  const int slot = player_.slot_of(blamed);
  if (slot >= 0 && search.pending().is_killed(slot)) all.push_back(diagnose_waiting(player_.table(), entry, past));
  const auto& evidence = search.evidence();
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    Diagnosis diagnosis = diagnose(player_.table(), evidence[i].job, entry, past);
    if (i < search.evidence_before()) ++diagnosis.rank;  // it needed nothing more to happen
    const auto same = std::ranges::find(all, diagnosis.clause, &Diagnosis::clause);
    if (same == all.end())
      all.push_back(diagnosis);
    else if (same->rank < diagnosis.rank)
      *same = diagnosis;
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &Diagnosis::rank);
  return all;
}

Attribution Explainer::explain(std::uint32_t blamed) {
  Attribution told;
  const LogEntry& entry = log_.entries[blamed];
  const HistorySummary past = summarize(log_, item_, blamed);
  const std::vector<Diagnosis> all = diagnoses(blamed, past);
  const std::string expected = expected_text(entry);
  OracleFinding& finding = told.finding;
  finding.observed = describe_question(entry.question) + ": " + describe_answer(entry.answer);
  if (all.empty() || !all.front().clause) {
    const char* const why = all.empty() ? nullptr : all.front().why;
    told.why = why != nullptr ? why
                              : fmt::format("the page does not tell what to make of this: expected {}; observed {}",
                                            expected, finding.observed);
    return told;
  }
  told.clause = all.front().clause;
  finding.clause = *told.clause;
  const auto also = [&](const std::optional<Clause>& clause) {
    if (clause && *clause != finding.clause && std::ranges::find(finding.also, *clause) == finding.also.end())
      finding.also.push_back(*clause);
  };
  for (const std::optional<Clause>& clause : all.front().also) also(clause);
  for (const Diagnosis& other : all) also(other.clause);
  finding.count_too_low = all.front().count_too_low;
  finding.expected = expected + since_text(log_, past) + suspects_text(blamed);
  finding.id = entry.id;
  finding.event = entry.answer_event;
  return told;
}

}  // namespace

Attribution explain(const Log& log, std::size_t item, const Player& player, Player& probe) {
  return Explainer(log, item, player, probe).explain();
}

}  // namespace closecheck::model
