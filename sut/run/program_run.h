// One run of a program: its clients, what each of them has still to ask, and the history that comes of it.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "closecheck/sut/executor.h"
#include "run/settling.h"

namespace closecheck::sut {

inline constexpr Time kForever = std::numeric_limits<Time>::max();

/// The sum, or for ever where a patience is meant to be endless.
inline Time later(Time time, Duration span) {
  return span > kForever - time ? kForever : time + span;
}

struct ProgramRun {
  /// How often the open request was asked before.
  struct Tries {
    int busy = 0;   // ... and the target had no time
    int reads = 0;  // ... and the observer wanted to see it again
  };
  /// A client of the program, and the process that speaks for it now.
  struct Client {
    int number = 0;
    int process = 0;
    bool open = false;  // a request is unanswered
    bool held = false;  // its queue stands still until something was asked again
    Time deadline = 0;  // when the open request counts as lost
    std::size_t step = 0;
    Tries tries;
    std::shared_ptr<const Request> request;
    const Response* answer = nullptr;  // the last one, kept by the history; null when it was lost
    std::vector<std::size_t> queue;    // steps not sent yet, from `head` on
    std::size_t head = 0;

    bool busy() const { return open || head < queue.size(); }
  };
  /// What a client is to ask before anything else.
  struct Again {
    std::size_t client;
    std::size_t step;
    std::shared_ptr<const Request> request;
    Duration after;
    Tries tries;
  };
  struct Insertion {
    std::size_t behind;
    Step step;
  };

  ProgramRun(Profile the_profile, const ExecutorOptions& the_options) : options(the_options) {
    history.profile = the_profile;
  }

  ExecutorOptions options;
  History history;
  std::shared_ptr<const Program> program;
  std::string fault_error;
  bool fault_missing = false;

  System* system = nullptr;
  Observer* observer = nullptr;
  std::vector<Client> clients;
  std::vector<Again> again;
  std::vector<Insertion> insertions;
  std::size_t last_taken = 0;  // step
  ClosingJobs closing_jobs;
  int open_count = 0;
  int next_process = 1;
  Time last_time = 0;
  bool stopping = false;
  bool stays_busy = false;  // the target had no time for one step, however often it was asked

  void begin(std::shared_ptr<const Program> the_program, System& the_system, Observer* the_observer);
  std::size_t index_of(int number) const;
  bool anybody_busy() const;
  /// The end of the whole run may come forward.
  bool is_over() const {
    const Time end = system->end();
    return end != kForever && system->now() >= end;
  }
  Event& append(EventType type, Time time);
  /// Shows the newest event to the observer.
  Advice show();
  void send(std::size_t index, std::size_t step, std::shared_ptr<const Request> request, bool fresh_connection);
  /// Writes into the history that the client sends the request now.
  void invoke(std::size_t index, std::size_t step, const std::shared_ptr<const Request>& request);
  std::shared_ptr<const Request> request_of(std::size_t step) const;
  void send_queued(std::size_t index);
  /// Takes the answer of an open request, or the news that there is none, and lets the client go on.
  void close_request(std::size_t index, Completion news);
  /// Notes what the client has to ask again after its last answer, if anything.
  void ask_again(std::size_t index, Advice advice);
  /// Whether the program goes on with that request, by the same client.
  bool is_asked_next(const Request& request, std::size_t step) const;
  /// Behind which step it has its place what is asked again: the last one that was taken, but before what is still to
  /// be sent by the same client.
  std::size_t place_of(const Again& asked) const;
  void note_insertion(const Again& asked);
  void lose_request(std::size_t index, std::string why);
  void deliver(Completion& completion);
  /// Handles what happens next up to `until`. False: nothing more happens until then.
  bool pump(Time until);
  void pump_until(Time time);
  void await(std::size_t index);
  void join();
  void ask_what_is_due();
  /// A call that the main line waits for.
  void call_and_wait(std::size_t index, std::size_t step, const std::shared_ptr<const Request>& request, bool fresh);
  std::string why_lost() const;

  void take(std::size_t step_index);
  /// What is still open when the run ends early: awaited for a short while, then given up.
  void drain();
  void run();
};

}  // namespace closecheck::sut
