#include "server/server_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

constexpr std::size_t kHeadSizeMax = 64 * 1024;
/// Whoever sends less than a byte in a millisecond over a longer time only keeps others away.
constexpr std::size_t kBytesPerMs = 1;
/// What a body whose length is not announced counts as.
constexpr std::size_t kUnknownBytes = 1024 * 1024;

/// An answer to a request that was not read, after which the connection ends.
std::string last_answer(int status, std::string_view phrase, std::string_view type, std::string_view reason) {
  const std::string error = fmt::format(R"("type":"{}","reason":"{}")", type, reason);
  const std::string body = fmt::format(R"({{"error":{{"root_cause":[{{{}}}],{}}},"status":{}}})", error, error, status);
  return fmt::format(
      "HTTP/1.1 {} {}\r\nConnection: close\r\nContent-Type: application/json; charset=UTF-8\r\n"
      "Content-Length: {}\r\n\r\n{}",
      status, phrase, body.size(), body);
}

void write_last_answer(socket_t socket, const std::string& answer) {
  [[maybe_unused]] const ssize_t sent = ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  // What the client has sent and nobody read would otherwise reset the connection, and the answer with it.
  ::shutdown(socket, SHUT_WR);
  char rest[4096];
  while (::recv(socket, rest, sizeof rest, MSG_DONTWAIT) > 0) {
  }
}

/// True while this thread has no time for a connection.
thread_local bool t_turns_away = false;

// The library acts on these headers before a handler sees the request, so they travel under names of our own.
constexpr const char* kMethodHeader = "X-Closecheck-Method";
constexpr const char* kSocketHeader = "X-Closecheck-Socket";
constexpr const char* kContentTypeHeader = "X-Closecheck-Content-Type";

/// The bytes of one connection. Reads are buffered, and writes until somebody reads or flushes.
class Connection final : public httplib::Stream {
 public:
  Connection(socket_t socket, const ServerLimits& limits)
      : socket_(socket),
        pause_ms_(static_cast<int>(limits.pause / kMillisecond)),
        idle_ms_(static_cast<int>(limits.idle / kMillisecond)) {}

  /// Waits for the head of the next request. False: the connection is over.
  bool await_head() {
    begun_ = false;
    while (in_.find("\r\n\r\n", at_) == std::string::npos) {
      if (in_.size() - at_ > kHeadSizeMax) return true;  // the library refuses it
      if (in_.size() > at_) begin_request();
      if (!receive()) return false;
    }
    begin_request();
    return true;
  }

  /// How long the body of the request at the front is, as announced; empty: that is not said.
  std::optional<std::size_t> announced_bytes() const {
    const std::string head = lower_head();
    const std::size_t at = head.find(kLengthHeader);
    if (at != std::string::npos) return std::strtoull(head.c_str() + at + kLengthHeader.size(), nullptr, 10);
    if (head.find("\r\ntransfer-encoding:") == std::string::npos) return 0;
    return std::nullopt;
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
    if (at_ == in_.size() && !receive()) return -1;
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
    return end == std::string::npos ? std::string() : lower(std::string_view(in_).substr(at_, end + 2 - at_));
  }

  void begin_request() {
    if (begun_) return;
    begun_ = true;
    begin_ = std::chrono::steady_clock::now();
    request_bytes_ = in_.size() - at_;
  }

  /// Whether the request comes in too slowly to wait for it.
  bool dawdles() const {
    const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin_);
    return begun_ && taken.count() > pause_ms_ + static_cast<std::int64_t>(request_bytes_ / kBytesPerMs);
  }

  bool receive() {
    if (dawdles()) return false;
    pollfd one{socket_, POLLIN, 0};
    int ready = 0;
    do {
      ready = ::poll(&one, 1, begun_ ? pause_ms_ : idle_ms_);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) return false;
    char buffer[16 * 1024];
    ssize_t count = 0;
    do {
      count = ::recv(socket_, buffer, sizeof buffer, 0);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return false;
    in_.append(buffer, static_cast<std::size_t>(count));
    request_bytes_ += static_cast<std::size_t>(count);
    return true;
  }

  const socket_t socket_;
  const int pause_ms_;
  const int idle_ms_;
  bool begun_ = false;  // some of the request has come
  std::chrono::steady_clock::time_point begin_;
  std::size_t request_bytes_ = 0;
  std::string in_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

/// Workers that are added as long as all are busy: a close that waits keeps its worker for as long.
class Workers final : public httplib::TaskQueue {
 public:
  explicit Workers(HttpServer& server) : server_(server) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < kFirst; ++i) add_worker();
  }

  void enqueue(std::function<void()> task) override {
    std::unique_lock lock(mutex_);
    tasks_.push_back(std::move(task));
    if (idle_ >= tasks_.size() || add_worker()) {
      wake_.notify_one();
      return;
    }
    lock.unlock();
    server_.make_room();
  }

  /// Whether somebody waits for a worker.
  bool are_short() {
    const std::lock_guard lock(mutex_);
    return tasks_.size() > idle_;
  }

  /// Tells whoever waits for a worker that none comes free.
  void turn_away() {
    std::unique_lock lock(mutex_);
    while (tasks_.size() > idle_) {
      const std::function<void()> task = std::move(tasks_.back());
      tasks_.pop_back();
      lock.unlock();
      t_turns_away = true;
      task();
      t_turns_away = false;
      lock.lock();
    }
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
  static constexpr std::size_t kFirst = 16;

  bool add_worker() {
    if (threads_.size() >= server_.limits_.connections) return false;
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // The system has its limits too.
      return false;
    }
    ++idle_;
    return true;
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
      try {
        task();
      } catch (const std::exception&) {
        // With no memory for a word in the log: the connection has ended, the others go on.
      }
      lock.lock();
      ++idle_;
    }
  }

  HttpServer& server_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool done_ = false;
};

namespace {

struct Reservation {
  std::atomic<std::size_t>& all;
  std::size_t bytes;

  ~Reservation() { all -= bytes; }
};

std::string take_header(httplib::Request& request, const char* name) {
  const std::string value = request.get_header_value(name);
  request.headers.erase(name);
  return value;
}

}  // namespace

HttpServer::HttpServer(Handler handler, const ServerLimits& limits, const ServerLog& log) : limits_(limits), log_(log) {
  set_tcp_nodelay(true);
  set_keep_alive_max_count(1'000'000'000);
  set_payload_max_length(limits.body_bytes);
  // SO_REUSEPORT, which the library sets by itself, would let a forgotten server answer half of the requests.
  set_socket_options([this](socket_t socket) {
    listener_ = socket;
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  new_task_queue = [this] {
    auto* workers = new Workers(*this);
    workers_ = workers;
    return workers;
  };
  const auto answer = [this, handler = std::move(handler)](const httplib::Request& request,
                                                           httplib::Response& response) {
    set_busy(std::atoi(request.get_header_value(kSocketHeader).c_str()), true);
    ArrivedRequest arrived{request.method,
                           request.target,
                           request.get_header_value(kContentTypeHeader),
                           request.get_header_value("Authorization"),
                           request.get_header_value("Accept"),
                           request.body};
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

int HttpServer::take_port(const std::string& host, int port) {
  const int taken = port == 0 ? bind_to_any_port(host.c_str()) : (bind_to_port(host.c_str(), port) ? port : -1);
  if (taken < 0)
    throw std::runtime_error(fmt::format("port {} of {} cannot be had: {}", port, host, std::strerror(errno)));
  // The library's own queue of five loses connections when many clients come at once.
  ::listen(listener_, 1'024);
  return taken;
}

void HttpServer::drain(std::chrono::milliseconds patience) {
  // The library's own way does nothing as long as `run` has not come far enough.
  ::shutdown(listener_, SHUT_RDWR);
  std::unique_lock lock(mutex_);
  draining_ = true;
  for (const auto& [socket, peer] : open_)
    if (!peer.busy) ::shutdown(socket, SHUT_RDWR);
  quiet_.wait_for(lock, patience, [this] { return busy_ == 0; });
}

void HttpServer::halt() {
  ::shutdown(listener_, SHUT_RDWR);
  const std::lock_guard lock(mutex_);
  draining_ = true;
  for (const auto& [socket, peer] : open_) ::shutdown(socket, SHUT_RDWR);
}

bool HttpServer::enroll(socket_t socket) {
  const std::lock_guard lock(mutex_);
  if (!draining_) open_.emplace(socket, Peer{false, false, Clock::now()});
  return !draining_;
}

void HttpServer::set_busy(socket_t socket, bool busy) {
  {
    const std::lock_guard lock(mutex_);
    const auto peer = open_.find(socket);
    if (peer == open_.end() || peer->second.busy == busy) return;
    peer->second.busy = busy;
    peer->second.since = Clock::now();
    busy ? ++busy_ : --busy_;
    if (busy_ == 0) quiet_.notify_all();
  }
  if (workers_->are_short()) make_room();
}

/// For a connection that has no worker: one that nobody uses ends, or, where all are in use, it is turned away.
void HttpServer::make_room() {
  {
    const std::lock_guard lock(mutex_);
    auto longest = open_.end();
    for (auto peer = open_.begin(); peer != open_.end(); ++peer)
      if (!peer->second.busy && !peer->second.ends &&
          (longest == open_.end() || peer->second.since < longest->second.since))
        longest = peer;
    if (longest != open_.end()) {
      longest->second.ends = true;
      ::shutdown(longest->first, SHUT_RDWR);
      return;
    }
    // Workers that have not come to their connections yet, or are about to end them, look again themselves.
    if (busy_ < open_.size() || busy_ < limits_.connections) return;
  }
  workers_->turn_away();
}

bool HttpServer::reserve(std::size_t bytes) {
  if (body_bytes_.fetch_add(bytes) + bytes <= limits_.bodies_bytes) return true;
  body_bytes_ -= bytes;
  return false;
}

/// Ends a connection, however its conversation ended.
struct HttpServer::Closing {
  HttpServer& server;
  socket_t socket;

  ~Closing() {
    server.set_busy(socket, false);
    {
      const std::lock_guard lock(server.mutex_);
      server.open_.erase(socket);
    }
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
  }
};

bool HttpServer::process_and_close_socket(socket_t socket) {
  const Closing closing{*this, socket};
  if (t_turns_away) {
    log_.warn("a connection was turned away with 503: all are in use");
    write_last_answer(socket, last_answer(503, "Service Unavailable", "es_rejected_execution_exception",
                                          "too many requests wait for their answers"));
  } else if (enroll(socket)) {
    // A client that does not read its answer must not keep a worker for ever.
    const timeval patience{limits_.pause / kSecond, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    try {
      converse(socket);
    } catch (const std::exception& error) {
      log_.error(fmt::format("a connection was ended: {}", error.what()));
    }
  }
  return true;
}

void HttpServer::converse(socket_t socket) {
  Connection connection(socket, limits_);
  bool good = true;
  if (workers_->are_short()) make_room();
  while (good && connection.await_head()) {
    const std::size_t bytes = connection.announced_bytes().value_or(std::min(kUnknownBytes, limits_.body_bytes));
    if (bytes > limits_.body_bytes) {
      log_.warn("a request was refused with 413: its body is too long");
      write_last_answer(socket, last_answer(413, "Request Entity Too Large", "content_too_long_exception",
                                            fmt::format("a body has at most {} bytes", limits_.body_bytes)));
      return;
    }
    if (!reserve(bytes)) {
      log_.warn("a request was refused with 429: the bodies of all requests together are too long");
      write_last_answer(socket, last_answer(429, "Too Many Requests", "es_rejected_execution_exception",
                                            "the bodies of all requests together are too long"));
      return;
    }
    const Reservation reservation{body_bytes_, bytes};
    const bool disguised = connection.settle_body();
    bool understood = false;
    const auto prepare = [&](httplib::Request& request) {
      understood = true;
      request.headers.erase(kMethodHeader);
      request.headers.erase(kSocketHeader);
      request.set_header(kSocketHeader, std::to_string(socket).c_str());
      if (disguised) request.set_header(kMethodHeader, "GET");
      request.headers.erase(kContentTypeHeader);
      request.set_header(kContentTypeHeader, take_header(request, "Content-Type"));
      // Compressing costs more than it saves on this machine's own wire.
      request.headers.erase("Accept-Encoding");
    };
    bool closed = false;
    good = process_request(connection, false, closed, prepare);
    good = connection.flush() && good && understood && !closed;
    set_busy(socket, false);
    const std::lock_guard lock(mutex_);
    good = good && !draining_;
  }
}

}  // namespace closecheck::sut
