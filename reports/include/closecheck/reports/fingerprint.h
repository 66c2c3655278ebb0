// What identifies a violation from run to run, and whether it is waived. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "closecheck/vocabulary/record.h"
#include "closecheck/vocabulary/request.h"

namespace closecheck::reports {

/// A hash, 16 hexadecimal digits, of the clause, the check, the operations of the smallest counterexample, and the
/// kinds of outcome that were expected and observed. Ids, times, texts and the seed are not in it: the same fault of a
/// server has the same one in every run.
std::string fingerprint_of(const ViolationRecord& violation);

/// What a request asks for, in a word or two that stay the same from version to version: `close-job forced`.
std::string kind_of(const Request& request);

/// Whether a text has the form of a fingerprint.
bool is_fingerprint(std::string_view text);

/// The waiver that covers the violation; null: none does.
const WaivedRecord* waiver_of(const RunRecord& record, const ViolationRecord& violation);

}  // namespace closecheck::reports
