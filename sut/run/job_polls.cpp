#include "run/job_polls.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "run/politeness.h"
#include "run/settling.h"

namespace closecheck::sut {
namespace {

constexpr Duration kFaultReadBackPatience = 10 * kSecond;
constexpr int kUntoldPollsMax = 3;

}  // namespace

JobPolls::Poll JobPolls::ask(const std::shared_ptr<const Request>& request) {
  assert(run_.open_count == 0);
  Poll poll{.asked = run_.system->now(), .completion = {}};
  const Time deadline = std::min(later(poll.asked, run_.options.answer_patience), run_.system->end());
  if (auto completion = run_.system->exchange(run_.clients[0].process, request, false, deadline)) {
    poll.completion = std::move(*completion);
    return poll;
  }
  poll.completion.time = run_.system->now();
  poll.completion.error = run_.why_lost();
  return poll;
}

void JobPolls::record(std::size_t step, const std::shared_ptr<const Request>& request, Poll poll) {
  ProgramRun::Client& client = run_.clients[0];
  client.open = true;
  if (client.step != step) client.tries = {};
  client.tries.busy = kBusyAttemptsMax;  // a poll repeats itself
  client.step = step;
  client.request = request;
  client.answer = nullptr;
  ++run_.open_count;
  Event& event = run_.append(EventType::invoke, poll.asked);
  event.process = client.process;
  event.request = request;
  run_.show();
  run_.close_request(0, std::move(poll.completion));
}

void JobPolls::settle(std::size_t step_index) {
  const Step& step = run_.program->steps[step_index];
  run_.join();
  if (run_.stopping) return;
  const Time deadline = later(run_.system->now(), step.duration);
  const auto poll = std::make_shared<const Request>(Request{Principal::manage_ml, JobStats{step.job}, nullptr});
  run_.closing_jobs.read_on(run_.history);
  const Asked asked = run_.closing_jobs.asked_to_close(step.job);
  std::optional<JobReading> reading;
  std::optional<Poll> unshown;
  Time since = 0;
  int untold = 0;
  while (!run_.stopping) {
    Poll answer = ask(poll);
    const Time now = run_.system->now();
    const std::optional<JobReading> next = read_statistics(answer.completion.response.get(), step.job);
    untold = next ? 0 : untold + 1;
    const bool changed = !next || next != reading;
    if (changed) since = now;
    reading = next;
    const bool at_rest = reading && is_at_rest(reading->state, asked);
    if (changed) {
      unshown.reset();
      record(step_index, poll, std::move(answer));
      run_.ask_what_is_due();
      if (untold == kUntoldPollsMax) return;
    } else {
      unshown = std::move(answer);
    }
    if (run_.stopping || (at_rest && now - since >= run_.options.quiet) || now >= deadline) break;
    run_.pump_until(std::min(deadline, later(now, run_.options.poll_every)));
  }
  if (unshown && !run_.stopping) record(step_index, poll, std::move(*unshown));
  run_.ask_what_is_due();
  if (run_.stopping) return;
  run_.append(EventType::settled, run_.system->now()).job = step.job;
  run_.show();
}

void JobPolls::deliver_fault(std::size_t step_index) {
  const Step& step = run_.program->steps[step_index];
  try {
    if (!run_.system->inject(step.fault, step.job, step.duration)) {
      run_.fault_missing = true;
      run_.stopping = true;
      return;
    }
  } catch (const FaultFailed& failure) {
    fail("the fault " + std::string(name(step.fault)) + " could not be delivered: " + failure.why);
    return;
  }
  Event& event = run_.append(EventType::fault, run_.system->now());
  event.fault = step.fault;
  event.duration = step.duration;
  event.job = step.job;
  run_.show();
  if (step.fault != Fault::fail_job) return;
  const Time deadline = later(run_.system->now(), kFaultReadBackPatience);
  const auto poll = std::make_shared<const Request>(Request{Principal::manage_ml, JobStats{step.job}, nullptr});
  while (!run_.stopping) {
    // With requests of others open the poll belongs into the history, in its order among their answers.
    std::optional<Poll> unshown;
    if (run_.open_count == 0)
      unshown = ask(poll);
    else
      run_.call_and_wait(0, step_index, poll, false);
    if (run_.stopping) return;
    const Response* answer = unshown ? unshown->completion.response.get() : run_.clients[0].answer;
    const std::optional<JobReading> reading = read_statistics(answer, step.job);
    const bool failed = reading && reading->state == JobState::failed;
    if (unshown && (failed || !reading || run_.system->now() >= deadline))
      record(step_index, poll, std::move(*unshown));
    if (failed) return;
    if (run_.system->now() >= deadline) {
      fail("the fault fail_job was delivered, but job " + step.job + " does not read failed" +
           (reading ? ": it reads " + std::string(name(reading->state)) : std::string()));
      return;
    }
    run_.pump_until(std::min(deadline, later(run_.system->now(), run_.options.poll_every)));
  }
}

void JobPolls::fail(std::string why) {
  run_.fault_error = std::move(why);
  run_.stopping = true;
}

}  // namespace closecheck::sut
