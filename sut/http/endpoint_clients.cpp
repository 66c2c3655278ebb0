#include "http/endpoint_clients.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <thread>
#include <utility>

namespace closecheck::sut {
namespace {

constexpr int kBusyAttemptsMax = 4;
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
  bool ended = false;

  std::thread thread;
};

Clients::Clients(std::string url, Duration patience, std::shared_ptr<const RunClock> clock)
    : url_(std::move(url)), patience_(patience), clock_(std::move(clock)) {}

Clients::~Clients() {
  abandon();
}

void Clients::submit(int client, Parcel parcel) {
  std::unique_lock lock(mutex_);
  std::unique_ptr<Worker>& place = workers_[client];
  if (!place) {
    place = std::make_unique<Worker>();
    place->client = client;
    Worker& worker = *place;
    worker.thread = std::thread([this, &worker] { serve(worker); });
  }
  assert(!place->request);
  place->request = parcel.request;
  place->deadline = clock_->now() + patience_;
  place->parcel = std::move(parcel);
  // Whoever is woken must not have to wait for the lock at once.
  lock.unlock();
  place->changed.notify_all();
}

void Clients::push(Arrival arrival) {
  const std::lock_guard lock(mutex_);
  arrival.time = clock_->now();
  arrivals_.push_back(std::move(arrival));
}

std::optional<Arrival> Clients::next(Time until) {
  std::unique_lock lock(mutex_);
  while (true) {
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
      Arrival lost{first->client, now, first->request, std::nullopt,
                   "no answer within " + describe_duration(patience_)};
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
  worker.thread.join();
}

void Clients::serve(Worker& worker) {
  std::shared_ptr<Connection> kept;
  std::unique_lock lock(mutex_);
  while (true) {
    worker.changed.wait(lock, [&] { return worker.given_up || worker.parcel; });
    if (worker.given_up) break;
    const Parcel parcel = std::move(*worker.parcel);
    worker.parcel.reset();
    std::shared_ptr<Connection> connection = kept;
    if (!connection || parcel.fresh_connection)
      connection = std::make_shared<Connection>(url_, patience_ + kConnectionGrace);
    if (!parcel.fresh_connection) kept = connection;
    worker.connection = connection;
    lock.unlock();
    Exchange exchange = exchange_politely(worker, parcel, *connection);
    lock.lock();
    worker.connection.reset();
    if (worker.given_up) break;
    worker.request.reset();
    // Taken under the lock, so that times rise along the queue.
    arrivals_.push_back(
        {worker.client, clock_->now(), parcel.request, std::move(exchange.answer), std::move(exchange.error)});
    lock.unlock();
    arrived_.notify_all();
    lock.lock();
  }
  worker.ended = true;
  worker.changed.notify_all();
}

Exchange Clients::exchange_politely(Worker& worker, const Parcel& parcel, Connection& connection) {
  for (int attempt = 1;; ++attempt) {
    Exchange exchange = connection.exchange(parcel.http, parcel.credentials);
    if (!exchange.answer || !is_busy(*exchange.answer) || !parcel.patient || attempt == kBusyAttemptsMax)
      return exchange;
    const Duration wait = polite_wait(*exchange.answer, attempt);
    std::unique_lock lock(mutex_);
    if (clock_->now() + wait >= worker.deadline) return exchange;
    if (worker.changed.wait_for(lock, std::chrono::nanoseconds(wait), [&] { return worker.given_up; })) return exchange;
  }
}

}  // namespace closecheck::sut
