// A counterexample as a script of bash: the same requests by hand, in their order and overlaps, with its waits and
// the hooks that are run.
#pragma once

#include <string>

#include "closecheck/vocabulary/record.h"
#include "target.h"

namespace closecheck::cli {

/// What bash runs to show the violation with curl alone: it prints every answer under the number of its step, and
/// removes what it has created. Secrets stand in it as variables of the environment. Of a run in process it is written
/// for `closecheck serve --test-hooks` with the same deviation.
std::string write_hand_script(const ViolationRecord& violation, const RunRecord& record, const Target& target);

/// The command that sends one request of a violation of that clause to the target.
std::string curl_line_of(const Request& request, const Target& target, Clause clause);

}  // namespace closecheck::cli
