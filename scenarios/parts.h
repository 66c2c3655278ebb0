// The steps of a test, cut into parts that can be run in one go.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "script.h"

namespace closecheck::scenarios {

/// Steps that are run in one go, and what is to be looked at when each call of theirs is answered.
struct Part {
  struct Expectation {
    const DoStep* call = nullptr;
    std::vector<const ScriptStep*> steps;  // assertions and sets, in order
    bool answered = false;
  };

  std::vector<ScriptStep> script;  // what the pointers point into
  std::shared_ptr<const Program> program;
  std::vector<Expectation> expectations;  // one for each step of the program
  std::unordered_map<const Request*, std::size_t> index;

  /// Null for a request that is none of the program's own.
  Expectation* find(const Request* request);
};

/// Where the part that begins at `from` ends: before a call that needs a value which only an answer in the part can
/// tell, and before steps that are repeated. `plain`: before every call of the first client, too, unless others are
/// still under way; so that nothing is sent once a step has failed.
std::size_t end_of_part(const std::vector<ScriptStep>& steps, std::size_t from, bool plain);

/// Puts assertions to the calls that they are about; `program` must be there. The place of an assertion that has no
/// call before it in the part; empty: there is none.
std::optional<Place> bind_expectations(Part& part);

/// Whether a call is to be filled in from the stash.
bool needs_stash(const DoStep& call);

}  // namespace closecheck::scenarios
