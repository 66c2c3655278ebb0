// The in-process implementation as a system under test, in virtual time.
#pragma once

#include <cstdint>
#include <memory>

#include "closecheck/sut/deviation.h"
#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck::sut {

struct InProcessOptions {
  Profile profile{};
  Deviation deviation{};
  Deviation second_deviation{};  // besides the first
  Variant variant{};
  /// Least time that housekeeping takes; it grows with the job.
  Duration housekeeping_base = 200 * kMillisecond;
  /// Whether principals count. Off: everybody may do everything.
  bool security = true;
  /// Every exchange through the wire codec and back (no sockets), so that responses carry their bytes. Slower.
  bool through_codec = false;
  /// Detached calls arrive, and their answers come, after a random delay up to this.
  Duration jitter = 5 * kMillisecond;
};

/// A fresh service with a virtual clock. The same options and seed give the same run, bit for bit.
std::unique_ptr<System> make_in_process(const InProcessOptions& options, std::uint64_t seed);
std::unique_ptr<SystemFactory> make_in_process_factory(const InProcessOptions& options);

}  // namespace closecheck::sut
