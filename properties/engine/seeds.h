// Seeds of everything that a run draws: each follows from the run's seed, the check's name and the case's index, so
// that neither the order of work nor the number of workers can change a draw. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace closecheck::properties {

/// One step of splitmix64: a bijection that scatters neighbouring inputs.
constexpr std::uint64_t splitmix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

constexpr std::uint64_t seed_of(std::uint64_t run_seed, std::string_view check, std::uint64_t index) {
  std::uint64_t text = 0xcbf29ce484222325U;
  for (const char letter : check) text = (text ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  return splitmix(splitmix(run_seed ^ splitmix(text)) + index);
}

}  // namespace closecheck::properties
