// The clients of a live target: a thread with a connection each, and one queue of the answers that have come.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/time.h"
#include "endpoint/endpoint_connection.h"

namespace closecheck::sut {

/// The monotonic clock, from when it was made. Thread-safe.
class RunClock {
 public:
  Time now() const { return time(std::chrono::steady_clock::now()); }
  /// The latest there is, for what lies beyond all times.
  Time time(std::chrono::steady_clock::time_point point) const {
    return point == std::chrono::steady_clock::time_point::max() ? std::numeric_limits<Time>::max()
                                                                 : (point - begin_).count();
  }
  std::chrono::steady_clock::time_point point(Time time) const { return begin_ + std::chrono::nanoseconds(time); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// How long the clients wait.
struct Patience {
  Duration answer = 0;                          // for each
  Time end = std::numeric_limits<Time>::max();  // of all
};

struct Parcel {
  std::shared_ptr<const Request> request;
  wire::HttpRequest http;
  std::optional<Credentials> credentials;
  bool fresh_connection = false;
};

struct Arrival {
  int client = 0;
  Time time = 0;
  std::shared_ptr<const Request> request;
  std::optional<WireAnswer> answer;  // empty: lost
  std::string error;
  bool never_sent = false;
  std::optional<AnswerShare> share{};
};

/// One thread at a time uses it.
class Clients {
 public:
  /// An answer that has not come in time is lost. The curfew must outlive them.
  Clients(std::string url, Transport transport, Patience patience, std::shared_ptr<const RunClock> clock,
          std::shared_ptr<AnswerRoom> room, Curfew& curfew);
  /// Ends open requests.
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  /// The client must have no request open.
  void submit(int client, Parcel parcel);
  /// Submits and awaits the answer in the caller's own thread, which saves two hand-overs. Of other clients nothing is
  /// told meanwhile.
  /// Empty: not answered up to `until`, and given up.
  std::optional<Arrival> exchange(int client, Parcel parcel, Time until);
  /// News that needs no thread.
  void push(Arrival arrival);
  /// When the run is over.
  Time end() const;
  /// The next news up to `until`; empty when that is reached, or the end has come forward and is reached.
  std::optional<Arrival> next(Time until);
  /// Gives up every open request and forgets the news that has not been asked for.
  void abandon();

 private:
  struct Worker;

  Worker& worker_of(int client);
  Exchange send(Connection& connection, const Parcel& parcel, Time until) const;
  void serve(Worker& worker);
  void send_parcels(Worker& worker);
  /// Ends the client's thread and connection, which are not used again after a request without an answer.
  void forget(int client);
  bool was_cut_short() const { return clock_->now() >= clock_->time(curfew_.end_of_work()); }
  void stop_all();

  const std::string url_;
  const Transport transport_;
  const Patience patience_;
  const std::shared_ptr<const RunClock> clock_;
  const std::shared_ptr<AnswerRoom> room_;

  Curfew& curfew_;

  std::mutex mutex_;
  std::map<int, std::unique_ptr<Worker>> workers_;  // changed by the user's thread alone, under the mutex
  std::condition_variable arrived_;
  std::deque<Arrival> arrivals_;
  std::exception_ptr trouble_;  // what came out of a thread; it comes out of the next wait for news
  Curfew::Watch watch_;
};

}  // namespace closecheck::sut
