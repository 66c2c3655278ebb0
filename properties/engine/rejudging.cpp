#include "closecheck/properties/rejudging.h"

#include "closecheck/sut/history_lines.h"

namespace closecheck::properties {

model::Judged judge_again(const std::vector<std::string>& lines, Profile profile, const JudgingRules& rules) {
  sut::HistoryReader reader(profile);
  reader.insist_on(profile);
  History history;
  history.profile = profile;
  for (const std::string& line : lines)
    if (std::optional<Event> event = reader.read(line)) history.events.push_back(*std::move(event));
  model::JudgeOptions options;
  options.profile = profile;
  options.secured = rules.secured;
  options.in_process = rules.in_process;
  options.callers_are_known = rules.callers_are_known;
  options.margin = rules.margin;
  options.forced_rest = rules.forced_rest;
  return model::judge(history, options);
}

}  // namespace closecheck::properties
