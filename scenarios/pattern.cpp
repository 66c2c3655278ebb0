#include "pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/regex.hpp>
#include <stdexcept>

#include "closecheck/vocabulary/text.h"
#include "path.h"

namespace closecheck::scenarios {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\f\v";

/// The expressions are written for Java, where these escapes stand for the character itself.
std::string without_anchors_of_perl(const std::string& expression) {
  constexpr std::string_view kAnchors = "<>`'";
  std::string out;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    const bool escape = expression[at] == '\\' && at + 1 < expression.size();
    if (!escape) {
      out += expression[at];
      continue;
    }
    const char next = expression[++at];
    if (kAnchors.find(next) == std::string_view::npos) out += '\\';
    out += next;
  }
  return out;
}

/// As in Java, and unlike what the engine does unless told: a dot is no line break, `^` and `$` are the whole text's.
boost::regex compile(const std::string& expression) {
  return boost::regex(without_anchors_of_perl(expression),
                      boost::regex::perl | boost::regex::no_mod_m | boost::regex::no_mod_s);
}

template <class Apply>
bool applied(const std::string& expression, std::string_view text, const Apply& apply) {
  try {
    const boost::regex compiled = compile(expression);
    if (apply(text, compiled)) return true;
    // In Java `$` is also what stands before a line break at the very end.
    const bool may_end_earlier = text.ends_with('\n') && expression.find('$') != std::string::npos;
    return may_end_earlier && apply(text.substr(0, text.size() - 1), compiled);
  } catch (const std::runtime_error&) {
    throw StepFailure{
        fmt::format("/{}/ takes too long to be looked for in a text of {} bytes", expression, text.size())};
  }
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
  if (expression.size() > kExpressionBytesMax) return fmt::format("it is longer than {} bytes", kExpressionBytesMax);
  try {
    compile(expression);
    return std::nullopt;
  } catch (const std::runtime_error& error) {
    const std::string why = error.what();
    return why.substr(0, std::min(why.find("  The error occurred"), why.size()));
  }
}

bool is_found(const std::string& expression, std::string_view text) {
  return applied(expression, text, [](std::string_view subject, const boost::regex& compiled) {
    return boost::regex_search(subject.begin(), subject.end(), compiled);
  });
}

bool matches_whole(const std::string& expression, std::string_view text) {
  return applied(expression, text, [](std::string_view subject, const boost::regex& compiled) {
    return boost::regex_match(subject.begin(), subject.end(), compiled);
  });
}

}  // namespace closecheck::scenarios
