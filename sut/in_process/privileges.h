// Who may do what. Pure functions; thread-safe.
#pragma once

#include <string_view>

#include "closecheck/vocabulary/request.h"
#include "in_process/manner.h"
#include "in_process/turn.h"

namespace closecheck::sut {

/// A refusal of whoever does not say, or not rightly, who it is.
Answer authenticate(const Manner& manner, const Request& request);

bool may_read(const Manner& manner, Principal who);
bool may_manage(const Manner& manner, Principal who);
bool may_close(const Manner& manner, Principal who);
bool may_manage_users(const Manner& manner, Principal who);
bool may_use_indices(const Manner& manner, Principal who);
/// A privilege of the cluster, by its name.
bool has_privilege(const Manner& manner, Principal who, std::string_view privilege);

}  // namespace closecheck::sut
