// Hooks: shell commands of the configuration that put a live target into states that no client can reach.
#pragma once

#include <functional>
#include <string>

#include "closecheck/sut/hook_command.h"
#include "closecheck/vocabulary/redactor.h"
#include "closecheck/vocabulary/time.h"

namespace closecheck::sut {

/// How long a hook may take before it is killed.
inline constexpr Duration kHookPatience = 10 * kSecond;

/// Runs the command by `/bin/sh -c` in a process group of its own, without standard input, and waits for the shell to
/// end. Throws FaultFailed when it cannot be run, exits with anything but 0, or is not done after `patience`, or when
/// `is_over` says so (then the whole group is killed); `why` ends with what the command wrote to standard error,
/// redacted and on one line. Thread-safe.
void run_hook(const std::string& command, const Redactor& redact, Duration patience = kHookPatience,
              const std::function<bool()>& is_over = {});

}  // namespace closecheck::sut
