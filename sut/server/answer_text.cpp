#include "server/answer_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "wire/json.h"

namespace closecheck::sut {
namespace {

constexpr std::string_view kJson = "application/json; charset=UTF-8";

struct Phrase {
  int status;
  std::string_view text;
};
constexpr std::array kPhrases{Phrase{200, "OK"},
                              Phrase{201, "Created"},
                              Phrase{202, "Accepted"},
                              Phrase{400, "Bad Request"},
                              Phrase{401, "Unauthorized"},
                              Phrase{403, "Forbidden"},
                              Phrase{404, "Not Found"},
                              Phrase{405, "Method Not Allowed"},
                              Phrase{406, "Not Acceptable"},
                              Phrase{409, "Conflict"},
                              Phrase{413, "Content Too Large"},
                              Phrase{415, "Unsupported Media Type"},
                              Phrase{417, "Expectation Failed"},
                              Phrase{429, "Too Many Requests"},
                              Phrase{431, "Request Header Fields Too Large"},
                              Phrase{500, "Internal Server Error"},
                              Phrase{503, "Service Unavailable"},
                              Phrase{505, "HTTP Version Not Supported"}};

std::string_view phrase_of(int status) {
  const auto* const found = std::ranges::find(kPhrases, status, &Phrase::status);
  return found == kPhrases.end() ? "" : found->text;
}

std::string_view error_type_of(int status) {
  switch (status) {
    case 413:
      return "content_too_long_exception";
    case 429:
    case 503:
      return "es_rejected_execution_exception";
    default:
      return "illegal_argument_exception";
  }
}

}  // namespace

std::string answer_text(const WireAnswer& answer, bool with_body, bool keeps_connection) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, phrase_of(answer.status));
  bool has_type = false;
  for (const auto& [name, value] : answer.headers) {
    text += fmt::format("{}: {}\r\n", name, value);
    has_type = has_type || name == "content-type";
  }
  if (!has_type) text += fmt::format("content-type: {}\r\n", kJson);
  if (!keeps_connection) text += "Connection: close\r\n";
  text += fmt::format("Content-Length: {}\r\n\r\n", answer.body.size());
  if (with_body) text += answer.body;
  return text;
}

std::string refusal_text(int status, std::string_view reason) {
  const wire::Json cause{{"type", error_type_of(status)}, {"reason", reason}};
  wire::Json error{{"root_cause", wire::Json::array({cause})}};
  error.update(cause);
  const wire::Json body{{"error", error}, {"status", status}};
  return answer_text({status, {}, wire::dump(body)}, true, false);
}

}  // namespace closecheck::sut
