#include "yaml_scan.h"

#include <algorithm>

namespace closecheck::scenarios {
namespace {

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Past the quotation that opens at `at`; the end of the text when nothing closes it.
std::size_t skip_quotation(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (quote == '"' || at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return std::string_view::npos;
}

/// Whether a line without its comment ends in `|`, `>-` or another head of a block of text, and how deep the block's
/// lines have to stand; -1: it does not.
int block_depth(std::string_view line) {
  std::size_t depth = 0;
  while (depth < line.size() && (line[depth] == ' ' || line.substr(depth).starts_with("- "))) ++depth;
  if (const std::size_t comment = line.find(" #"); comment != std::string_view::npos) line = line.substr(0, comment);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  const std::size_t blank = line.find_last_of(' ');
  const std::string_view head = line.substr(blank == std::string_view::npos ? 0 : blank + 1);
  if (head.empty() || (head.front() != '|' && head.front() != '>')) return -1;
  if (head.find_first_not_of("0123456789+-", 1) != std::string_view::npos) return -1;
  std::string_view before = line.substr(0, line.size() - head.size());
  while (!before.empty() && is_blank(before.back())) before.remove_suffix(1);
  const bool has_value = before.ends_with(':') || before.ends_with('-');
  return has_value ? static_cast<int>(depth) : -1;
}

class ColonSpacer {
 public:
  explicit ColonSpacer(std::string_view text) : text_(text) {}

  SpacedText run() {
    while (at_ < text_.size()) {
      if (column_ == 1 && depth_ == 0 && skip_block_line()) continue;
      step();
    }
    return std::move(out_);
  }

 private:
  /// Lines of a block of text are copied as they are.
  bool skip_block_line() {
    const std::string_view line = text_.substr(at_, text_.find('\n', at_) - at_);
    if (block_ >= 0) {
      const std::size_t first = line.find_first_not_of(" \r");
      if (first == std::string_view::npos || static_cast<int>(first) > block_) {
        copy(line.size() + (at_ + line.size() < text_.size() ? 1 : 0));
        return true;
      }
    }
    block_ = block_depth(line);
    return false;
  }

  void step() {
    const char c = text_[at_];
    const bool begins_value = depth_ > 0 ? std::string_view("[{,:").find(before_) != std::string_view::npos
                                         : before_ == '\n' || ((before_ == ':' || before_ == '-') && is_after_blank());
    if (is_quote(c) && begins_value) {
      const std::size_t end = std::min(skip_quotation(text_, at_), text_.size());
      copy(end - at_);
      before_ = c;
      return;
    }
    if (c == '#' && (at_ == 0 || is_blank(text_[at_ - 1])))
      return copy(std::min(text_.find('\n', at_), text_.size()) - at_);
    const bool opens = c == '{' || c == '[';
    if (opens && (depth_ > 0 || begins_value)) ++depth_;
    if ((c == '}' || c == ']') && depth_ > 0) --depth_;
    const bool needs_blank =
        depth_ > 0 && c == ':' && at_ + 1 < text_.size() && (text_[at_ + 1] == '{' || text_[at_ + 1] == '[');
    if (c == '\n' && depth_ == 0)
      before_ = '\n';
    else if (!is_blank(c))
      before_ = c;
    copy(1);
    if (!needs_blank) return;
    out_.text += ' ';
    out_.blanks[line_].push_back(column_++);
  }

  bool is_after_blank() const { return at_ > 0 && is_blank(text_[at_ - 1]); }

  void copy(std::size_t count) {
    for (const std::size_t end = at_ + count; at_ < end; ++at_) {
      out_.text += text_[at_];
      ++column_;
      if (text_[at_] != '\n') continue;
      ++line_;
      column_ = 1;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;      // in what is written
  int depth_ = 0;       // of brackets
  int block_ = -1;      // lines that stand deeper are a block of text
  char before_ = '\n';  // the last one that is no blank
  SpacedText out_;
};

}  // namespace

bool is_unclosed_quotation(std::string_view text, std::size_t at) {
  return at < text.size() && is_quote(text[at]) && skip_quotation(text, at) == std::string_view::npos;
}

bool is_unclosed_bracket(std::string_view text, std::size_t at) {
  int depth = 0;
  char before = ' ';
  while (at < text.size()) {
    const char c = text[at];
    if (is_quote(c) && std::string_view("[{,: ").find(before) != std::string_view::npos) {
      at = skip_quotation(text, at);
      if (at == std::string_view::npos) return true;
      before = c;
      continue;
    }
    if (c == '#' && before == ' ') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && --depth == 0) return false;
    before = c == '\n' || c == '\t' ? ' ' : c;
    ++at;
  }
  return true;
}

Place SpacedText::original(Place place) const {
  const auto found = blanks.find(place.line);
  if (found == blanks.end()) return place;
  const auto before = std::ranges::count_if(found->second, [&](int column) { return column < place.column; });
  return {place.line, place.column - static_cast<int>(before)};
}

SpacedText with_spaced_colons(std::string_view text) {
  return ColonSpacer(text).run();
}

}  // namespace closecheck::scenarios
