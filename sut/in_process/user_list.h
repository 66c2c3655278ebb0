// Users that were made through the API, and what their roles let them do. A copyable value; one thread at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/principal.h"
#include "closecheck/vocabulary/time.h"
#include "in_process/manner.h"

namespace closecheck::sut {

class UserList {
 public:
  /// False: it was there, and is another now.
  bool put_user(const Manner& manner, const std::string& user, std::vector<std::string> roles, Time now);
  bool put_role(const Manner& manner, const std::string& role, std::vector<std::string> cluster, Time now);
  /// False: there is none.
  bool delete_user(const Manner& manner, const std::string& user, Time now);
  bool delete_role(const Manner& manner, const std::string& role, Time now);

  /// Who the user is for the service; empty: nobody.
  std::optional<Principal> principal_of(const Manner& manner, const std::string& user, Time now) const;
  /// Users who might close jobs before the last change and may not any more.
  std::vector<std::string> take_revoked() { return std::exchange(revoked_, {}); }

 private:
  struct User {
    std::optional<std::vector<std::string>> roles;  // empty: deleted
    std::optional<Principal> before;                // as which he was known until `changed`
    Time changed = 0;
    bool might_close = false;  // at any time
  };

  std::optional<Principal> now_known_as(const User& user) const;
  /// Notes of each user whom a change concerns what he was before it.
  template <class Change>
  void change(const Manner& manner, Time now, const Change& change);

  std::map<std::string, User> users_;
  std::map<std::string, std::vector<std::string>> roles_;
  std::vector<std::string> revoked_;
};

}  // namespace closecheck::sut
