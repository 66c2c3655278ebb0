// Requests about users and roles.
#include "wire/bodies.h"
#include "wire/call.h"

namespace closecheck::sut::wire {
namespace {

/// The texts of a member that is a list; of another member none.
std::vector<std::string> texts_in(const Json& body, const char* name) {
  std::vector<std::string> out;
  const Json* const list = member(body, name);
  if (list == nullptr || !list->is_array()) return out;
  for (const Json& one : *list)
    if (one.is_string()) out.push_back(one.get<std::string>());
  return out;
}

}  // namespace

Built put_user(Call& call) {
  call.ignore({"refresh"});
  need_body(call.body());
  return {call.raw(), PutUser{call.part("user"), texts_in(call.object("user"), "roles")}};
}

Built delete_user(Call& call) {
  call.ignore({"refresh"});
  return {call.raw(), DeleteUser{call.part("user")}};
}

Built put_role(Call& call) {
  call.ignore({"refresh"});
  need_body(call.body());
  return {call.raw(), PutRole{call.part("role"), texts_in(call.object("role"), "cluster")}};
}

Built delete_role(Call& call) {
  call.ignore({"refresh"});
  return {call.raw(), DeleteRole{call.part("role")}};
}

}  // namespace closecheck::sut::wire
