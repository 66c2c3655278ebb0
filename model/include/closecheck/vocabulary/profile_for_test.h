// Names of profiles as they may stand in the names of tests.
#pragma once

#include <cctype>
#include <string>

#include "closecheck/vocabulary/profile.h"

namespace closecheck {

/// `xpack_5_4`.
inline std::string word_of(Profile profile) {
  std::string word(name(profile));
  for (char& c : word)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return word;
}

}  // namespace closecheck
