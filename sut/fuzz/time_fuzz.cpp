// Time values, dates, date patterns, limits and wildcards. An input is a pattern, a line end, and a text.
#include <string>

#include "closecheck/vocabulary/text.h"
#include "closecheck/vocabulary/time.h"
#include "fuzz/target.h"
#include "wire/time_format.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

void try_all(std::string_view pattern, std::string_view text) {
  const TimeSpan span = read_time_span(text, "timeout");
  if (span.error.empty()) {
    const TimeSpan again = read_time_span(render_time_span(span.span), "timeout");
    demand(again.error.empty() || render_time_span(span.span).find('.') != std::string::npos,
           "what was read is written as something that can be read");
  }
  parse_duration(text);
  iso_date_ms(text);
  read_memory_limit(text);
  if (const auto format = TimeFormat::parse(pattern)) format->read(text);
  if (is_valid_id(text)) demand(text.size() <= 64 && text != "_all", "ids are short and never _all");
  if (matches_wildcard(pattern, text) && pattern.find('*') == std::string_view::npos)
    demand(pattern == text, "without a star only the text itself matches");
  demand(matches_wildcard("*", text), "a star matches everything");
  const auto strict = read_strict_boolean(text);
  if (strict && !text.empty()) demand(*strict == read_lenient_boolean(text), "both grammars agree on true and false");
}

}  // namespace
}  // namespace closecheck::sut

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = closecheck::sut::text_of_input(data, size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  closecheck::sut::try_all(input.substr(0, end), input.substr(std::min(end + 1, input.size())));
  return 0;
}
