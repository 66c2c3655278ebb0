// What the executor does besides calls: it waits until jobs have come to rest, and lets faults happen.
#include <algorithm>
#include <cassert>
#include <utility>

#include "run/executor_run.h"
#include "run/politeness.h"
#include "run/settling.h"

namespace closecheck::sut {
namespace {

constexpr Duration kFaultReadBackPatience = 10 * kSecond;
constexpr int kUntoldPollsMax = 3;

}  // namespace

Executor::Run::Poll Executor::Run::ask(const std::shared_ptr<const Request>& request) {
  assert(open_count == 0);
  Poll poll{.asked = system->now(), .completion = {}};
  const Time deadline = later(poll.asked, options.answer_patience);
  if (auto completion = system->exchange(clients[0].process, request, false, deadline)) {
    poll.completion = std::move(*completion);
    return poll;
  }
  poll.completion.time = system->now();
  poll.completion.error = why_lost();
  return poll;
}

void Executor::Run::record(std::size_t step, const std::shared_ptr<const Request>& request, Poll poll) {
  Client& client = clients[0];
  client.open = true;
  if (client.step != step) client.tries = {};
  client.tries.busy = kBusyAttemptsMax;  // a poll repeats itself
  client.step = step;
  client.request = request;
  client.answer = nullptr;
  ++open_count;
  Event& event = append(EventType::invoke, poll.asked);
  event.process = client.process;
  event.request = request;
  show();
  close_request(0, std::move(poll.completion));
}

void Executor::Run::settle(std::size_t step_index) {
  const Step& step = program->steps[step_index];
  join();
  if (stopping) return;
  const Time deadline = later(system->now(), step.duration);
  const auto poll = std::make_shared<const Request>(Request{Principal::manage_ml, JobStats{step.job}, nullptr});
  closing_jobs.read_on(history);
  const bool will_close = closing_jobs.is_asked_to_close(step.job);
  std::optional<Reading> reading;
  std::optional<Poll> unshown;
  Time since = 0;
  int untold = 0;
  while (!stopping) {
    Poll answer = ask(poll);
    const Time now = system->now();
    const std::optional<Reading> next = read_statistics(answer.completion.response.get(), step.job);
    untold = next ? 0 : untold + 1;
    const bool changed = !next || next != reading;
    if (changed) since = now;
    reading = next;
    const bool at_rest = reading && is_at_rest(reading->state, will_close);
    if (changed) {
      unshown.reset();
      record(step_index, poll, std::move(answer));
      ask_what_is_due();
      if (untold == kUntoldPollsMax) return;
    } else {
      unshown = std::move(answer);
    }
    if (stopping || (at_rest && now - since >= options.quiet) || now >= deadline) break;
    pump_until(std::min(deadline, later(now, options.poll_every)));
  }
  if (unshown && !stopping) record(step_index, poll, std::move(*unshown));
  ask_what_is_due();
  if (stopping) return;
  append(EventType::settled, system->now()).job = step.job;
  show();
}

void Executor::Run::fault(std::size_t step_index) {
  const Step& step = program->steps[step_index];
  try {
    if (!system->inject(step.fault, step.job, step.duration)) {
      fault_missing = true;
      stopping = true;
      return;
    }
  } catch (const FaultFailed& failure) {
    fail("the fault " + std::string(name(step.fault)) + " could not be delivered: " + failure.why);
    return;
  }
  Event& event = append(EventType::fault, system->now());
  event.fault = step.fault;
  event.duration = step.duration;
  event.job = step.job;
  show();
  if (step.fault != Fault::fail_job) return;
  const Time deadline = later(system->now(), kFaultReadBackPatience);
  const auto poll = std::make_shared<const Request>(Request{Principal::manage_ml, JobStats{step.job}, nullptr});
  while (!stopping) {
    // With requests of others open the poll belongs into the history, in its order among their answers.
    std::optional<Poll> unshown;
    if (open_count == 0)
      unshown = ask(poll);
    else
      call_and_wait(0, step_index, poll, false);
    if (stopping) return;
    const Response* answer = unshown ? unshown->completion.response.get() : clients[0].answer;
    const std::optional<Reading> reading = read_statistics(answer, step.job);
    const bool failed = reading && reading->state == JobState::failed;
    if (unshown && (failed || !reading || system->now() >= deadline)) record(step_index, poll, std::move(*unshown));
    if (failed) return;
    if (system->now() >= deadline) {
      fail("the fault fail_job was delivered, but job " + step.job + " does not read failed" +
           (reading ? ": it reads " + std::string(name(reading->state)) : std::string()));
      return;
    }
    pump_until(std::min(deadline, later(system->now(), options.poll_every)));
  }
}

void Executor::Run::fail(std::string why) {
  fault_error = std::move(why);
  stopping = true;
}

}  // namespace closecheck::sut
