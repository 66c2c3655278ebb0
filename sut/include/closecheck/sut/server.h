// The in-process implementation over HTTP, on the real clock.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>

#include "closecheck/sut/endpoint.h"
#include "closecheck/sut/in_process.h"

namespace closecheck::sut {

struct ServerOptions {
  InProcessOptions service;
  int port = 0;                                 // 0: any free one
  std::map<Principal, Credentials> principals;  // empty: security is off and Authorization is ignored
  std::string data;                             // directory of what outlives the server; empty: memory only
  bool test_hooks = false;                      // POST /_test/jobs/{id}/_fail, _slow?housekeeping=3s, _hang
};

/// Serves on 127.0.0.1 until `stop` becomes true. `ready` is called with the port once requests are taken.
/// Throws std::runtime_error when the port cannot be had, or the data cannot be used.
void serve(const ServerOptions& options, const std::function<void(int port)>& ready, const std::atomic<bool>& stop);

}  // namespace closecheck::sut
