// Every way in which the implementation can be made to do one thing wrong, as values. `sut/deviation.h` tells their
// texts.
#pragma once

#include "closecheck/sut/deviation.h"

namespace closecheck::sut {

enum class Deviation : std::uint8_t {
  none,
#define CLOSECHECK_DEVIATION(value, ...) value,
#include "in_process/deviations.inc"
#undef CLOSECHECK_DEVIATION
};

}  // namespace closecheck::sut
