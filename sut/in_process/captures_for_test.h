// What genuine servers were asked and answered, as `captures/` keeps it, and the service asked the same: in which kind
// its answers differ.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/history.h"
#include "in_process/core.h"
#include "service/doorway.h"

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

/// In what kind one answer differs from another: status, type of error, members and their types, states. Empty: in
/// none. Numbers, other texts, and how many a list has, may differ.
std::string difference(const WireAnswer& genuine, const WireAnswer& ours);

/// The service under a virtual clock, asked what a server was asked, with the same pauses and overlaps.
class AskedAgain {
 public:
  explicit AskedAgain(Profile profile);

  /// In what kind each answer differs, by its line; those that do not are left out.
  std::map<int, std::string> ask(const CapturedRun& run);

 private:
  struct Asked {
    Entered entered;
    std::optional<WireAnswer> answer{};
  };

  void set_up(const Captured& captured);
  std::string inject(const Captured& captured);
  Token send(wire::HttpRequest request, Principal who);
  /// Waits for it, at most two hours.
  std::optional<WireAnswer> await(Token token);
  std::string compare(const Captured& captured, Token token);
  /// What the service calls its snapshots and forecasts.
  void learn(const WireAnswer& genuine, const WireAnswer& ours);
  void advance(Time until);
  void keep(const Replies& replies);

  Manner manner_;
  Core core_;
  Time now_ = 0;
  Time behind_ = 0;  // how much later than there it is here
  Token last_token_ = 0;
  std::map<Token, Asked> asked_;
  std::map<std::string, std::string> ids_;  // of snapshots and forecasts: there, and here
};

}  // namespace closecheck::sut
