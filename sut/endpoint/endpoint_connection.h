// One connection to a live target: sends one request after the other, kept alive between them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "closecheck/sut/endpoint.h"
#include "closecheck/sut/wire.h"
#include "endpoint/endpoint_commons.h"

namespace closecheck::sut {

struct Exchange {
  std::optional<WireAnswer> answer{};  // empty: none came, or none that can be read
  std::string error{};                 // why; never holds credentials
  bool connected = true;               // whether the target could be reached at all
  bool never_sent = false;             // nothing of the request left us
  bool timed_out = false;              // it was given up when its time was over
  std::optional<AnswerShare> share{};  // of the room for answers; to be kept as long as the answer
};

/// One thread at a time sends; any thread may stop.
class Connection {
 public:
  /// `url` as Target::url() gives it: requests go below its base path.
  Connection(const std::string& url, std::shared_ptr<AnswerRoom> room, const Transport& transport = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes `timeout` at most, from looking up the target's name to the last byte of the answer; an answer beyond the
  /// bounds of answer_reader.h is none. Never sends a request twice, follows no redirect, keeps no cookie. `fresh`: on
  /// a connection that was never used, and is not used again. Throws std::bad_alloc alone.
  Exchange exchange(const wire::HttpRequest& request, const std::optional<Credentials>& credentials, Duration timeout,
                    bool fresh = false);

  /// Ends the exchange that is under way, if any, and every later one.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace closecheck::sut
