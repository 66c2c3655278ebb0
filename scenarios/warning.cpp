#include "warning.h"

#include <fmt/format.h>

#include <algorithm>

#include "pattern.h"

namespace closecheck::scenarios {
namespace {

/// A text as the header has it: quotes and backslashes escaped, bytes outside the printable range percent-encoded.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte < 0x20 || byte > 0x7E)
      out += fmt::format("%{:02X}", static_cast<unsigned>(byte));
    else
      out += c;
  }
  return out;
}

bool is_one_of(const std::string& text, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) { return escaped(one) == text; });
}

bool fits_one_of(const std::string& text, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& one) { return matches_whole(one, text); });
}

/// Past the quotation that opens at `at`; npos when it does not close.
std::size_t quotation_end(const std::string& text, std::size_t at) {
  if (at >= text.size() || text[at] != '"') return std::string::npos;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return std::string::npos;
}

}  // namespace

std::optional<std::string> warning_text(const std::string& header) {
  if (!header.starts_with("299 ")) return std::nullopt;
  const std::size_t agent_end = header.find(' ', 4);
  if (agent_end == std::string::npos || agent_end == 4) return std::nullopt;
  const std::size_t start = agent_end + 1;
  const std::size_t end = quotation_end(header, start);
  if (end == std::string::npos) return std::nullopt;
  if (end != header.size() && (header[end] != ' ' || quotation_end(header, end + 1) != header.size()))
    return std::nullopt;
  return header.substr(start + 1, end - start - 2);
}

std::optional<std::string> check_warnings(const DoStep& call, const std::vector<std::string>& headers) {
  std::vector<std::string> texts;
  for (const std::string& header : headers) {
    const auto text = warning_text(header);
    if (!text) return fmt::format("the Warning header is not of the form 299 AGENT \"TEXT\": {}", header);
    texts.push_back(*text);
    const bool known = is_one_of(*text, call.warnings) || is_one_of(*text, call.allowed_warnings) ||
                       fits_one_of(*text, call.warning_patterns) || fits_one_of(*text, call.allowed_warning_patterns);
    if (!known) return fmt::format("the warning \"{}\" was not expected", *text);
  }
  for (const std::string& wanted : call.warnings)
    if (std::find(texts.begin(), texts.end(), escaped(wanted)) == texts.end())
      return fmt::format("the warning \"{}\" did not come", wanted);
  for (const std::string& wanted : call.warning_patterns)
    if (std::none_of(texts.begin(), texts.end(), [&](const std::string& text) { return matches_whole(wanted, text); }))
      return fmt::format("no warning came that matches \"{}\"", wanted);
  return std::nullopt;
}

}  // namespace closecheck::scenarios
