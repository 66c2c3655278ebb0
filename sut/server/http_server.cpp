#include "server/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
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

#include "closecheck/vocabulary/text.h"
#include "server/answer_text.h"

namespace closecheck::sut {
namespace {

void set_option(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

/// A socket that listens at the address; -1, with errno: it cannot.
int listen_at(const addrinfo& address) {
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  // Others still have connections of an earlier server. Two servers at once on a port are another matter.
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.ai_family == AF_INET6) set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  // Room for many who come at once.
  constexpr int kQueue = 1'024;
  if (::bind(socket, address.ai_addr, address.ai_addrlen) == 0 && ::listen(socket, kQueue) == 0) return socket;
  const int why = errno;
  ::close(socket);
  errno = why;
  return -1;
}

int port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  const in_port_t port = address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                                       : reinterpret_cast<const sockaddr_in&>(address).sin_port;
  return ntohs(port);
}

/// Whether another attempt to accept may go well.
bool passes(int error) {
  switch (error) {
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
    case EFAULT:
      return false;
    default:
      return true;
  }
}

bool lacks_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

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
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int result = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (result != 0)
    throw std::runtime_error(fmt::format("{} is no address of this machine: {}", host, ::gai_strerror(result)));
  for (const addrinfo* address = found; address != nullptr && listener_ < 0; address = address->ai_next)
    listener_ = listen_at(*address);
  const int why = errno;
  ::freeaddrinfo(found);
  if (listener_ < 0)
    throw std::runtime_error(fmt::format("port {} of {} cannot be had: {}", port, host, std::strerror(why)));
  return port_of(listener_);
}

void HttpServer::run() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    const int why = errno;
    if (socket >= 0) {
      admit(socket);
      continue;
    }
    std::unique_lock lock(mutex_);
    if (draining_) return;
    if (!passes(why)) throw std::system_error(why, std::generic_category(), "no connection can be accepted");
    if (!lacks_resources(why)) continue;
    end_longest_idle();
    changed_.wait_for(lock, std::chrono::milliseconds(10));
    join_finished(lock);
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

void HttpServer::admit(int socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  std::unique_lock lock(mutex_);
  if (!finished_.empty()) join_finished(lock);
  if (!draining_ && make_room(lock)) {
    Peer& peer = open_[socket];
    try {
      peer.thread = std::thread([this, socket] { serve_connection(socket); });
      return;
    } catch (const std::system_error&) {
      // The system has its limits too.
      open_.erase(socket);
    }
  }
  lock.unlock();
  turn_away(socket);
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
  std::array<char, 16 * 1024> bytes;
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
