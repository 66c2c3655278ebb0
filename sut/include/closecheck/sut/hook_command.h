// What a hook of the configuration runs for a job.
#pragma once

#include <string>

#include "closecheck/vocabulary/time.h"

namespace closecheck::sut {

/// The command with `{job_id}` and `{duration}` (`3s`) filled in. Throws FaultFailed for a job id with anything in it
/// that a shell or a URL could take for more than a name.
std::string fill_in_hook(const std::string& command, const std::string& job, Duration duration);

}  // namespace closecheck::sut
