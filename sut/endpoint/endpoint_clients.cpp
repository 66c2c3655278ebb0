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
constexpr Time kForever = std::numeric_limits<Time>::max();

}  // namespace

struct Clients::Worker {
  Worker(int the_client, const std::string& url, std::shared_ptr<AnswerRoom> room, const Transport& transport)
      : client(the_client), connection(url, std::move(room), transport) {}

  const int client;
  Connection connection;  // used by whoever sends the open request
  // These are guarded by the mutex of the clients.
  std::condition_variable changed;
  std::optional<Parcel> parcel;  // to be sent by the thread
  bool ending = false;

  std::thread thread;  // of a client that has submitted something
};

Clients::Clients(std::string url, Transport transport, Patience patience, std::shared_ptr<const RunClock> clock,
                 std::shared_ptr<AnswerRoom> room, Curfew& curfew)
    : url_(std::move(url)),
      transport_(std::move(transport)),
      patience_(patience),
      clock_(std::move(clock)),
      room_(std::move(room)),
      curfew_(curfew),
      watch_(curfew, [this] { stop_all(); }) {}

Clients::~Clients() {
  abandon();
}

Clients::Worker& Clients::worker_of(int client) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Worker>& place = workers_[client];
  if (!place) {
    place = std::make_unique<Worker>(client, url_, room_, transport_);
    if (was_cut_short()) place->connection.stop();
  }
  return *place;
}

Time Clients::end() const {
  return std::min(patience_.end, clock_->time(curfew_.end_of_work()));
}

void Clients::stop_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [client, worker] : workers_) worker->connection.stop();
  arrived_.notify_all();
}

void Clients::submit(int client, Parcel parcel) {
  Worker& worker = worker_of(client);
  if (!worker.thread.joinable()) worker.thread = std::thread([this, &worker] { serve(worker); });
  {
    const std::lock_guard lock(mutex_);
    assert(!worker.parcel);
    worker.parcel = std::move(parcel);
  }
  worker.changed.notify_all();
}

Exchange Clients::send(Connection& connection, const Parcel& parcel, Time until) const {
  const Time now = clock_->now();
  if (now >= end()) return {.error = "the time of the run was up, so nothing was sent", .never_sent = true};
  const Duration patience = std::min({patience_.answer, until - now, end() - now});
  Exchange exchange = connection.exchange(parcel.http, parcel.credentials, patience, parcel.fresh_connection);
  if (exchange.timed_out ? clock_->now() >= end() : !exchange.answer && !exchange.never_sent && was_cut_short())
    exchange.error = "no answer before the time of the run was up";
  return exchange;
}

std::optional<Arrival> Clients::exchange(int client, Parcel parcel, Time until) {
  Exchange exchange = send(worker_of(client).connection, parcel, until);
  const Time now = clock_->now();
  if (!exchange.answer) forget(client);
  if (exchange.timed_out && now >= until && now < end()) return std::nullopt;
  return Arrival{client,
                 now,
                 std::move(parcel.request),
                 std::move(exchange.answer),
                 std::move(exchange.error),
                 exchange.never_sent,
                 std::move(exchange.share)};
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
      lock.unlock();
      if (!arrival->answer) forget(arrival->client);
      return arrival;
    }
    const Time now = clock_->now();
    if (now >= until || was_cut_short()) return std::nullopt;
    arrived_.wait_until(lock, clock_->point(std::min(until, now + kOneWaitMax)));
  }
}

void Clients::forget(int client) {
  const auto found = workers_.find(client);
  if (found == workers_.end()) return;
  Worker& worker = *found->second;
  {
    const std::lock_guard lock(mutex_);
    worker.ending = true;
  }
  worker.changed.notify_all();
  worker.connection.stop();
  if (worker.thread.joinable()) worker.thread.join();
  const std::lock_guard lock(mutex_);
  workers_.erase(found);
}

void Clients::abandon() {
  // All at once first, so that none waits for another.
  for (auto& [client, worker] : workers_) worker->connection.stop();
  while (!workers_.empty()) forget(workers_.begin()->first);
  const std::lock_guard lock(mutex_);
  arrivals_.clear();
}

void Clients::serve(Worker& worker) {
  try {
    send_parcels(worker);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!trouble_) trouble_ = std::current_exception();
    arrived_.notify_all();
  }
}

void Clients::send_parcels(Worker& worker) {
  std::unique_lock lock(mutex_);
  while (true) {
    worker.changed.wait(lock, [&] { return worker.ending || worker.parcel; });
    if (worker.ending) return;
    Parcel parcel = *std::exchange(worker.parcel, std::nullopt);
    lock.unlock();
    Exchange exchange = send(worker.connection, parcel, kForever);
    lock.lock();
    // Taken under the lock, so that times rise along the queue.
    arrivals_.push_back({worker.client, clock_->now(), std::move(parcel.request), std::move(exchange.answer),
                         std::move(exchange.error), exchange.never_sent, std::move(exchange.share)});
    lock.unlock();
    arrived_.notify_all();
    lock.lock();
  }
}

}  // namespace closecheck::sut
