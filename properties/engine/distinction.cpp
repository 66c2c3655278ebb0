#include "closecheck/properties/distinction.h"

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "engine/calibration.h"
#include "engine/environment.h"
#include "engine/estimate.h"
#include "engine/isolation.h"
#include "engine/seeds.h"
#include "engine/shrinker.h"
#include "engine/verdicts.h"

namespace closecheck::properties {

struct TriedSystem::Impl {
  Impl(const GateOptions& the_options, sut::SystemFactory& the_factory, sut::SystemFactory& the_codec_factory)
      : options(the_options), factory(the_factory), codec_factory(the_codec_factory) {}

  TrialRunner& trials() {
    if (trials_) return *trials_;
    Environment environment = environment_of(options);
    if (options.live) environment = calibrated(std::move(environment), options.name_prefix + "d", factory).environment;
    trials_.emplace(environment, options.name_prefix + "d", factory, codec_factory);
    runner_ = trials_->make_runner();
    return *trials_;
  }

  Reproduction run(const Program& program, std::uint64_t seed, RunResult& result) {
    TrialRunner& runs = trials();
    const Ran ran = runs.run(*runner_, std::make_shared<const Program>(program), seed, true);
    result = ran.result;
    return runs.keep(*runner_, ran);
  }

  const GateOptions options;
  sut::SystemFactory& factory;
  sut::SystemFactory& codec_factory;

 private:
  std::optional<TrialRunner> trials_;
  std::unique_ptr<Runner> runner_;
};

TriedSystem::TriedSystem(const GateOptions& options, sut::SystemFactory& factory, sut::SystemFactory& codec_factory)
    : impl_(std::make_unique<Impl>(options, factory, codec_factory)) {}
TriedSystem::~TriedSystem() = default;
TriedSystem::TriedSystem(TriedSystem&&) noexcept = default;
TriedSystem& TriedSystem::operator=(TriedSystem&&) noexcept = default;

namespace {

/// In process: interleavings in which a program with overlapping requests is tried.
constexpr int kInterleavings = 8;

const Finding* finding_of(const std::vector<Finding>& findings, Clause clause) {
  const auto at = std::ranges::find(findings, clause, &Finding::clause);
  return at == findings.end() ? nullptr : &*at;
}

bool names(const Finding& finding, Clause clause) {
  return finding.clause == clause || std::ranges::find(finding.also, clause) != finding.also.end();
}

/// How exactly the other is told from the one.
enum class Exactly : std::uint8_t {
  nothing_else,  ///< nothing is wrong with the other
  the_clause,    ///< the clause is not what is wrong with the other
};

class Search {
 public:
  Search(TriedSystem::Impl& one, TriedSystem::Impl& other, const ViolationRecord& found,
         const DistinguishOptions& options)
      : one_(one), other_(other), found_(found), options_(options), clause_(found.finding.clause) {}

  std::optional<Distinction> run() {
    if (is_over()) return std::nullopt;
    const Program start = with_prefix(found_.program, one_.options.name_prefix, kNamePrefix);
    if (one_.options.live) return of_known_violation(start);
    const std::vector<Program> others = programs_of_checks();
    for (const Exactly exactly : {Exactly::nothing_else, Exactly::the_clause}) {
      if (auto apart = smallest(start, exactly)) return apart;
      for (const Program& program : others) {
        if (is_over()) return std::nullopt;
        if (auto apart = smallest(program, exactly)) return apart;
      }
    }
    return std::nullopt;
  }

 private:
  bool is_over() const {
    if (options_.cancelled != nullptr && *options_.cancelled) return true;
    return (one_.options.live || other_.options.live) && Clock::now() >= options_.deadline;
  }

  std::vector<Program> programs_of_checks() const {
    std::vector<Program> programs;
    const Environment& environment = one_.trials().environment();
    for (const Check& check : all_checks()) {
      if (check.is_generated() || !check.serves_clause(clause_) || unmet_need(check, environment)) continue;
      for (Program& program : check.programs(environment))
        if (!other_.options.live || other_.options.allow_cluster_wide ||
            !touches_others(program, other_.options.profile))
          programs.push_back(std::move(program));
    }
    return programs;
  }

  int seeds_for(const Program& program, const TriedSystem::Impl& system) const {
    return !system.options.live && has_overlap(program) ? kInterleavings : 1;
  }

  std::uint64_t seed(int turn) const {
    return turn == 0 ? one_.options.seed : seed_of(one_.options.seed, "interleaving", static_cast<std::uint64_t>(turn));
  }

  /// The program on the one, where it shows the violation.
  std::optional<Reproduction> shown(const Program& program) {
    for (int turn = 0; turn < seeds_for(program, one_); ++turn) {
      RunResult result;
      Reproduction ran = one_.run(program, seed(turn), result);
      if (finding_of(ran.findings, clause_) != nullptr) return ran;
    }
    return std::nullopt;
  }

  /// What came of a program on the other, in every order that was tried.
  struct Heard {
    bool is_told = true;
    bool shows = false;
    bool fits = true;
    History history;  // the first
  };
  Heard heard_of(const Program& program) {
    Heard heard;
    for (int turn = 0; turn < seeds_for(program, other_) && heard.is_told && !heard.shows; ++turn) {
      RunResult result;
      Reproduction ran = other_.run(program, seed(turn), result);
      heard.is_told = !result.inconclusive;
      heard.shows = std::ranges::any_of(ran.findings, [&](const Finding& it) { return names(it, clause_); });
      heard.fits = heard.fits && ran.findings.empty();
      if (turn == 0) heard.history = std::move(ran.history);
    }
    return heard;
  }

  static bool tells_apart(const Heard& heard, Exactly exactly) {
    return heard.is_told && !heard.shows && (heard.fits || exactly == Exactly::the_clause);
  }

  std::optional<Distinction> smallest(const Program& start, Exactly exactly) {
    const auto tells = [&](const Program& program) -> std::optional<Reproduction> {
      std::optional<Reproduction> violating = shown(program);
      return violating && tells_apart(heard_of(program), exactly) ? std::move(violating) : std::nullopt;
    };
    std::optional<Reproduction> told = tells(start);
    if (!told) return std::nullopt;
    ShrinkOptions shrinking;
    if (other_.options.live) shrinking.simplify = Simplify::in_few_trials;
    shrinking.enough = [this] { return is_over(); };
    const Reproduction minimal = shrink(*std::move(told), tells, shrinking);
    Heard heard = heard_of(minimal.program);
    if (!tells_apart(heard, exactly)) return std::nullopt;
    return Distinction{
        violation_of(*finding_of(minimal.findings, clause_), found_.check, minimal, one_.trials().environment()),
        std::move(heard.history), heard.fits};
  }

  /// Live: the run has made it as small as it may be on the one, and nothing smaller shows there alone.
  std::optional<Distinction> of_known_violation(const Program& program) {
    if (other_.options.live && !other_.options.allow_cluster_wide && touches_others(program, other_.options.profile))
      return std::nullopt;
    Heard heard = heard_of(program);
    if (!tells_apart(heard, Exactly::the_clause)) return std::nullopt;
    return Distinction{found_, std::move(heard.history), heard.fits};
  }

  TriedSystem::Impl& one_;
  TriedSystem::Impl& other_;
  const ViolationRecord& found_;
  const DistinguishOptions& options_;
  const Clause clause_;
};

}  // namespace

std::optional<Distinction> distinguish(const TriedSystem& one, const TriedSystem& other, const ViolationRecord& found,
                                       const DistinguishOptions& options) {
  return Search(one.impl(), other.impl(), found, options).run();
}

}  // namespace closecheck::properties
