#include "server/request_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "closecheck/vocabulary/text.h"
#include "wire/inflation.h"

namespace closecheck::sut {
namespace {

/// In lower case; empty: the body is as it is. Throws RequestRefused.
std::string content_coding_of(const RequestHead& head) {
  std::string coding = lower(head.header("content-encoding"));
  if (coding.empty() || coding == "identity") return "";
  if (!wire::is_deflated(coding)) throw RequestRefused(415, "a body is coded as gzip, as deflate, or not at all");
  return coding;
}

}  // namespace

RequestReader::RequestReader(std::size_t body_bytes_max, BodyRoom& room)
    : body_bytes_max_(body_bytes_max), room_(room), request_{{}, {}, BodyShare(room)} {}

void RequestReader::add(std::string_view bytes) {
  in_.erase(0, std::exchange(at_, 0));
  in_.append(bytes);
}

std::optional<ArrivedRequest> RequestReader::next() {
  bool goes_on = true;
  while (goes_on && !whole_) {
    switch (state_) {
      case State::head:
        goes_on = read_head();
        break;
      case State::body:
      case State::chunk:
        goes_on = read_body();
        break;
      case State::chunk_line:
        goes_on = read_chunk_line();
        break;
      case State::chunk_end:
        goes_on = read_chunk_end();
        break;
      case State::trailer:
        goes_on = read_trailer();
        break;
    }
  }
  if (!whole_) return std::nullopt;
  return finish();
}

bool RequestReader::take_wish_to_continue() {
  const bool in_body = state_ == State::body || state_ == State::chunk_line;
  return in_body && std::exchange(request_.head.awaits_continue, false) && at_ == in_.size();
}

/// Without its end; empty: it is not there whole.
std::optional<std::string_view> RequestReader::next_line(std::size_t bytes_max) {
  const std::string_view rest = std::string_view(in_).substr(at_);
  const std::size_t end = rest.find('\n', searched_);
  searched_ = rest.size();
  if (std::min(end, rest.size()) > bytes_max)
    throw RequestRefused(state_ == State::head ? 431 : 400, "the head, or a line between chunks, is too long");
  if (end == std::string_view::npos) return std::nullopt;
  if (end == 0 || rest[end - 1] != '\r')
    throw RequestRefused(400, "a line ends in a line feed without a carriage return");
  const std::string_view line = rest.substr(0, end - 1);
  check_line(line);
  at_ += end + 1;
  searched_ = 0;
  return line;
}

bool RequestReader::read_head() {
  const auto line = next_line(kRequestHeadBytesMax - line_bytes_);
  if (!line) return false;
  const std::size_t bytes = line->size() + 2;
  line_bytes_ += std::min(bytes, kRequestHeadBytesMax - line_bytes_);
  if (!line->empty()) {
    lines_.emplace_back(*line);
  } else if (!lines_.empty()) {
    // Some clients end a body with a line that they do not count: before a request an empty line means nothing.
    request_.head = read_request_head(std::exchange(lines_, {}));
    begin_body();
  }
  return true;
}

void RequestReader::begin_body() {
  line_bytes_ = 0;
  content_coding_of(request_.head);
  if (!request_.head.body_bytes) {
    state_ = State::chunk_line;
    return;
  }
  expect_bytes(*request_.head.body_bytes);
  state_ = State::body;
}

/// So many bytes more are to come. They take their room as they do: announcing them costs nothing.
void RequestReader::expect_bytes(std::uint64_t bytes) {
  if (bytes > body_bytes_max_ - request_.body.size()) refuse_length();
  missing_bytes_ = bytes;
}

/// A body of known length, or a chunk.
bool RequestReader::read_body() {
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(missing_bytes_, in_.size() - at_));
  if (!request_.share.grow(bytes)) refuse_room();
  request_.body.append(in_, at_, bytes);
  at_ += bytes;
  missing_bytes_ -= bytes;
  if (missing_bytes_ > 0) return false;
  if (state_ == State::body)
    whole_ = true;
  else
    state_ = State::chunk_end;
  return true;
}

bool RequestReader::read_chunk_line() {
  const auto line = next_line(kChunkLineBytesMax);
  if (!line) return false;
  const std::uint64_t bytes = read_chunk_bytes(*line);
  expect_bytes(bytes);
  state_ = bytes == 0 ? State::trailer : State::chunk;
  return true;
}

bool RequestReader::read_chunk_end() {
  const auto line = next_line(1);
  if (!line) return false;
  if (!line->empty()) throw RequestRefused(400, "a chunk is longer than its size says");
  state_ = State::chunk_line;
  return true;
}

/// What stands there is checked and forgotten.
bool RequestReader::read_trailer() {
  const auto line = next_line(kRequestHeadBytesMax - line_bytes_);
  if (!line) return false;
  line_bytes_ += std::min(line->size() + 2, kRequestHeadBytesMax - line_bytes_);
  if (line->empty())
    whole_ = true;
  else
    check_header(*line);
  return true;
}

ArrivedRequest RequestReader::finish() {
  ArrivedRequest whole = std::exchange(request_, ArrivedRequest{{}, {}, BodyShare(room_)});
  state_ = State::head;
  line_bytes_ = 0;
  whole_ = false;
  if (!whole.body.empty() && !content_coding_of(whole.head).empty()) decode(whole);
  return whole;
}

/// A few bytes may be the code of very many.
void RequestReader::decode(ArrivedRequest& request) const {
  const std::string coded = std::exchange(request.body, {});
  for (wire::Inflation inflation(coded); !inflation.has_ended();) {
    const auto piece = inflation.next();
    if (!piece) throw RequestRefused(400, "the body is not whole in its coding");
    if (request.body.size() + piece->size() > body_bytes_max_) refuse_length();
    if (!request.share.grow(piece->size())) refuse_room();
    request.body.append(*piece);
  }
}

void RequestReader::refuse_length() const {
  throw RequestRefused(413, fmt::format("a body has at most {} bytes", body_bytes_max_));
}

void RequestReader::refuse_room() {
  throw RequestRefused(429, "the bodies of all requests together are too long");
}

}  // namespace closecheck::sut
