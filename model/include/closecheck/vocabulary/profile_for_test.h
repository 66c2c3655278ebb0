// Names of profiles as they may stand in the names of tests.
#pragma once

#include <cctype>
#include <string>
#include <vector>

#include "closecheck/vocabulary/profile.h"

namespace closecheck {

/// Every line, and the first version whose closes stop a datafeed.
inline std::vector<Profile> profiles_for_test() {
  std::vector<Profile> profiles(kProfiles.begin(), kProfiles.end());
  profiles.push_back(Profile::es_7.at({7, 14, 0}));
  return profiles;
}

/// `xpack_5_4`, `es_7__7_14_0_`.
inline std::string word_of(Profile profile) {
  std::string word = describe(profile);
  for (char& c : word)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return word;
}

}  // namespace closecheck
