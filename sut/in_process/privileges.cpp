#include "in_process/privileges.h"

#include <fmt/format.h>

#include "in_process/answers.h"
#include "wire/json.h"

namespace closecheck::sut {
namespace {

/// Whether a service that deviates lets somebody close who has no credentials, or wrong ones.
bool may_close_all_the_same(const Manner& manner, Principal who, bool by_force) {
  switch (who) {
    case Principal::anonymous:
      return manner.deviates(Deviation::anonymous_may_close) ||
             (by_force && manner.deviates(Deviation::anonymous_may_force));
    case Principal::empty_password:
      return manner.deviates(Deviation::empty_password_may_close);
    case Principal::unknown_user:
      return manner.deviates(Deviation::unknown_user_may_close);
    case Principal::unknown_token:
      return manner.deviates(Deviation::unknown_token_may_close);
    default:
      return false;
  }
}

}  // namespace

Answer authenticate(const Manner& manner, const Request& request) {
  if (!manner.security) return std::nullopt;
  if (!is_nobody(request.who)) return std::nullopt;
  const auto* const close = std::get_if<CloseJob>(&request.operation);
  if (close != nullptr && may_close_all_the_same(manner, request.who, close->force == "true")) return std::nullopt;
  return unauthenticated(manner, request.who);
}

bool may_read(const Manner& manner, Principal who) {
  return !manner.security || who != Principal::none;
}

bool may_manage(const Manner& manner, Principal who) {
  return !manner.security || who == Principal::manage_ml || who == Principal::manage || who == Principal::setup;
}

Answer refuse_change(const Turn& turn, std::string_view action) {
  if (!may_manage(turn.manner, turn.who)) return forbidden(action, turn.who);
  return refuse_while_upgraded(turn, action);
}

Answer refuse_while_upgraded(const Turn& turn, std::string_view action) {
  if (!turn.upgrading || !turn.manner.profile->refuses_while_upgraded) return std::nullopt;
  return refused(429, "status_exception",
                 fmt::format("Cannot perform cluster:{} action while upgrade mode is enabled", action));
}

void authorize(const Turn& turn, FeedOptions& options) {
  if (!turn.manner.security || !turn.manner.profile->tells_authorization) return;
  const std::string_view role = turn.who == Principal::setup ? "superuser" : name(turn.who);
  std::erase_if(options.members, [](const auto& member) { return member.first == "authorization"; });
  options.members.emplace_back("authorization", wire::dump(wire::Json({{"roles", wire::Json::array({role})}})));
}

bool may_close(const Manner& manner, Principal who) {
  if (!manner.security) return true;
  if (manner.deviates(Deviation::manage_refused) && who == Principal::manage) return false;
  if (manner.deviates(Deviation::manage_ml_refused) && who == Principal::manage_ml) return false;
  if (manner.deviates(Deviation::monitor_ml_may_close) && who == Principal::monitor_ml) return true;
  // Only a service that lets nobodies through gets here with one.
  return may_manage(manner, who) || is_nobody(who);
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
