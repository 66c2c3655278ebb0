// The implementation with one thing wrong, chosen by name and tied to the clause that it breaks; and variants that are
// correct but unusual. The first prove that checks bite, the second that they do not accuse.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck::sut {

enum class Deviation : std::uint8_t;  // in_process/deviations.h lists them; 0 is none

struct DeviationText {
  Deviation deviation;
  std::string_view name;           // `accepts-data-after-close`
  Clause clause;                   // what a run must name first
  std::string_view text;           // one sentence: what is wrong
  std::size_t requests_max;        // length of the minimal counterexample
  bool Dialect::*needs = nullptr;  // what a dialect must have for it to show; null: it shows in all

  bool shows_in(Profile profile) const { return needs == nullptr || (*profile).*needs; }
};
std::span<const DeviationText> deviations();
std::optional<Deviation> deviation_named(std::string_view name);
const DeviationText* text_of(Deviation deviation);  // null: none

/// Correct but unusual behaviour; `usual` is the plain implementation.
enum class Variant : std::uint8_t;  // in_process/variants.h lists them; 0 is usual

struct VariantText {
  Variant variant;
  std::string_view name;
  std::string_view text;
};
std::span<const VariantText> variants();
std::optional<Variant> variant_named(std::string_view name);

}  // namespace closecheck::sut
