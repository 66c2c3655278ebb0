// Reports that keep what their verdicts rest on, so that they can be judged again.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/deciding_history.h"
#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

/// A digest of bytes, as text: `sha256:...`.
using DigestOf = std::function<std::string(const std::string& bytes)>;

/// `closecheck-report/1` with the member `evidence`, and a digest of all else in it.
std::string write_evidenced_json(const RunReport& of, const KeptEvidence& evidence, const DigestOf& digest_of);

struct EvidencedReport {
  RunRecord record;  // with what broke it off
  KeptEvidence evidence;
  std::string digest;  // as it stands there
  std::string digest_now;
};

/// Throws ReportError, as `read_report` does, and for a report without evidence.
EvidencedReport read_evidenced_report(std::string_view text, const DigestOf& digest_of);

}  // namespace closecheck::reports
