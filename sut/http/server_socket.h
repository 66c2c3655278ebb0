// cpp-httplib's request handling behind connections of our own: waiting costs no polling, a stop ends every connection
// at once, an answer leaves in one write, and a GET may have a body. Not for public headers.
#pragma once

#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace closecheck::sut {

/// A request as it came, before anybody has made sense of it.
struct ArrivedRequest {
  std::string method;
  std::string target;  // path and query, still percent-encoded
  std::string content_type;
  std::string authorization;
  std::string body;
};

class HttpServer final : public httplib::Server {
 public:
  using Handler = std::function<void(const ArrivedRequest&, httplib::Response&)>;

  explicit HttpServer(Handler handler);

  /// Binds to 127.0.0.1 and listens; 0 picks a port. Returns the port. Throws std::runtime_error.
  int take_port(int port);
  /// Accepts connections until `halt`.
  void run() { listen_after_bind(); }
  /// Ends `run` and every connection. Any thread.
  void halt();

 private:
  bool process_and_close_socket(socket_t socket) override;
  bool enroll(socket_t socket);

  std::atomic<int> listener_ = -1;
  std::mutex mutex_;
  bool halted_ = false;
  std::set<socket_t> open_;
};

}  // namespace closecheck::sut
