#include "test_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

#include "assertion.h"
#include "clean_up.h"
#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "parts.h"

namespace closecheck::scenarios {
namespace {

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

std::string exchange_text(const std::string& text) {
  constexpr std::size_t kShown = 2000;
  const std::string line = one_line(shortened(text, kShown));
  return text.size() <= kShown ? line : fmt::format("{} ({} bytes)", line, text.size());
}

class TestRun : public sut::Observer {
 public:
  TestRun(const Script& script, const Test& test, const sut::ExecutorOptions& executor,
          const model::JudgeOptions& options, std::string_view prefix, const std::atomic<bool>* cancelled)
      : script_(script),
        test_(test),
        executor_(executor),
        options_(options),
        cancelled_(cancelled),
        prefix_(prefix),
        judges_(!script.is_foreign() && script.header.oracle),
        judge_(options) {}

  TestRunResult run(sut::System& system, const Standing& standing) {
    run_section(script_.setup, system);
    stash_.clear();
    is_test_ = true;
    run_section(test_.section, system);
    is_test_ = false;
    if (judges_ && judgement_ != model::Judgement::violated) judgement_ = judge_.finish();
    tear_down(system);
    if (script_.is_foreign() && lost_.empty()) {
      const std::string trouble =
          clean_target(system, script_.apis(options_.profile), standing, made_, executor_.answer_patience);
      if (!trouble.empty() && failure_.empty()) failure_ = trouble;
    }
    system.clean_up(everything_);
    TestRunResult result;
    result.replay = conclude();
    result.rests_on_clock = only_timing_;
    return result;
  }

  sut::Advice on_event(const Event& event) override {
    sut::Advice advice = sut::Advice::go_on;
    if (judges_ && !is_torn_down_) {
      judgement_ = judge_.observe(event);
      if (judgement_ == model::Judgement::violated) advice = sut::Advice::stop;
      if (judgement_ == model::Judgement::missing) advice = sut::Advice::read_again;
      if (judgement_ == model::Judgement::caller_in_doubt) advice = sut::Advice::ask_as_caller;
    }
    if (!is_torn_down_) history_.events.push_back(event);
    if (event.type == EventType::invoke) asked_[event.process] = event.time;
    // To a test of the format an answer is an answer, whoever wrote it.
    const bool is_answer = event.type == EventType::ok || (script_.is_foreign() && event.response != nullptr);
    if (is_answer) take_answer(event);
    if (event.type == EventType::info && !is_answer && lost_.empty())
      lost_ = fmt::format("no answer to \"{}\": {}", describe(*event.request),
                          event.response ? describe(*event.response) : event.error);
    if (is_over() && advice == sut::Advice::go_on) advice = sut::Advice::stop;
    return advice;
  }

 private:
  void run_section(const Section& section, sut::System& system) {
    const std::vector<ScriptStep>& steps = section.steps;
    for (std::size_t from = 0; from < steps.size() && !is_over();) {
      if (const auto* again = std::get_if<EventuallyStep>(&steps[from])) {
        run_eventually(*again, system);
        ++from;
        continue;
      }
      const std::size_t to = end_of_part(steps, from, script_.is_foreign());
      run_part(steps, from, to, system);
      from = to;
    }
  }

  /// Again and again until a round of the steps holds; the last one tells why it does not.
  void run_eventually(const EventuallyStep& again, sut::System& system) {
    const Time deadline = system.now() + again.within;
    while (true) {
      const std::vector<ScriptStep>& steps = again.steps->list;
      for (std::size_t from = 0; from < steps.size() && !is_over();) {
        const std::size_t to = end_of_part(steps, from, true);
        run_part(steps, from, to, system);
        from = to;
      }
      const bool is_settled = failure_.empty() || !fault_error_.empty() || !lost_.empty() || was_interrupted_ ||
                              judgement_ == model::Judgement::violated;
      if (is_settled) return;
      if (system.now() + again.every > deadline) {
        failure_ += fmt::format(" (after {} of asking again)", format_duration(again.within));
        return;
      }
      failure_.clear();
      was_hindered_ = false;
      details_.clear();
      run_part({PlainStep{wait_step(again.every)}}, 0, 1, system);
    }
  }

  bool is_over() {
    // Once is enough: what is torn down afterwards must not count as interrupted.
    if (!is_torn_down_ && cancelled_ != nullptr && *cancelled_) was_interrupted_ = true;
    if (was_interrupted_ && !is_torn_down_) return true;
    if (script_.is_foreign() && !lost_.empty()) return true;
    return !failure_.empty() || !fault_error_.empty() || judgement_ == model::Judgement::violated;
  }

  /// The call with values of the stash in place of their names.
  DoStep resolved(DoStep call) const {
    if (!reads_stash() || !needs_stash(call)) return call;
    const auto resolve_text = [&](const std::string& text) {
      return text_of(stash_.resolve(make_text(text))).value_or(text);
    };
    call.content_type = resolve_text(call.content_type);
    for (auto& header : call.headers) header.second = resolve_text(header.second);
    if (auto* named = std::get_if<ApiCall>(&call.call)) {
      named->arguments = stash_.resolve(named->arguments);
      if (named->body) named->body = stash_.resolve(*named->body);
    } else {
      auto& raw = std::get<RawCall>(call.call);
      raw.path = resolve_text(raw.path);
      for (auto& parameter : raw.query) parameter.second = resolve_text(parameter.second);
      if (raw.body) raw.body = stash_.resolve(*raw.body);
    }
    return call;
  }

  bool reads_stash() const { return script_.uses_stash || script_.is_foreign(); }

  void run_part(const std::vector<ScriptStep>& steps, std::size_t from, std::size_t to, sut::System& system) {
    part_ = {};
    for (std::size_t i = from; i < to; ++i) {
      part_.script.push_back(steps[i]);
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
    Program program;
    try {
      program = make_program(script_, part_.script, options_.profile, script_.is_foreign());
    } catch (const ScenarioError& error) {
      // With values that only the run knows, a call may turn out to be none.
      if (!script_.is_foreign()) throw;
      failure_ = error.what.substr(0, error.what.find('\n'));
      return;
    }
    part_.program = std::make_shared<const Program>(with_prefix(program, kNamePrefix, prefix_));
    if (const auto unbound = bind_expectations(part_)) fail(*unbound, "there is no answer yet to look at");
    if (!script_.is_foreign())
      everything_.steps.insert(everything_.steps.end(), part_.program->steps.begin(), part_.program->steps.end());
    sut::Executor executor(options_.profile, executor_);
    executor.run(part_.program, system, this);
    fault_error_ = executor.fault_error();
    if (executor.fault_missing()) fault_error_ = "the target cannot be put into the state that the scenario needs";
  }

  static bool says_what_is_right(const Part::Expectation& expectation) {
    const DoStep& call = *expectation.call;
    return !call.catch_text.empty() || call.has_warnings || call.within || call.no_sooner_than ||
           std::any_of(expectation.steps.begin(), expectation.steps.end(),
                       [](const ScriptStep* step) { return std::holds_alternative<CheckStep>(*step); });
  }

  /// Whether the steps of the file are to be held to the rules of the format: without a clause of ours to judge by, an
  /// error that no `catch` names is a failure.
  bool success_required() const { return !judges_; }

  void take_answer(const Event& event) {
    const auto* raw = std::get_if<RawRequest>(&event.request->operation);
    if (script_.is_foreign()) {
      if (raw != nullptr && event.response->wire) made_.notice(*raw, event.response->wire->status);
    } else {
      const Refusal refusal = event.response->refusal;
      if ((refusal == Refusal::busy || refusal == Refusal::unavailable) && busy_.empty())
        busy_ =
            fmt::format("the target was too busy for \"{}\": {}", describe(*event.request), describe(*event.response));
      notice_preparation(event);
    }
    Part::Expectation* expectation = part_.find(event.request.get());
    // Reading the same again is the judge's affair.
    if (expectation == nullptr || expectation->answered || expectation->call == nullptr) return;
    expectation->answered = true;
    const DoStep& call = *expectation->call;
    checked_ = checked_ || (is_test_ && says_what_is_right(*expectation));
    check_time(call, event);
    const bool looks = !expectation->steps.empty() || !call.catch_text.empty() || call.has_warnings ||
                       success_required() || reads_stash();
    if (!looks || !failure_.empty()) return;
    if (raw == nullptr && event.request->as_sent) raw = event.request->as_sent.get();
    const auto answer = read_answer(*event.response, raw != nullptr && raw->method == "HEAD");
    if (!answer) {
      no_bytes_ = true;
      return;
    }
    check_answer(*expectation, *answer);
    if (failure_.empty()) return;
    const sut::wire::HttpRequest sent = sut::wire::encode(*event.request, options_.profile);
    details_ = fmt::format("request: {} {}{}{}\nanswer: {} {}", sent.method, sut::wire::target_of(sent),
                           sent.body.empty() ? "" : " ", exchange_text(sent.body), answer->status,
                           exchange_text(answer->text));
  }

  void check_answer(const Part::Expectation& expectation, const Answer& answer) {
    const DoStep& call = *expectation.call;
    stash_.set("body", answer.has_body ? answer.body : make_text(answer.text));
    if (!call.headers.empty()) {
      Value headers = make_map();
      for (const auto& header : call.headers) add(headers, header.first, make_text(header.second));
      stash_.set("request_headers", std::move(headers));
    }
    Place place = call.place;
    try {
      check_outcome(call, answer, success_required(), options_.profile, script_.is_of_clients);
      for (const ScriptStep* step : expectation.steps) {
        if (const auto* check = std::get_if<CheckStep>(step)) {
          place = check->place;
          const Value expected = reads_stash() ? stash_.resolve(check->expected) : check->expected;
          check_assertion(check->check, check->path, renamed(expected, prefix_), answer, stash_);
        } else if (const auto* set = std::get_if<SetStep>(step)) {
          place = set->place;
          stash_.set(set->name, value_to_keep(*set, answer, stash_));
        }
      }
    } catch (const StepFailure& failure) {
      fail(place, failure.what);
    }
  }

  /// `within` and `no_sooner_than` of the call.
  void check_time(const DoStep& call, const Event& event) {
    const auto asked = asked_.find(event.process);
    if (asked == asked_.end() || !failure_.empty()) return;
    const Duration took = event.time - asked->second;
    if (call.within && took > *call.within + options_.margin)
      fail(call.place, fmt::format("expected the answer within {}, it took {}", format_duration(*call.within),
                                   describe_duration(took)));
    if (call.no_sooner_than && took + options_.margin < *call.no_sooner_than)
      fail(call.place, fmt::format("expected the answer no sooner than after {}, it took {}",
                                   format_duration(*call.no_sooner_than), describe_duration(took)));
    failure_is_timing_ = !failure_.empty();
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
    if (!failure_.empty()) return;
    failure_ = fmt::format("{}:{}: {}", script_.source.path(), place.line, what);
    was_hindered_ = !lost_.empty() || !busy_.empty() || !unprepared_.empty();
  }

  /// Runs whether or not the test passed; what it does is no part of the history.
  void tear_down(sut::System& system) {
    if (script_.teardown.steps.empty() || !lost_.empty()) return;
    const std::string failure = std::move(failure_);
    const std::string details = std::move(details_);
    const std::string fault_error = std::move(fault_error_);
    const model::Judgement judgement = judgement_;
    failure_.clear();
    details_.clear();
    fault_error_.clear();
    judgement_ = model::Judgement::fits;
    is_torn_down_ = true;
    run_section(script_.teardown, system);
    judgement_ = judgement;
    fault_error_ = fault_error;
    // Its own failure counts by the format, where nothing failed before.
    if (failure.empty() && script_.is_foreign()) return;
    failure_ = failure;
    details_ = details;
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
    only_timing_ = failure_.empty() || failure_is_timing_;
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
    // What fails behind an answer that was lost, or behind the violation of another clause, may fail for that.
    const bool is_explained = was_hindered_ || was_interrupted_ || other != nullptr;
    if (accusation != nullptr || (!failure_.empty() && !is_explained)) {
      result.verdict = ReplayVerdict::still_failing;
      result.why = accusation != nullptr ? told(*accusation) : failure_;
      if (accusation == nullptr) result.details = details_;
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
    if (was_interrupted_) return "interrupted";
    if (!fault_error_.empty()) return fault_error_;
    // Before lost answers: a run that stops at a violation does not wait for those that are still open.
    if ((judgement_ == model::Judgement::violated || !failure_.empty()) && other != nullptr)
      return fmt::format("another clause is violated: {}{}", told(*other), failure_.empty() ? "" : "; " + failure_);
    if (!lost_.empty()) return lost_;
    if (!busy_.empty()) return busy_;
    if (!unprepared_.empty()) return unprepared_;
    if (no_bytes_) return "the answers of this system carry no bytes that assertions could look at";
    if (!judges_) return {};
    if (judgement_ == model::Judgement::inconclusive) return judge_.why();
    if (!was_put_to_the_test()) return "nothing in it could tell";
    return {};
  }

  /// By the judge, or by what the test itself expects.
  bool was_put_to_the_test() const {
    // A minimal counterexample need not be evidence for its own clause where the service is right.
    const auto& count = judge_.evidence().count;
    return checked_ || std::any_of(count.begin(), count.end(), [](std::uint32_t times) { return times > 0; });
  }

  const Script& script_;
  const Test& test_;
  const sut::ExecutorOptions& executor_;
  const model::JudgeOptions& options_;
  const std::atomic<bool>* cancelled_;
  std::string prefix_;
  bool judges_;
  model::Judge judge_;
  model::Judgement judgement_ = model::Judgement::fits;
  Part part_;
  Stash stash_;
  History history_;
  Program everything_;         // for the clean-up
  MadeThings made_;            // likewise, of a test of the format
  std::string failure_;        // the first step that failed
  std::string details_;        // the exchange that it looked at
  std::map<int, Time> asked_;  // when the request of a process was sent
  std::string fault_error_;
  std::string lost_;
  std::string busy_;
  std::string unprepared_;  // what was to be created and could not be
  std::set<std::string> created_;
  bool was_hindered_ = false;  // before the first step failed
  bool was_interrupted_ = false;
  bool no_bytes_ = false;
  bool is_test_ = false;  // neither set-up nor tear-down
  bool checked_ = false;  // some answer was held to what the test says is right
  bool is_torn_down_ = false;
  bool failure_is_timing_ = false;
  bool only_timing_ = false;
};

}  // namespace

TestRunResult run_test(const Script& script, const Test& test, sut::System& system,
                       const sut::ExecutorOptions& executor, const model::JudgeOptions& judge, std::string_view prefix,
                       const Standing& standing, const std::atomic<bool>* cancelled) {
  return TestRun(script, test, executor, judge, prefix, cancelled).run(system, standing);
}

}  // namespace closecheck::scenarios
