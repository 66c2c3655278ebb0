#include "server/http_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "server/answer_text.h"

namespace closecheck::sut {
namespace {

void set_option(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

/// Takes a connection where it was accepted: that it gets a thread there depends on the limits.
class InPlace : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> task) override { task(); }
  void shutdown() override {}
};

}  // namespace

HttpServer::HttpServer(Handler handler, const ServerLimits& limits, const ServerLog& log, SSL_CTX* tls)
    : handler_(std::move(handler)), limits_(limits), log_(log), tls_(tls), room_(limits.bodies_bytes) {
  // TLS writes to sockets in a way that signals.
  ::signal(SIGPIPE, SIG_IGN);
}

HttpServer::~HttpServer() {
  halt();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_.empty(); });
  join_finished(lock);
  if (listener_ >= 0) ::close(listener_);
}

int HttpServer::take_port(const std::string& host, int port) {
  // Others still have connections of an earlier server. Two servers at once on a port are another matter.
  set_socket_options([](int socket) { set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1); });
  new_task_queue = [] { return new InPlace; };
  const int taken = port == 0 ? bind_to_any_port(host) : (bind_to_port(host, port) ? port : -1);
  if (taken < 0) {
    // Other values are left from the search for the address.
    const bool is_known = errno == EADDRINUSE || errno == EACCES;
    throw std::runtime_error(fmt::format("port {} of {} cannot be had: {}", port, host,
                                         is_known ? std::strerror(errno) : "that is no address of this machine"));
  }
  // Room for many who come at once.
  constexpr int kQueue = 1'024;
  ::listen(svr_sock_, kQueue);
  listener_ = ::fcntl(svr_sock_, F_DUPFD_CLOEXEC, 0);
  return taken;
}

void HttpServer::run() {
  // The library ends, and closes its socket, over errors that pass.
  while (true) {
    listen_after_bind();
    std::unique_lock lock(mutex_);
    if (draining_) return;
    end_longest_idle();
    changed_.wait_for(lock, std::chrono::milliseconds(10));
    join_finished(lock);
    svr_sock_ = ::fcntl(listener_, F_DUPFD_CLOEXEC, 0);
  }
}

void HttpServer::drain(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  draining_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  for (const auto& [socket, peer] : open_)
    if (!peer.busy) ::shutdown(socket, SHUT_RDWR);
  changed_.wait_for(lock, patience, [this] { return busy_ == 0; });
}

void HttpServer::halt() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  for (const auto& [socket, peer] : open_) ::shutdown(socket, SHUT_RDWR);
}

/// False: all are in use.
bool HttpServer::end_longest_idle() {
  auto longest = open_.end();
  for (auto peer = open_.begin(); peer != open_.end(); ++peer)
    if (!peer->second.busy && !peer->second.ends &&
        (longest == open_.end() || peer->second.since < longest->second.since))
      longest = peer;
  if (longest == open_.end()) return false;
  longest->second.ends = true;
  ::shutdown(longest->first, SHUT_RDWR);
  return true;
}

/// For one more connection. One that nobody uses ends for it.
bool HttpServer::make_room(std::unique_lock<std::mutex>& lock) {
  const auto is_room = [this] { return open_.size() < limits_.connections; };
  if (is_room()) return true;
  constexpr std::chrono::seconds kPatience{1};
  return end_longest_idle() && changed_.wait_for(lock, kPatience, is_room);
}

void HttpServer::join_finished(std::unique_lock<std::mutex>& lock) {
  std::vector<std::thread> finished = std::exchange(finished_, {});
  lock.unlock();
  for (std::thread& thread : finished) thread.join();
  lock.lock();
}

bool HttpServer::process_and_close_socket(int socket) {
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  std::unique_lock lock(mutex_);
  if (!finished_.empty()) join_finished(lock);
  if (!draining_ && make_room(lock)) {
    Peer& peer = open_[socket];
    try {
      peer.thread = std::thread([this, socket] { serve_connection(socket); });
      return true;
    } catch (const std::system_error&) {
      // The system has its limits too.
      open_.erase(socket);
    }
  }
  lock.unlock();
  turn_away(socket);
  return false;
}

/// Nobody may wait for this one.
void HttpServer::turn_away(int socket) const {
  log_.warn("a connection was turned away with 503: all are in use");
  if (tls_ == nullptr) {
    const std::string words = refusal_text(503, "too many requests wait for their answers");
    [[maybe_unused]] const ssize_t sent = ::send(socket, words.data(), words.size(), MSG_NOSIGNAL);
    // What the client has sent and nobody read would otherwise reset the connection, and the answer with it.
    ::shutdown(socket, SHUT_WR);
    std::array<char, 4096> rest;
    while (::recv(socket, rest.data(), rest.size(), 0) > 0) {
    }
  }
  ::close(socket);
}

void HttpServer::serve_connection(int socket) {
  std::optional<Channel> channel;
  try {
    channel.emplace(socket, tls_);
    converse(*channel, socket);
  } catch (const std::exception& error) {
    log_.error(fmt::format("a connection was ended: {}", error.what()));
  }
  end_request(socket);
  const std::lock_guard lock(mutex_);
  const auto peer = open_.find(socket);
  finished_.push_back(std::move(peer->second.thread));
  open_.erase(peer);
  // Only now the number may be another's.
  channel ? channel.reset() : static_cast<void>(::close(socket));
  changed_.notify_all();
}

void HttpServer::converse(Channel& channel, int socket) {
  RequestReader reader(limits_.body_bytes, room_);
  try {
    while (std::optional<ArrivedRequest> request = await_request(channel, reader)) {
      if (!begin_request(socket)) return;
      const bool wants_body = request->head.method != "HEAD";
      const bool keeps = request->head.keeps_connection;
      const WireAnswer answer = handler_(*std::move(request));
      const bool written = channel.write(answer_text(answer, wants_body, keeps), limits_.pause);
      if (!end_request(socket) || !written) return;
      if (!keeps) return channel.end("");
    }
  } catch (const RequestRefused& refused) {
    log_.warn(fmt::format("a request was refused with {}: {}", refused.status, refused.what()));
    channel.end(refusal_text(refused.status, refused.what()));
  }
}

/// Empty: the connection is over. Throws RequestRefused.
std::optional<ArrivedRequest> HttpServer::await_request(Channel& channel, RequestReader& reader) const {
  std::array<char, 16UL * 1024> bytes;
  const Clock::time_point idle_limit = Clock::now() + std::chrono::nanoseconds(limits_.idle);
  std::optional<Pace> pace;
  while (true) {
    if (auto request = reader.next()) return request;
    if (reader.take_wish_to_continue() && !channel.write("HTTP/1.1 100 Continue\r\n\r\n", limits_.pause)) return {};
    if (!pace && reader.has_begun()) pace.emplace(limits_.pause);
    const std::size_t count = channel.read(bytes.data(), bytes.size(), pace ? pace->limit() : idle_limit);
    if (count == 0) return {};
    if (pace) pace->count(count);
    reader.add({bytes.data(), count});
  }
}

/// False: the connection has ended for another's sake, or the server ends.
bool HttpServer::begin_request(int socket) {
  const std::lock_guard lock(mutex_);
  Peer& peer = open_.at(socket);
  if (draining_ || peer.ends) return false;
  peer.busy = true;
  ++busy_;
  return true;
}

/// False: the server takes no more requests.
bool HttpServer::end_request(int socket) {
  const std::lock_guard lock(mutex_);
  Peer& peer = open_.at(socket);
  if (std::exchange(peer.busy, false) && --busy_ == 0) changed_.notify_all();
  peer.since = Clock::now();
  return !draining_;
}

}  // namespace closecheck::sut
