#include "in_process/server_operations.h"

#include <utility>

#include "in_process/answers.h"
#include "in_process/privileges.h"
#include "service/service_answers.h"

namespace closecheck::sut {

Answer ServerOperations::on(const GetRoot&) {
  return accepted(ServerInfo{"closecheck", turn_.manner.is_5_4() ? "5.4.3" : "6.3.2"});
}

Answer ServerOperations::on(const Authenticate&) {
  return accepted(Identity{std::string(turn_.manner.security ? name(turn_.who) : "anonymous")});
}

Answer ServerOperations::on(const HasPrivileges&) {
  if (const auto* asked = turn_.detail<AskedPrivileges>(); asked != nullptr && !asked->cluster.empty()) {
    std::vector<std::pair<std::string, bool>> cluster;
    for (const std::string& privilege : asked->cluster)
      cluster.emplace_back(privilege, has_privilege(turn_.manner, turn_.who, privilege));
    std::vector<std::pair<std::string, std::vector<std::pair<std::string, bool>>>> indices;
    for (const auto& [index, privileges] : asked->indices) {
      auto& claims = indices.emplace_back(index, std::vector<std::pair<std::string, bool>>{}).second;
      for (const std::string& privilege : privileges)
        claims.emplace_back(privilege, may_use_indices(turn_.manner, turn_.who));
    }
    return wire::tell_privileges(cluster, indices);
  }
  PrivilegeList list;
  const bool manages = may_manage(turn_.manner, turn_.who);
  list.privileges = {{"manage", manages && (!turn_.manner.security || turn_.who != Principal::manage_ml)},
                     {"manage_ml", manages},
                     {"monitor_ml", may_read(turn_.manner, turn_.who)}};
  return accepted(std::move(list));
}

Answer ServerOperations::on(const ClusterState&) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("cluster:monitor/state", turn_.who);
  return wire::tell_cluster_state(jobs_.all(), feeds_.all());
}

}  // namespace closecheck::sut
