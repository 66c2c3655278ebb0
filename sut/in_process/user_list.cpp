#include "in_process/user_list.h"

#include <algorithm>
#include <utility>

namespace closecheck::sut {
namespace {

/// How long a service that caches credentials goes by what it knew.
constexpr Duration kCached = 5 * kSecond;

bool manages_jobs(std::optional<Principal> who) {
  return who == Principal::manage_ml || who == Principal::manage;
}

}  // namespace

std::optional<Principal> UserList::now_known_as(const User& user) const {
  if (!user.roles) return std::nullopt;
  const auto grants = [&](std::string_view privilege) {
    return std::ranges::any_of(*user.roles, [&](const std::string& role) {
      const auto found = roles_.find(role);
      return found != roles_.end() && std::ranges::find(found->second, privilege) != found->second.end();
    });
  };
  if (grants("all") || grants("manage")) return Principal::manage;
  if (grants("manage_ml")) return Principal::manage_ml;
  return grants("monitor_ml") ? Principal::monitor_ml : Principal::none;
}

template <class Change>
void UserList::change(const Manner& manner, Time now, const Change& change) {
  std::map<std::string, std::optional<Principal>> before;
  for (const auto& [name, user] : users_) before[name] = principal_of(manner, name, now);
  change();
  for (auto& [name, user] : users_) {
    const std::optional<Principal> is = now_known_as(user);
    user.might_close = user.might_close || manages_jobs(is);
    const std::optional<Principal> was = before[name];
    if (was == is) continue;
    user.before = was;
    user.changed = now;
    if (manages_jobs(was) && !manages_jobs(is)) revoked_.push_back(name);
  }
}

bool UserList::put_user(const Manner& manner, const std::string& user, std::vector<std::string> roles, Time now) {
  const auto found = users_.find(user);
  const bool is_new = found == users_.end() || !found->second.roles;
  change(manner, now, [&] { users_[user].roles = std::move(roles); });
  return is_new;
}

bool UserList::put_role(const Manner& manner, const std::string& role, std::vector<std::string> cluster, Time now) {
  const bool is_new = !roles_.contains(role);
  change(manner, now, [&] { roles_[role] = std::move(cluster); });
  return is_new;
}

bool UserList::delete_user(const Manner& manner, const std::string& user, Time now) {
  const auto found = users_.find(user);
  if (found == users_.end() || !found->second.roles) return false;
  change(manner, now, [&] { found->second.roles.reset(); });
  return true;
}

bool UserList::delete_role(const Manner& manner, const std::string& role, Time now) {
  if (!roles_.contains(role)) return false;
  change(manner, now, [&] { roles_.erase(role); });
  return true;
}

std::optional<Principal> UserList::principal_of(const Manner& manner, const std::string& name, Time now) const {
  const auto found = users_.find(name);
  if (found == users_.end()) return std::nullopt;
  const User& user = found->second;
  if (manner.deviates(Deviation::revoked_user_closes) && user.might_close) return Principal::manage_ml;
  if (manner.varies(Variant::credentials_are_cached) && user.before && now - user.changed < kCached) return user.before;
  return now_known_as(user);
}

}  // namespace closecheck::sut
