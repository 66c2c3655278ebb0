// Which clause a wrong answer breaks, seen from one state that the job may have been in. Pure functions.
#pragma once

#include "model/departure.h"
#include "model/history_summary.h"

namespace closecheck::model {

/// Higher ranks are nearer misses.
struct Diagnosis {
  std::optional<Clause> clause;  // empty: the page does not tell
  int rank = 0;
  std::array<std::optional<Clause>, 2> also{};
  bool count_too_low = false;
  const char* why = nullptr;  // without a clause, where there is more to say
};

Diagnosis diagnose(const CellTable& table, const JobValue& job, const LogEntry& entry, const HistorySummary& past);
/// For a request that waited and was told what its end did not allow.
Diagnosis diagnose_waiting(const CellTable& table, const LogEntry& entry, const HistorySummary& past);

}  // namespace closecheck::model
