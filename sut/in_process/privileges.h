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
/// A refusal of an action that changes something of jobs, datafeeds or calendars: 403 for a caller who may not manage
/// them, and 429 for everybody while the product is upgraded, where it then refuses that.
Answer refuse_change(const Turn& turn, std::string_view action);
/// The same for an action that has a rule of its own for who may take it.
Answer refuse_while_upgraded(const Turn& turn, std::string_view action);
/// A datafeed runs in the name of whoever asks now, where the dialect tells that.
void authorize(const Turn& turn, FeedOptions& options);
bool may_close(const Manner& manner, Principal who);
bool may_manage_users(const Manner& manner, Principal who);
bool may_use_indices(const Manner& manner, Principal who);
/// A privilege of the cluster, by its name.
bool has_privilege(const Manner& manner, Principal who, std::string_view privilege);

}  // namespace closecheck::sut
