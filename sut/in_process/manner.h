// How one service behaves: its dialect, the one thing that is wrong with it, the one thing that is unusual.
#pragma once

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/time.h"
#include "in_process/deviations.h"
#include "in_process/variants.h"

namespace closecheck::sut {

struct Manner {
  Profile profile = Profile::xpack_5_4;
  Deviation deviation = Deviation::none;
  Variant variant = Variant::usual;
  Duration housekeeping_base = 200 * kMillisecond;
  bool security = true;

  bool deviates(Deviation which) const { return deviation == which; }
  bool varies(Variant which) const { return variant == which; }
  bool is_5_4() const { return profile == Profile::xpack_5_4; }
};

}  // namespace closecheck::sut
