// Random programs: legal and illegal requests on a few jobs, waits, faults, overlaps, reads of everything. Thread-safe:
// a generator is a function of a random state and a size (RapidCheck's Gen, called directly).
#pragma once

#include <rapidcheck.h>

#include "engine/check.h"

namespace closecheck::properties {

/// What a kind of random program is rich in. Weights are shares of 100 or chances in percent.
struct Flavour {
  int jobs_max = 2;
  int illegal_percent = 15;  // steps that the job's state does not allow
  int overlap_percent = 0;   // steps that begin a burst of overlapping requests
  int fault_percent = 0;     // closes that are slow or hang, and jobs that fail
  int caller_percent = 4;    // requests by another caller than `manage_ml`
  int odd_form_percent = 8;  // closes with bad timeouts, unknown parameters, odd spellings
  bool datafeed = false;
};

/// Programs of about `size` steps that end at rest, with reads of everything, and their shrinks.
rc::Gen<Program> programs_of(const Flavour& flavour, const Environment& environment);

}  // namespace closecheck::properties
