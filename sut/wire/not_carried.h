// What a request says that its typed operation does not carry: parameters and members that nobody follows. Pure.
#pragma once

#include <string>
#include <vector>

#include "closecheck/sut/wire.h"

namespace closecheck::sut::wire {

/// The names for `Request::not_carried`, in the order in which they stand in the request, each once. `operation` is
/// what the request was read as. Nothing of a request that nobody follows; of one whose body is not known what the
/// query says.
std::vector<std::string> names_not_carried(const HttpRequest& request, const Operation& operation);

}  // namespace closecheck::sut::wire
