// The words of findings: states, requests and answers as a vendor's engineer would say them.
#pragma once

#include <string>

#include "model/history_summary.h"

namespace closecheck::model {

std::string describe_state(const JobValue& job);
std::string describe_allowed(const CellTable& table, const LogEntry& entry, const JobValue& job);
std::string describe_question(const Question& question);
std::string describe_answer(const Answer& answer);
/// Which exchange brought the job to its state; empty when none did.
std::string since_text(const Log& log, const HistorySummary& past);

}  // namespace closecheck::model
