// Finds out what a live target is before anything runs, and waits for one that starts where the user says so.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/recognition.h"
#include "commands.h"
#include "target.h"

namespace closecheck::cli {

/// How long a target is waited for at most, by `--wait-for`; empty: not at all. Throws UsageError.
Duration require_wait(const std::string& text);

/// Throws the UsageError of configured principals that the target answers with 401.
[[noreturn]] void refuse_logins(const Target& target, const std::vector<Principal>& refused);

/// Asks the target once, or again and again for as long as it is to be waited for. `wanted`: the profile that the user
/// named, which is narrowed to the version that the target tells; empty: the target tells it all. What one URL has told
/// is known from then on: a command asks once, whatever the number of its files. Throws UsageError where the target
/// answers as another API, or refuses a principal. Any thread.
sut::Recognition recognise(const Target& target, std::optional<Profile> wanted);

}  // namespace closecheck::cli
