// Small servers on the loopback interface for tests: a well-behaved one with handlers of the test's own, and one that
// speaks raw bytes.
#pragma once

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace closecheck::sut {

/// A variable of the process for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

/// Answers every request by one function, on as many threads as there are connections.
class TestServer {
 public:
  using Handler = std::function<void(const httplib::Request&, httplib::Response&)>;

  explicit TestServer(const Handler& handler) {
    int listening = -1;
    server_.set_socket_options([&](socket_t socket) {
      listening = socket;
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.set_tcp_nodelay(true);
    server_.set_keep_alive_max_count(1'000'000);
    server_.new_task_queue = [] { return new httplib::ThreadPool(16); };
    const char* any = ".*";
    server_.Get(any, handler);
    server_.Post(any, handler);
    server_.Put(any, handler);
    server_.Delete(any, handler);
    port_ = server_.bind_to_any_port("127.0.0.1");
    if (port_ <= 0) throw std::runtime_error("no port for a test server");
    ::listen(listening, 511);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    if (answers_a_first_request()) return;
    server_.stop();
    thread_.join();
    throw std::runtime_error("the test server does not answer");
  }
  ~TestServer() {
    server_.stop();
    thread_.join();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  /// Afterwards the server runs, and the library has made the constants that it makes on the first request: a thread
  /// sanitizer does not see how a library that is not instrumented guards them. No handler takes this method.
  bool answers_a_first_request() const {
    httplib::Client client("127.0.0.1", port_);
    client.set_read_timeout(60);
    return static_cast<bool>(client.Options("/"));
  }

  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

/// Takes one connection after the other and hands each to a function, which gets the first request's head and may
/// write what it likes. The connection is closed when the function returns.
class RawServer {
 public:
  using Talk = std::function<void(int socket, const std::string& head)>;

  explicit RawServer(Talk talk) : talk_(std::move(talk)), listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listening_, 16) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no port for a test server");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~RawServer() {
    stopping_ = true;
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }
  /// Returns once so many connections have been closed.
  void wait_until_closed(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ >= count; });
  }

  static void write(int socket, const std::string& bytes) {
    (void)::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// Returns when the other side has closed, or the end of a head has come.
  static std::string read_head(int socket) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(socket, &byte, 1, 0) == 1) head += byte;
    return head;
  }

 private:
  void serve() {
    while (!stopping_) {
      const int socket = ::accept(listening_, nullptr, nullptr);
      if (socket < 0) continue;
      ++connections_;
      talk_(socket, read_head(socket));
      ::close(socket);
      const std::lock_guard lock(mutex_);
      ++closed_;
      changed_.notify_all();
    }
  }

  Talk talk_;
  int listening_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  int closed_ = 0;
  std::thread thread_;
};

}  // namespace closecheck::sut
