// For tests and benchmarks of oracle and judge: a conforming service and its clients, at random. A request takes effect
// some time between being sent and being answered, so that requests overlap; closing and opening take time of their
// own. It knows nothing of the machine. A corruption makes the service, or one of its answers, wrong.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "model/simulated_job_for_test.h"

namespace closecheck::model {

class Simulation {
 public:
  Simulation(std::uint64_t seed, const SimulationShape& shape, Corruption corruption)
      : dice_(seed), shape_(shape), corruption_(corruption), jobs_(static_cast<std::size_t>(shape.jobs)) {
    history_.profile = shape.profile;
    history_.in_order = shape.in_order;
    history_.jobs = jobs_.size();
    for (int client = 0; client < shape.clients; ++client) clients_.push_back({client, false});
    next_process_ = shape.clients;
    shows_empty_ = dice_.chance(50);
  }

  SimulatedHistory run() {
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
      if (dice_.chance(5)) continue;
      whole(job, RequestKind::create);
      if (dice_.chance(70)) whole(job, RequestKind::open);
    }
    while (sent_ < shape_.requests) tick();
    const bool leaves_open = dice_.chance(10);
    for (int i = 0; i < 1'000 && open_requests() > 0 && !leaves_open; ++i) tick();
    if (open_requests() == 0)
      for (std::size_t job = 0; job < jobs_.size(); ++job) end_calmly(job);
    return std::move(history_);
  }

 private:
  using State = SimulatedJob::State;
  using Outcome = RequestOutcome;

  struct Pending {
    std::size_t request = 0;
    std::size_t client = 0;
    enum class Stage : std::uint8_t { sent, waits, done } stage = Stage::sent;
    Answer answer{};
    int status = 200;
    bool lost = false;
    bool arrives = true;  // lost: takes effect some day
  };
  struct Client {
    int process = 0;
    bool busy = false;
  };

  SimulatedRequest& request_of(const Pending& pending) { return history_.requests[pending.request]; }
  SimulatedJob& job_of(const Pending& pending) { return jobs_[request_of(pending).job]; }
  const Dialect& dialect() const { return *shape_.profile; }
  std::size_t open_requests() const {
    return static_cast<std::size_t>(std::ranges::count(pending_, false, &Pending::lost));
  }
  /// Once, at a random one of its chances.
  bool corrupts(Corruption how) {
    if (corruption_ != how || history_.is_corrupted || !dice_.chance(35)) return false;
    return history_.is_corrupted = true;
  }
  void pass_time() { now_ += 50 * kMicrosecond + static_cast<Time>(dice_.below(400)) * kMicrosecond; }

  // The course of things

  void tick() {
    if (sent_ < shape_.requests && dice_.chance(35)) send_one();
    if (dice_.chance(35)) happen(dice_.below(jobs_.size()));
    if (shape_.faults && dice_.chance(1)) inject(dice_.below(jobs_.size()));
    if (dice_.chance(3)) settle(dice_.below(jobs_.size()));
    if (!pending_.empty()) advance(dice_.below(pending_.size()));
  }

  void advance(std::size_t which) {
    Pending& pending = pending_[which];
    if (pending.lost) {
      if (pending.stage != Pending::Stage::sent)
        drop(which);
      else if (pending.arrives && dice_.chance(6))
        take_effect(which);
      return;
    }
    // Spread over the whole history.
    const bool may_lose = lost_ < shape_.lost_max && lost_ * shape_.requests <= shape_.lost_max * sent_;
    if (may_lose && dice_.chance(4)) return lose(which);
    if (pending.stage == Pending::Stage::sent && dice_.chance(65)) return take_effect(which);
    if (pending.stage == Pending::Stage::waits && dice_.chance(8)) {
      pending.answer.outcome = Outcome::timed_out;
      pending.status = 500;
      pending.stage = Pending::Stage::done;
    }
    if (pending.stage == Pending::Stage::done && dice_.chance(70)) respond(which);
  }

  void send_one() {
    const auto idle = std::ranges::find(clients_, false, &Client::busy);
    if (idle == clients_.end()) return;
    const std::size_t job = dice_.below(jobs_.size());
    send(static_cast<std::size_t>(idle - clients_.begin()), job, kind_for(jobs_[job].state));
    ++sent_;
  }

  void send(std::size_t client, std::size_t job, RequestKind kind) {
    pass_time();
    SimulatedRequest request;
    request.job = job;
    request.process = clients_[client].process;
    request.question.kind = kind;
    request.question.has_timeout =
        kind == RequestKind::close || kind == RequestKind::force_close || kind == RequestKind::open;
    if (kind == RequestKind::post) request.records = records();
    request.question.records = std::ssize(request.records);
    request.invoked = now_;
    history_.events.push_back(
        {.type = SimulatedEvent::Type::invoke, .request = history_.requests.size(), .time = now_});
    pending_.push_back({.request = history_.requests.size(), .client = client});
    history_.requests.push_back(std::move(request));
    clients_[client].busy = true;
  }

  /// One to three records, in order of time among themselves.
  std::vector<Record> records() {
    const auto is_post = [this](const Pending& it) { return request_of(it).question.kind == RequestKind::post; };
    if (shape_.in_order && std::ranges::none_of(pending_, is_post) && dice_.chance(50)) time_ms_ += 60'000;
    std::vector<Record> records(1 + dice_.below(3));
    std::int64_t time_ms = time_ms_;
    for (Record& record : records) {
      if (!shape_.in_order) time_ms += static_cast<std::int64_t>(dice_.below(4)) * 20'000;
      record.time_ms = time_ms;
    }
    if (!shape_.in_order && dice_.chance(15)) time_ms_ += 60'000;
    return records;
  }

  RequestKind kind_for(State state) {
    using K = RequestKind;
    const K force = shape_.forces ? K::force_close : K::close;
    const auto one_of = [this](std::initializer_list<K> kinds) { return *(kinds.begin() + dice_.below(kinds.size())); };
    if (shape_.removes && dice_.chance(2)) return one_of({K::remove, K::force_remove, K::get, K::create});
    switch (state) {
      case State::absent:
        return one_of({K::create, K::create, K::create, K::open, K::post, K::close, K::stats, force});
      case State::closed:
        return one_of({K::open, K::open, K::open, K::open, K::open, K::stats, K::stats, K::read_results, K::close,
                       K::post, K::flush, K::post, force});
      case State::opened:
        return one_of({K::post, K::post, K::post, K::post, K::post, K::close, K::close, K::close, K::stats, K::stats,
                       K::flush, K::open, force});
      case State::opening:
      case State::closing:
      case State::forced:
        return one_of(
            {K::stats, K::stats, K::stats, K::close, K::close, K::open, K::open, K::post, K::post, K::flush, force});
      case State::failed:
        return one_of({force, force, K::close, K::stats, K::open, K::post, shape_.removes ? K::remove : K::get});
    }
    return K::stats;
  }

  void respond(std::size_t which) {
    const Pending pending = pending_[which];
    drop(which);
    clients_[pending.client].busy = false;
    end(pending, SimulatedRequest::End::answered);
  }

  void end(const Pending& pending, SimulatedRequest::End how) {
    pass_time();
    SimulatedRequest& request = request_of(pending);
    request.end = how;
    request.answer = pending.answer;
    request.status = pending.status;
    request.answered = now_;
    history_.events.push_back({.type = SimulatedEvent::Type::end, .request = pending.request, .time = now_});
  }

  void drop(std::size_t which) { pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(which)); }

  void lose(std::size_t which) {
    ++lost_;
    Pending& pending = pending_[which];
    pending.lost = true;
    pending.arrives = dice_.chance(60);
    Client& client = clients_[pending.client];
    client.busy = false;
    const bool says_so = dice_.chance(25);
    if (!says_so) client.process = next_process_++;
    end(pending, says_so ? SimulatedRequest::End::unavailable : SimulatedRequest::End::lost);
  }

  // A request from beginning to end, with nothing else going on but what happens by itself.
  void whole(std::size_t job, RequestKind kind) {
    const auto idle = std::ranges::find(clients_, false, &Client::busy);
    send(static_cast<std::size_t>(idle - clients_.begin()), job, kind);
    const std::size_t number = pending_.back().request;
    for (int i = 0; i < 1'000; ++i) {
      const auto mine = std::ranges::find(pending_, number, &Pending::request);
      if (mine == pending_.end()) return;
      const auto which = static_cast<std::size_t>(mine - pending_.begin());
      if (mine->stage == Pending::Stage::sent)
        take_effect(which);
      else if (mine->stage == Pending::Stage::done)
        respond(which);
      else if (jobs_[job].hangs)
        advance(which);
      else
        happen(job);
    }
  }

  void end_calmly(std::size_t job) {
    if (dice_.chance(30)) return;
    if (dice_.chance(70)) whole(job, RequestKind::close);
    settle(job);
    if (open_requests() == 0) whole(job, RequestKind::stats);
    if (open_requests() == 0) whole(job, RequestKind::read_results);
  }

  // What happens by itself

  void happen(std::size_t index) {
    SimulatedJob& job = jobs_[index];
    switch (job.state) {
      case State::opening:
        job.take(std::exchange(job.queued, {}));
        enter(index, State::opened);
        break;
      case State::closing:
        if (job.hangs) break;
        if (dice_.chance(30)) job.take(std::exchange(job.queued, {}));
        job.end_cleanly();
        enter(index, State::closed);
        break;
      case State::forced:
        if (dice_.chance(60)) enter(index, State::closed);
        break;
      case State::opened:
        job.count(dice_.below(job.buffered.size() + 1));
        if (job.closes_once_more) {
          job.closes_once_more = false;
          enter(index, State::closing);
        }
        break;
      case State::closed:
        if (job.opens_once_more) {
          job.opens_once_more = false;
          enter(index, State::opening);
        }
        break;
      case State::absent:
      case State::failed:
        break;
    }
  }

  bool is_at_rest(std::size_t job) const {
    const State state = jobs_[job].state;
    return state == State::absent || state == State::closed || state == State::opened || state == State::failed ||
           (state == State::closing && jobs_[job].hangs);
  }

  void settle(std::size_t job) {
    if (!shape_.settles || open_requests() > 0 || !is_at_rest(job)) return;
    pass_time();
    history_.events.push_back({.type = SimulatedEvent::Type::settled, .job = job, .time = now_});
  }

  void inject(std::size_t index) {
    SimulatedJob& job = jobs_[index];
    if (job.state != State::opened && job.state != State::closing) return;
    const Fault fault = job.state == State::opened && dice_.chance(50) ? Fault::hang_close : Fault::fail_job;
    pass_time();
    history_.events.push_back({.type = SimulatedEvent::Type::fault, .job = index, .fault = fault, .time = now_});
    if (fault == Fault::hang_close) {
      job.will_hang = true;
      return;
    }
    job.perhaps_lose(dice_);
    job.hangs = false;
    enter(index, State::failed);
  }

  /// Moves the job and tells whoever waits.
  void enter(std::size_t index, State to) {
    SimulatedJob& job = jobs_[index];
    const State from = std::exchange(job.state, to);
    if (to == State::closing && job.will_hang) job.hangs = true;
    // An open that a close cut off has changed no result.
    if (to == State::opened) job.shows_interim = dice_.chance(30);
    if (from == to) return;
    for (Pending& pending : pending_) {
      if (pending.stage != Pending::Stage::waits || request_of(pending).job != index) continue;
      if (request_of(pending).question.kind == RequestKind::open) {
        if (from != State::opening) continue;
        tell(pending, to == State::opened ? Outcome::accepted : dice_.one_of({Outcome::refused, Outcome::failed}));
      } else if (from == State::closing || from == State::forced) {
        tell(pending, to == State::closed   ? Outcome::accepted
                      : to == State::failed ? dice_.one_of({Outcome::refused, Outcome::failed})
                                            : dice_.one_of({Outcome::accepted, Outcome::refused, Outcome::failed}));
      }
    }
  }

  void tell(Pending& pending, Outcome outcome, int status = 0) {
    pending.stage = Pending::Stage::done;
    pending.answer.outcome = outcome;
    const bool is_post = request_of(pending).question.kind == RequestKind::post;
    pending.status = status != 0                    ? status
                     : outcome == Outcome::accepted ? (is_post ? 202 : 200)
                     : outcome == Outcome::refused  ? 409
                                                    : 500;
  }

  // What a request does

  void take_effect(std::size_t which) {
    Pending& pending = pending_[which];
    SimulatedJob& job = job_of(pending);
    const RequestKind kind = request_of(pending).question.kind;
    if (job.state == State::absent && kind != RequestKind::create) return tell(pending, Outcome::refused, 404);
    switch (kind) {
      case RequestKind::create:
        return create(pending, job);
      case RequestKind::open:
        return open(pending, job);
      case RequestKind::post:
        return post(pending, job);
      case RequestKind::flush:
        return flush(pending, job);
      case RequestKind::close:
        return close(pending, job);
      case RequestKind::force_close:
        return force(pending, job);
      case RequestKind::stats:
        return read(pending, job);
      case RequestKind::read_results:
        tell(pending, Outcome::accepted);
        request_of(pending).buckets = job.results(shows_empty_);
        return;
      case RequestKind::remove:
      case RequestKind::force_remove:
        return remove(pending, job, kind == RequestKind::force_remove);
      default:
        return tell(pending, Outcome::accepted);
    }
  }

  void create(Pending& pending, SimulatedJob& job) {
    if (job.state != State::absent) return tell(pending, Outcome::refused, 400);
    tell(pending, Outcome::accepted);
    if (corrupts(Corruption::effect_dropped)) return;
    job = {};
    job.state = State::closed;
  }

  void remove(Pending& pending, SimulatedJob& job, bool forces) {
    if (!forces && job.state != State::closed && job.state != State::failed) return tell(pending, Outcome::refused);
    tell(pending, Outcome::accepted);
    if (corrupts(Corruption::effect_dropped)) return;
    enter(request_of(pending).job, State::absent);
    job = {};
  }

  void open(Pending& pending, SimulatedJob& job) {
    if (job.state != State::closed) return tell(pending, Outcome::refused);
    if (corrupts(Corruption::effect_dropped)) return tell(pending, Outcome::accepted);
    if (corrupts(Corruption::effect_doubled)) job.opens_once_more = true;
    pending.stage = Pending::Stage::waits;
    enter(request_of(pending).job, State::opening);
  }

  void post(Pending& pending, SimulatedJob& job) {
    const std::vector<Record>& records = request_of(pending).records;
    switch (job.state) {
      case State::opened:
        tell(pending, Outcome::accepted);
        if (corrupts(Corruption::accepted_post_not_counted)) return;
        job.take(records);
        if (corrupts(Corruption::effect_doubled)) job.take(records);
        return;
      case State::closing:
        if (dice_.chance(50)) {
          tell(pending, Outcome::accepted);
          if (corrupts(Corruption::accepted_post_not_counted)) return;
          job.queued.insert(job.queued.end(), records.begin(), records.end());
          return;
        }
        tell(pending, dialect().post_to_closing_may_break ? dice_.one_of({Outcome::refused, Outcome::failed})
                                                          : Outcome::refused);
        break;
      case State::forced:
        if (dice_.chance(50)) {
          tell(pending, Outcome::accepted);
          if (dice_.chance(50)) job.take(records);
          job.count_all();
          return;
        }
        tell(pending, dice_.one_of({Outcome::refused, Outcome::failed}));
        break;
      default:
        tell(pending, Outcome::refused);
        break;
    }
    if (!corrupts(Corruption::refused_post_counted)) return;
    job.counted += std::ssize(records);
  }

  void flush(Pending& pending, SimulatedJob& job) {
    switch (job.state) {
      case State::opened:
        job.count_all();
        return tell(pending, Outcome::accepted);
      case State::closing:
        return tell(pending, dice_.one_of({Outcome::accepted, Outcome::refused}));
      case State::forced:
        return tell(pending, dice_.one_of({Outcome::accepted, Outcome::refused, Outcome::failed}));
      default:
        return tell(pending, Outcome::refused);
    }
  }

  void close(Pending& pending, SimulatedJob& job) {
    switch (job.state) {
      case State::closed:
        return tell(pending, dialect().close_of_closed_may_be_refused && dice_.chance(50) ? Outcome::refused
                                                                                          : Outcome::accepted);
      case State::opening:
        if (dice_.chance(50)) return tell(pending, Outcome::refused);
        break;
      case State::opened:
        if (corrupts(Corruption::effect_dropped))
          return tell(pending, dice_.one_of({Outcome::accepted, Outcome::timed_out}));
        if (corrupts(Corruption::effect_doubled)) job.closes_once_more = true;
        break;
      case State::closing:
        if (dialect().second_close_may_be_refused && dice_.chance(50)) return tell(pending, Outcome::refused);
        break;
      case State::forced:
        if (dice_.chance(50)) return tell(pending, Outcome::refused);
        break;
      default:
        return tell(pending, Outcome::refused);
    }
    // It waits only after the others have been told.
    const std::size_t index = request_of(pending).job;
    if (job.state != State::forced) enter(index, State::closing);
    pending.stage = Pending::Stage::waits;
  }

  void force(Pending& pending, SimulatedJob& job) {
    if (job.state == State::closed || job.state == State::forced)
      return tell(pending,
                  dialect().close_of_closed_may_be_refused && dice_.chance(50) ? Outcome::refused : Outcome::accepted);
    tell(pending, Outcome::accepted);
    if (corrupts(Corruption::effect_dropped)) return;
    job.perhaps_lose(dice_);
    job.hangs = job.will_hang = false;
    enter(request_of(pending).job, State::forced);
  }

  void read(Pending& pending, SimulatedJob& job) {
    tell(pending, Outcome::accepted);
    pending.answer.state = job.shown(dice_, dialect().opening_may_be_hidden);
    pending.answer.processed = job.counted;
  }

  Dice dice_;
  const SimulationShape shape_;
  const Corruption corruption_;
  bool shows_empty_ = false;
  SimulatedHistory history_;
  std::vector<SimulatedJob> jobs_;
  std::vector<Client> clients_;
  std::vector<Pending> pending_;
  int next_process_ = 0;
  int sent_ = 0;
  int lost_ = 0;
  Time now_ = kSecond;
  std::int64_t time_ms_ = kDataStart;
};

}  // namespace closecheck::model
