// Shrunk counterexamples are as short as can be: a search over all small programs, breadth first in their requests,
// shows that nothing shorter breaks the clause.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "checks/steps.h"
#include "engine/gate_for_test.h"
#include "engine/proof.h"

namespace closecheck::properties {
namespace {

struct Shortest {
  std::string_view deviation;
  std::size_t requests;
};
constexpr std::array kShortest{Shortest{"drops-buffered-records", 5},   Shortest{"reopen-starts-from-scratch", 5},
                               Shortest{"analyses-after-close", 4},     Shortest{"accepts-data-shortly-after-close", 4},
                               Shortest{"claims-closed-at-timeout", 3}, Shortest{"closed-job-keeps-node", 3},
                               Shortest{"stays-open-after-timeout", 3}, Shortest{"closed-job-reopens-itself", 3}};

/// The service with one deviation, and the clause that it breaks.
struct Deviating {
  explicit Deviating(std::string_view name) : clause(sut::text_of(*sut::deviation_named(name))->clause) {
    const GateOptions options = everything(Profile::xpack_5_4);
    selected = options.selected;
    environment.principals = options.principals;
    environment.faults = options.faults;
    environment.selected.insert(selected.begin(), selected.end());
    sut::InProcessOptions service;
    service.deviation = *sut::deviation_named(name);
    factory = sut::make_in_process_factory(service);
    service.through_codec = true;
    codec_factory = sut::make_in_process_factory(service);
    trials = std::make_unique<TrialRunner>(environment, std::string(kNamePrefix), *factory, *codec_factory);
  }

  Clause clause;
  std::vector<Clause> selected;
  Environment environment;
  std::unique_ptr<sut::SystemFactory> factory;
  std::unique_ptr<sut::SystemFactory> codec_factory;
  std::unique_ptr<TrialRunner> trials;
};

/// What programs are made of: requests, and steps that are none.
struct Alphabet {
  std::vector<Step> requests;
  std::vector<Step> others;
  int others_max = 1;  // in one program
};

class Search {
 public:
  Search(Deviating& service, const Alphabet& alphabet)
      : service_(service), alphabet_(alphabet), runner_(service.trials->make_runner()) {}

  /// The fewest requests of a program that breaks the clause, what the judge asked to read again included; `below` if
  /// none has fewer.
  std::size_t fewest_requests(std::size_t below) {
    fewest_ = below;
    for (std::size_t requests = 1; requests < fewest_; ++requests) extend(requests, alphabet_.others_max);
    return fewest_;
  }

 private:
  void extend(std::size_t requests_left, int others_left) {
    const auto with = [&](const Step& step, std::size_t requests, int others) {
      steps_.push_back(step);
      // Behind a violation nothing is run.
      if (fits()) extend(requests, others);
      steps_.pop_back();
    };
    if (requests_left > 0)
      for (const Step& step : alphabet_.requests) with(step, requests_left - 1, others_left);
    if (others_left > 0)
      for (const Step& step : alphabet_.others) with(step, requests_left, others_left - 1);
  }

  bool fits() {
    const auto program = std::make_shared<const Program>(Program{steps_});
    const Ran ran = service_.trials->run(*runner_, program, 7, false);
    const auto& findings = ran.result.findings;
    if (std::ranges::find(findings, service_.clause, &Finding::clause) != findings.end())
      fewest_ = std::min(fewest_, request_count(*runner_->program()));
    return findings.empty();
  }

  Deviating& service_;
  const Alphabet& alphabet_;
  std::unique_ptr<Runner> runner_;
  std::vector<Step> steps_;
  std::size_t fewest_ = 0;
};

/// Requests in what is left of what random programs find; 0 where they do not find it.
std::size_t requests_when_shrunk(Deviating& service, std::uint64_t seed) {
  std::vector<const Check*> checks;
  for (const Check& check : all_checks())
    if (check.is_generated()) checks.push_back(&check);
  CampaignOptions campaign;
  campaign.seed = seed;
  campaign.generated_exchanges = 30'000;
  const std::atomic<bool> cancelled{false};
  const CampaignResult found = run_campaign(checks, campaign, *service.trials, {}, cancelled);
  ProofOptions proving;
  proving.seed = seed;
  proving.selected = service.selected;
  for (const Proof& proof : prove(found, proving, *service.trials).violations)
    if (proof.finding.clause == service.clause) return request_count(proof.reproduction.program);
  return 0;
}

void expect_shortest(const Shortest& shortest, const Alphabet& alphabet, std::uint64_t seeds) {
  Deviating service(shortest.deviation);
  EXPECT_EQ(Search(service, alphabet).fewest_requests(shortest.requests), shortest.requests);
  std::uint64_t reached = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    if (requests_when_shrunk(service, seed) == shortest.requests) ++reached;
  EXPECT_GE(reached * 10, seeds * 9) << shortest.deviation;
  testing::Test::RecordProperty(std::string(shortest.deviation), std::to_string(reached));
}

TEST(ShortestCounterexample, IsWhatShrinkingReaches) {
  const Alphabet alphabet{{create(), open(), post(data(0, 1)), close(), close_within("1ms"), force(), stats()},
                          {settle({}), pause(kSecond)}};
  for (const Shortest& shortest : kShortest) expect_shortest(shortest, alphabet, 3);
}

// Some minutes.
TEST(DISABLED_ShortestCounterexample, IsWhatShrinkingReachesFromMostSeeds) {
  const Alphabet alphabet{{create(), open(), post(data(0, 1)), post(data(1, 2)), flush(), close(), close_within("1ms"),
                           force(), stats(), buckets(), snapshots(), get()},
                          {settle({}), pause(kSecond), fail(), slow_close(3 * kSecond), hang_close()},
                          2};
  for (const Shortest& shortest : kShortest) expect_shortest(shortest, alphabet, 40);
}

}  // namespace
}  // namespace closecheck::properties
