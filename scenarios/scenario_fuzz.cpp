// Scenario files.
#include "closecheck/scenarios/scenario.h"
#include "fuzz/target.h"

namespace closecheck::scenarios {
namespace {

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

}  // namespace
}  // namespace closecheck::scenarios

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  closecheck::scenarios::read_hostile_bytes(closecheck::sut::text_of_input(data, size));
  return 0;
}
