#include "waivers.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace closecheck::cli {
namespace {

bool expired(const Waiver& waiver, const std::string& date) {
  return !waiver.expires.empty() && waiver.expires < date;
}

std::string_view subject_of(const Waiver& waiver) {
  return waiver.clause ? id_of(*waiver.clause) : name(*waiver.level);
}

/// Index of the waiver that covers the clause.
std::optional<std::size_t> covering(const std::vector<Waiver>& waivers, Clause clause, const std::string& date) {
  for (const bool by_level : {false, true})
    for (std::size_t i = 0; i < waivers.size(); ++i) {
      const Waiver& waiver = waivers[i];
      const bool covers = by_level ? waiver.level == level_of(clause) : waiver.clause == clause;
      if (covers && !expired(waiver, date)) return i;
    }
  return std::nullopt;
}

}  // namespace

std::string today() {
  return fmt::format("{:%F}", fmt::gmtime(std::time(nullptr)));
}

void apply_waivers(RunRecord& record, const std::vector<Waiver>& waivers, const std::string& date) {
  if (waivers.empty()) return;
  std::vector<bool> used(waivers.size());
  for (ClauseRecord& entry : record.clauses) {
    if (entry.verdict != ClauseVerdict::violated) continue;
    const std::optional<std::size_t> index = covering(waivers, entry.clause, date);
    if (!index) continue;
    const Waiver& waiver = waivers[*index];
    used[*index] = true;
    entry.verdict = ClauseVerdict::waived;
    entry.why = waiver.reason;
    const auto violation = std::find_if(record.violations.begin(), record.violations.end(),
                                        [&](const auto& it) { return it.finding.clause == entry.clause; });
    if (violation != record.violations.end()) {
      entry.why +=
          fmt::format("; expected: {}; observed: {}", violation->finding.expected, violation->finding.observed);
      record.violations.erase(violation);
    }
    record.waived.push_back({entry.clause, waiver.reason, waiver.owner, waiver.expires});
  }
  for (std::size_t i = 0; i < waivers.size(); ++i) {
    if (expired(waivers[i], date))
      record.notes.push_back(
          fmt::format("the waiver of {} expired on {} and does not apply", subject_of(waivers[i]), waivers[i].expires));
    else if (!used[i])
      record.notes.push_back(fmt::format("the waiver of {} was not needed", subject_of(waivers[i])));
  }
  record.verdict = verdict_of(record);
}

}  // namespace closecheck::cli
