#include "fault_proxy_for_test.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace closecheck::cli {
namespace {

using What = Meddling::What;

constexpr std::size_t kClientsMax = 256;
constexpr std::size_t kMessageBytesMax = std::size_t{64} << 20;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void prepare(int socket) {
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/// Ends the connection by a reset; the descriptor stays.
void reset(int socket) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  static_cast<void>(::connect(socket, &nobody, sizeof nobody));
}

bool send_all(int socket, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t part = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (part <= 0) return false;
    sent += static_cast<std::size_t>(part);
  }
  return true;
}

/// The value of a header field, by its name in lower case; empty: none.
std::optional<std::string> field(const std::string& head, const std::string& name) {
  std::string lower = head;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::size_t at = lower.find("\r\n" + name + ":");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = head.find_first_not_of(' ', at + name.size() + 3);
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::size_t length_in(const std::string& head) {
  return static_cast<std::size_t>(std::stoull(field(head, "content-length").value_or("0")));
}

std::string with_authorization(std::string head, const std::string& authorization) {
  if (const auto old = field(head, "authorization")) head.erase(head.find(*old) - 15, old->size() + 17);
  return head.insert(head.find("\r\n") + 2, "Authorization: " + authorization + "\r\n");
}

/// A number that looks random, the same for the same request of the same seed.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t z = seed * 0x9E37'79B9'7F4A'7C15U + number * 0xBF58'476D'1CE4'E5B9U;
  z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBU;
  return z ^ (z >> 31U);
}

std::string gateway_answer(std::uint64_t which) {
  const std::string page = "<html><body><h1>";
  switch (which % 3) {
    case 0:
      return http_answer(502, "text/html", page + "502 Bad Gateway</h1></body></html>");
    case 1:
      return http_answer(503, "text/plain", "upstream connect error or disconnect before headers");
    default:
      return http_answer(504, "text/html", page + "504 Gateway Time-out</h1></body></html>");
  }
}

}  // namespace

std::string http_answer(int status, const std::string& content_type, const std::string& body,
                        const std::string& further_header) {
  return fmt::format("HTTP/1.1 {} Said\r\nContent-Type: {}\r\n{}Content-Length: {}\r\n\r\n{}", status, content_type,
                     further_header.empty() ? "" : further_header + "\r\n", body.size(), body);
}

Plan lossy_after(int count, std::uint64_t seed, int percent) {
  return [count, seed, percent](const Passing& passing) {
    Meddling meddling;
    const std::uint64_t chance = mixed(seed, static_cast<std::uint64_t>(passing.number));
    if (passing.number <= count || chance % 100 >= static_cast<std::uint64_t>(percent)) return meddling;
    const std::uint64_t kind = (chance >> 16U) % 7;
    meddling.answer = gateway_answer(chance >> 32U);
    switch (kind) {
      case 0:
        meddling.what = What::lose_request;
        break;
      case 1:
        meddling.what = What::lose_answer;
        break;
      case 2:
        meddling.delay_ms = static_cast<int>((chance >> 32U) % 150);
        break;
      case 3:
        meddling.what = What::reset;
        break;
      case 4:
        meddling.what = What::answer_instead;
        break;
      case 5:
        meddling.what = What::answer_over;
        break;
      default:
        meddling.what = passing.method == "GET" ? What::repeat : What::pass;
    }
    return meddling;
  };
}

Plan always(Meddling meddling) {
  return after(0, std::move(meddling));
}

Plan after(int count, Meddling meddling) {
  return [count, meddling = std::move(meddling)](const Passing& passing) {
    return passing.number > count ? meddling : Meddling{};
  };
}

/// One side of the proxy: what was received and not yet taken.
class FaultProxy::Wire {
 public:
  Wire(int socket, const std::atomic<bool>& over) : socket_(socket), over_(over) {}

  /// One message's head; empty when the other side ends first.
  std::string take_head() {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
      if (!receive_some()) return "";
    std::string head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    return head;
  }

  bool take_body(std::size_t length, std::string& body) {
    while (buffer_.size() < length)
      if (!receive_some()) return false;
    body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return true;
  }

  /// Returns when the other side has ended, or everything is over.
  void wait_for_end() {
    while (receive_some()) buffer_.clear();
  }

  int socket() const { return socket_; }

 private:
  bool receive_some() {
    pollfd waiting{socket_, POLLIN, 0};
    while (!over_ && ::poll(&waiting, 1, 50) == 0) continue;
    std::array<char, 16384> part{};
    const ssize_t length = over_ ? 0 : ::recv(socket_, part.data(), part.size(), 0);
    if (length <= 0 || buffer_.size() > kMessageBytesMax) return false;
    buffer_.append(part.data(), static_cast<std::size_t>(length));
    return true;
  }

  int socket_;
  const std::atomic<bool>& over_;
  std::string buffer_;
};

struct FaultProxy::Client {
  int socket = -1;
  std::atomic<bool> done = false;
  std::thread thread;
};

FaultProxy::FaultProxy(const std::string& url, Plan plan)
    : server_port_(std::stoi(url.substr(url.rfind(':') + 1))),
      plan_(std::move(plan)),
      listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listening_, generic, size) != 0 || ::listen(listening_, 128) != 0 ||
      ::getsockname(listening_, generic, &size) != 0)
    throw std::runtime_error("no port for a proxy");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { listen(); });
}

FaultProxy::~FaultProxy() {
  end_everything();
  thread_.join();
  for (const auto& client : clients_) {
    client->thread.join();
    ::close(client->socket);
  }
  ::close(listening_);
}

void FaultProxy::end_everything() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  ::shutdown(listening_, SHUT_RDWR);
  for (const auto& client : clients_) ::shutdown(client->socket, SHUT_RDWR);
}

void FaultProxy::listen() {
  while (!over_) {
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      if (over_) return;
      continue;
    }
    const std::lock_guard lock(mutex_);
    for (auto client = clients_.begin(); client != clients_.end();) {
      if (!(*client)->done) {
        ++client;
        continue;
      }
      (*client)->thread.join();
      ::close((*client)->socket);
      client = clients_.erase(client);
    }
    if (over_ || clients_.size() >= kClientsMax) {
      ::close(socket);
      continue;
    }
    prepare(socket);
    Client& client = *clients_.emplace_back(std::make_unique<Client>());
    client.socket = socket;
    client.thread = std::thread([this, &client] { serve(client); });
  }
}

void FaultProxy::serve(Client& client) {
  Wire wire(client.socket, over_);
  while (!over_ && pass_one(wire)) continue;
  // Closing is left to whoever joins, so that nobody ends a descriptor that is somebody else's by then.
  ::shutdown(client.socket, SHUT_RDWR);
  client.done = true;
}

/// False: the connection is over.
bool FaultProxy::pass_one(Wire& client) {
  const std::string head = client.take_head();
  std::string body;
  if (head.empty() || !client.take_body(length_in(head), body)) return false;
  const std::size_t method_end = head.find(' ');
  Passing passing{++requests_, head.substr(0, method_end), ""};
  passing.target = head.substr(method_end + 1, head.find(' ', method_end + 1) - method_end - 1);
  const Meddling meddling = plan_(passing);
  if (meddling.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(meddling.delay_ms));

  const auto ask = [&] {
    return forward(meddling.authorization.empty() ? head : with_authorization(head, meddling.authorization), body,
                   passing.method == "HEAD");
  };
  switch (meddling.what) {
    case What::pass: {
      const std::string answer = ask();
      return !answer.empty() && send_all(client.socket(), answer);
    }
    case What::repeat: {
      ask();
      const std::string answer = ask();
      return !answer.empty() && send_all(client.socket(), answer);
    }
    case What::lose_request:
      return false;
    case What::lose_answer:
      ask();
      return false;
    case What::reset:
      ask();
      reset(client.socket());
      return false;
    case What::never_answer:
      client.wait_for_end();
      return false;
    case What::answer_instead:
      return send_all(client.socket(), meddling.answer);
    case What::answer_over:
      ask();
      return send_all(client.socket(), meddling.answer);
    case What::die:
      end_everything();
      return false;
  }
  return false;
}

/// The server's whole answer; empty when it gives none.
std::string FaultProxy::forward(const std::string& head, const std::string& body, bool is_head) const {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(server_port_);
  prepare(socket);
  std::string answer;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send_all(socket, head + body)) {
    Wire server(socket, over_);
    answer = server.take_head();
    std::string content;
    if (!answer.empty() && !is_head && !server.take_body(length_in(answer), content)) answer.clear();
    if (!answer.empty()) answer += content;
  }
  // A connection for each request, whose port is free again at once.
  reset(socket);
  ::close(socket);
  return answer;
}

}  // namespace closecheck::cli
