// What a refusal is called, and by which status it is told. Pure.
#pragma once

#include "closecheck/vocabulary/response.h"

namespace closecheck::sut {

/// What an error answer of this status says.
Refusal refusal_of(int status);

/// The status that tells it.
int status_of(Refusal refusal);

}  // namespace closecheck::sut
