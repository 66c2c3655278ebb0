#include "scenario_fuzz.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "closecheck/scenarios/scenario.h"

namespace closecheck::scenarios {

void read_hostile_bytes(std::string_view bytes) {
  try {
    const Scenario scenario = Scenario::parse(std::string(bytes), "f.yml");
    for (const Profile profile : kProfiles)
      for (std::size_t test = 0; test < scenario.titles().size(); ++test) {
        scenario.left_out(test, profile);
        scenario.plan(test, profile);
        scenario.program(test, profile);
      }
  } catch (const ScenarioError&) {
    // What is wrong with the file has been said.
  }
}

}  // namespace closecheck::scenarios

#ifdef CLOSECHECK_FUZZER
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  closecheck::scenarios::read_hostile_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}
#endif
