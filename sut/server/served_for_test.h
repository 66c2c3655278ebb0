// For this room's tests: the server that ships, over loopback.
#pragma once

#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "closecheck/sut/server.h"

namespace closecheck::sut {

/// The built-in service on a port of its own, for as long as this lives.
class Served {
 public:
  explicit Served(const ServerOptions& options = {}) {
    std::promise<int> port;
    auto known = port.get_future();
    thread_ = std::thread([this, options, port = std::move(port)]() mutable {
      serve(
          options, [&port](int p) { port.set_value(p); }, stop_);
    });
    port_ = known.get();
  }
  ~Served() {
    stop_ = true;
    thread_.join();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  int port() const { return port_; }
  std::unique_ptr<httplib::Client> client() const {
    auto client = std::make_unique<httplib::Client>("127.0.0.1", port_);
    client->set_keep_alive(true);
    client->set_tcp_nodelay(true);
    client->set_read_timeout(std::chrono::seconds(20));
    return client;
  }

 private:
  std::atomic<bool> stop_ = false;
  std::thread thread_;
  int port_ = 0;
};

/// A connection of raw bytes to it.
class RawClient {
 public:
  /// `receive_bytes`: what the system keeps of what has come and nobody read; 0: as much as it likes.
  explicit RawClient(const Served& served, int receive_bytes = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(served.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_bytes > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      ADD_FAILURE() << "no connection: " << errno;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False: the other end takes nothing more.
  bool send(const std::string& bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  void shut_down() { ::shutdown(socket_, SHUT_RDWR); }
  void ask(const std::string& method, const std::string& path, const std::string& body = "") {
    send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  /// The status of the next answer; 0: the connection ended without one.
  int status() {
    std::size_t end = 0;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) return 0;
    const std::size_t size = std::stoul(in_.substr(in_.find("Content-Length: ") + 16));
    while (in_.size() < end + 4 + size)
      if (!receive()) return 0;
    const int status = std::stoi(in_.substr(9, 3));
    body_ = in_.substr(end + 4, size);
    in_.erase(0, end + 4 + size);
    return status;
  }
  const std::string& body() const { return body_; }
  int exchange(const std::string& method, const std::string& path, const std::string& body = "") {
    ask(method, path, body);
    return status();
  }
  /// Without its end.
  std::string read_line() {
    std::size_t end = 0;
    while ((end = in_.find("\r\n")) == std::string::npos)
      if (!receive()) return "(the connection has ended)";
    std::string line = in_.substr(0, end);
    in_.erase(0, end + 2);
    return line;
  }
  void read_byte() {
    char byte = 0;
    (void)::recv(socket_, &byte, 1, MSG_DONTWAIT);
  }
  /// Whether the other end has ended it, and not only stayed silent.
  bool has_ended() const { return has_ended_; }

 private:
  bool receive() {
    char part[16UL * 1024];
    const ssize_t count = ::recv(socket_, part, sizeof part, 0);
    has_ended_ = count == 0 || (count < 0 && errno != EAGAIN);
    if (count > 0) in_.append(part, static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_;
  bool has_ended_ = false;
  std::string in_;  // what no answer or line has taken yet
  std::string body_;
};

}  // namespace closecheck::sut
