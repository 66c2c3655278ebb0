// What checks may know of the target of a run, from the options of its gate.
#pragma once

#include "closecheck/properties/gate.h"
#include "engine/check.h"

namespace closecheck::properties {

/// Live, before anything was measured.
Environment environment_of(const GateOptions& options);

}  // namespace closecheck::properties
