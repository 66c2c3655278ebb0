#include "pattern.h"

#include <regex>

namespace closecheck::scenarios {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kSpaces);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpaces) - start + 1);
}

}  // namespace

bool is_pattern(std::string_view text) {
  text = trimmed(text);
  return text.size() > 2 && text.front() == '/' && text.back() == '/';
}

std::string pattern_of(std::string_view text) {
  text = trimmed(text);
  return std::string(text.substr(1, text.size() - 2));
}

std::string extended_pattern_of(std::string_view text) {
  const std::string expression = pattern_of(text);
  std::string out;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    const char c = expression[at];
    if (c == '\\' && at + 1 < expression.size()) {
      const char next = expression[++at];
      // The engine knows no escaped blank; a blank stands for itself there.
      if (kSpaces.find(next) == std::string_view::npos && next != '#') out += c;
      out += next;
    } else if (c == '#') {
      at = std::min(expression.find('\n', at), expression.size());
    } else if (kSpaces.find(c) == std::string_view::npos) {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> pattern_error(const std::string& expression) {
  if (expression.size() > 1000) return "it is longer than 1000 bytes";
  try {
    const std::regex compiled(expression);
    return std::nullopt;
  } catch (const std::regex_error& error) {
    return error.what();
  }
}

bool is_found(const std::string& expression, std::string_view text) {
  text = text.substr(0, kSearchedMax);
  return std::regex_search(text.begin(), text.end(), std::regex(expression));
}

bool matches_whole(const std::string& expression, std::string_view text) {
  text = text.substr(0, kSearchedMax);
  return std::regex_match(text.begin(), text.end(), std::regex(expression));
}

}  // namespace closecheck::scenarios
