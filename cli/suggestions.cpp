#include "suggestions.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace closecheck::cli {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& names) {
  constexpr std::size_t kSuggestionsMax = 2;
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const std::string_view candidate : names) {
    const std::size_t distance = edit_distance(written, candidate);
    if (distance <= 2 + written.size() / 5) ranked.emplace_back(distance, candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (ranked.size() > kSuggestionsMax) ranked.resize(kSuggestionsMax);
  if (ranked.empty()) return "";
  std::string text = fmt::format("; did you mean '{}'", ranked.front().second);
  if (ranked.size() > 1) text += fmt::format(" or '{}'", ranked.back().second);
  return text + "?";
}

}  // namespace closecheck::cli
