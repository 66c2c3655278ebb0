// Reads the YAML dialect of scenario files: no dates, no `yes`/`on` booleans, integers of 64 bits, no duplicate keys,
// key order kept. Bounded in size, depth and aliases, so that a hostile file gets an error and nothing else.
#pragma once

#include <string>
#include <vector>

#include "closecheck/vocabulary/input_file.h"
#include "value.h"

namespace closecheck::scenarios {

inline constexpr std::size_t kFileBytesMax = kTextFileBytesMax;
inline constexpr std::size_t kLineBytesMax = 256u << 10u;
inline constexpr std::size_t kDepthMax = 64;
/// Nodes of one file with its aliases written out.
inline constexpr std::size_t kNodesMax = 400'000;

/// A file's text and name, for messages that point into it.
class Source {
 public:
  Source(std::string text, std::string path);

  const std::string& text() const { return text_; }
  const std::string& path() const { return path_; }

  /// Where a place stands in the text; its end for one beyond it.
  std::size_t offset_of(Place place) const;

  /// Throws ScenarioError: `path:line:column: message`, the line and a caret under the column.
  [[noreturn]] void fail(Place place, const std::string& message) const;

 private:
  std::string text_;
  std::string path_;
  std::vector<std::size_t> line_starts_;

  std::string line_at(int line) const;
};

/// The documents of the file. An empty one is a null value. Throws ScenarioError.
std::vector<Value> parse_yaml(const Source& source);

/// How a plain scalar reads: null, true, false, a number, else its text. Throws std::out_of_range for an integer that
/// does not fit in 64 bits.
Value read_plain(const std::string& text);

}  // namespace closecheck::scenarios
