#include "in_process/deviations.h"

#include <algorithm>
#include <array>

namespace closecheck::sut {
namespace {

/// A value as a user writes it: with dashes.
template <std::size_t size>
struct Dashed {
  consteval Dashed(const char (&value)[size]) {  // NOLINT(google-explicit-constructor)
    std::ranges::transform(value, text, [](char c) { return c == '_' ? '-' : c; });
  }
  char text[size]{};
};
template <Dashed kValue>
constexpr std::string_view kDashed{kValue.text};

/// `needs`: nothing, where the row does not say.
constexpr DeviationText row(Deviation deviation, std::string_view name, Clause clause, std::size_t requests,
                            std::string_view text, bool Dialect::*needs = nullptr) {
  return {deviation, name, clause, text, requests, needs};
}

constexpr std::array kDeviations{
#define CLOSECHECK_DEVIATION(value, clause, ...) row(Deviation::value, kDashed<#value>, Clause::clause, __VA_ARGS__),
#include "in_process/deviations.inc"
#undef CLOSECHECK_DEVIATION
};

}  // namespace

std::span<const DeviationText> deviations() {
  return kDeviations;
}

std::optional<Deviation> deviation_named(std::string_view name) {
  const auto* const found = std::ranges::find(kDeviations, name, &DeviationText::name);
  if (found == kDeviations.end()) return std::nullopt;
  return found->deviation;
}

const DeviationText* text_of(Deviation deviation) {
  const auto* const found = std::ranges::find(kDeviations, deviation, &DeviationText::deviation);
  return found == kDeviations.end() ? nullptr : found;
}

}  // namespace closecheck::sut
