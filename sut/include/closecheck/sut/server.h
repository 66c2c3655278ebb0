// The in-process implementation over HTTP, on the real clock.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "closecheck/sut/endpoint.h"
#include "closecheck/sut/in_process.h"
#include "closecheck/sut/log_level.h"

namespace closecheck::sut {

/// What keeps many, slow or silent clients from taking everything.
struct ServerLimits {
  std::size_t connections = 4'000;                  // at once; one more is told 503, unless an idle one can go for it
  std::size_t body_bytes = 100UL * 1024 * 1024;     // of one request; a longer one is told 413
  std::size_t bodies_bytes = 1024UL * 1024 * 1024;  // of all requests at once; one more is told 429
  std::size_t json_values = 2'000'000;              // in one body, read as JSON; more are told 413
  Duration pause = 30 * kSecond;                    // within one request
  Duration idle = 10 * kMinute;                     // between two
};

/// The text of a file in the form of PEM; `path` is for messages.
struct PemFile {
  std::string path;
  std::string text;
};

struct ServerTls {
  PemFile certificate;  // the server's own first, then those above it
  PemFile key;          // of that certificate, without a password
};

struct ServerOptions {
  InProcessOptions service;
  std::string host = "127.0.0.1";               // an address of this machine
  int port = 0;                                 // 0: any free one
  std::map<Principal, Credentials> principals;  // empty: security is off and Authorization is ignored
  std::string data;                             // directory of what outlives the server; empty: memory only
  std::optional<ServerTls> tls;                 // empty: plain HTTP
  bool test_hooks = false;                      // POST /_test/jobs/{id}/_fail, _slow?housekeeping=3s, _hang
  ServerLimits limits;
  LogLevel log = LogLevel::off;  // on standard error
  Duration grace = kSecond;      // that requests in hand have to end when the server stops
};

/// Whether the address can be reached from this machine only.
bool is_loopback(const std::string& host);

/// `host:port` as it stands in a URL: an IPv6 address in brackets.
std::string authority_of(const std::string& host, int port);

/// Serves until `stop` becomes true; then requests in hand get their answers, and what was done is kept. `ready` is
/// called with the port once requests are taken. Throws std::runtime_error when the port cannot be had, the data or the
/// files of TLS cannot be used, or an address that others reach is to be served without principals. What comes out of
/// one of its threads is thrown again once everything has ended.
void serve(const ServerOptions& options, const std::function<void(int port)>& ready, const std::atomic<bool>& stop);

}  // namespace closecheck::sut
