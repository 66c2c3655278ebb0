// What the parser of YAML does not tell of a text: quotations and brackets that nothing closes, and colons that it does
// not take for such.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "value.h"

namespace closecheck::scenarios {

/// Whether the quotation that opens at `at` goes on to the end of the text; false where none opens there.
bool is_unclosed_quotation(std::string_view text, std::size_t at);

/// Whether nothing closes the bracket at `at`. Only chooses between two messages, so it may be simple about what a
/// quotation or a comment is.
bool is_unclosed_bracket(std::string_view text, std::size_t at);

/// A text with blanks that its file does not have.
struct SpacedText {
  std::string text;
  std::map<int, std::vector<int>> blanks;  // by line, from 1: their columns in `text`, from 1

  /// The place in the file of a place in `text`.
  Place original(Place place) const;
};

/// The text with a blank behind every colon of a flow map that a bracket follows at once: `{a:{}}` is a map for the
/// reference runner, and none for the parser here.
SpacedText with_spaced_colons(std::string_view text);

}  // namespace closecheck::scenarios
