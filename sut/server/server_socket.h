// cpp-httplib's request handling behind connections of our own: waiting costs no polling, a stop ends every connection
// at once, an answer leaves in one write, and a GET may have a body. Not for public headers.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "closecheck/sut/server.h"
#include "server/server_log.h"

namespace closecheck::sut {

/// A request as it came, before anybody has made sense of it.
struct ArrivedRequest {
  std::string method;
  std::string target;  // path and query, still percent-encoded
  std::string content_type;
  std::string authorization;
  std::string accept;
  std::string body;
};

class Workers;

class HttpServer final : public httplib::Server {
 public:
  using Handler = std::function<void(const ArrivedRequest&, httplib::Response&)>;

  HttpServer(Handler handler, const ServerLimits& limits, const ServerLog& log);

  /// Binds to the address and listens; 0 picks a port. Returns the port. Throws std::runtime_error.
  int take_port(const std::string& host, int port);
  /// Accepts connections until `drain` or `halt`.
  void run() { listen_after_bind(); }
  /// Takes no more requests, and waits until those in hand have their answers, at most so long. Any thread.
  void drain(std::chrono::milliseconds patience);
  /// Ends `run` and every connection. Any thread.
  void halt();

 private:
  using Clock = std::chrono::steady_clock;
  friend class Workers;

  /// A connection is idle between requests and while one comes in; then it may be closed for another's sake.
  struct Peer {
    bool busy = false;
    bool ends = false;
    Clock::time_point since;
  };

  struct Closing;

  bool process_and_close_socket(socket_t socket) override;
  void converse(socket_t socket);
  bool enroll(socket_t socket);
  void set_busy(socket_t socket, bool busy);
  void make_room();
  bool reserve(std::size_t bytes);

  const ServerLimits limits_;
  const ServerLog& log_;
  std::atomic<int> listener_ = -1;
  Workers* workers_ = nullptr;  // the library's, from `run` on
  std::mutex mutex_;
  std::condition_variable quiet_;
  bool draining_ = false;
  std::size_t busy_ = 0;
  std::map<socket_t, Peer> open_;
  std::atomic<std::size_t> body_bytes_ = 0;  // announced by all requests that are in hand or come in
};

}  // namespace closecheck::sut
