#include "in_process/server_operations.h"

#include <utility>

#include "in_process/answers.h"
#include "in_process/privileges.h"

namespace closecheck::sut {

Answer ServerOperations::on(const GetRoot&) {
  return accepted(ServerInfo{"closecheck", text_of(turn_.manner.profile.implemented_version())});
}

Answer ServerOperations::on(const Authenticate&) {
  return accepted(Identity{std::string(turn_.manner.security ? name(turn_.who) : "anonymous")});
}

Answer ServerOperations::on(const HasPrivileges&) {
  PrivilegeList list;
  if (const auto* asked = turn_.detail<AskedPrivileges>(); asked != nullptr && !asked->cluster.empty()) {
    for (const std::string& privilege : asked->cluster)
      list.privileges.emplace_back(privilege, has_privilege(turn_.manner, turn_.who, privilege));
    IndexPrivileges indices;
    for (const auto& [index, privileges] : asked->indices) {
      auto& claims = indices.indices.emplace_back(index, std::vector<std::pair<std::string, bool>>{}).second;
      for (const std::string& privilege : privileges)
        claims.emplace_back(privilege, may_use_indices(turn_.manner, turn_.who));
    }
    return ServiceAnswer(accepted(std::move(list)), std::move(indices));
  }
  const bool manages = may_manage(turn_.manner, turn_.who);
  list.privileges = {{"manage", manages && (!turn_.manner.security || turn_.who != Principal::manage_ml)},
                     {"manage_ml", manages},
                     {"monitor_ml", may_read(turn_.manner, turn_.who)}};
  return accepted(std::move(list));
}

Answer ServerOperations::on(const ClusterState&) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("cluster:monitor/state", turn_.who);
  ClusterTasks running;
  for (const Job& job : jobs_.all())
    if (job.state() != JobState::closed)
      running.tasks.push_back({ClusterTask::Kind::job, job.id(), std::string(name(job.state()))});
  for (const Datafeed& feed : feeds_.all())
    if (feed.started) running.tasks.push_back({ClusterTask::Kind::datafeed, feed.id, "started"});
  return ServiceAnswer(accepted(Acknowledged{}), std::move(running));
}

Answer ServerOperations::on(const ClusterHealth&) {
  return ServiceAnswer(accepted(Acknowledged{}), ClusterIsWell{});
}

Answer ServerOperations::on(const ClusterFeatures&) {
  return ServiceAnswer(accepted(Acknowledged{}), FeatureList{});
}

Answer ServerOperations::on(const GetSettings& ask) {
  if (!has_privilege(turn_.manner, turn_.who, "monitor")) return forbidden("monitor/settings", turn_.who);
  return ServiceAnswer(accepted(Acknowledged{}),
                       SettingsShown{settings_.persistent(), settings_.transient(), ask.flat, false});
}

Answer ServerOperations::on(const ChangeSettings& ask) {
  if (!has_privilege(turn_.manner, turn_.who, "manage")) return forbidden("admin/settings/update", turn_.who);
  settings_.change(ask);
  SettingsShown changed{ask.persistent, ask.transient, ask.flat, true};
  for (Members* members : {&changed.persistent, &changed.transient})
    std::erase_if(*members, [](const auto& member) { return member.second == "null"; });
  return ServiceAnswer(accepted(Acknowledged{}), std::move(changed));
}

}  // namespace closecheck::sut
