// What the fuzzer feeds with bytes; the tests do the same with a corpus and seeded changes of it.
#pragma once

#include <string_view>

namespace closecheck::scenarios {

/// Reads the bytes as a scenario and, where they are one, plans it under every profile. A file that cannot be used is
/// an ordinary outcome; anything else that is thrown, or worse, is a finding.
void read_hostile_bytes(std::string_view bytes);

}  // namespace closecheck::scenarios
