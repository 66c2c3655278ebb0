#include "endpoint/answer_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "wire/inflation.h"
#include "wire/json.h"

namespace closecheck::sut {

bool AnswerReader::refuse(std::string why) {
  if (refusal_.empty()) refusal_ = std::move(why);
  return false;
}

bool AnswerReader::take_line(std::string_view line) {
  if (line.size() > kHeadLineBytesMax)
    return refuse(fmt::format("the answer's head has a line of more than {} KiB", kHeadLineBytesMax >> 10));
  head_bytes_ += line.size();
  if (++lines_ > kHeadLinesMax) return refuse(fmt::format("the answer's head has more than {} lines", kHeadLinesMax));
  if (head_bytes_ > kHeadBytesMax)
    return refuse(fmt::format("the answer's head is longer than {} KiB", kHeadBytesMax >> 10));
  if (has_head_) return true;  // of the trailer
  if (line.starts_with("HTTP/")) {
    begin_head(line);
    return true;
  }
  if (!trimmed(line).empty()) return take_header(line);
  has_head_ = answer_.status >= 200 || answer_.status == 101;
  return true;
}

void AnswerReader::begin_head(std::string_view status_line) {
  // What an earlier head announced is not the answer's.
  answer_.headers.clear();
  length_.clear();
  coding_.clear();
  answer_.status = 0;
  const std::size_t space = status_line.find(' ');
  if (space == std::string_view::npos) return;
  for (const char c : trimmed(status_line.substr(space)).substr(0, 3))
    if (c >= '0' && c <= '9') answer_.status = answer_.status * 10 + (c - '0');
}

bool AnswerReader::take_header(std::string_view line) {
  // A line that begins with a space goes on where the one before ended.
  if ((line.front() == ' ' || line.front() == '\t') && !answer_.headers.empty()) {
    answer_.headers.back().second.append(" ").append(trimmed(line));
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  std::string name = lower(trimmed(line.substr(0, colon)));
  std::string value(trimmed(line.substr(colon + 1)));
  if (!take_framing(name, value)) return false;
  answer_.headers.emplace_back(std::move(name), std::move(value));
  return true;
}

bool AnswerReader::take_framing(const std::string& name, const std::string& value) {
  if (name == "content-length") {
    if (!length_.empty() && length_ != value) return refuse("the answer's head gives two lengths");
    length_ = value;
  } else if (name == "transfer-encoding") {
    const std::string coding = lower(value);
    if (coding != "chunked" && coding != "identity")
      return refuse("the answer is sent in a coding that nobody asked for");
  } else if (name == "content-encoding") {
    const std::string coding = lower(value);
    const bool is_known = wire::is_deflated(coding) || coding == "identity";
    if (!is_known || !coding_.empty()) return refuse("the answer's body is coded in a way that nobody asked for");
    coding_ = coding;
  }
  return true;
}

bool AnswerReader::take_body(std::string_view piece) {
  const std::size_t size = answer_.body.size() + piece.size();
  if (size > kBodyBytesMax) return refuse(fmt::format("the answer's body is longer than {} MiB", kBodyBytesMax >> 20));
  if (!share_.grow_to(size))
    return refuse(
        fmt::format("the answers that are kept at once are longer than {} MiB together", kAnswersBytesMax >> 20));
  if (answer_.body.empty()) answer_.body.reserve(announced_bytes());
  answer_.body.append(piece);
  return true;
}

std::size_t AnswerReader::announced_bytes() const {
  std::size_t bytes = 0;
  std::from_chars(length_.data(), length_.data() + length_.size(), bytes);
  return std::min(bytes, kBodyBytesMax);
}

bool AnswerReader::take_count(std::uint64_t sent_bytes) {
  return sent_bytes <= kSentBytesMax ||
         refuse(fmt::format("the answer takes more than {} MiB to send", kSentBytesMax >> 20));
}

bool AnswerReader::decode_body() {
  const std::string coded = std::exchange(answer_.body, {});
  for (wire::Inflation inflation(coded); !inflation.has_ended();) {
    const std::optional<std::string_view> piece = inflation.next();
    if (!piece) return refuse("the answer's body is not whole in its coding");
    if (!take_body(*piece)) return false;
  }
  return true;
}

bool AnswerReader::finish() {
  if (!answer_.body.empty() && !coding_.empty() && coding_ != "identity" && !decode_body()) return false;
  const std::string_view body = trimmed(answer_.body);
  if (body.empty() || (body.front() != '{' && body.front() != '[')) return true;
  if (wire::is_surely_within(body, std::size_t{wire::kDepthMax}, kJsonValuesMax)) return true;
  const wire::Build build = wire::build_of(body);
  if (build.depth > std::size_t{wire::kDepthMax})
    return refuse(fmt::format("the answer's JSON nests deeper than {}", wire::kDepthMax));
  if (build.values > kJsonValuesMax)
    return refuse(fmt::format("the answer's JSON holds more than {} values", kJsonValuesMax));
  return true;
}

}  // namespace closecheck::sut
