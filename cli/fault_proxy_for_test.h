// A proxy on the loopback interface that meddles with what passes: for tests of what a network, a gateway or a dying
// server does to a run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace closecheck::cli {

/// A request as the proxy sees it.
struct Passing {
  int number = 0;  // from 1, in order of arrival
  std::string method;
  std::string target;  // path and query
};

/// What becomes of it.
struct Meddling {
  enum class What : std::uint8_t {
    pass,
    lose_request,    ///< the connection ends before anything is forwarded
    lose_answer,     ///< ... when the server has answered
    reset,           ///< ... by a reset, when the server has answered
    never_answer,    ///< the connection stays open, and nothing is forwarded
    answer_instead,  ///< `answer`; nothing is forwarded
    answer_over,     ///< `answer`, when the server has given its own
    repeat,          ///< the server gets it twice
    die              ///< from here on nobody listens, and every connection ends
  };
  What what = What::pass;
  int delay_ms = 0;
  std::string answer{};         // whole, as bytes
  std::string authorization{};  // goes to the server in place of what was sent; empty: what was sent
};

/// Decides by the request alone, so that a run can be repeated. Called on many threads at once.
using Plan = std::function<Meddling(const Passing&)>;

/// An HTTP answer as bytes.
std::string http_answer(int status, const std::string& content_type, const std::string& body,
                        const std::string& further_header = "");

/// Passes the first `count`. Of so many percent of the others: loses them or their answers, delays them, resets,
/// answers as a gateway does, or sends reads twice.
Plan lossy_after(int count, std::uint64_t seed, int percent);
/// The same for every request.
Plan always(Meddling meddling);
/// Passes the first `count`, then does the same to each.
Plan after(int count, Meddling meddling);

class FaultProxy {
 public:
  /// `url` of a server on this machine, `http://127.0.0.1:PORT`.
  FaultProxy(const std::string& url, Plan plan);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int requests() const { return requests_; }

 private:
  struct Client;
  class Wire;
  void listen();
  void serve(Client& client);
  bool pass_one(Wire& client);
  std::string forward(const std::string& head, const std::string& body, bool is_head) const;
  void end_everything();

  const int server_port_;
  const Plan plan_;
  int listening_ = -1;
  int port_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<bool> over_ = false;
  std::mutex mutex_;
  std::list<std::unique_ptr<Client>> clients_;
  std::thread thread_;
};

}  // namespace closecheck::cli
