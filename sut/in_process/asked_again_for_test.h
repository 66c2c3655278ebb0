// The service asked what genuine servers were asked, and in which kind its answers differ from theirs.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "in_process/captures_for_test.h"
#include "in_process/core.h"
#include "service/doorway.h"

namespace closecheck::sut {

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
