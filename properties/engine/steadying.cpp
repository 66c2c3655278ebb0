#include "engine/steadying.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/race.h"

namespace closecheck::properties {
namespace {

/// What violates so many times in a row is steady: an even chance does so once in 256.
constexpr std::size_t kSteadyTimes = 8;

class Steadier {
 public:
  Steadier(const Trial& trial, const SteadyingOptions& options) : trial_(trial), options_(options) {}

  /// How often it violates in a row, up to what is steady; keeps what was seen where that is more often than ever.
  void look_at(const Program& program) {
    std::size_t times = 0;
    std::optional<Reproduction> seen;
    while (times < kSteadyTimes && !is_over()) {
      const std::vector<Program> same(std::min(options_.at_once, kSteadyTimes - times), program);
      trials_ += same.size();
      bool all_violate = true;
      for (std::optional<Reproduction>& reproduction : tried(same, trial_)) {
        all_violate = all_violate && reproduction;
        if (!all_violate) break;
        ++times;
        seen = std::move(reproduction);
      }
      if (!all_violate) break;
    }
    if (times <= most_) return;
    most_ = times;
    best_ = std::move(seen);
  }

  bool is_done() const { return most_ == kSteadyTimes || is_over(); }
  std::optional<Reproduction> best() && { return std::move(best_); }

 private:
  bool is_over() const { return trials_ >= options_.trials_max || (options_.enough && options_.enough()); }

  const Trial& trial_;
  const SteadyingOptions& options_;
  std::size_t trials_ = 0;
  std::size_t most_ = 0;
  std::optional<Reproduction> best_;
};

}  // namespace

Reproduction steadied(Reproduction racing, const Trial& trial, const SteadyingOptions& options) {
  const bool races = std::ranges::any_of(options.moments, [&](Duration moment) {
    return is_smaller(racing.program, with_moments(racing.program, moment));
  });
  if (!races) return racing;
  Steadier steadier(trial, options);
  for (const Duration moment : options.moments)
    if (!steadier.is_done()) steadier.look_at(with_moments(racing.program, moment));
  if (!steadier.is_done()) steadier.look_at(racing.program);
  return std::move(steadier).best().value_or(std::move(racing));
}

}  // namespace closecheck::properties
