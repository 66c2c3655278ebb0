// Writes down what a run exchanges with its target: one history (JSON Lines) after the other, each of one program from
// its first request to its clean-up. What the harness concludes (`settled`) is not in it.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/redactor.h"
#include "files.h"

namespace closecheck::cli {

/// A factory whose systems write their history to `file`. Thread-safe; histories never mix.
class RecordingFactory final : public sut::SystemFactory {
 public:
  /// `redactor`: takes the secrets out of what is written; null: there are none.
  RecordingFactory(sut::SystemFactory& factory, Profile profile, OutputFile& file, const Redactor* redactor = nullptr);
  std::unique_ptr<sut::System> make(std::uint64_t seed) override;
  std::shared_ptr<void> reserve_jobs(std::size_t count) override { return factory_.reserve_jobs(count); }

 private:
  friend class RecordingSystem;
  void write(const History& history);

  sut::SystemFactory& factory_;
  Profile profile_;
  OutputFile& file_;
  const Redactor* redactor_;
};

}  // namespace closecheck::cli
