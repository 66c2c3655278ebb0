// In which profiles tests try what they try, and names of profiles as they may stand in the names of tests.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <vector>

#include "closecheck/vocabulary/profile.h"

namespace closecheck {

/// Every line without a version, the oldest and the newest of those whose versions are told apart, and a hidden one.
inline std::vector<Profile> profiles_for_test() {
  std::vector<Profile> profiles(kProfiles.begin(), kProfiles.end());
  for (const Profile line : kProfiles) {
    const int minors = static_cast<int>(kMinorsTold.at(line.line()));
    if (minors == 0) continue;
    profiles.push_back(line.at({line->major, 0, 0}));
    profiles.push_back(line.at({line->major, minors - 1, 0}));
  }
  profiles.push_back(Profile::hidden_version);
  return profiles;
}

/// Those of the profiles in which the subject of this number is tried: `count` of them, in turn.
inline std::vector<Profile> in_turn(const std::vector<Profile>& profiles, std::size_t number, std::size_t count) {
  std::vector<Profile> turns;
  for (std::size_t i = 0; i < std::min(count, profiles.size()); ++i)
    turns.push_back(profiles[(number + i) % profiles.size()]);
  return turns;
}

/// `xpack_5_4`, `es_7__7_14_0_`.
inline std::string word_of(Profile profile) {
  std::string word = describe(profile);
  for (char& c : word)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return word;
}

}  // namespace closecheck
