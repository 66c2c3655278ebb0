// The scenarios that ship with the program: at least one readable script for every stated, implied and dialect clause.
#pragma once

#include <span>
#include <string_view>

namespace closecheck::scenarios {

/// One file of the library as text. `name` is its file name (`closed-job-refuses-data.yml`): the id of its clause.
struct LibraryScenario {
  std::string_view name;
  std::string_view text;
};

/// In the order of their names. The texts live as long as the program.
std::span<const LibraryScenario> library_scenarios();

}  // namespace closecheck::scenarios
