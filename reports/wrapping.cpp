#include "wrapping.h"

#include <algorithm>
#include <vector>

#include "closecheck/vocabulary/text.h"

namespace closecheck::reports {
namespace {

constexpr std::string_view kEscape = "\x1b[";

/// Words with the blanks before each, so that nothing is lost where a line is not broken.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  while (begin < line.size()) {
    const std::size_t word = std::min(line.find_first_not_of(' ', begin), line.size());
    const std::size_t end = std::min(line.find(' ', word), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

/// Words as a shell reads them, in their quotes.
std::vector<std::string_view> shell_words_of(std::string_view command) {
  std::vector<std::string_view> words;
  char quote = '\0';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (c == '\\' && quote != '\'') {
      ++i;
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == ' ') {
      if (i > begin) words.push_back(command.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (begin < command.size()) words.push_back(command.substr(begin));
  return words;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

std::string wrapped_line(std::string_view line, std::size_t width, std::size_t indent) {
  if (columns_of(line) <= width) return std::string(line);
  std::string out;
  std::size_t columns = 0;
  for (const std::string_view word : words_of(line)) {
    const std::size_t needed = columns_of(word);
    if (columns > indent && columns + needed > width) {
      out += '\n' + std::string(indent, ' ');
      const std::string_view bare = word.substr(indent_of(word));
      out += bare;
      columns = indent + columns_of(bare);
    } else {
      out += word;
      columns += needed;
    }
  }
  return out;
}

template <class IndentOf>
std::string wrapped_lines(std::string_view text, std::size_t width, const IndentOf& indent_of_line) {
  if (width == 0) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    out += wrapped_line(line, width, indent_of_line(line));
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with(kEscape)) {
      const std::size_t end = text.find('m', i);
      i = end == std::string_view::npos ? text.size() : end + 1;
    } else {
      i += std::max<std::size_t>(1, first_character(text.substr(i)).bytes);
      ++columns;
    }
  }
  return columns;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t hanging) {
  return wrapped_lines(text, width, [&](std::string_view line) { return indent_of(line) + hanging; });
}

std::string wrapped_at(std::string_view text, std::size_t width, std::size_t column) {
  return wrapped_lines(text, width, [&](std::string_view) { return column; });
}

std::string wrapped_command(std::string_view label, std::string_view command, std::size_t width) {
  std::string out(label);
  std::size_t columns = columns_of(label);
  if (width == 0 || columns + columns_of(command) <= width) return out + std::string(command) + '\n';
  const std::size_t indent = indent_of(label) + 4;
  bool is_first = true;
  for (const std::string_view word : shell_words_of(command)) {
    // Room for the blank before it, and for the sign that the line goes on.
    if (!is_first && columns + 1 + columns_of(word) + 2 > width) {
      out += " \\\n" + std::string(indent, ' ');
      columns = indent;
    } else if (!is_first) {
      out += ' ';
      ++columns;
    }
    out += word;
    columns += columns_of(word);
    is_first = false;
  }
  return out + '\n';
}

}  // namespace closecheck::reports
