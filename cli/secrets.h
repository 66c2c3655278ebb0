// What is secret in a run, and how it is kept out of the records that reports are written from.
#pragma once

#include <string>
#include <vector>

#include "closecheck/reports/replay_report.h"
#include "closecheck/vocabulary/record.h"
#include "closecheck/vocabulary/redactor.h"
#include "configuration.h"

namespace closecheck::cli {

/// Knows the passwords of the principals, and what the hooks hold: values of variables whose names say that they are
/// secret, and what follows `-u` or `Authorization:`.
Redactor redactor_of(const Configuration& configuration, const Variables& variables);

/// One sentence for each principal whose password is too short to be found within longer texts.
std::vector<std::string> warnings_of_short_secrets(const Configuration& configuration);

void redact(RunRecord& record, const Redactor& redactor);
void redact(reports::ReplayedFile& file, const Redactor& redactor);
void redact(reports::JudgedHistory& judged, const Redactor& redactor);

}  // namespace closecheck::cli
