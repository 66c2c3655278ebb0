// The bytes of one connection, plain or under TLS, with a patience for whoever is at its other end.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "closecheck/sut/server.h"

namespace closecheck::sut {

/// How long something may take: whoever sends or takes less than a byte in a millisecond, or nothing at all for the
/// pause, only keeps others away.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Pace(Duration pause) : pause_(pause) {}

  void count(std::size_t bytes) { bytes_ += bytes; }
  /// When the next bytes have to be there.
  Clock::time_point limit() const {
    return std::min(Clock::now(), begin_ + std::chrono::milliseconds(bytes_)) + pause_;
  }

 private:
  const std::chrono::nanoseconds pause_;
  const Clock::time_point begin_ = Clock::now();
  std::size_t bytes_ = 0;
};

/// One thread at a time. Others may shut the socket down, which ends every wait.
class Channel {
 public:
  /// Closes the socket, which must not block, at the end. With `tls` the handshake is a part of the first read. Throws
  /// std::bad_alloc, and leaves the socket as it is.
  Channel(int socket, SSL_CTX* tls);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// What has come, once something has. 0: nothing will, or it did not until `limit`.
  std::size_t read(char* into, std::size_t bytes, Pace::Clock::time_point limit);
  /// False: not all of it could be written, or not at that pace.
  bool write(std::string_view text, Duration pause);
  /// Writes the last words of a connection. What the client still sends is read and forgotten for a while: closing over
  /// it would take the words away from him.
  void end(std::string_view words);

 private:
  struct TlsCloser {
    void operator()(SSL* connection) const { SSL_free(connection); }
  };

  /// Of one attempt: bytes, or 0 for an end, or less where `events_` have to be waited for.
  int try_to_read(char* into, std::size_t bytes);
  int try_to_write(std::string_view text);
  int result_of(int tls_result);
  bool wait(Pace::Clock::time_point limit) const;

  const int socket_;
  std::unique_ptr<SSL, TlsCloser> tls_;  // null: plain
  short events_ = 0;
};

}  // namespace closecheck::sut
