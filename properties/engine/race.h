// Requests that meet, and which of them a live target meets first.
#pragma once

#include "closecheck/vocabulary/program.h"

namespace closecheck::properties {

/// Whether something follows at once in the smaller program what is not waited for there, and has a wait before it in
/// the larger one. Which of the two a live target meets first would depend on its connections, and no replay could be
/// sure.
bool begins_a_race(const Program& smaller, const Program& larger);

/// The same with a wait before each request that follows at once what is not waited for, or behind a wait that is
/// hardly one; without such it is the same.
Program with_moments(const Program& program, Duration moment);

}  // namespace closecheck::properties
