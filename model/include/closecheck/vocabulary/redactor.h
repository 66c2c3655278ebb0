// Keeps passwords, tokens and keys out of everything that is printed or written, whoever echoed them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/history.h"

namespace closecheck {

/// What stands in the place of a secret. A text that holds it has been redacted: what it said is unknown.
inline constexpr std::string_view kRedacted = "***";

/// Whether a header (or a member) of that name carries credentials: `Authorization`, `Set-Cookie`, `X-Api-Key`.
bool is_secret_name(std::string_view name);

/// Knows the secrets of one run. Copyable; once all are told, any thread may use it.
class Redactor {
 public:
  /// Shorter secrets than this are only found as whole values, for as parts of words they are everywhere.
  static constexpr std::size_t kShort = 6;

  /// A password, token or key. With a user, the pair of both (`user:secret`) is one as well.
  void add(std::string_view secret, std::string_view user = {});
  /// A value of an `Authorization` header: the whole, what follows the scheme, and the password of a basic one.
  void add_authorization(std::string_view value);

  /// The text without secrets, whether they stand there plain, in base64 (also as `user:secret` or within something
  /// longer), percent-escaped or JSON-escaped, and without the values of headers and members that carry credentials.
  std::string operator()(std::string_view text) const;
  /// The value of a header without what it may carry of credentials.
  std::string header(std::string_view name, std::string_view value) const;
  /// The history with every text of the system under test redacted, and what the requests were written to say.
  History operator()(History history) const;

 private:
  /// One way in which a secret is written.
  struct Form {
    std::string text;
    bool is_whole = false;   // found as a whole value only
    bool is_base64 = false;  // the rest of the base64 text around it goes with it
  };

  void add_form(std::string text, bool is_base64);
  /// The first place behind a secret that begins at `at`; `begin` becomes where it begins. `at`: there is none.
  std::size_t end_of_secret(std::string_view text, std::size_t at, std::size_t& begin) const;

  std::vector<Form> forms_;
  std::array<bool, 256> begins_{};  // bytes that a form may begin with, however it is escaped
};

}  // namespace closecheck
