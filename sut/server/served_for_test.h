// For this room's tests: the server that ships, over loopback.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "closecheck/sut/server.h"

namespace closecheck::sut {

/// The built-in service on a port of its own, for as long as this lives.
class Served {
 public:
  explicit Served(ServerOptions options = {}) {
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

}  // namespace closecheck::sut
