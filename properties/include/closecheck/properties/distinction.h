// What tells two systems apart: the shortest program that shows a violation on one of them and not on the other.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "closecheck/properties/gate.h"

namespace closecheck::properties {

/// A system, and what is known of it. Live it is measured when it is first needed. Not thread-safe; the factories must
/// outlive it.
class TriedSystem {
 public:
  TriedSystem(const GateOptions& options, sut::SystemFactory& factory, sut::SystemFactory& codec_factory);
  ~TriedSystem();
  TriedSystem(TriedSystem&&) noexcept;
  TriedSystem& operator=(TriedSystem&&) noexcept;

  struct Impl;
  Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct DistinguishOptions {
  std::chrono::steady_clock::time_point deadline;  // live: nothing is begun behind it
  const std::atomic<bool>* cancelled = nullptr;    // ends the search once this is true; null: never
};

struct Distinction {
  ViolationRecord violation;  // on the one
  History other;              // what came of the same program on the other
  bool other_fits = false;    // nothing at all is wrong there
};

/// `found`: the smallest violation of the clause on the one that is known. It is run on the other, and in process what
/// shows on one alone is shrunk against both; where it shows on both, the programs of the checks that serve the clause
/// are tried. Where there is a choice, the other does nothing wrong at all. Empty: nothing tells them apart that way.
std::optional<Distinction> distinguish(const TriedSystem& one, const TriedSystem& other, const ViolationRecord& found,
                                       const DistinguishOptions& options);

}  // namespace closecheck::properties
