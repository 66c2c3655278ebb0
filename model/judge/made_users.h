// Users and roles that the administrator makes and changes in a history, and whose privilege is surely gone: half a
// minute after the answer to what took it away, for the page says nothing of credentials that are cached for a while.
// Deterministic; not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/response.h"
#include "rules/exchange.h"

namespace closecheck::model {

class MadeUsers {
 public:
  void clear() { *this = {}; }
  /// A request goes out: says in whose name it is asked, and whether that user has lost the privilege to close.
  void begin(Exchange& exchange) {
    if (may_matter(*exchange.request)) look_at(exchange);
  }
  /// It is answered (`response` null: it is lost).
  void end(Exchange& exchange, const Response* response) {
    if (may_matter(*exchange.request)) look_at_answer(exchange, response);
  }

 private:
  /// What a request changes of users and roles.
  struct Change {
    std::string kind;  // user, role
    std::string name;
    std::optional<std::vector<std::string>> listed;  // its roles, or privileges in the cluster; empty: it is not known
    bool deletes = false;
  };
  struct Known {
    std::optional<std::vector<std::string>> listed;  // of what was deleted: nothing
    Time since = 0;
  };

  /// What is only typed, as nearly all is, changes no users and is in nobody's name.
  static bool may_matter(const Request& request) {
    return request.as_sent != nullptr || std::holds_alternative<RawRequest>(request.operation);
  }
  void look_at(Exchange& exchange);
  void look_at_answer(Exchange& exchange, const Response* response);
  static std::optional<Change> change_of(const Request& request);
  bool has_lost_privilege(const std::string& user, Time now) const;

  std::map<std::string, Known> users_;
  std::map<std::string, Known> roles_;
  bool names_count_ = false;  // something was refused to a user that the administrator himself may do
  bool is_lost_ = false;      // of a change nobody knows whether it was made
  std::size_t open_changes_ = 0;
  std::size_t ended_changes_ = 0;
};

}  // namespace closecheck::model
