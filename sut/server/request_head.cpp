#include "server/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

[[noreturn]] void refuse(std::string_view why) {
  throw RequestRefused(400, std::string(why));
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// Without the spaces and tabs at its ends, and nothing else.
std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) + 1 - first);
}

/// Where a second one would leave open which of them counts.
bool stands_once(std::string_view name) {
  constexpr std::array<std::string_view, 7> kOnce{"content-length",        "transfer-encoding", "host",
                                                  "authorization",         "content-type",      "content-encoding",
                                                  "es-security-runas-user"};
  return std::ranges::find(kOnce, name) != kOnce.end();
}

/// Whose body means nothing, so that there must be none: a proxy may think so and take it for the next request.
bool has_no_body(std::string_view method) {
  constexpr std::array<std::string_view, 4> kWithout{"HEAD", "OPTIONS", "TRACE", "CONNECT"};
  // In any letters: a method that is only nearly one of these is another to us, and perhaps not to a proxy.
  const std::string name = upper(method);
  return std::ranges::find(kWithout, std::string_view(name)) != kWithout.end();
}

/// Answers whether the version is 1.1.
bool take_request_line(std::string_view line, RequestHead& head) {
  const std::vector<std::string_view> words = divided(line, ' ');
  if (words.size() != 3 || !is_token(words[0]) || words[1].empty() || words[1].find('\t') != std::string_view::npos)
    refuse("the first line is no request: a method, a target and a version with one space between were expected");
  const std::string_view version = words[2];
  constexpr std::string_view kForm = "HTTP/d.d";
  const bool is_version = version.size() == kForm.size() && version.starts_with("HTTP/") && is_digit(version[5]) &&
                          version[6] == '.' && is_digit(version[7]);
  if (!is_version) refuse("the first line ends in no version of HTTP");
  if (version[5] != '1') throw RequestRefused(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  head.method = words[0];
  head.target = words[1];
  return version != "HTTP/1.0";
}

void take_header(std::string_view line, RequestHead& head) {
  check_header(line);
  const std::size_t colon = line.find(':');
  const std::string name = lower(line.substr(0, colon));
  const std::string_view value = without_spaces(line.substr(colon + 1));
  const auto [known, is_new] = head.headers.emplace(name, value);
  if (is_new) return;
  if (stands_once(name)) refuse(fmt::format("the header {} stands there twice", name));
  known->second.append(", ").append(value);
}

/// Empty: the body comes in chunks.
std::optional<std::uint64_t> body_bytes_of(const RequestHead& head, bool is_1_1) {
  const auto length = head.headers.find("content-length");
  const auto coding = head.headers.find("transfer-encoding");
  const bool has_length = length != head.headers.end();
  if (coding != head.headers.end()) {
    if (has_length) refuse("the body's length is given, and it is to come in chunks as well");
    if (!is_1_1) refuse("HTTP/1.0 knows no Transfer-Encoding");
    if (lower(coding->second) != "chunked") refuse("a body is sent as it is or in chunks, and in no other coding");
    return std::nullopt;
  }
  if (!has_length) return 0;
  if (!is_number(length->second)) refuse("the body's length is no number");
  // One that is too long for a number is too long for a body as well.
  return number_in<std::uint64_t>(length->second).value_or(UINT64_MAX);
}

bool names(const std::string& list, std::string_view option) {
  const auto parts = divided(list, ',');
  return std::ranges::any_of(parts, [&](std::string_view part) { return lower(without_spaces(part)) == option; });
}

}  // namespace

std::string RequestHead::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

void check_line(std::string_view line) {
  const auto is_control = [](char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f'; };
  if (std::ranges::any_of(line, is_control)) refuse("a line of the head holds a control character");
}

void check_header(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t')) refuse("a header goes on in a second line");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    refuse("a line of the head is no header: a name and a colon behind it were expected");
}

RequestHead read_request_head(const std::vector<std::string>& lines) {
  if (lines.empty()) refuse("there is no request");
  RequestHead head;
  const bool is_1_1 = take_request_line(lines.front(), head);
  for (std::size_t i = 1; i < lines.size(); ++i) take_header(lines[i], head);
  head.body_bytes = body_bytes_of(head, is_1_1);
  if (has_no_body(head.method) && head.body_bytes != 0) refuse(fmt::format("a {} has no body", head.method));
  const std::string connection = head.header("connection");
  head.keeps_connection = !names(connection, "close") && (is_1_1 || names(connection, "keep-alive"));
  if (const std::string expected = lower(head.header("expect")); !expected.empty()) {
    if (expected != "100-continue") throw RequestRefused(417, "only 100-continue can be expected here");
    head.awaits_continue = is_1_1 && head.body_bytes != 0;
  }
  return head;
}

std::uint64_t read_chunk_bytes(std::string_view line) {
  // Behind a semicolon stands what nobody here knows.
  const std::string_view digits = line.substr(0, line.find(';'));
  constexpr std::size_t kDigitsMax = 15;
  if (digits.empty() || digits.size() > kDigitsMax) refuse("a chunk begins with no size");
  std::uint64_t bytes = 0;
  for (const char c : digits) {
    if (hex_value(c) < 0) refuse("a chunk begins with no size");
    bytes = bytes * 16 + static_cast<std::uint64_t>(hex_value(c));
  }
  return bytes;
}

}  // namespace closecheck::sut
