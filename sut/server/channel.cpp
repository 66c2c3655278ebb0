#include "server/channel.h"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <new>

namespace closecheck::sut {
namespace {

constexpr int kNotYet = -1;
constexpr int kOver = 0;

int limited(std::size_t bytes) {
  return static_cast<int>(std::min<std::size_t>(bytes, INT_MAX));
}

}  // namespace

Channel::Channel(int socket, SSL_CTX* tls) : socket_(socket), tls_(tls == nullptr ? nullptr : SSL_new(tls)) {
  if (tls == nullptr) return;
  if (!tls_ || SSL_set_fd(tls_.get(), socket) != 1) throw std::bad_alloc();
  SSL_set_accept_state(tls_.get());
}

Channel::~Channel() {
  // Says under TLS that nothing was cut off; whether the client takes it is his affair.
  if (tls_ && SSL_is_init_finished(tls_.get())) SSL_shutdown(tls_.get());
  ERR_clear_error();
  ::close(socket_);
}

std::size_t Channel::read(char* into, std::size_t bytes, Pace::Clock::time_point limit) {
  int count = kNotYet;
  while ((count = try_to_read(into, bytes)) == kNotYet)
    if (!wait(limit)) return 0;
  return static_cast<std::size_t>(count);
}

bool Channel::write(std::string_view text, Duration pause) {
  Pace pace(pause);
  while (!text.empty()) {
    const int count = try_to_write(text);
    if (count == kOver) return false;
    if (count == kNotYet) {
      if (!wait(pace.limit())) return false;
      continue;
    }
    pace.count(static_cast<std::size_t>(count));
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void Channel::end(std::string_view words) {
  constexpr Duration kPatience = kSecond;
  const auto limit = Pace::Clock::now() + std::chrono::nanoseconds(kPatience);
  if (!write(words, kPatience)) return;
  if (tls_) SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
  std::array<char, 16UL * 1024> rest;
  while (Pace::Clock::now() < limit && read(rest.data(), rest.size(), limit) > 0) {
  }
}

int Channel::try_to_read(char* into, std::size_t bytes) {
  if (tls_) {
    ERR_clear_error();
    return result_of(SSL_read(tls_.get(), into, limited(bytes)));
  }
  events_ = POLLIN;
  const ssize_t count = ::recv(socket_, into, bytes, 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? kNotYet : kOver;
  return static_cast<int>(count);
}

int Channel::try_to_write(std::string_view text) {
  if (tls_) {
    ERR_clear_error();
    return result_of(SSL_write(tls_.get(), text.data(), limited(text.size())));
  }
  events_ = POLLOUT;
  const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? kNotYet : kOver;
  return static_cast<int>(count);
}

/// Either direction of TLS may have to wait for either direction of the socket.
int Channel::result_of(int tls_result) {
  if (tls_result > 0) return tls_result;
  const int error = SSL_get_error(tls_.get(), tls_result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    // Behind an error nothing may be said any more, not even goodbye.
    SSL_set_quiet_shutdown(tls_.get(), 1);
    return kOver;
  }
  events_ = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
  return kNotYet;
}

bool Channel::wait(Pace::Clock::time_point limit) const {
  while (true) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(limit - Pace::Clock::now()).count();
    if (rest <= 0) return false;
    pollfd one{socket_, events_, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(rest, INT_MAX)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace closecheck::sut
