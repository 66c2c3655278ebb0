#include "wire/text.h"

#include <algorithm>

namespace closecheck::sut::wire {

std::string encode_segment(std::string_view text) {
  return encode_percent(text, "*,:;=@$!");
}

std::string encode_query_text(std::string_view text) {
  return encode_percent(text, "*,:");
}

Parameters split_query(std::string_view query) {
  Parameters out;
  query = query.substr(0, query.find('#'));
  while (!query.empty()) {
    const std::size_t end = std::min(query.find_first_of("&;"), query.size());
    const std::string_view pair = query.substr(0, end);
    if (!pair.empty()) {
      const std::size_t equals = std::min(pair.find('='), pair.size());
      const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
      out.emplace_back(decode_percent(pair.substr(0, equals), true), decode_percent(value, true));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

Parameter find(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return std::nullopt;
}

std::string media_type(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';'))));
}

}  // namespace closecheck::sut::wire
