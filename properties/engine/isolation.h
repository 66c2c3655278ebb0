// What a program may touch of a target that it shares with others: open places, and the jobs of others.
#pragma once

#include <cstddef>

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/program.h"

namespace closecheck::properties {

/// Whether a request of the program is sent to a live target only where its user allows to touch the jobs of others, as
/// `sut::why_dangerous` has it.
bool touches_others(const Program& program, Profile profile);

/// Whether the program creates more than one job.
bool has_several_jobs(const Program& program);

/// Whether the step asks as somebody whom the target may lock out when that is done too often.
bool may_lock_somebody_out(const Step& step);

/// Jobs that may be open at the same time while the program runs; none where nothing is opened.
std::size_t places_of(const Program& program);

}  // namespace closecheck::properties
