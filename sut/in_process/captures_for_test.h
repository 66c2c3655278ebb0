// What genuine servers were asked and answered, as `captures/` keeps it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/history.h"

namespace closecheck::sut {

/// A request with the answer that it had, what a server was put into before, or a fault.
struct Captured {
  enum class Kind : std::uint8_t { exchange, set_up, fault };
  Kind kind = Kind::exchange;
  int line = 0;
  Time begins = 0;
  Time ends = 0;
  Principal who = Principal::manage_ml;
  wire::HttpRequest request{};
  std::optional<WireAnswer> answer{};  // empty: none came
  std::string differs{};               // why the service answers otherwise; empty: it does not
  std::string reads{};  // why the codec reads it as something else than its status says; empty: it does not
  std::map<std::string, std::string> breaks{};  // clauses that the judge says it breaks, and what may be said of that
  Fault fault = Fault::fail_job;
  std::string job{};
  Duration duration = 0;
};

/// What one server was asked from its start on, in the order in which it was.
struct CapturedRun {
  Profile profile{};
  std::vector<Captured> all{};
};

/// Reads a file of `captures/`; its README says how it is written. Throws std::runtime_error.
std::vector<CapturedRun> read_captures(const std::filesystem::path& path);

}  // namespace closecheck::sut
