// Users and roles as the administrator makes, changes and deletes them.
#pragma once

#include "in_process/job_lifecycle.h"
#include "in_process/turn.h"
#include "in_process/user_list.h"

namespace closecheck::sut {

class UserOperations {
 public:
  UserOperations(const Turn& turn, UserList& users, JobLifecycle& lifecycle)
      : turn_(turn), users_(users), lifecycle_(lifecycle) {}

  Answer on(const PutUser& ask);
  Answer on(const DeleteUser& ask);
  Answer on(const PutRole& ask);
  Answer on(const DeleteRole& ask);

 private:
  Answer changed(const char* kind, bool deletes, bool result);

  const Turn& turn_;
  UserList& users_;
  JobLifecycle& lifecycle_;
};

}  // namespace closecheck::sut
