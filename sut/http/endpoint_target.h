// A live target as configured: where it is, who may speak to it, and since when we do. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/endpoint.h"

namespace closecheck::sut {

/// Wrong passwords sent for one user in a run at most: more could lock the account.
inline constexpr int kWrongPasswordsMax = 2;

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
  /// `http://host:port` without a slash at the end.
  const std::string& url() const { return url_; }

  /// Who a request of `who` is sent as. `manage_ml` falls back to `manage`, `setup` to both, and all to no credentials
  /// where none are configured at all; a principal that is not configured beside others must not be sent. Counts wrong
  /// passwords.
  Identity identity_of(Principal who);

  /// `text` without any configured password.
  std::string redacted(std::string text) const;

 private:
  const Credentials* find(Principal who) const;
  Identity wrong_password();

  EndpointOptions options_;
  std::string url_;
  std::vector<std::string> secrets_;
  std::mutex mutex_;
  std::map<std::string, int> wrong_passwords_;
};

}  // namespace closecheck::sut
