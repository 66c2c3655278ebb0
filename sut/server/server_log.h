// What the server does, for whoever runs it: on standard error, a line each. No body, query, password or name that
// somebody failed to log in with is ever written, and nothing that a client sends can begin a line of its own.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "closecheck/sut/log_level.h"

namespace spdlog {
class logger;
}

namespace closecheck::sut {

/// Any thread.
class ServerLog {
 public:
  explicit ServerLog(LogLevel level);
  ~ServerLog();
  ServerLog(const ServerLog&) = delete;
  ServerLog& operator=(const ServerLog&) = delete;

  /// A request that has its answer, for `debug`. `target`: as in the request line.
  void request(std::string_view method, std::string_view target, int status, std::chrono::nanoseconds took,
               std::string_view principal) const;
  void info(std::string_view text) const;
  void warn(std::string_view text) const;
  void error(std::string_view text) const;

 private:
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace closecheck::sut
