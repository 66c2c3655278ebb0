// What no live target is ever sent, and what only one whose user allows it.
#pragma once

#include <string>

#include "closecheck/sut/wire.h"

namespace closecheck::sut {

/// Why the request must not be sent to a live target; empty: it may be. Whatever is allowed, no data that is no JSON
/// (a genuine server's worker then loops for ever, and the close after it hangs) and no `error_trace` of a bad value
/// (it is never answered). Only with `allows_cluster_wide` what could touch the things of others: a close
/// without an id, a change to what a blank id, `_all` or a wildcard names that does not begin as our names do, a revert
/// that deletes results, and a user or a role of a name of ours.
std::string why_dangerous(const wire::HttpRequest& request, Profile profile, bool allows_cluster_wide);

}  // namespace closecheck::sut
