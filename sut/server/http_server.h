// HTTP over sockets: cpp-httplib listens and accepts. It would read without bounds, and ambiguous framing as it likes,
// so that connections are ours: a thread for each, as many as the limits allow. Not for public headers.
#pragma once

#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "closecheck/sut/server.h"
#include "closecheck/vocabulary/response.h"
#include "server/channel.h"
#include "server/request_reader.h"
#include "server/server_log.h"

namespace closecheck::sut {

class HttpServer : private httplib::Server {
 public:
  /// Any thread; several at once.
  using Handler = std::function<WireAnswer(ArrivedRequest)>;

  /// `tls`: null for plain HTTP; has to live as long. From then on this process ignores SIGPIPE.
  HttpServer(Handler handler, const ServerLimits& limits, const ServerLog& log, SSL_CTX* tls);
  /// Ends every connection, and waits for its thread.
  ~HttpServer() override;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds to the address and listens; 0 picks a port. Returns the port. Throws std::runtime_error.
  int take_port(const std::string& host, int port);
  /// Accepts connections until `drain` or `halt`.
  void run();
  /// Takes no more requests, and waits until those in hand have their answers, at most so long. Any thread.
  void drain(std::chrono::milliseconds patience);
  /// Ends `run` and every connection. Any thread.
  void halt();

 private:
  using Clock = std::chrono::steady_clock;

  /// A connection is idle between requests and while one comes in; then it may be ended for another's sake.
  struct Peer {
    std::thread thread;
    bool busy = false;
    bool ends = false;
    Clock::time_point since = Clock::now();
  };

  // Called with the lock held.
  bool end_longest_idle();
  bool make_room(std::unique_lock<std::mutex>& lock);
  void join_finished(std::unique_lock<std::mutex>& lock);

  /// The library calls it for each connection that it has accepted.
  bool process_and_close_socket(int socket) override;
  void turn_away(int socket) const;
  void serve_connection(int socket);
  void converse(Channel& channel, int socket);
  std::optional<ArrivedRequest> await_request(Channel& channel, RequestReader& reader) const;
  bool begin_request(int socket);
  bool end_request(int socket);

  const Handler handler_;
  const ServerLimits limits_;
  const ServerLog& log_;
  SSL_CTX* const tls_;
  BodyRoom room_;
  int listener_ = -1;  // a second descriptor of the library's own socket

  std::mutex mutex_;
  std::condition_variable changed_;  // a connection has ended, or the last request in hand
  bool draining_ = false;
  std::size_t busy_ = 0;
  std::map<int, Peer> open_;           // by their sockets
  std::vector<std::thread> finished_;  // have nothing more to do than to be joined
};

}  // namespace closecheck::sut
