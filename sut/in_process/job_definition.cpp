#include "in_process/job_definition.h"

#include <algorithm>
#include <vector>

namespace closecheck::sut {

void JobDefinition::update(const UpdateJob& change) {
  if (change.description) config.description = *change.description;
  if (change.custom_settings) config.custom_settings = *change.custom_settings;
  if (change.groups) config.groups = *change.groups;
}

void JobDefinition::update(const JobUpdate& change) {
  if (change.model_memory_limit) config.model_memory_limit = *change.model_memory_limit;
  for (const auto& [path, value] : change.members) {
    // What was there under the path is replaced as a whole.
    std::erase_if(options.members, [&replaced = path](const auto& member) {
      return member.first == replaced || member.first.starts_with(replaced + ".");
    });
    if (value != "null") options.members.emplace_back(path, value);
  }
  options.detectors.resize(config.detectors.size());
  for (const auto& [place, members] : change.detectors)
    for (const auto& member : members) {
      Members& kept = options.detectors[place];
      std::erase_if(kept, [&member](const auto& one) { return one.first == member.first; });
      kept.push_back(member);
    }
}

}  // namespace closecheck::sut
