// A server on the loopback interface that answers every request by one of a table of answers: whole ones that look
// unusual, and such as break off, never end, or are built to take time or memory.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace closecheck::sut {

/// One end of a connection on which an answer is written.
class AnswerSocket {
 public:
  AnswerSocket(int socket, const std::atomic<bool>& ending) : socket_(socket), ending_(ending) {}

  /// Whether the server ends.
  const std::atomic<bool>& ending() const { return ending_; }

  /// False: the other side has closed, or the server ends.
  bool write(std::string_view bytes) const;
  /// The same text again and again, for ever.
  void write_endlessly(std::string_view bytes) const;
  /// One byte after the other, with a pause after each.
  bool drip(std::string_view bytes, int pause_ms) const;
  /// Writes nothing until the other side closes.
  void keep_silent() const;
  /// Ends the connection by a reset.
  void reset() const;

 private:
  int socket_;
  const std::atomic<bool>& ending_;
};

struct HostileAnswer {
  const char* name;  // of letters and digits
  /// What the exchange must say of it; empty: it is a whole answer with status 200 to 399.
  std::string words;
  std::function<void(const AnswerSocket&)> write;
};

/// All of them, the whole ones first.
const std::vector<HostileAnswer>& hostile_answers();
/// Throws std::out_of_range.
const HostileAnswer& hostile_answer(std::string_view name);

/// Serves many connections at once. After an answer that is not whole it closes the connection.
class HostileServer {
 public:
  /// The answer to the `number`th request, from 0; null: what another server on this machine answers.
  using Pick = std::function<const HostileAnswer*(int number)>;

  /// `good_port`: of the other server; 0: there is none. `before` is written before each of its answers.
  explicit HostileServer(Pick pick, int good_port = 0, std::string before = "");
  ~HostileServer();
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Requests that came.
  int requests() const { return requests_; }

 private:
  void accept_all();
  void serve(int socket);

  Pick pick_;
  int good_port_;
  std::string before_;
  int listening_ = -1;
  int port_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::list<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace closecheck::sut
