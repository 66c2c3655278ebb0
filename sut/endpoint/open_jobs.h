// The jobs of ours that may be open on a target, so that there are never too many at once, whoever opens them.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

namespace closecheck::sut {

/// What becomes of a job that is about to be opened: it takes a place, it has one, or there is none.
enum class OpenPlace : std::uint8_t { taken, had, none };

/// Thread-safe.
class OpenJobs {
 public:
  /// Notes that the job is about to be opened, unless so many are open that it must not be.
  OpenPlace open(const std::string& job);
  /// The job is certainly not open any more.
  void closed(const std::string& job);

 private:
  std::mutex mutex_;
  std::set<std::string> jobs_;
};

}  // namespace closecheck::sut
