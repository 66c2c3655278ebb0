#include "in_process/user_operations.h"

#include "in_process/answers.h"
#include "in_process/privileges.h"

namespace closecheck::sut {

Answer UserOperations::on(const PutUser& ask) {
  if (!may_manage_users(turn_.manner, turn_.who)) return forbidden("admin/xpack/security/user/put", turn_.who);
  return changed("user", false, users_.put_user(turn_.manner, ask.user, ask.roles, turn_.now));
}

Answer UserOperations::on(const DeleteUser& ask) {
  if (!may_manage_users(turn_.manner, turn_.who)) return forbidden("admin/xpack/security/user/delete", turn_.who);
  return changed("user", true, users_.delete_user(turn_.manner, ask.user, turn_.now));
}

Answer UserOperations::on(const PutRole& ask) {
  if (!may_manage_users(turn_.manner, turn_.who)) return forbidden("admin/xpack/security/role/put", turn_.who);
  return changed("role", false, users_.put_role(turn_.manner, ask.role, ask.cluster, turn_.now));
}

Answer UserOperations::on(const DeleteRole& ask) {
  if (!may_manage_users(turn_.manner, turn_.who)) return forbidden("admin/xpack/security/role/delete", turn_.who);
  return changed("role", true, users_.delete_role(turn_.manner, ask.role, turn_.now));
}

Answer UserOperations::changed(const char* kind, bool deletes, bool result) {
  const std::vector<std::string> revoked = users_.take_revoked();
  const bool stops = turn_.manner.deviates(Deviation::revocation_stops_close);
  if (stops || turn_.manner.varies(Variant::revocation_ends_waiting))
    for (const std::string& user : revoked)
      lifecycle_.refuse_closes_of(user, forbidden("admin/xpack/ml/job/close", Principal::none), stops);
  Response response = accepted(Acknowledged{});
  if (deletes && !result) response.status = 404;
  return ServiceAnswer(std::move(response), SecurityChange{kind, deletes, result});
}

}  // namespace closecheck::sut
