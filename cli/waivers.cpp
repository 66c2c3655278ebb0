#include "waivers.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::cli {
namespace {

bool expired(const Waiver& waiver, const std::string& date) {
  return !waiver.expires.empty() && waiver.expires < date;
}

std::string subject_of(const Waiver& waiver) {
  const std::string subject(waiver.clause ? id_of(*waiver.clause) : name(*waiver.level));
  return waiver.fingerprint.empty() ? subject : fmt::format("{} ({})", subject, waiver.fingerprint);
}

bool is_about(const Waiver& waiver, Clause clause) {
  return waiver.clause ? waiver.clause == clause : waiver.level == level_of(clause);
}

/// How narrow a waiver is: the narrowest that fits is taken.
int breadth_of(const Waiver& waiver) {
  if (waiver.level) return 2;
  return waiver.fingerprint.empty() ? 1 : 0;
}

class Application {
 public:
  Application(RunRecord& record, const std::vector<Waiver>& waivers, const std::string& date)
      : record_(record), waivers_(waivers), date_(date), used_(waivers.size()) {}

  std::vector<std::string> apply() {
    for (ClauseRecord& entry : record_.clauses)
      if (entry.verdict == ClauseVerdict::violated) waive(entry);
    for (std::size_t i = 0; i < waivers_.size(); ++i) account_for(i);
    record_.verdict = verdict_of(record_);
    return std::move(faults_);
  }

 private:
  /// Index of the waiver that covers a violation of the clause.
  std::optional<std::size_t> covering(Clause clause, const std::string& fingerprint) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < waivers_.size(); ++i) {
      const Waiver& waiver = waivers_[i];
      const bool fits = waiver.fingerprint.empty() || waiver.fingerprint == fingerprint;
      if (!is_about(waiver, clause) || !fits || expired(waiver, date_)) continue;
      if (!found || breadth_of(waiver) < breadth_of(waivers_[*found])) found = i;
    }
    return found;
  }

  void waive(ClauseRecord& entry) {
    std::vector<std::size_t> by;
    std::vector<std::string> seen;
    for (const ViolationRecord& violation : record_.violations) {
      if (violation.finding.clause != entry.clause) continue;
      const std::string fingerprint = reports::fingerprint_of(violation);
      const std::optional<std::size_t> index = covering(entry.clause, fingerprint);
      if (!index) return;
      by.push_back(*index);
      seen.push_back(
          fmt::format("; expected: {}; observed: {}", violation.finding.expected, violation.finding.observed));
      if (breadth_of(waivers_[*index]) == 1)
        record_.notes.push_back(
            fmt::format("the waiver of {} names no fingerprint and covers whatever violates the clause; what does has "
                        "the fingerprint {}",
                        id_of(entry.clause), fingerprint));
    }
    if (by.empty()) {
      const std::optional<std::size_t> index = covering(entry.clause, "");
      if (!index) return;
      by.push_back(*index);
    }
    for (const std::size_t index : by) used_[index] = true;
    const Waiver& waiver = waivers_[by.front()];
    entry.verdict = ClauseVerdict::waived;
    entry.why = waiver.reason + joined(seen, "");
    record_.waived.push_back({entry.clause, waiver.reason, waiver.owner, waiver.expires});
  }

  void account_for(std::size_t index) {
    const Waiver& waiver = waivers_[index];
    if (expired(waiver, date_))
      return blame(
          fmt::format("the waiver of {} expired on {} and does not apply", subject_of(waiver), waiver.expires));
    if (used_[index]) return;
    bool any_violated = false;
    bool any_holds = false;
    bool any_untold = false;
    for (const ClauseRecord& entry : record_.clauses) {
      if (!is_about(waiver, entry.clause)) continue;
      const bool is_told = entry.verdict == ClauseVerdict::holds || entry.verdict == ClauseVerdict::waived;
      any_violated = any_violated || entry.verdict == ClauseVerdict::violated;
      any_holds = any_holds || is_told;
      any_untold = any_untold || (!is_told && entry.verdict != ClauseVerdict::violated);
    }
    if (any_violated)
      blame(fmt::format("the waiver of {} is not of the violation that was found", subject_of(waiver)));
    else if (any_holds && !any_untold)
      blame(fmt::format("the waiver of {} was not needed", subject_of(waiver)));
    else
      record_.notes.push_back(
          fmt::format("the waiver of {} was not used: nothing told whether it is needed", subject_of(waiver)));
  }

  void blame(const std::string& what) {
    record_.notes.push_back(what);
    faults_.push_back(what);
  }

  RunRecord& record_;
  const std::vector<Waiver>& waivers_;
  const std::string& date_;
  std::vector<bool> used_;
  std::vector<std::string> faults_;
};

}  // namespace

std::string today() {
  return fmt::format("{:%F}", fmt::gmtime(std::time(nullptr)));
}

std::vector<std::string> apply_waivers(RunRecord& record, const std::vector<Waiver>& waivers, const std::string& date) {
  if (waivers.empty()) return {};
  return Application(record, waivers, date).apply();
}

}  // namespace closecheck::cli
