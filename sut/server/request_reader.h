// Requests out of the bytes of a connection, as they come, within bounds of a head, a body, and all bodies together.
// Knows no sockets.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "closecheck/sut/server.h"
#include "server/request_head.h"

namespace closecheck::sut {

/// Bytes of the request line and all headers, and of what stands behind the last chunk.
inline constexpr std::size_t kRequestHeadBytesMax = std::size_t{64} << 10;
/// Bytes of the line that begins a chunk.
inline constexpr std::size_t kChunkLineBytesMax = std::size_t{4} << 10;

/// What the bodies of all requests take together. Any thread.
class BodyRoom {
 public:
  explicit BodyRoom(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  bool take(std::size_t bytes) {
    if (bytes_.fetch_add(bytes) + bytes <= bytes_max_) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { bytes_ -= bytes; }
  bool is_empty() const { return bytes_ == 0; }

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> bytes_ = 0;
};

/// What one body takes of that room; gives it back at its end.
class BodyShare {
 public:
  explicit BodyShare(BodyRoom& room) : room_(&room) {}
  BodyShare(BodyShare&& other) noexcept : room_(other.room_), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyShare& operator=(BodyShare&& other) noexcept {
    std::swap(room_, other.room_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~BodyShare() { room_->give_back(bytes_); }

  bool grow(std::size_t bytes) {
    if (!room_->take(bytes)) return false;
    bytes_ += bytes;
    return true;
  }

 private:
  BodyRoom* room_;
  std::size_t bytes_ = 0;
};

/// A request that has come whole, before anybody has made sense of it.
struct ArrivedRequest {
  RequestHead head;
  std::string body;
  BodyShare share;  // of the room of bodies
};

/// One thread at a time.
class RequestReader {
 public:
  /// `body_bytes_max`: of one request.
  RequestReader(std::size_t body_bytes_max, BodyRoom& room);

  /// More bytes of the connection. No more of them are kept than come at once and a head takes.
  void add(std::string_view bytes);

  /// The next request that is there whole; empty: it needs more bytes. Throws RequestRefused: nothing more is to be
  /// read.
  std::optional<ArrivedRequest> next();

  /// Whether bytes of a request have come that is not whole yet.
  bool has_begun() const { return state_ != State::head || !lines_.empty() || at_ < in_.size(); }
  /// Whether the sender of that request waits to be told to go on. Says so once.
  bool take_wish_to_continue();

 private:
  enum class State { head, body, chunk_line, chunk, chunk_end, trailer };

  std::optional<std::string_view> next_line(std::size_t bytes_max);
  bool read_head();
  void begin_body();
  bool read_body();
  bool read_chunk_line();
  bool read_chunk_end();
  bool read_trailer();
  void expect_bytes(std::uint64_t bytes);
  ArrivedRequest finish();
  void decode(ArrivedRequest& request) const;
  [[noreturn]] void refuse_length() const;
  [[noreturn]] static void refuse_room();

  const std::size_t body_bytes_max_;
  BodyRoom& room_;
  std::string in_;
  std::size_t at_ = 0;        // where what has not been read begins
  std::size_t searched_ = 0;  // so many bytes from there hold no end of a line
  State state_ = State::head;
  std::vector<std::string> lines_;  // of the head
  std::size_t line_bytes_ = 0;      // of the head, or of the trailer
  ArrivedRequest request_;
  std::uint64_t missing_bytes_ = 0;  // of the body, or of the chunk
  bool whole_ = false;
};

}  // namespace closecheck::sut
