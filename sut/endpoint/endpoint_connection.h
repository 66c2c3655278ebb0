// One connection to a live target: sends one request after the other, kept alive between them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "closecheck/sut/endpoint.h"
#include "closecheck/sut/wire.h"

namespace closecheck::sut {

/// Bytes of one answer at most; a longer one counts as none.
inline constexpr std::size_t kAnswerBytesMax = std::size_t{64} << 20;

struct Exchange {
  std::optional<WireAnswer> answer{};  // empty: none came
  std::string error{};                 // why; never holds credentials
  bool connected = true;               // whether the target could be reached at all
  bool never_sent = false;             // nothing of the request left us
};

/// One thread at a time sends; any thread may stop.
class Connection {
 public:
  /// `url` as Target::url() gives it. `timeout`: how long the target may be silent.
  Connection(const std::string& url, Duration timeout);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Never throws and never sends a request twice. Redirects are answers like any other.
  Exchange exchange(const wire::HttpRequest& request, const std::optional<Credentials>& credentials);

  /// Ends the exchange that is under way, if any, and every later one.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace closecheck::sut
