#include "closecheck/sut/executor.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>
#include <vector>

#include "run/settling.h"

namespace closecheck::sut {
namespace {

constexpr Time kForever = std::numeric_limits<Time>::max();
constexpr int kRereadsOfOneStepMax = 3;
constexpr Duration kFaultReadBackPatience = 10 * kSecond;

/// The sum, or for ever where a patience is meant to be endless.
Time later(Time time, Duration span) {
  return span > kForever - time ? kForever : time + span;
}

}  // namespace

struct Executor::Run {
  /// A client of the program, and the process that speaks for it now.
  struct Client {
    int number = 0;
    int process = 0;
    bool open = false;  // a request is unanswered
    bool held = false;  // its queue stands still for a re-read
    Time deadline = 0;  // when the open request counts as lost
    std::size_t step = 0;
    std::shared_ptr<const Request> request;
    const Response* answer = nullptr;  // the last one, kept by the history; null when it was lost
    std::vector<std::size_t> queue;    // steps not sent yet, from `head` on
    std::size_t head = 0;

    bool busy() const { return open || head < queue.size(); }
  };
  struct Reread {
    std::size_t client;
    std::size_t step;
    std::shared_ptr<const Request> request;
  };
  struct Insertion {
    std::size_t behind;
    Step step;
  };

  Run(Profile the_profile, const ExecutorOptions& the_options) : options(the_options) { history.profile = the_profile; }

  ExecutorOptions options;
  History history;
  std::shared_ptr<const Program> program;
  std::string fault_error;
  bool fault_missing = false;

  System* system = nullptr;
  Observer* observer = nullptr;
  std::vector<Client> clients;
  std::vector<Reread> rereads;
  std::vector<Insertion> insertions;
  int open_count = 0;
  int next_process = 1;
  Time last_time = 0;
  bool stopping = false;

  void begin(std::shared_ptr<const Program> the_program, System& the_system, Observer* the_observer) {
    program = std::move(the_program);
    system = &the_system;
    observer = the_observer;
    history.events.clear();
    history.events.reserve(2 * program->steps.size() + 2);
    fault_error.clear();
    fault_missing = false;
    rereads.clear();
    insertions.clear();
    open_count = 0;
    last_time = 0;
    stopping = false;
    int highest = 0;
    std::size_t count = 0;
    const auto add = [&](int number) {
      for (std::size_t i = 0; i < count; ++i)
        if (clients[i].number == number) return;
      if (count == clients.size()) clients.emplace_back();
      Client& client = clients[count++];
      client.number = client.process = number;
      client.open = client.held = false;
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

  std::size_t index_of(int number) const {
    std::size_t i = 0;
    while (clients[i].number != number) ++i;
    return i;
  }

  bool anybody_busy() const {
    return std::any_of(clients.begin(), clients.end(), [](const Client& client) { return client.busy(); });
  }

  Event& append(EventType type, Time time) {
    Event& event = history.events.emplace_back();
    event.type = type;
    event.time = last_time = std::max(time, last_time);
    return event;
  }

  /// Shows the newest event to the observer.
  Advice show() {
    if (observer == nullptr) return Advice::go_on;
    const Advice advice = observer->on_event(history.events.back());
    if (advice == Advice::stop) stopping = true;
    return advice;
  }

  void send(std::size_t index, std::size_t step, std::shared_ptr<const Request> request, bool fresh_connection) {
    // Answers that are already there come first in the history, so that no overlap is told that never was.
    if (open_count > 0) {
      while (auto completion = system->next(system->now())) deliver(*completion);
      if (stopping) return;
    }
    invoke(index, step, request);
    system->submit(clients[index].process, std::move(request), fresh_connection);
  }

  /// Writes into the history that the client sends the request now.
  void invoke(std::size_t index, std::size_t step, const std::shared_ptr<const Request>& request) {
    Client& client = clients[index];
    assert(!client.open);
    client.open = true;
    client.step = step;
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

  std::shared_ptr<const Request> request_of(std::size_t step) const { return {program, &program->steps[step].request}; }

  void send_queued(std::size_t index) {
    Client& client = clients[index];
    if (client.open || client.held || stopping || client.head == client.queue.size()) return;
    const std::size_t step = client.queue[client.head++];
    send(index, step, request_of(step), program->steps[step].fresh_connection);
  }

  /// Takes the answer of an open request, or the news that there is none, and lets the client go on.
  void close_request(std::size_t index, Time time, std::shared_ptr<const Response> response, std::string error) {
    Client& client = clients[index];
    client.open = false;
    --open_count;
    Event& event = append(response ? EventType::ok : EventType::info, time);
    event.process = client.process;
    event.request = std::move(client.request);
    event.response = std::move(response);
    event.error = std::move(error);
    client.answer = event.response.get();
    if (client.answer == nullptr) client.process = next_process++;
    if (show() == Advice::read_again && !stopping && may_reread(client.step)) {
      client.held = true;
      rereads.push_back({index, client.step, history.events.back().request});
    }
    send_queued(index);
  }

  bool may_reread(std::size_t step) const {
    const auto asked = std::count_if(insertions.begin(), insertions.end(), [&](const Insertion& insertion) {
      return insertion.behind == step && insertion.step.type == StepType::call;
    });
    return asked < kRereadsOfOneStepMax;
  }

  void deliver(Completion& completion) {
    for (std::size_t i = 0; i < clients.size(); ++i)
      if (clients[i].open && clients[i].process == completion.client)
        return close_request(i, completion.time, std::move(completion.response), std::move(completion.error));
    // The answer of a request that was already given up: its process does not exist any more.
  }

  /// Handles what happens next up to `until`. False: nothing more happens until then.
  bool pump(Time until) {
    std::size_t first = clients.size();
    for (std::size_t i = 0; i < clients.size(); ++i)
      if (clients[i].open && (first == clients.size() || clients[i].deadline < clients[first].deadline)) first = i;
    const Time deadline = first == clients.size() ? kForever : clients[first].deadline;
    if (until == kForever && first == clients.size()) return false;
    if (auto completion = system->next(std::min(until, deadline))) {
      deliver(*completion);
      return true;
    }
    if (deadline > until) return false;
    close_request(first, system->now(), nullptr, why_lost());
    return true;
  }

  void pump_until(Time time) {
    while (!stopping && pump(time)) {
    }
  }

  void await(std::size_t index) {
    while (!stopping && (clients[index].open || (!clients[index].held && clients[index].busy()))) pump(kForever);
  }

  void join() {
    while (!stopping && anybody_busy()) {
      reread_what_was_asked();
      if (open_count > 0) pump(kForever);
    }
    reread_what_was_asked();
  }

  void reread_what_was_asked() {
    while (!stopping && !rereads.empty()) {
      Reread reread = std::move(rereads.front());
      rereads.erase(rereads.begin());
      insertions.push_back({reread.step, wait_step(options.reread_after)});
      Step again;
      again.client = clients[reread.client].number;
      again.request = *reread.request;
      insertions.push_back({reread.step, std::move(again)});
      pump_until(later(system->now(), options.reread_after));
      if (stopping) return;
      send(reread.client, reread.step, std::move(reread.request), false);
      await(reread.client);
      const bool once_more = std::any_of(rereads.begin(), rereads.end(),
                                         [&](const Reread& other) { return other.client == reread.client; });
      clients[reread.client].held = once_more;
      send_queued(reread.client);
    }
  }

  /// A call that the main line waits for.
  void call_and_wait(std::size_t index, std::size_t step, const std::shared_ptr<const Request>& request, bool fresh) {
    while (!stopping && clients[index].busy()) {
      await(index);
      reread_what_was_asked();
    }
    if (stopping) return;
    if (open_count > 0) {
      send(index, step, request, fresh);
      await(index);
      return;
    }
    invoke(index, step, request);
    if (auto completion = system->exchange(clients[index].process, request, fresh, clients[index].deadline))
      deliver(*completion);
    else
      close_request(index, system->now(), nullptr, why_lost());
    await(index);
  }

  std::string why_lost() const { return "no answer within " + describe_duration(options.answer_patience); }

  /// A poll and its answer, which the history may never show.
  struct Poll {
    Time asked = 0;
    Completion completion;
  };

  /// Asks on the main line while nothing else is open. Polls that only repeat what was read before stay out of the
  /// history: they would bury a counterexample under hundreds of equal lines.
  Poll ask(const std::shared_ptr<const Request>& request) {
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

  /// Writes a poll into the history after all, with the times that it had.
  void record(std::size_t step, const std::shared_ptr<const Request>& request, Poll poll) {
    Client& client = clients[0];
    client.open = true;
    client.step = step;
    client.request = request;
    client.answer = nullptr;
    ++open_count;
    Event& event = append(EventType::invoke, poll.asked);
    event.process = client.process;
    event.request = request;
    show();
    close_request(0, poll.completion.time, std::move(poll.completion.response), std::move(poll.completion.error));
  }

  void settle(std::size_t step_index) {
    const Step& step = program->steps[step_index];
    join();
    if (stopping) return;
    const Time deadline = later(system->now(), step.duration);
    const auto poll = std::make_shared<const Request>(Request{Principal::manage_ml, JobStats{step.job}, nullptr});
    const bool will_close = is_asked_to_close(history, step.job);
    std::optional<Reading> reading;
    std::optional<Poll> unshown;
    Time since = 0;
    while (!stopping) {
      Poll answer = ask(poll);
      const Time now = system->now();
      const std::optional<Reading> next = read_statistics(answer.completion.response.get(), step.job);
      const bool changed = !next || next != reading;
      if (changed) since = now;
      reading = next;
      const bool at_rest = reading && is_at_rest(reading->state, will_close);
      if (changed) {
        unshown.reset();
        record(step_index, poll, std::move(answer));
        reread_what_was_asked();
      } else {
        unshown = std::move(answer);
      }
      if (stopping || (at_rest && now - since >= options.quiet) || now >= deadline) break;
      pump_until(std::min(deadline, later(now, options.poll_every)));
    }
    if (unshown && !stopping) record(step_index, poll, std::move(*unshown));
    reread_what_was_asked();
    if (stopping) return;
    append(EventType::settled, system->now()).job = step.job;
    show();
  }

  void fault(std::size_t step_index) {
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
      if (unshown && (failed || answer == nullptr || system->now() >= deadline))
        record(step_index, poll, std::move(*unshown));
      if (failed) return;
      if (system->now() >= deadline) {
        fail("the fault fail_job was delivered, but job " + step.job + " does not read failed" +
             (reading ? ": it reads " + std::string(name(reading->state)) : std::string()));
        return;
      }
      pump_until(std::min(deadline, later(system->now(), options.poll_every)));
    }
  }

  void fail(std::string why) {
    fault_error = std::move(why);
    stopping = true;
  }

  void take(std::size_t step_index) {
    const Step& step = program->steps[step_index];
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
        settle(step_index);
        break;
      case StepType::fault:
        fault(step_index);
        break;
    }
    reread_what_was_asked();
  }

  /// What is still open when the run ends early: awaited for a short while, then given up.
  void drain() {
    const Time until = later(system->now(), options.quiet);
    while (open_count > 0 && pump(until)) {
    }
    for (std::size_t i = 0; i < clients.size(); ++i)
      if (clients[i].open) close_request(i, system->now(), nullptr, "not awaited any longer");
  }

  void run() {
    std::size_t taken = 0;
    while (taken < program->steps.size() && !stopping) take(taken++);
    if (!stopping) join();
    if (stopping) drain();
    if (taken == program->steps.size() && insertions.empty()) return;
    auto ran = std::make_shared<Program>();
    for (std::size_t i = 0; i < taken; ++i) {
      ran->steps.push_back(program->steps[i]);
      for (const Insertion& insertion : insertions)
        if (insertion.behind == i) ran->steps.push_back(insertion.step);
    }
    program = std::move(ran);
  }
};

Executor::Executor(Profile profile, const ExecutorOptions& options) : run_(std::make_unique<Run>(profile, options)) {}
Executor::~Executor() = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;

const History& Executor::run(std::shared_ptr<const Program> program, System& system, Observer* observer) {
  run_->begin(std::move(program), system, observer);
  run_->run();
  return run_->history;
}

std::shared_ptr<const Program> Executor::program() const {
  return run_->program;
}
const std::string& Executor::fault_error() const {
  return run_->fault_error;
}
bool Executor::fault_missing() const {
  return run_->fault_missing;
}

Execution execute(const Program& program, System& system, Profile profile, const ExecutorOptions& options,
                  Observer* observer) {
  Executor executor(profile, options);
  Execution execution;
  execution.history = executor.run(std::make_shared<const Program>(program), system, observer);
  execution.program = *executor.program();
  execution.fault_error = executor.fault_error();
  execution.fault_missing = executor.fault_missing();
  return execution;
}

}  // namespace closecheck::sut
