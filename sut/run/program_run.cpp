#include "run/program_run.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "run/job_polls.h"
#include "run/politeness.h"

namespace closecheck::sut {
namespace {

constexpr int kRereadsOfOneStepMax = 3;

/// Something that changes nothing, asked by the same caller.
Request harmless_request(const Request& request) {
  const std::string& job = job_of(request.operation);
  return {request.who, JobStats{job.empty() ? std::string(kNamePrefix) + "unknown" : job}, nullptr};
}

}  // namespace

void ProgramRun::begin(std::shared_ptr<const Program> the_program, System& the_system, Observer* the_observer) {
  program = std::move(the_program);
  system = &the_system;
  observer = the_observer;
  history.events.clear();
  history.events.reserve(2 * program->steps.size() + 2);
  fault_error.clear();
  fault_missing = false;
  again.clear();
  insertions.clear();
  last_taken = 0;
  closing_jobs.clear();
  open_count = 0;
  last_time = 0;
  stopping = stays_busy = false;
  int highest = 0;
  std::size_t count = 0;
  const auto add = [&](int number) {
    for (std::size_t i = 0; i < count; ++i)
      if (clients[i].number == number) return;
    if (count == clients.size()) clients.emplace_back();
    Client& client = clients[count++];
    client.number = client.process = number;
    client.open = client.held = false;
    client.step = 0;
    client.tries = {};
    client.request.reset();
    client.answer = nullptr;
    client.queue.clear();
    client.head = 0;
    highest = std::max(highest, number);
  };
  add(0);
  for (const Step& step : program->steps)
    if (step.type == StepType::call) add(step.client);
  clients.resize(count);
  next_process = highest + 1;
}

std::size_t ProgramRun::index_of(int number) const {
  std::size_t i = 0;
  while (clients[i].number != number) ++i;
  return i;
}

bool ProgramRun::anybody_busy() const {
  return std::any_of(clients.begin(), clients.end(), [](const Client& client) { return client.busy(); });
}

Event& ProgramRun::append(EventType type, Time time) {
  Event& event = history.events.emplace_back();
  event.type = type;
  event.time = last_time = std::max(time, last_time);
  return event;
}

Advice ProgramRun::show() {
  if (observer == nullptr) return Advice::go_on;
  const Advice advice = observer->on_event(history.events.back());
  if (advice == Advice::stop) stopping = true;
  return advice;
}

void ProgramRun::send(std::size_t index, std::size_t step, std::shared_ptr<const Request> request,
                      bool fresh_connection) {
  // Answers that are already there come first in the history, so that no overlap is told that never was.
  if (open_count > 0) {
    while (auto completion = system->next(system->now())) deliver(*completion);
    if (stopping) return;
  }
  invoke(index, step, request);
  system->submit(clients[index].process, std::move(request), fresh_connection);
}

void ProgramRun::invoke(std::size_t index, std::size_t step, const std::shared_ptr<const Request>& request) {
  Client& client = clients[index];
  assert(!client.open);
  client.open = true;
  client.step = step;
  client.tries = {};
  client.request = request;
  client.answer = nullptr;
  ++open_count;
  const Time now = system->now();
  client.deadline = later(now, options.answer_patience);
  Event& event = append(EventType::invoke, now);
  event.process = client.process;
  event.request = request;
  show();
}

std::shared_ptr<const Request> ProgramRun::request_of(std::size_t step) const {
  return {program, &program->steps[step].request};
}

void ProgramRun::send_queued(std::size_t index) {
  Client& client = clients[index];
  if (client.open || client.held || stopping || client.head == client.queue.size()) return;
  const std::size_t step = client.queue[client.head++];
  send(index, step, request_of(step), program->steps[step].fresh_connection);
}

void ProgramRun::close_request(std::size_t index, Completion news) {
  Client& client = clients[index];
  client.open = false;
  --open_count;
  Event& event = append(answer_type(news.response.get()), news.time);
  event.process = client.process;
  event.request = std::move(client.request);
  event.response = std::move(news.response);
  event.error = std::move(news.error);
  event.never_sent = news.never_sent;
  client.answer = event.type == EventType::ok ? event.response.get() : nullptr;
  if (client.answer == nullptr) client.process = next_process++;
  const Advice advice = show();
  if (!stopping) ask_again(index, advice);
  send_queued(index);
}

void ProgramRun::ask_again(std::size_t index, Advice advice) {
  Client& client = clients[index];
  const std::shared_ptr<const Request>& request = history.events.back().request;
  Again next{index, client.step, request, 0, client.tries};
  if (client.answer != nullptr && may_be_repeated(request->operation, *client.answer)) {
    if (stays_busy || next.tries.busy == kBusyAttemptsMax) return;
    stays_busy = ++next.tries.busy == kBusyAttemptsMax;
    if (stays_busy) return;
    next.after = polite_wait(client.answer->wire.get(), next.tries.busy);
  } else if (advice == Advice::read_again) {
    if (++next.tries.reads > kRereadsOfOneStepMax) return;
    next.after = options.reread_after;
  } else if (advice == Advice::ask_as_caller) {
    // At once, or it would tell of another time.
    next.request = std::make_shared<const Request>(harmless_request(*request));
    if (is_asked_next(*next.request, next.step)) return;
    note_insertion(next);
    return send(index, next.step, next.request, false);
  } else {
    return;
  }
  client.held = true;
  again.push_back(std::move(next));
}

bool ProgramRun::is_asked_next(const Request& request, std::size_t step) const {
  if (step + 1 == program->steps.size()) return false;
  const Step& now = program->steps[step];
  const Step& next = program->steps[step + 1];
  return !now.detached && !next.detached && next.type == StepType::call && next.client == now.client &&
         describe(next.request) == describe(request);
}

void ProgramRun::note_insertion(const Again& asked) {
  Step step;
  step.client = clients[asked.client].number;
  step.request = *asked.request;
  insertions.push_back({place_of(asked), std::move(step)});
}

std::size_t ProgramRun::place_of(const Again& asked) const {
  const Client& client = clients[asked.client];
  return client.head < client.queue.size() ? asked.step : last_taken;
}

void ProgramRun::lose_request(std::size_t index, std::string why) {
  close_request(index, {clients[index].process, system->now(), nullptr, std::move(why), false});
}

void ProgramRun::deliver(Completion& completion) {
  for (std::size_t i = 0; i < clients.size(); ++i)
    if (clients[i].open && clients[i].process == completion.client) return close_request(i, std::move(completion));
  // The answer of a request that was already given up: its process does not exist any more.
}

bool ProgramRun::pump(Time until) {
  std::size_t first = clients.size();
  for (std::size_t i = 0; i < clients.size(); ++i)
    if (clients[i].open && (first == clients.size() || clients[i].deadline < clients[first].deadline)) first = i;
  const Time deadline = first == clients.size() ? kForever : clients[first].deadline;
  if (until == kForever && first == clients.size()) return false;
  if (auto completion = system->next(std::min({until, deadline, system->end()}))) {
    deliver(*completion);
    return true;
  }
  if (is_over()) {
    stopping = true;
    return false;
  }
  if (deadline > until) return false;
  lose_request(first, why_lost());
  return true;
}

void ProgramRun::pump_until(Time time) {
  while (!stopping && pump(time)) {
  }
}

void ProgramRun::await(std::size_t index) {
  while (!stopping && (clients[index].open || (!clients[index].held && clients[index].busy()))) pump(kForever);
}

void ProgramRun::join() {
  while (!stopping && anybody_busy()) {
    ask_what_is_due();
    if (open_count > 0) pump(kForever);
  }
  ask_what_is_due();
}

void ProgramRun::ask_what_is_due() {
  while (!stopping && !again.empty()) {
    Again next = std::move(again.front());
    again.erase(again.begin());
    insertions.push_back({place_of(next), wait_step(next.after)});
    note_insertion(next);
    pump_until(later(system->now(), next.after));
    if (stopping) return;
    send(next.client, next.step, std::move(next.request), false);
    clients[next.client].tries = next.tries;
    await(next.client);
    const bool once_more =
        std::any_of(again.begin(), again.end(), [&](const Again& other) { return other.client == next.client; });
    clients[next.client].held = once_more;
    send_queued(next.client);
  }
}

void ProgramRun::call_and_wait(std::size_t index, std::size_t step, const std::shared_ptr<const Request>& request,
                               bool fresh) {
  while (!stopping && clients[index].busy()) {
    await(index);
    ask_what_is_due();
  }
  if (stopping) return;
  last_taken = step;
  if (open_count > 0) {
    send(index, step, request, fresh);
    await(index);
    return;
  }
  invoke(index, step, request);
  const Time until = std::min(clients[index].deadline, system->end());
  if (auto completion = system->exchange(clients[index].process, request, fresh, until))
    deliver(*completion);
  else
    lose_request(index, why_lost());
  await(index);
}

std::string ProgramRun::why_lost() const {
  if (is_over()) return "no answer before the time of the run was up";
  return "no answer within " + describe_duration(options.answer_patience);
}

void ProgramRun::take(std::size_t step_index) {
  const Step& step = program->steps[step_index];
  const bool may_wait_for_its_client = step.type == StepType::call && (!step.detached || step.client == 0);
  if (!may_wait_for_its_client) last_taken = step_index;
  switch (step.type) {
    case StepType::call: {
      const std::size_t index = index_of(step.client);
      if (step.detached && step.client != 0) {
        clients[index].queue.push_back(step_index);
        send_queued(index);
      } else {
        call_and_wait(index, step_index, request_of(step_index), step.fresh_connection);
      }
      break;
    }
    case StepType::wait:
      pump_until(later(system->now(), step.duration));
      break;
    case StepType::join:
      join();
      break;
    case StepType::settle:
      JobPolls(*this).settle(step_index);
      break;
    case StepType::fault:
      JobPolls(*this).deliver_fault(step_index);
      break;
  }
  ask_what_is_due();
}

void ProgramRun::drain() {
  const Time until = later(system->now(), options.quiet);
  while (open_count > 0 && pump(until)) {
  }
  for (std::size_t i = 0; i < clients.size(); ++i)
    if (clients[i].open) lose_request(i, "not awaited any longer");
}

void ProgramRun::run() {
  std::size_t taken = 0;
  while (taken < program->steps.size() && !stopping && !is_over()) take(taken++);
  if (is_over()) stopping = true;
  if (!stopping) join();
  if (stopping) drain();
  if (taken == program->steps.size() && insertions.empty()) return;
  if (!std::ranges::is_sorted(insertions, {}, &Insertion::behind))
    std::ranges::stable_sort(insertions, {}, &Insertion::behind);
  auto ran = std::make_shared<Program>();
  auto insertion = insertions.begin();
  for (std::size_t i = 0; i < taken; ++i) {
    ran->steps.push_back(program->steps[i]);
    for (; insertion != insertions.end() && insertion->behind == i; ++insertion)
      ran->steps.push_back(std::move(insertion->step));
  }
  program = std::move(ran);
}

}  // namespace closecheck::sut
