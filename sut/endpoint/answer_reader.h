// An answer as it comes in, line by line and piece by piece, within bounds: whoever is at the other end, it takes no
// more memory than these say.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "closecheck/vocabulary/response.h"
#include "endpoint/endpoint_commons.h"

namespace closecheck::sut {

/// Bytes of a status line, a header with its value, or a trailer.
inline constexpr std::size_t kHeadLineBytesMax = std::size_t{16} << 10;
/// Lines of all heads and trailers together (an answer may be announced by several heads), and their bytes.
inline constexpr std::size_t kHeadLinesMax = 1000;
inline constexpr std::size_t kHeadBytesMax = std::size_t{256} << 10;
/// Bytes of the body, as it comes and decoded.
inline constexpr std::size_t kBodyBytesMax = std::size_t{16} << 20;
/// Bytes of everything as it is sent, the lines between chunks included.
inline constexpr std::uint64_t kSentBytesMax = std::uint64_t{32} << 20;
/// Values in a JSON body; how deep they nest is bounded by the codec's `kDepthMax`.
inline constexpr std::size_t kJsonValuesMax = 250'000;

/// Takes what an HTTP library read of one answer. What breaks a bound, or has two meanings, is no answer.
class AnswerReader {
 public:
  /// The body takes its room from `room`.
  explicit AnswerReader(std::shared_ptr<AnswerRoom> room) : share_(std::move(room)) {}

  /// One line of a head, of whichever head it is, or of the trailer; its end is a line feed, with or without a carriage
  /// return. False: the answer is not to be read any further.
  bool take_line(std::string_view line);
  /// A piece of the body. False likewise.
  bool take_body(std::string_view piece);
  /// So many bytes came in all up to now. False likewise.
  bool take_count(std::uint64_t sent_bytes);
  /// The end of the body, which is decoded now where it is coded as gzip or deflate. False likewise.
  bool finish();

  /// Why the answer is not to be read: `the answer's body is longer than 16 MiB`. Empty: it may be.
  const std::string& refusal() const { return refusal_; }
  /// Whether the head has come to its end; before, there is no answer.
  bool has_head() const { return has_head_; }

  /// Headers in the order in which they came, names in lower case, without the trailers. Once.
  WireAnswer take_answer() { return std::move(answer_); }
  AnswerShare take_share() { return std::move(share_); }

 private:
  bool refuse(std::string why);
  void begin_head(std::string_view status_line);
  bool take_header(std::string_view line);
  bool take_framing(const std::string& name, const std::string& value);
  bool decode_body();
  /// What the head says of the body's length, within its bound. A text that grows as it comes may take twice as much.
  std::size_t announced_bytes() const;

  AnswerShare share_;
  WireAnswer answer_;
  std::string refusal_;
  std::string length_;  // as the head gives it; empty: it does not
  std::string coding_;  // of the content; empty: none
  std::size_t lines_ = 0;
  std::size_t head_bytes_ = 0;
  bool has_head_ = false;
};

}  // namespace closecheck::sut
