// How one service behaves: its dialect, what is wrong with it, what is unusual.
#pragma once

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/time.h"
#include "in_process/deviations.h"
#include "in_process/variants.h"

namespace closecheck::sut {

struct Manner {
  Profile profile{};
  Deviation deviation = Deviation::none;
  Variant variant = Variant::usual;
  Duration housekeeping_base = 200 * kMillisecond;
  bool security = true;
  Deviation second_deviation = Deviation::none;

  bool deviates(Deviation which) const { return deviation == which || second_deviation == which; }
  bool varies(Variant which) const { return variant == which; }
};

}  // namespace closecheck::sut
