#include "endpoint/endpoint_clients.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <thread>
#include <utility>

namespace closecheck::sut {
namespace {

/// No wait on a condition is longer than this, so that no point in time can overflow.
constexpr Duration kOneWaitMax = kMinute;
/// The connection itself gives up a little later than we do, so that there is one who tells why.
constexpr Duration kConnectionGrace = kSecond;

}  // namespace

struct Clients::Worker {
  int client = 0;
  // All of these are guarded by the mutex of the clients.
  std::condition_variable changed;
  std::optional<Parcel> parcel;            // to be sent
  std::shared_ptr<const Request> request;  // open; null: none
  Time deadline = 0;
  std::shared_ptr<Connection> connection;  // in use for the open request
  bool given_up = false;
  bool ended = true;  // whether no thread runs

  std::shared_ptr<Connection> kept;  // used by whoever sends the open request
  std::thread thread;
};

Clients::Clients(std::string url, Duration patience, std::shared_ptr<const RunClock> clock)
    : url_(std::move(url)), patience_(patience), clock_(std::move(clock)) {}

Clients::~Clients() {
  abandon();
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  watched_changed_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

Clients::Worker& Clients::worker_of(int client) {
  std::unique_ptr<Worker>& place = workers_[client];
  if (!place) {
    place = std::make_unique<Worker>();
    place->client = client;
  }
  return *place;
}

std::shared_ptr<Connection> Clients::connection_for(Worker& worker, bool fresh) {
  if (worker.kept && !fresh) return worker.kept;
  auto connection = std::make_shared<Connection>(url_, patience_ + kConnectionGrace);
  if (!fresh) worker.kept = connection;
  return connection;
}

void Clients::submit(int client, Parcel parcel) {
  std::unique_lock lock(mutex_);
  Worker& worker = worker_of(client);
  if (!worker.thread.joinable()) {
    worker.thread = std::thread([this, &worker] { serve(worker); });
    worker.ended = false;
  }
  assert(!worker.request);
  worker.request = parcel.request;
  worker.deadline = clock_->now() + patience_;
  worker.parcel = std::move(parcel);
  // Whoever is woken must not have to wait for the lock at once.
  lock.unlock();
  worker.changed.notify_all();
}

std::optional<Arrival> Clients::exchange(int client, Parcel parcel, Time until) {
  std::unique_lock lock(mutex_);
  Worker& worker = worker_of(client);
  assert(!worker.request);
  worker.deadline = std::min(until, clock_->now() + patience_);
  const std::shared_ptr<Connection> connection = connection_for(worker, parcel.fresh_connection);
  watched_ = connection;
  watched_until_ = worker.deadline;
  watched_stopped_ = false;
  if (!watcher_.joinable()) watcher_ = std::thread([this] { watch(); });
  // Deadlines nearly always rise, so that the watcher, who wakes for an earlier one, need not be woken each time.
  const bool too_late = worker.deadline < watcher_wakes_;
  lock.unlock();
  if (too_late) watched_changed_.notify_all();
  Exchange exchange = connection->exchange(parcel.http, parcel.credentials);
  lock.lock();
  watched_.reset();
  if (trouble_) std::rethrow_exception(trouble_);
  const Time now = clock_->now();
  if (!watched_stopped_) {
    return Arrival{client,
                   now,
                   std::move(parcel.request),
                   std::move(exchange.answer),
                   std::move(exchange.error),
                   exchange.never_sent};
  }
  worker.kept.reset();
  if (now >= until) return std::nullopt;
  return Arrival{
      client, now, std::move(parcel.request), std::nullopt, "no answer within " + describe_duration(patience_), false};
}

void Clients::fail() {
  if (!trouble_) trouble_ = std::current_exception();
  arrived_.notify_all();
}

void Clients::watch() {
  try {
    watch_deadlines();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    fail();
  }
}

void Clients::watch_deadlines() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const Time now = clock_->now();
    if (!watched_ || now < watched_until_) {
      watcher_wakes_ = now + std::min(patience_, kOneWaitMax);
      if (watched_) watcher_wakes_ = std::min(watcher_wakes_, watched_until_);
      watched_changed_.wait_until(lock, clock_->point(watcher_wakes_));
    } else {
      const std::shared_ptr<Connection> connection = watched_;
      watched_stopped_ = true;
      lock.unlock();
      connection->stop();
      lock.lock();
      // A connection that is just being made cannot be stopped yet.
      watched_changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }
}

void Clients::push(Arrival arrival) {
  const std::lock_guard lock(mutex_);
  arrival.time = clock_->now();
  arrivals_.push_back(std::move(arrival));
}

std::optional<Arrival> Clients::next(Time until) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (trouble_) std::rethrow_exception(trouble_);
    if (!arrivals_.empty()) {
      std::optional<Arrival> arrival = std::move(arrivals_.front());
      arrivals_.pop_front();
      return arrival;
    }
    const Time now = clock_->now();
    Worker* first = nullptr;
    for (auto& [client, worker] : workers_)
      if (worker->request && (first == nullptr || worker->deadline < first->deadline)) first = worker.get();
    if (first != nullptr && first->deadline <= now) {
      Arrival lost{first->client, now, first->request, std::nullopt, "no answer within " + describe_duration(patience_),
                   false};
      retired_.push_back(std::move(workers_.at(first->client)));
      workers_.erase(lost.client);
      first->given_up = true;
      first->changed.notify_all();
      const std::shared_ptr<Connection> connection = first->connection;
      lock.unlock();
      if (connection) connection->stop();
      return lost;
    }
    if (now >= until) return std::nullopt;
    Time wake = std::min(until, now + kOneWaitMax);
    if (first != nullptr) wake = std::min(wake, first->deadline);
    arrived_.wait_until(lock, clock_->point(wake));
  }
}

void Clients::abandon() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [client, worker] : workers_) retired_.push_back(std::move(worker));
    workers_.clear();
    arrivals_.clear();
  }
  for (const std::unique_ptr<Worker>& worker : retired_) give_up(*worker);
  retired_.clear();
}

void Clients::give_up(Worker& worker) {
  std::unique_lock lock(mutex_);
  worker.given_up = true;
  worker.changed.notify_all();
  // A connection that is just being made cannot be stopped yet, so it is stopped until its thread has ended.
  while (!worker.ended) {
    const std::shared_ptr<Connection> connection = worker.connection;
    if (connection) {
      lock.unlock();
      connection->stop();
      lock.lock();
    }
    worker.changed.wait_for(lock, std::chrono::milliseconds(20), [&] { return worker.ended; });
  }
  lock.unlock();
  if (worker.thread.joinable()) worker.thread.join();
}

void Clients::serve(Worker& worker) {
  try {
    send_parcels(worker);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    fail();
  }
  const std::lock_guard lock(mutex_);
  worker.ended = true;
  worker.changed.notify_all();
}

void Clients::send_parcels(Worker& worker) {
  std::unique_lock lock(mutex_);
  while (true) {
    worker.changed.wait(lock, [&] { return worker.given_up || worker.parcel; });
    if (worker.given_up) break;
    const Parcel parcel = std::move(*worker.parcel);
    worker.parcel.reset();
    const std::shared_ptr<Connection> connection = connection_for(worker, parcel.fresh_connection);
    worker.connection = connection;
    lock.unlock();
    Exchange exchange = connection->exchange(parcel.http, parcel.credentials);
    lock.lock();
    worker.connection.reset();
    if (worker.given_up) break;
    worker.request.reset();
    // Taken under the lock, so that times rise along the queue.
    arrivals_.push_back({worker.client, clock_->now(), parcel.request, std::move(exchange.answer),
                         std::move(exchange.error), exchange.never_sent});
    lock.unlock();
    arrived_.notify_all();
    lock.lock();
  }
}

}  // namespace closecheck::sut
