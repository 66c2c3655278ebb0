// For this room's tests: a run of the gate against the in-process implementation.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>

#include "closecheck/properties/gate.h"
#include "closecheck/sut/in_process.h"
#include "closecheck/vocabulary/profile_for_test.h"
#include "closecheck/vocabulary/sanitizer_for_test.h"

namespace closecheck::properties {

inline GateOptions everything(Profile profile, Effort effort = Effort::quick) {
  GateOptions options;
  options.profile = profile;
  options.effort = effort;
  options.seed = 7;
  options.jobs = kThreadSanitized ? 2 : 1;
  options.principals.insert(kPrincipals.begin(), kPrincipals.end());
  options.faults = {Fault::fail_job, Fault::slow_close, Fault::hang_close};
  for (const ClauseText& clause : clauses()) options.selected.push_back(clause.clause);
  return options;
}

inline RunRecord run_in_process(const GateOptions& options, sut::Deviation deviation = {}, sut::Variant variant = {}) {
  sut::InProcessOptions service;
  service.profile = options.profile;
  service.deviation = deviation;
  service.variant = variant;
  const auto factory = sut::make_in_process_factory(service);
  service.through_codec = true;
  const auto codec_factory = sut::make_in_process_factory(service);
  const std::atomic<bool> cancelled{false};
  return run_gate(options, *factory, *codec_factory, {}, cancelled);
}

}  // namespace closecheck::properties
