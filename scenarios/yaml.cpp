#include "yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "yaml_scan.h"

namespace closecheck::scenarios {
namespace {

bool is_integer_text(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  // `007` names something; as a number it would lose its zeros.
  return text.size() == 1 || text.front() != '0';
}

bool is_floating_text(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - start;
  };
  std::size_t count = digits();
  bool floating = false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    count += digits();
    floating = true;
  }
  if (count == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
    floating = true;
  }
  return floating && at == text.size();
}

std::size_t node_count(const Value& value) {
  std::size_t count = 1;
  if (const List* list = value.list())
    for (const Value& item : *list) count += node_count(item);
  if (const Map* map = value.map())
    for (const Member& member : *map) count += node_count(member.value);
  return count;
}

constexpr const char* kUnclosed = "this bracket is never closed";

/// Builds values from the parser's events.
class DocumentBuilder : public YAML::EventHandler {
 public:
  DocumentBuilder(const Source& source, const SpacedText& spaced) : source_(source), spaced_(spaced) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    // The parser takes some stray characters for empty documents without end, and never gets past them.
    if (mark.pos == document_start_) source_.fail(place(mark), "this is not YAML: expected a document, or ---");
    document_start_ = mark.pos;
    open_.clear();
    anchors_.clear();
    document_ = {};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // The parser is already at what follows; what lacks its value is the key.
    const bool has_key = !open_.empty() && open_.back().has_key;
    take({{}, has_key ? open_.back().key_place : place(mark)}, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) source_.fail(place(mark), "an alias may not stand inside of what it names");
    const std::size_t size = node_count(found->second);
    if (nodes_ + size > kNodesMax) source_.fail(place(mark), too_large());
    nodes_ += size;
    Value copy = found->second;
    copy.place = place(mark);
    take(std::move(copy), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const Place here = place(mark);
    if (tag == "!" && is_unclosed_quotation(source_.text(), source_.offset_of(here)))
      source_.fail(here, "this quotation is never closed");
    if (tag == "?" || tag.empty()) {
      if (expects_key()) return take(Value{text, here}, anchor);
      Value value;
      try {
        value = read_plain(text);
      } catch (const std::out_of_range&) {
        source_.fail(here, "expected an integer of at most 64 bits; quote it if it is a text");
      }
      value.place = here;
      return take(std::move(value), anchor);
    }
    if (tag != "!" && tag != "tag:yaml.org,2002:str")
      source_.fail(here, fmt::format("tags such as {} are not used in this format", tag));
    take(Value{text, here}, anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Value{List{}, place(mark)}, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Value{Map{}, place(mark)}, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  Value& document() { return document_; }

  /// Turns the parser's complaint into one that says where the trouble began.
  [[noreturn]] void fail(const YAML::Exception& error) const {
    const bool unfinished = error.msg.find("flow not found") != std::string::npos;
    if (unfinished && !open_.empty()) source_.fail(open_.back().value.place, kUnclosed);
    source_.fail(error.mark.is_null() ? Place{1, 1} : place(error.mark), "this is not YAML: " + error.msg);
  }

  Place place(const YAML::Mark& mark) const { return spaced_.original({mark.line + 1, mark.column + 1}); }

 private:
  struct Open {
    Value value;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key;
    Place key_place;
  };

  static std::string too_large() {
    return fmt::format("the file is too large: at most {} values, with aliases written out", kNodesMax);
  }

  bool expects_key() const { return !open_.empty() && open_.back().value.map() != nullptr && !open_.back().has_key; }

  void open(Value value, const std::string& tag, YAML::anchor_t anchor) {
    if (tag != "?" && tag != "!" && !tag.empty())
      source_.fail(value.place, fmt::format("tags such as {} are not used in this format", tag));
    if (expects_key())
      source_.fail(value.place, is_unclosed_bracket(source_.text(), source_.offset_of(value.place))
                                    ? kUnclosed
                                    : "a key must be a text, not a list or a map");
    if (open_.size() >= kDepthMax)
      source_.fail(value.place, fmt::format("nested too deeply: at most {} levels", kDepthMax));
    open_.push_back({std::move(value), anchor, false, {}, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    take(std::move(done.value), done.anchor);
  }

  void take(Value value, YAML::anchor_t anchor) {
    if (++nodes_ > kNodesMax) source_.fail(value.place, too_large());
    if (open_.empty()) {
      document_ = std::move(value);
      return;
    }
    Open& parent = open_.back();
    if (auto* list = std::get_if<List>(&parent.value.data)) {
      if (anchor != 0) anchors_[anchor] = value;
      list->push_back(std::move(value));
      return;
    }
    auto& map = std::get<Map>(parent.value.data);
    if (!parent.has_key) return take_key(parent, value);
    if (anchor != 0) anchors_[anchor] = value;
    map.push_back({std::move(parent.key), std::move(value), parent.key_place});
    parent.has_key = false;
  }

  void take_key(Open& parent, const Value& value) {
    const auto key =
        value.list() == nullptr && value.map() == nullptr && !value.is_null() ? text_of(value) : std::nullopt;
    if (!key) source_.fail(value.place, "a key must be a text");
    if (parent.value.find(*key) != nullptr)
      source_.fail(value.place, fmt::format("the key \"{}\" stands twice in one map", *key));
    parent.key = *key;
    parent.key_place = value.place;
    parent.has_key = true;
  }

  const Source& source_;
  const SpacedText& spaced_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Value> anchors_;
  Value document_;
  int document_start_ = -1;
  std::size_t nodes_ = 0;
};

/// What the parser is not to see: it would guess at encodings, and takes its time over endless lines.
void check_text(const Source& source) {
  const std::string& text = source.text();
  if (text.size() > kFileBytesMax)
    source.fail({1, 1}, fmt::format("the file is too large: {} bytes, at most {}", text.size(), kFileBytesMax));
  int line = 1;
  std::size_t line_start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const Place here{line, static_cast<int>(at - line_start) + 1};
    if (c == '\n') {
      ++line;
      line_start = ++at;
      continue;
    }
    if (at - line_start >= kLineBytesMax)
      source.fail({line, 1}, fmt::format("the line is too long: at most {} bytes", kLineBytesMax));
    if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7F)
      source.fail(here, fmt::format("expected text, found the control character 0x{:02X}", static_cast<unsigned>(c)));
    const std::size_t length = first_character(std::string_view(text).substr(at)).bytes;
    if (length == 0) source.fail(here, "expected UTF-8");
    at += length;
  }
}

std::vector<Value> documents_of(const Source& source, const SpacedText& spaced) {
  std::istringstream stream(spaced.text);
  std::vector<Value> documents;
  DocumentBuilder builder(source, spaced);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) documents.push_back(std::move(builder.document()));
  } catch (const YAML::Exception& error) {
    builder.fail(error);
  }
  return documents;
}

}  // namespace

Source::Source(std::string text, std::string path) : text_(std::move(text)), path_(std::move(path)) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text_.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0) text_.erase(0, kByteOrderMark.size());
  line_starts_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1))
    line_starts_.push_back(at + 1);
}

std::size_t Source::offset_of(Place place) const {
  const auto line = static_cast<std::size_t>(std::max(place.line, 1)) - 1;
  if (line >= line_starts_.size()) return text_.size();
  return std::min(text_.size(), line_starts_[line] + static_cast<std::size_t>(std::max(place.column, 1)) - 1);
}

std::string Source::line_at(int line) const {
  const std::size_t start = offset_of({line, 1});
  std::string found = text_.substr(start, text_.find('\n', start) - start);
  if (!found.empty() && found.back() == '\r') found.pop_back();
  return found;
}

void Source::fail(Place place, const std::string& what) const {
  // A file of somebody else's must not bring lines of its own into what is said of it.
  const std::string message = one_line(what);
  if (place.line == 0) throw ScenarioError{fmt::format("{}: {}", path_, message)};
  constexpr std::size_t kShown = 100;
  std::string line = line_at(place.line);
  const std::string line_text = line;
  const std::size_t column = std::min(static_cast<std::size_t>(std::max(place.column, 1)) - 1, line.size());
  // A window of a long line, so that the caret stays on the screen.
  std::size_t start = column > kShown ? column - kShown / 2 : 0;
  while (start > 0 && (static_cast<unsigned char>(line[start]) & 0xC0u) == 0x80u) --start;
  std::size_t end = std::min(line.size(), start + kShown);
  while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0u) == 0x80u) ++end;
  std::string excerpt;
  std::string caret;
  for (std::size_t at = start; at < end;) {
    const std::size_t length = first_character(std::string_view(line_text).substr(at)).bytes;
    const auto c = static_cast<unsigned char>(line_text[at]);
    const bool shown = length != 0 && (c >= 0x20 || c == '\t') && c != 0x7F;
    excerpt += shown ? line_text.substr(at, length) : "?";
    if (at < column) caret += c == '\t' ? '\t' : ' ';
    at += std::max<std::size_t>(length, 1);
  }
  throw ScenarioError{
      fmt::format("{}:{}:{}: {}\n  {}\n  {}^", path_, place.line, place.column, message, excerpt, caret)};
}

Value read_plain(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return {true, {}};
  if (text == "false" || text == "False" || text == "FALSE") return {false, {}};
  const std::string_view digits = std::string_view(text).substr(text.front() == '+' ? 1 : 0);
  if (is_integer_text(text)) {
    if (const auto integer = number_in<std::int64_t>(digits)) return {*integer, {}};
    if (const auto large = number_in<std::uint64_t>(digits)) return {*large, {}};
    throw std::out_of_range(text);
  }
  if (is_floating_text(text))
    if (const auto floating = number_in<double>(digits)) return {*floating, {}};
  return {text, {}};
}

std::vector<Value> parse_yaml(const Source& source) {
  check_text(source);
  try {
    return documents_of(source, {source.text(), {}});
  } catch (const ScenarioError&) {
    const SpacedText spaced = with_spaced_colons(source.text());
    if (spaced.blanks.empty()) throw;
    return documents_of(source, spaced);
  }
}

}  // namespace closecheck::scenarios
