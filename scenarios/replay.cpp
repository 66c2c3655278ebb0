// Runs the tests of a scenario against a system, judges along, and says what became of them.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "assertion.h"
#include "closecheck/scenarios/scenario.h"
#include "script.h"

namespace closecheck::scenarios {
namespace {

constexpr int kRepetitions = 3;

/// The text with its names put under the prefix of this run, as `with_prefix` does with programs.
std::string renamed(const std::string& text, std::string_view prefix) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t found = text.find(kNamePrefix, at);
    out += text.substr(at, found - at);
    if (found == std::string::npos) return out;
    out += prefix;
    at = found + kNamePrefix.size();
  }
}

Value renamed(Value value, std::string_view prefix) {
  if (auto* text = std::get_if<std::string>(&value.data)) *text = renamed(*text, prefix);
  if (auto* list = std::get_if<List>(&value.data))
    for (Value& item : *list) item = renamed(std::move(item), prefix);
  if (auto* map = std::get_if<Map>(&value.data))
    for (Member& member : *map) {
      member.key = renamed(member.key, prefix);
      member.value = renamed(std::move(member.value), prefix);
    }
  return value;
}

/// Steps that are run in one go, and what is to be looked at when each call of theirs is answered.
struct Part {
  std::shared_ptr<const Program> program;
  struct Expectation {
    const DoStep* call = nullptr;
    std::vector<const ScriptStep*> steps;  // assertions and sets, in order
    bool is_head = false;
    bool answered = false;
  };
  std::vector<Expectation> expectations;  // one for each step of the program
  std::vector<ScriptStep> script;         // what the pointers point into
};

/// One run of one test.
class TestRun : public sut::Observer {
 public:
  TestRun(const Script& script, const Test& test, const sut::ExecutorOptions& executor,
          const model::JudgeOptions& options, std::string_view prefix)
      : script_(script), test_(test), executor_(executor), options_(options), prefix_(prefix), judge_(options) {}

  TestReplay run(sut::System& system) {
    run_section(script_.setup, system);
    stash_.clear();
    run_section(test_.section, system);
    judgement_ = script_.header.oracle && judgement_ != model::Judgement::violated ? judge_.finish() : judgement_;
    tear_down(system);
    system.clean_up(everything_);
    return conclude();
  }

  /// Whether a verdict of `still failing` rests on clocks alone.
  bool rests_on_clock() const { return failure_.empty() && only_timing_; }

  sut::Advice on_event(const Event& event) override {
    history_.events.push_back(event);
    sut::Advice advice = sut::Advice::go_on;
    if (script_.header.oracle) {
      judgement_ = judge_.observe(event);
      if (judgement_ == model::Judgement::violated) advice = sut::Advice::stop;
      if (judgement_ == model::Judgement::missing) advice = sut::Advice::read_again;
    }
    if (event.type == EventType::ok) take_answer(event);
    if (event.type == EventType::info && lost_.empty())
      lost_ = fmt::format("no answer to \"{}\": {}", describe(*event.request), event.error);
    if (!failure_.empty() && advice == sut::Advice::go_on) advice = sut::Advice::stop;
    return advice;
  }

 private:
  /// Runs the section in parts: a call that needs a value which only the answer before it can tell begins a new one.
  void run_section(const Section& section, sut::System& system) {
    std::size_t from = 0;
    bool has_set = false;
    for (std::size_t i = 0; i <= section.steps.size(); ++i) {
      const DoStep* call = i < section.steps.size() ? std::get_if<DoStep>(&section.steps[i]) : nullptr;
      if (i < section.steps.size() && std::holds_alternative<SetStep>(section.steps[i])) has_set = true;
      const bool ends = i == section.steps.size() || (has_set && call != nullptr && needs_stash(*call));
      if (!ends) continue;
      if (from < i) run_part(section, from, i, system);
      if (is_over()) return;
      from = i;
      has_set = false;
    }
  }

  bool is_over() const {
    return !failure_.empty() || !fault_error_.empty() || judgement_ == model::Judgement::violated;
  }

  static bool needs_stash(const DoStep& call) {
    if (const auto* named = std::get_if<ApiCall>(&call.call))
      return has_stash_name(named->arguments) || (named->body && has_stash_name(*named->body));
    const auto& raw = std::get<RawCall>(call.call);
    const auto text_needs = [](const std::string& text) { return has_stash_name(make_text(text)); };
    return text_needs(raw.path) || (raw.body && has_stash_name(*raw.body)) ||
           std::any_of(raw.query.begin(), raw.query.end(),
                       [&](const auto& parameter) { return text_needs(parameter.second); });
  }

  /// The call with values of the stash in place of their names.
  DoStep resolved(DoStep call) const {
    if (!script_.uses_stash || !needs_stash(call)) return call;
    if (auto* named = std::get_if<ApiCall>(&call.call)) {
      named->arguments = stash_.resolve(named->arguments);
      if (named->body) named->body = stash_.resolve(*named->body);
    } else {
      auto& raw = std::get<RawCall>(call.call);
      const auto resolve_text = [&](const std::string& text) {
        return text_of(stash_.resolve(make_text(text))).value_or(text);
      };
      raw.path = resolve_text(raw.path);
      for (auto& parameter : raw.query) parameter.second = resolve_text(parameter.second);
      if (raw.body) raw.body = stash_.resolve(*raw.body);
    }
    return call;
  }

  void run_part(const Section& section, std::size_t from, std::size_t to, sut::System& system) {
    part_ = {};
    for (std::size_t i = from; i < to; ++i) {
      part_.script.push_back(section.steps[i]);
      if (auto* call = std::get_if<DoStep>(&part_.script.back())) {
        try {
          *call = resolved(*call);
        } catch (const StepFailure& failure) {
          fail(call->place, failure.what);
          part_.script.pop_back();
          break;
        }
      }
    }
    part_.program =
        std::make_shared<const Program>(with_prefix(make_program(script_, part_.script, options_.profile), prefix_));
    expect();
    everything_.steps.insert(everything_.steps.end(), part_.program->steps.begin(), part_.program->steps.end());
    sut::Executor executor(options_.profile, executor_);
    executor.run(part_.program, system, this);
    fault_error_ = executor.fault_error();
    if (executor.fault_missing()) fault_error_ = "the target cannot be put into the state that the scenario needs";
  }

  /// Puts assertions to the calls that they are about.
  void expect() {
    part_.expectations.resize(part_.program->steps.size());
    std::size_t next = 0;
    constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    std::size_t last_main = kNone;
    std::size_t last = kNone;
    for (const ScriptStep& step : part_.script) {
      if (const auto* call = std::get_if<DoStep>(&step)) {
        if (call->catch_text == "param") continue;
        last = next++;
        if (!call->detached) last_main = last;
        part_.expectations[last].call = call;
        const auto* raw = std::get_if<RawCall>(&call->call);
        const auto* named = std::get_if<ApiCall>(&call->call);
        part_.expectations[last].is_head = (raw != nullptr && raw->method == "HEAD") ||
                                           (named != nullptr && named->api->paths.front().methods.front() == "HEAD");
      } else if (std::holds_alternative<PlainStep>(step)) {
        ++next;
      } else {
        const auto* check = std::get_if<CheckStep>(&step);
        const std::size_t about = check != nullptr && check->detached ? last : last_main;
        if (about != kNone)
          part_.expectations[about].steps.push_back(&step);
        else
          fail(check != nullptr ? check->place : std::get<SetStep>(step).place, "there is no answer yet to look at");
      }
    }
  }

  /// Whether the steps of the file are to be held to the rules of the format: without a clause of ours to judge by, an
  /// error that no `catch` names is a failure.
  bool success_required() const { return !script_.has_header || !script_.header.oracle; }

  void take_answer(const Event& event) {
    const std::vector<Step>& steps = part_.program->steps;
    const auto found = std::find_if(steps.begin(), steps.end(),
                                    [&](const Step& step) { return &step.request == event.request.get(); });
    if (event.response->refusal == Refusal::busy && busy_.empty())
      busy_ =
          fmt::format("the target was too busy for \"{}\": {}", describe(*event.request), describe(*event.response));
    notice_preparation(event);
    if (found == steps.end()) return;
    Part::Expectation& expectation = part_.expectations[static_cast<std::size_t>(found - steps.begin())];
    // Reading the same again is the judge's affair.
    if (expectation.answered || expectation.call == nullptr) return;
    expectation.answered = true;
    const DoStep& call = *expectation.call;
    const bool looks =
        !expectation.steps.empty() || !call.catch_text.empty() || call.has_warnings || success_required();
    if (!looks || !failure_.empty()) return;
    const auto answer = read_answer(*event.response, expectation.is_head);
    if (!answer) {
      no_bytes_ = true;
      return;
    }
    stash_.set("body", answer->has_body ? answer->body : make_text(answer->text));
    Place place = call.place;
    try {
      check_outcome(call, *answer, success_required(), options_.profile);
      for (const ScriptStep* step : expectation.steps) {
        if (const auto* check = std::get_if<CheckStep>(step)) {
          place = check->place;
          const Value expected = script_.uses_stash ? stash_.resolve(check->expected) : check->expected;
          check_assertion(check->check, check->path, renamed(expected, prefix_), *answer, stash_);
        } else if (const auto* set = std::get_if<SetStep>(step)) {
          place = set->place;
          stash_.set(set->name, value_to_keep(*set, *answer, stash_));
        }
      }
    } catch (const StepFailure& failure) {
      fail(place, failure.what);
    }
  }

  /// A name that is new in this run and cannot be created is a left-over, or the target lacks what the steps need.
  void notice_preparation(const Event& event) {
    const Operation& operation = event.request->operation;
    std::string what;
    if (const auto* job = std::get_if<CreateJob>(&operation)) what = "job " + job->job;
    if (const auto* index = std::get_if<CreateIndex>(&operation)) what = "index " + index->index;
    if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) what = "datafeed " + feed->feed;
    if (what.empty() || !may_manage_jobs(event.request->who) || !created_.insert(what).second) return;
    if (event.response->outcome != Outcome::accepted && unprepared_.empty())
      unprepared_ = fmt::format("{} could not be created: {}", what, describe(*event.response));
  }

  void fail(Place place, const std::string& what) {
    if (failure_.empty()) failure_ = fmt::format("{}:{}: {}", script_.source.path(), place.line, what);
  }

  /// Runs whether or not the test passed; what it does is no part of the history.
  void tear_down(sut::System& system) const {
    if (script_.teardown.steps.empty()) return;
    try {
      std::vector<ScriptStep> steps;
      for (const ScriptStep& step : script_.teardown.steps) {
        const auto* call = std::get_if<DoStep>(&step);
        if (call != nullptr) steps.emplace_back(resolved(*call));
      }
      const Program program = with_prefix(make_program(script_, steps, options_.profile), prefix_);
      sut::execute(program, system, options_.profile, executor_, nullptr);
    } catch (const StepFailure&) {
      // A name that was never set, since the test failed before: the clean-up finds what is left.
    }
  }

  bool accuses(const Finding& finding) const {
    if (!script_.header.clause) return level_of(finding.clause) != Level::measured;
    const Clause clause = *script_.header.clause;
    return finding.clause == clause ||
           std::find(finding.also.begin(), finding.also.end(), clause) != finding.also.end();
  }

  TestReplay conclude() {
    TestReplay result;
    result.title = test_.title;
    history_.profile = options_.profile;
    result.history = std::move(history_);
    result.findings = judge_.findings();
    only_timing_ = true;
    const Finding* accusation = nullptr;
    const Finding* other = nullptr;
    for (const Finding& finding : result.findings) {
      if (accuses(finding)) {
        only_timing_ = only_timing_ && finding.timing;
        if (accusation == nullptr) accusation = &finding;
      } else if (other == nullptr) {
        other = &finding;
      }
    }
    if (accusation != nullptr || !failure_.empty()) {
      result.verdict = ReplayVerdict::still_failing;
      result.why = accusation != nullptr ? told(*accusation) : failure_;
      return result;
    }
    result.why = what_cannot_be_told(other);
    result.verdict = result.why.empty() ? ReplayVerdict::fixed : ReplayVerdict::cannot_tell;
    if (result.why.empty()) {
      result.why = "every step fits";
      if (other != nullptr) result.why += fmt::format("; by the way, {}", told(*other));
    }
    return result;
  }

  static std::string told(const Finding& finding) {
    return fmt::format("{}: expected {}; observed {}", id_of(finding.clause), finding.expected, finding.observed);
  }

  /// Empty when everything was exercised.
  std::string what_cannot_be_told(const Finding* other) const {
    if (!fault_error_.empty()) return fault_error_;
    // Before lost answers: a run that stops at a violation does not wait for those that are still open.
    if (judgement_ == model::Judgement::violated && other != nullptr)
      return fmt::format("another clause is violated: {}", told(*other));
    if (!lost_.empty()) return lost_;
    if (!busy_.empty()) return busy_;
    if (!unprepared_.empty()) return unprepared_;
    if (no_bytes_) return "the answers of this system carry no bytes that assertions could look at";
    if (!script_.has_header || !script_.header.oracle) return {};
    if (judgement_ == model::Judgement::inconclusive) return judge_.why();
    return {};
  }

  const Script& script_;
  const Test& test_;
  const sut::ExecutorOptions& executor_;
  const model::JudgeOptions& options_;
  std::string prefix_;
  model::Judge judge_;
  model::Judgement judgement_ = model::Judgement::fits;
  Part part_;
  Stash stash_;
  History history_;
  Program everything_;   // for the clean-up
  std::string failure_;  // the first step that failed
  std::string fault_error_;
  std::string lost_;
  std::string busy_;
  std::string unprepared_;  // what was to be created and could not be
  std::set<std::string> created_;
  bool no_bytes_ = false;
  bool only_timing_ = false;
};

TestReplay replay_test(const Script& script, const Test& test, sut::SystemFactory& factory,
                       const sut::ExecutorOptions& executor, const model::JudgeOptions& options,
                       std::string_view prefix) {
  for (const Section* section : {&script.setup, &script.teardown, &test.section})
    if (const auto reason = reason_to_skip(*section, options.profile)) {
      TestReplay skipped;
      skipped.title = test.title;
      skipped.skipped = true;
      skipped.why = *reason;
      return skipped;
    }
  TestReplay result;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    const auto system = factory.make(script.header.seed);
    // Each repetition has names of its own, so that what one leaves behind cannot disturb the next.
    std::string names(prefix);
    if (repetition > 0 && prefix != kNamePrefix) names += fmt::format("r{}-", repetition);
    TestRun run(script, test, executor, options, names);
    result = run.run(*system);
    if (result.verdict != ReplayVerdict::still_failing || !run.rests_on_clock()) return result;
  }
  result.why += fmt::format(" (in {} of {} repetitions)", kRepetitions, kRepetitions);
  return result;
}

}  // namespace

std::string_view name(ReplayVerdict verdict) {
  switch (verdict) {
    case ReplayVerdict::fixed:
      return "fixed";
    case ReplayVerdict::still_failing:
      return "still failing";
    case ReplayVerdict::cannot_tell:
      return "cannot tell";
  }
  return "";
}

Replay replay(const Scenario& scenario, sut::SystemFactory& factory, const sut::ExecutorOptions& executor,
              const model::JudgeOptions& judge, std::string_view prefix, std::string_view filter) {
  const Script& script = scenario.script();
  Replay all;
  for (const Test& test : script.tests)
    if (glob_matches(filter, test.title))
      all.tests.push_back(replay_test(script, test, factory, executor, judge, prefix));
  // The worst test decides; one that was left out says nothing.
  const auto rank = [](const TestReplay& test) {
    if (test.skipped) return 0;
    return test.verdict == ReplayVerdict::still_failing ? 3 : test.verdict == ReplayVerdict::cannot_tell ? 2 : 1;
  };
  const auto worst = std::max_element(all.tests.begin(), all.tests.end(),
                                      [&](const TestReplay& a, const TestReplay& b) { return rank(a) < rank(b); });
  if (worst == all.tests.end()) {
    all.why = "no test has a title that matches the filter";
    return all;
  }
  all.verdict = worst->skipped ? ReplayVerdict::cannot_tell : worst->verdict;
  all.why = worst->skipped ? "left out: " + worst->why : worst->why;
  if (all.tests.size() > 1) all.why = fmt::format("\"{}\": {}", worst->title, all.why);
  all.history = worst->history;
  for (const TestReplay& test : all.tests)
    all.findings.insert(all.findings.end(), test.findings.begin(), test.findings.end());
  return all;
}

}  // namespace closecheck::scenarios
