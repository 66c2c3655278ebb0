#include "http/server_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "http/text.h"

namespace closecheck::sut {
namespace {

constexpr std::size_t kHeadSizeMax = 64 * 1024;
constexpr int kPauseMaxMs = 30'000;  // within one request
constexpr std::size_t kBodySizeMax = 100 * 1024 * 1024;
constexpr std::string_view kTooMuch =
    "HTTP/1.1 413 Request Entity Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
// The library acts on these headers before a handler sees the request, so they travel under names of our own.
constexpr const char* kMethodHeader = "X-Closecheck-Method";
constexpr const char* kContentTypeHeader = "X-Closecheck-Content-Type";

/// The bytes of one connection. Reads are buffered, and writes until somebody reads or flushes.
class Connection final : public httplib::Stream {
 public:
  explicit Connection(socket_t socket) : socket_(socket) {}

  /// Waits for the head of the next request. False: the connection is over.
  bool await_head() {
    int patience_ms = -1;  // between requests a client may take its time
    while (in_.find("\r\n\r\n", at_) == std::string::npos) {
      if (in_.size() - at_ > kHeadSizeMax) return true;  // the library refuses it
      if (!receive(patience_ms)) return false;
      patience_ms = kPauseMaxMs;
    }
    return true;
  }

  /// Whether the body of the request at the front is announced as longer than we take.
  bool announces_too_much() const {
    const std::string head = lower_head();
    const std::size_t at = head.find(kLengthHeader);
    if (at == std::string::npos) return false;
    const char* digits = head.c_str() + at + kLengthHeader.size();
    return std::strtoull(digits, nullptr, 10) > kBodySizeMax;
  }

  /// The library reads no body of a GET, and one of a POST without a length up to the end of the connection. So a GET
  /// that has a body goes in as a POST, and a POST that says nothing of one with a length of nought. True for the
  /// first.
  bool settle_body() {
    const std::string head = lower_head();
    const bool has_body =
        head.find("\r\ntransfer-encoding:") != std::string::npos ||
        (head.find(kLengthHeader) != std::string::npos && head.find("\r\ncontent-length: 0\r\n") == std::string::npos);
    if (in_.compare(at_, 4, "GET ") == 0) {
      if (has_body) in_.replace(at_, 3, "POST");
      return has_body;
    }
    if (!has_body && !head.empty() && head.find(kLengthHeader) == std::string::npos)
      in_.insert(in_.find("\r\n", at_), "\r\nContent-Length: 0");
    return false;
  }

  bool flush() {
    const std::string bytes = std::exchange(out_, {});
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    return true;
  }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  socket_t socket() const override { return socket_; }

  ssize_t read(char* into, std::size_t size) override {
    if (!out_.empty() && !flush()) return -1;
    if (at_ == in_.size() && !receive(kPauseMaxMs)) return -1;
    const std::size_t count = std::min(size, in_.size() - at_);
    std::memcpy(into, in_.data() + at_, count);
    at_ += count;
    if (at_ == in_.size()) {
      in_.clear();
      at_ = 0;
    }
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, std::size_t size) override {
    out_.append(from, size);
    return static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override { loopback(ip, port); }
  void get_local_ip_and_port(std::string& ip, int& port) const override { loopback(ip, port); }

 private:
  static void loopback(std::string& ip, int& port) {
    ip = "127.0.0.1";
    port = 0;
  }

  static constexpr std::string_view kLengthHeader = "\r\ncontent-length:";

  /// The head of the request at the front, in lower case, with its last line end; empty when it is too long for one.
  std::string lower_head() const {
    const std::size_t end = in_.find("\r\n\r\n", at_);
    return end == std::string::npos ? std::string() : wire::lower(std::string_view(in_).substr(at_, end + 2 - at_));
  }

  bool receive(int patience_ms) {
    pollfd one{socket_, POLLIN, 0};
    int ready = 0;
    do {
      ready = ::poll(&one, 1, patience_ms);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) return false;
    char buffer[16 * 1024];
    ssize_t count = 0;
    do {
      count = ::recv(socket_, buffer, sizeof buffer, 0);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return false;
    in_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  const socket_t socket_;
  std::string in_;
  std::size_t at_ = 0;
  std::string out_;
};

/// Workers that are added as long as all are busy: a close that waits keeps its worker for as long.
class Workers final : public httplib::TaskQueue {
 public:
  static constexpr std::size_t kFirst = 64;
  static constexpr std::size_t kMost = 900;  // the library handles no socket number beyond 1023

  Workers() {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < kFirst; ++i) add_worker();
  }

  void enqueue(std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (idle_ < tasks_.size() && threads_.size() < kMost) add_worker();
    wake_.notify_one();
  }

  void shutdown() override {
    std::vector<std::thread> threads;
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
      threads.swap(threads_);
      wake_.notify_all();
    }
    for (std::thread& thread : threads) thread.join();
  }

 private:
  void add_worker() {
    threads_.emplace_back([this] { work(); });
    ++idle_;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return done_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      --idle_;
      lock.unlock();
      task();
      lock.lock();
      ++idle_;
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool done_ = false;
};

std::string take_header(httplib::Request& request, const char* name) {
  const std::string value = request.get_header_value(name);
  request.headers.erase(name);
  return value;
}

}  // namespace

HttpServer::HttpServer(Handler handler) {
  set_tcp_nodelay(true);
  set_keep_alive_max_count(1'000'000'000);
  set_payload_max_length(kBodySizeMax);
  // SO_REUSEPORT, which the library sets by itself, would let a forgotten server answer half of the requests.
  set_socket_options([this](socket_t socket) {
    listener_ = socket;
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  new_task_queue = [] { return new Workers(); };
  const auto answer = [handler = std::move(handler)](const httplib::Request& request, httplib::Response& response) {
    ArrivedRequest arrived{request.method, request.target, request.get_header_value(kContentTypeHeader),
                           request.get_header_value("Authorization"), request.body};
    if (request.has_header(kMethodHeader)) arrived.method = request.get_header_value(kMethodHeader);
    handler(arrived, response);
  };
  const char* everything = R"([\s\S]*)";
  Get(everything, answer);
  Post(everything, answer);
  Put(everything, answer);
  Patch(everything, answer);
  Delete(everything, answer);
  Options(everything, answer);
  set_error_handler([](const httplib::Request&, httplib::Response& response) {
    // Only what the library refuses by itself comes without a body.
    if (!response.body.empty() || response.has_header("Content-Type")) return;
    response.set_content(fmt::format(R"({{"error":"the request cannot be taken","status":{}}})", response.status),
                         "application/json; charset=UTF-8");
  });
}

int HttpServer::take_port(int port) {
  const int taken = port == 0 ? bind_to_any_port("127.0.0.1") : (bind_to_port("127.0.0.1", port) ? port : -1);
  if (taken < 0) throw std::runtime_error(fmt::format("port {} cannot be had: {}", port, std::strerror(errno)));
  // The library's own queue of five loses connections when many clients come at once.
  ::listen(listener_, 511);
  return taken;
}

void HttpServer::halt() {
  // The library's own way does nothing as long as `run` has not come far enough.
  ::shutdown(listener_, SHUT_RDWR);
  const std::lock_guard lock(mutex_);
  halted_ = true;
  for (const socket_t socket : open_) ::shutdown(socket, SHUT_RDWR);
}

bool HttpServer::enroll(socket_t socket) {
  const std::lock_guard lock(mutex_);
  if (!halted_) open_.insert(socket);
  return !halted_;
}

bool HttpServer::process_and_close_socket(socket_t socket) {
  bool good = enroll(socket);
  Connection connection(socket);
  while (good && connection.await_head()) {
    if (connection.announces_too_much()) {
      connection.write(kTooMuch.data(), kTooMuch.size());
      connection.flush();
      break;
    }
    const bool disguised = connection.settle_body();
    bool understood = false;
    const auto prepare = [&](httplib::Request& request) {
      understood = true;
      request.headers.erase(kMethodHeader);
      if (disguised) request.set_header(kMethodHeader, "GET");
      request.headers.erase(kContentTypeHeader);
      request.set_header(kContentTypeHeader, take_header(request, "Content-Type"));
      // Compressing costs more than it saves on this machine's own wire.
      request.headers.erase("Accept-Encoding");
    };
    bool closed = false;
    good = process_request(connection, false, closed, prepare);
    good = connection.flush() && good && understood && !closed;
  }
  {
    const std::lock_guard lock(mutex_);
    open_.erase(socket);
  }
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
  return good;
}

}  // namespace closecheck::sut
