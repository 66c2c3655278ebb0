// Measures how long requests of each kind take until their answers come.
#pragma once

#include <memory>

#include "closecheck/reports/report.h"
#include "closecheck/sut/system.h"

namespace closecheck::cli {

/// A factory whose systems are measured. Thread-safe; what was measured is there once they are gone.
class MeteredFactory final : public sut::SystemFactory {
 public:
  MeteredFactory(sut::SystemFactory& factory, reports::Latencies& latencies)
      : factory_(factory), latencies_(latencies) {}
  std::unique_ptr<sut::System> make(std::uint64_t seed) override;
  std::shared_ptr<void> reserve_jobs(std::size_t count) override { return factory_.reserve_jobs(count); }

 private:
  friend class MeteredSystem;
  void add(const reports::Latencies& measured);

  sut::SystemFactory& factory_;
  reports::Latencies& latencies_;
};

}  // namespace closecheck::cli
