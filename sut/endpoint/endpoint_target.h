// A live target as configured: where it is, who may speak to it, and since when we do. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "closecheck/sut/endpoint.h"
#include "endpoint/endpoint_commons.h"

namespace closecheck::sut {

/// What goes along with a request: credentials, or none.
struct Identity {
  std::optional<Credentials> credentials;
  std::string forbidden;  // not empty: the request must not be sent at all, and why
};

class Target {
 public:
  /// Throws std::invalid_argument for a URL that cannot be used; the text never repeats the URL's credentials.
  explicit Target(EndpointOptions options);

  const EndpointOptions& options() const { return options_; }
  /// `http://host:port` with its base path, without a slash at the end.
  const std::string& url() const { return url_; }

  /// Who a request of `who` is sent as. `manage_ml` falls back to `manage`, `setup` to both, and all to no credentials
  /// where none are configured at all; a principal that is not configured beside others must not be sent. Counts wrong
  /// passwords.
  Identity identity_of(Principal who);

  /// Knows every configured password, key and token.
  const Redactor& redact() const { return options_.redactor; }
  /// When the run is over, and its clean-up, unless that comes forward.
  Curfew::Clock::time_point end_of_work() const;
  Curfew::Clock::time_point end() const;
  /// What it shares with all others that speak to this URL.
  Commons& commons() { return *commons_; }

 private:
  const Credentials* find(Principal who) const;
  Identity wrong_password();
  Identity empty_password();
  /// Why no more wrong passwords of this user are sent, or nothing.
  std::string why_not_wrongly(const std::string& username);

  EndpointOptions options_;
  std::string url_;
  std::shared_ptr<Commons> commons_;
};

}  // namespace closecheck::sut
