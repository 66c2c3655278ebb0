// Steps of a scenario, from YAML values to data.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "closecheck/vocabulary/text.h"
#include "pattern.h"
#include "step_reader.h"

namespace closecheck::scenarios {
namespace {

constexpr std::array kCheckNames{"match", "is_true", "is_false",   "length",   "gt",       "gte",     "lt",
                                 "lte",   "exists",  "not_exists", "contains", "close_to", "is_after"};

class StepReader : StepReading {
 public:
  StepReader(const Script& script, int& client_max) : StepReading(script), client_max_(client_max) {}

  std::vector<ScriptStep> read(const List& steps) {
    for (const Value& step : steps) read_step(step);
    if (!waiting_.empty()) {
      const auto& [point, waiters] = *waiting_.begin();
      fail(waiters.place, fmt::format("expected a step `point: {}` of the first client further down", point));
    }
    return std::move(out_);
  }

 private:
  /// Files of ours may write what belongs to a call beside it; a step of the format has exactly one key.
  bool may_stand_beside(std::string_view key) const {
    return is_among(kOwnModifiers, key) || (script_.has_header && is_among(kFormatModifiers, key));
  }

  void read_step(const Value& step) {
    const Map* map = step.map();
    if (map == nullptr || map->empty())
      fail(step.place, fmt::format("expected a step, such as `do: ...` or `match: ...`, found {}", describe(step)));
    const auto kind_at =
        std::find_if(map->begin(), map->end(), [this](const Member& member) { return !may_stand_beside(member.key); });
    if (kind_at == map->end())
      fail(map->front().place, fmt::format("\"{}\" belongs to a call: expected `do` beside it", map->front().key));
    const Member& kind = *kind_at;
    const bool is_call = kind.key == "do" || kind.key == "request";
    for (const Member& member : *map)
      if (&member != &kind && !(is_call && may_stand_beside(member.key)))
        fail(member.place,
             is_among(kFormatModifiers, member.key)
                 ? fmt::format("\"{}\" belongs to a call: expected it within `do`, not beside it", member.key)
                 : fmt::format("expected one kind of step, found \"{}\" beside \"{}\"", member.key, kind.key));
    if (is_call) {
      DoStep call = read_call(script_, kind, *map);
      client_max_ = std::max(client_max_, call.client);
      out_.emplace_back(std::move(call));
    } else if (kind.key == "set" || kind.key == "transform_and_set") {
      read_set(kind);
    } else if (kind.key == "wait") {
      out_.emplace_back(PlainStep{read_wait(kind.value)});
    } else if (kind.key == "fault") {
      out_.emplace_back(PlainStep{read_fault(kind.value)});
    } else if (kind.key == "meanwhile") {
      read_meanwhile(kind.value);
    } else if (kind.key == "eventually") {
      read_eventually(kind);
    } else if (kind.key == "point") {
      read_point(kind);
    } else if (kind.key == "skip" || kind.key == "requires") {
      fail(kind.place, fmt::format("\"{}\" may only be the first step", kind.key));
    } else if (is_among(kCheckNames, kind.key)) {
      read_check(kind);
    } else {
      fail(kind.place, fmt::format("expected a kind of step (do, request, meanwhile, point, eventually, wait, fault, "
                                   "set, transform_and_set, "
                                   "{}), found \"{}\"",
                                   joined(kCheckNames), kind.key));
    }
  }

  Step read_wait(const Value& value) const {
    if (value.map() != nullptr && value.find("point") != nullptr)
      fail(value.place, "expected a client within `meanwhile` to wait for a point; the first one waits for `answers`");
    if (const std::string* word = value.string(); word != nullptr && *word == "answers") return join_step();
    if (value.map() == nullptr) return wait_step(duration(value));
    const Value* job = value.find("settled");
    if (job == nullptr) fail(value.place, "expected a duration, `answers`, or {settled: JOB, at_most: 10s}");
    Duration at_most = kMinute;
    for (const Member& member : *value.map()) {
      if (member.key == "at_most")
        at_most = duration(member.value);
      else if (member.key != "settled")
        fail(member.place, fmt::format("expected settled or at_most, found \"{}\"", member.key));
    }
    return settle_step(text(*job, "the id of a job"), at_most);
  }

  Step read_fault(const Value& value) const {
    constexpr const char* kForms = "{fail_job: JOB}, {slow_close: JOB, duration: 3s} or {hang_close: JOB}";
    if (value.map() == nullptr) fail(value.place, fmt::format("expected {}, found {}", kForms, describe(value)));
    std::optional<Fault> fault;
    std::string job;
    std::optional<Duration> span;
    for (const Member& member : *value.map()) {
      if (member.key == "duration") {
        span = duration(member.value);
      } else if (const auto named = fault_named(member.key); named && !fault) {
        fault = named;
        job = text(member.value, "the id of a job");
      } else {
        fail(member.place, fmt::format("expected {}, found \"{}\"", kForms, member.key));
      }
    }
    if (!fault) fail(value.place, fmt::format("expected {}", kForms));
    if (*fault == Fault::slow_close && !span) fail(value.place, "expected slow_close with a duration");
    return fault_step(*fault, job, span.value_or(0));
  }

  void read_meanwhile(const Value& value) {
    const List* steps = value.list();
    int client = client_max_ + 1;
    if (value.map() != nullptr) {
      for (const Member& member : *value.map()) {
        if (member.key == "client") {
          client = client_number(member.value);
        } else if (member.key == "steps") {
          steps = member.value.list();
        } else {
          fail(member.place, fmt::format("expected client or steps, found \"{}\"", member.key));
        }
      }
    }
    if (steps == nullptr) fail(value.place, "expected a list of steps, or {client: 1, steps: [...]}");
    if (client == 0 || client > kClientMax)
      fail(value.place, fmt::format("expected a second client, from 1 to {}; 0 is the first one", kClientMax));
    client_max_ = std::max(client_max_, client);
    // Where the client waits for a point, the rest of its steps is put off until the first client gets there.
    std::vector<ScriptStep>* sink = &out_;
    for (const Value& step : *steps) {
      if (const Value* point = point_waited_for(step))
        sink = &wait_for(*point);
      else
        take_detached(step, client, *sink);
    }
  }

  /// The name in `wait: {point: NAME}`; null for any other step.
  static const Value* point_waited_for(const Value& step) {
    const Value* wait = step.find("wait");
    return wait == nullptr || wait->map() == nullptr ? nullptr : wait->find("point");
  }

  std::vector<ScriptStep>& wait_for(const Value& point) {
    const std::string& name = text(point, "the name of a point");
    if (is_passed(name)) fail(point.place, fmt::format("the point {} stands further up: it is passed", name));
    Waiters& waiters = waiting_[name];
    if (waiters.place.line == 0) waiters.place = point.place;
    return waiters.steps;
  }

  void read_point(const Member& kind) {
    const std::string& name = text(kind.value, "the name of a point");
    if (is_passed(name)) fail(kind.value.place, fmt::format("the point {} stands twice", name));
    passed_.push_back(name);
    const auto found = waiting_.find(name);
    if (found == waiting_.end()) return;
    std::move(found->second.steps.begin(), found->second.steps.end(), std::back_inserter(out_));
    waiting_.erase(found);
  }

  /// One step of a client that does not keep the first one waiting.
  void take_detached(const Value& value, int client, std::vector<ScriptStep>& sink) {
    if (value.find("point") != nullptr)
      fail(value.place, "expected no point within `meanwhile`: points are the first client's");
    const std::size_t before = out_.size();
    read_step(value);
    for (std::size_t i = before; i < out_.size(); ++i) {
      if (auto* call = std::get_if<DoStep>(&out_[i])) {
        if (call->client != 0 || call->detached)
          fail(call->place, "expected no client within `meanwhile`: it has its own");
        call->client = client;
        call->detached = true;
      } else if (auto* check = std::get_if<CheckStep>(&out_[i])) {
        check->detached = true;
      } else {
        fail(value.place, "expected only calls and assertions within `meanwhile`");
      }
    }
    if (&sink == &out_) return;
    const auto first = out_.begin() + static_cast<std::ptrdiff_t>(before);
    std::move(first, out_.end(), std::back_inserter(sink));
    out_.erase(first, out_.end());
  }

  void read_eventually(const Member& kind) {
    EventuallyStep step;
    step.place = kind.place;
    if (kind.value.map() == nullptr)
      fail(kind.value.place,
           fmt::format("expected {{within: 10s, every: 500ms, steps: [...]}}, found {}", describe(kind.value)));
    const Value* steps = nullptr;
    for (const Member& member : *kind.value.map()) {
      if (member.key == "within")
        step.within = duration(member.value);
      else if (member.key == "every")
        step.every = duration(member.value);
      else if (member.key == "steps")
        steps = &member.value;
      else
        fail(member.place, fmt::format("expected within, every or steps, found \"{}\"", member.key));
    }
    if (step.within <= 0) fail(kind.place, "expected `eventually` with a time `within`");
    if (step.every <= 0) fail(kind.place, "expected `every` to be longer than nothing");
    if (steps == nullptr || steps->list() == nullptr || steps->list()->empty())
      fail(kind.place, "expected `eventually` with a list of `steps`: a call and what is to become true of its answer");
    for (const Value& one : *steps->list())
      if (one.find("point") != nullptr) fail(one.place, "expected only calls and assertions within `eventually`");
    Steps inner{StepReader(script_, client_max_).read(*steps->list())};
    const auto* first = std::get_if<DoStep>(&inner.list.front());
    if (first == nullptr) fail(steps->list()->front().place, "expected the first step of `eventually` to be a call");
    for (const ScriptStep& one : inner.list) {
      const auto* call = std::get_if<DoStep>(&one);
      const bool simple = call != nullptr
                              ? call->client == 0 && !call->detached
                              : std::holds_alternative<CheckStep>(one) || std::holds_alternative<SetStep>(one);
      if (!simple) fail(kind.place, "expected only calls of the first client and assertions within `eventually`");
    }
    step.steps = std::make_shared<const Steps>(std::move(inner));
    out_.emplace_back(std::move(step));
  }

  void read_check(const Member& kind) {
    CheckStep step;
    step.place = kind.place;
    const auto* const found = std::find(kCheckNames.begin(), kCheckNames.end(), kind.key);
    step.check = static_cast<Check>(found - kCheckNames.begin());
    const bool path_only = step.check == Check::is_true || step.check == Check::is_false ||
                           step.check == Check::exists || step.check == Check::not_exists;
    if (path_only) {
      const auto path = text_of(kind.value);
      if (!path || kind.value.list() != nullptr)
        fail(kind.value.place, fmt::format("expected a path, found {}", describe(kind.value)));
      step.path = *path;
      out_.emplace_back(std::move(step));
      return;
    }
    if (kind.value.map() == nullptr || kind.value.map()->empty())
      fail(kind.value.place, fmt::format("expected {{path: value}}, found {}", describe(kind.value)));
    for (const Member& member : *kind.value.map()) {
      CheckStep one = step;
      one.path = member.key;
      one.expected = member.value;
      check_expected(one);
      out_.emplace_back(std::move(one));
    }
  }

  void check_expected(const CheckStep& step) const {
    const Value& expected = step.expected;
    const std::string* expected_text = expected.string();
    const bool stashed = expected_text != nullptr && expected_text->find('$') != std::string::npos;
    if (step.check == Check::length && !expected.is_number() && !stashed)
      fail(expected.place, fmt::format("expected a number, found {}", describe(expected)));
    if (step.check == Check::match && expected_text != nullptr && is_pattern(*expected_text))
      if (const auto error = pattern_error(extended_pattern_of(*expected_text)))
        fail(expected.place, fmt::format("this is not a regular expression: {}", *error));
    if (step.check == Check::close_to && (expected.find("value") == nullptr || expected.find("error") == nullptr))
      fail(expected.place, "expected {value: v, error: e}");
  }

  void read_set(const Member& kind) {
    if (kind.value.map() == nullptr || kind.value.map()->empty())
      fail(kind.value.place, fmt::format("expected {{path: name}}, found {}", describe(kind.value)));
    for (const Member& member : *kind.value.map()) {
      SetStep step;
      step.place = member.place;
      step.transform = kind.key == "transform_and_set";
      const std::string& other = text(member.value, step.transform ? "what to keep" : "the name to keep it under");
      step.name = step.transform ? member.key : other;
      step.path = step.transform ? other : member.key;
      out_.emplace_back(std::move(step));
    }
  }

  bool is_passed(const std::string& point) const {
    return std::find(passed_.begin(), passed_.end(), point) != passed_.end();
  }

  /// Steps of other clients that are put off until the first client gets to a point.
  struct Waiters {
    Place place;  // of the first that waits
    std::vector<ScriptStep> steps;
  };

  int& client_max_;
  std::vector<std::string> passed_;         // points
  std::map<std::string, Waiters> waiting_;  // by point
  std::vector<ScriptStep> out_;
};

}  // namespace

std::string_view name(Check check) {
  return kCheckNames.at(static_cast<std::size_t>(check));
}

std::vector<ScriptStep> read_steps(const Script& script, const List& steps, int& client_max) {
  return StepReader(script, client_max).read(steps);
}

}  // namespace closecheck::scenarios
