// What runs on the nodes of a cluster: tasks, tables of jobs and datafeeds for people, and the mode in which none runs.
#include "closecheck/vocabulary/text.h"
#include "wire/call.h"

namespace closecheck::sut::wire {
namespace {

std::vector<std::string> parts_of(const Parameter& list) {
  std::vector<std::string> parts;
  if (list)
    for (const std::string_view part : divided(*list, ',')) parts.emplace_back(part);
  return parts;
}

Built table(Call& call, const char* part, bool of_feeds) {
  ShowTable out;
  out.of_feeds = of_feeds;
  out.id = call.part(part);
  out.columns = parts_of(call.take("h"));
  out.has_head = call.take_flag("v").value_or(false);
  // Every request may name one, and elsewhere nobody needs it.
  for (const auto& [name, value] : call.http().query)
    if (name == "format") out.as_json = value == "json";
  call.ignore({"s", "help", "bytes", "time", "allow_no_match", "allow_no_jobs", "allow_no_datafeeds"});
  return {call.raw(), std::move(out)};
}

}  // namespace

Built set_upgrade_mode(Call& call) {
  call.ignore({"timeout"});
  return {call.raw(), SetUpgradeMode{call.take_flag("enabled").value_or(false)}};
}

Built list_tasks(Call& call) {
  ListTasks out{parts_of(call.take("actions")), false};
  call.take_rest();
  return {call.raw(), std::move(out)};
}

Built cat_tasks(Call& call) {
  ListTasks out{parts_of(call.take("actions")), true};
  call.take_rest();
  return {call.raw(), std::move(out)};
}

Built cat_jobs(Call& call) {
  return table(call, "job", false);
}

Built cat_feeds(Call& call) {
  return table(call, "feed", true);
}

}  // namespace closecheck::sut::wire
