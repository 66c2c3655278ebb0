// What is secret in a run, and how it is kept out of the records that reports are written from.
#pragma once

#include <string>
#include <vector>

#include "closecheck/reports/replay_report.h"
#include "closecheck/vocabulary/deciding_history.h"
#include "closecheck/vocabulary/record.h"
#include "closecheck/vocabulary/redactor.h"
#include "configuration.h"

namespace closecheck::cli {

/// Knows the passwords, keys and tokens of the principals, the headers that carry such, the proxy's password, and what
/// the hooks hold: values of variables whose names say that they are secret, and what follows `-u` or `Authorization:`.
Redactor redactor_of(const Configuration& configuration, const Variables& variables);

/// Whether the configured header of that name is a secret: its name or its variable says so, or its value is of an
/// authorization scheme.
bool is_secret_header(const Configuration& configuration, const std::string& header);

/// A URL without a user in front of its host.
std::string without_user(const std::string& url);

/// One sentence for each secret that is too short to be found within longer texts.
std::vector<std::string> warnings_of_short_secrets(const Configuration& configuration);

void redact(RunRecord& record, const Redactor& redactor);
/// Histories that tell nothing any more without what was secret in them are left out.
void redact(KeptEvidence& evidence, const Redactor& redactor);
void redact(reports::ReplayedFile& file, const Redactor& redactor);
void redact(reports::JudgedHistory& judged, const Redactor& redactor);

}  // namespace closecheck::cli
