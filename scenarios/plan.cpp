// What a replay would do, for a reader.
#include <fmt/format.h>

#include <cassert>

#include "call.h"
#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "json.h"
#include "script.h"

namespace closecheck::scenarios {
namespace {

std::string plan_text(const std::string& text) {
  constexpr std::size_t kShown = 400;
  return text.size() <= kShown ? text : fmt::format("{} ({} bytes)", shortened(text, kShown), text.size());
}

std::string told(const Step& step) {
  switch (step.type) {
    case StepType::call:
      return "call";
    case StepType::wait:
      return "wait " + format_duration(step.duration);
    case StepType::join:
      return "wait for the answers of every other client";
    case StepType::settle:
      return fmt::format("wait until job {} has come to rest, at most {}", step.job, format_duration(step.duration));
    case StepType::fault:
      return fmt::format("put job {} into another state: {}", step.job, closecheck::name(step.fault));
  }
  return "";
}

class Planner {
 public:
  Planner(const Script& script, Profile profile) : script_(script), profile_(profile) {}

  void add(const std::vector<ScriptStep>& steps, const std::string& indentation) {
    for (const ScriptStep& step : steps) {
      if (const auto* call = std::get_if<DoStep>(&step)) {
        add_call(*call, indentation);
      } else if (const auto* check = std::get_if<CheckStep>(&step)) {
        lines_.push_back(fmt::format("{}  {} {}{}", indentation, name(check->check),
                                     check->path.empty() ? "''" : check->path,
                                     check->expected.is_null() ? "" : ": " + plan_text(write_json(check->expected))));
      } else if (const auto* set = std::get_if<SetStep>(&step)) {
        lines_.push_back(fmt::format("{}  set {}: {}", indentation, set->name, set->path));
      } else if (const auto* again = std::get_if<EventuallyStep>(&step)) {
        lines_.push_back(fmt::format("{}every {} until it holds, for {}:", indentation, format_duration(again->every),
                                     format_duration(again->within)));
        add(again->steps->list, indentation + "  ");
      } else {
        lines_.push_back(indentation + told(std::get<PlainStep>(step).step));
      }
    }
  }

  std::vector<std::string> lines() { return std::move(lines_); }

 private:
  void add_call(const DoStep& call, const std::string& indentation) {
    if (call.catch_text == "param") {
      lines_.push_back(indentation + "nothing: a client is to refuse the call itself");
      return;
    }
    try {
      const Request request =
          script_.is_foreign() ? make_plain_call(script_, call, profile_) : make_call(script_, call, profile_);
      const sut::wire::HttpRequest sent = sut::wire::encode(request, profile_);
      std::string line = fmt::format("{}{} {}", indentation, sent.method, sut::wire::target_of(sent));
      if (!sent.body.empty()) line += " " + plan_text(sent.body);
      if (call.says_who) line += fmt::format("  (as {})", closecheck::name(call.who));
      if (call.client != 0) line += fmt::format("  (client {})", call.client);
      lines_.push_back(line);
      if (!call.catch_text.empty()) lines_.push_back(fmt::format("{}  error: {}", indentation, call.catch_text));
    } catch (const CallError& error) {
      if (!script_.is_foreign()) script_.source.fail(error.place, error.what);
      lines_.push_back(
          fmt::format("{}nothing: the call of line {} cannot be made: {}", indentation, error.place.line, error.what));
    }
  }

  const Script& script_;
  Profile profile_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> Scenario::plan(std::size_t test, Profile profile) const {
  assert(test < script_->tests.size());
  Planner planner(*script_, profile);
  for (const Section* section : {&script_->setup, &script_->tests[test].section, &script_->teardown})
    planner.add(section->steps, "");
  return planner.lines();
}

std::optional<std::string> Scenario::left_out(std::size_t test, Profile profile) const {
  assert(test < script_->tests.size());
  return reason_to_skip(*script_, script_->tests[test], profile, {});
}

}  // namespace closecheck::scenarios
