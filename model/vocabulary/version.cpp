#include "closecheck/vocabulary/version.h"

#include <fmt/format.h>

#include <charconv>

namespace closecheck {

std::optional<Version> read_version(std::string_view text) {
  constexpr int kNumberMax = 999;
  Version version;
  int read = 0;
  for (int* const part : {&version.major, &version.minor, &version.patch}) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *part);
    if (error != std::errc{} || *part < 0 || *part > kNumberMax) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    ++read;
    if (!text.starts_with('.')) break;
    text.remove_prefix(1);
  }
  if (read < 2 || (!text.empty() && text.front() != '-')) return std::nullopt;
  return version;
}

std::string text_of(const Version& version) {
  return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

}  // namespace closecheck
