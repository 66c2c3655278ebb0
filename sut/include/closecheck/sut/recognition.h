// What a live target is: which profile it speaks, asked by a few harmless reads before anything is created.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/endpoint.h"
#include "closecheck/vocabulary/principal.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck::sut {

enum class Recognised : std::uint8_t {
  profile,      // it speaks one
  closed,       // the job API is known, and closed here: a licence without it, no node for it, credentials missing
  another_api,  // a page, a redirect, or nothing of the job API; or another profile's than the one that was asked for
  refused,      // it answers 401 to a configured principal
  not_yet,      // it cannot be reached, is busy, or starts
};

struct Recognition {
  Recognised what = Recognised::not_yet;
  /// What it speaks; for `closed` only where that was seen.
  std::optional<Profile> profile;
  std::string version;  // as it says at `GET /`; empty: it does not
  /// One line, redacted: how the profile was told, or why there is none: `the server says that it is 7.6.0`.
  std::string why;
  std::vector<Principal> refused;  // for `refused`: who
};

/// Asks `GET /`, the feature list, one read below the base path of each profile that may be meant, and the list of
/// nodes. As somebody who may: no principal is asked for twice, and the first that gets 401 ends it. `wanted` is the
/// profile that the user named: it is given up only where its path is not served and another profile's is; empty: the
/// target tells it. Creates nothing. Any thread.
Recognition recognise(const EndpointOptions& options, std::optional<Profile> wanted = std::nullopt);

}  // namespace closecheck::sut
