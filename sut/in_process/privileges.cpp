#include "in_process/privileges.h"

#include "in_process/answers.h"

namespace closecheck::sut {

Answer authenticate(const Manner& manner, const Request& request) {
  if (!manner.security) return std::nullopt;
  if (request.who != Principal::anonymous && request.who != Principal::wrong_password) return std::nullopt;
  const auto* const close = std::get_if<CloseJob>(&request.operation);
  const bool lets_in = manner.deviates(Deviation::anonymous_may_close) ||
                       (manner.deviates(Deviation::anonymous_may_force) && close != nullptr && close->force == "true");
  if (lets_in && request.who == Principal::anonymous && close != nullptr) return std::nullopt;
  return unauthenticated(manner, request.who);
}

bool may_read(const Manner& manner, Principal who) {
  return !manner.security || who != Principal::none;
}

bool may_manage(const Manner& manner, Principal who) {
  return !manner.security || who == Principal::manage_ml || who == Principal::manage || who == Principal::setup;
}

bool may_close(const Manner& manner, Principal who) {
  if (!manner.security) return true;
  if (manner.deviates(Deviation::manage_refused) && who == Principal::manage) return false;
  if (manner.deviates(Deviation::manage_ml_refused) && who == Principal::manage_ml) return false;
  if (manner.deviates(Deviation::monitor_ml_may_close) && who == Principal::monitor_ml) return true;
  // Only a service that lets the anonymous through gets here with one.
  return may_manage(manner, who) || who == Principal::anonymous;
}

bool may_manage_users(const Manner& manner, Principal who) {
  return !manner.security || who == Principal::setup;
}

bool may_use_indices(const Manner& manner, Principal who) {
  return !manner.security || who == Principal::setup;
}

bool has_privilege(const Manner& manner, Principal who, std::string_view privilege) {
  if (!manner.security || who == Principal::setup) return true;
  if (privilege == "manage_ml") return may_manage(manner, who);
  if (privilege == "monitor_ml") return may_read(manner, who);
  if (privilege == "manage" || privilege == "monitor") return who == Principal::manage;
  return false;
}

}  // namespace closecheck::sut
