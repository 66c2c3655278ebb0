// Whatever unknown parameters and members are added to a valid history, nobody is accused for them, but for a parameter
// of a close that no version knows.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "closecheck/model/judge.h"
#include "closecheck/sut/history_lines.h"
#include "engine/gate_for_test.h"
#include "engine/runner.h"
#include "engine/seeds.h"
#include "engine/unknown_members_for_test.h"
#include "engine/wild_program_for_test.h"

namespace closecheck::properties {
namespace {

constexpr int kShareOfRequests = 15;

std::uint64_t programs_wanted(std::uint64_t usual) {
  const char* const text = std::getenv("CLOSECHECK_UNKNOWN_PROGRAMS");
  return text == nullptr ? usual : static_cast<std::uint64_t>(std::atoi(text));
}

std::string text_of(const std::vector<Finding>& findings, const History& history) {
  std::string text;
  for (const Finding& finding : findings)
    text +=
        std::string(id_of(finding.clause)) + ": expected " + finding.expected + "; observed " + finding.observed + "\n";
  for (const std::string& line : sut::write_history_lines(history)) text += "  " + line + "\n";
  return text;
}

bool is_allowed(const std::vector<Finding>& findings) {
  return std::ranges::all_of(findings,
                             [](const Finding& it) { return it.clause == Clause::unknown_parameter_refused; });
}

/// Whether it is a read of which something is not followed that changes what it shows.
bool asks_in_part(const Request& request) {
  const Operation& operation = request.operation;
  const bool reads = std::holds_alternative<GetBuckets>(operation) || std::holds_alternative<GetRecords>(operation) ||
                     std::holds_alternative<GetSnapshots>(operation) || std::holds_alternative<GetJob>(operation);
  return reads && std::ranges::any_of(request.not_carried, [](const std::string& name) {
           return !name.starts_with("allow_no") && name != "body";
         });
}

template <class List, class Row>
void leave_out_some(List& list, std::vector<Row> List::*rows, UnknownMembers& members) {
  std::erase_if(list.*rows, [&](const Row&) { return members.percent(50); });
  if (members.percent(30)) std::ranges::reverse(list.*rows);
  list.count = static_cast<std::int64_t>((list.*rows).size());
}

/// What a server may answer to a read that asks for something that nobody follows: a part, or nothing at all.
void answer_in_part(Response& response, UnknownMembers& members) {
  if (members.percent(20)) {
    response = {};
    response.outcome = Outcome::refused;
    response.refusal = Refusal::bad_request;
    response.status = 400;
  } else if (auto* buckets = std::get_if<BucketPage>(&response.content)) {
    leave_out_some(*buckets, &BucketPage::buckets, members);
  } else if (auto* records = std::get_if<RecordPage>(&response.content)) {
    leave_out_some(*records, &RecordPage::records, members);
  } else if (auto* snapshots = std::get_if<SnapshotList>(&response.content)) {
    leave_out_some(*snapshots, &SnapshotList::snapshots, members);
  } else if (auto* jobs = std::get_if<JobDescriptionList>(&response.content)) {
    leave_out_some(*jobs, &JobDescriptionList::jobs, members);
  }
}

/// The same exchanges with requests that say more.
History with_unknown_members(const History& history, UnknownMembers& members) {
  History out{history.profile, {}};
  std::map<const Request*, std::shared_ptr<const Request>> requests;
  for (const Event& event : history.events) {
    Event copy = event;
    if (event.request != nullptr) {
      auto& request = requests[event.request.get()];
      if (request == nullptr)
        request = members.percent(kShareOfRequests) ? std::make_shared<const Request>(members.added_to(*event.request))
                                                    : event.request;
      copy.request = request;
    }
    if (event.response != nullptr && event.response->wire != nullptr) {
      Response response = sut::wire::decode(*event.response->wire, *copy.request, history.profile);
      if (asks_in_part(*copy.request)) answer_in_part(response, members);
      copy.response = std::make_shared<const Response>(std::move(response));
    }
    out.events.push_back(std::move(copy));
  }
  return out;
}

class UnknownMembersTest : public testing::TestWithParam<Profile> {
 protected:
  UnknownMembersTest() {
    const GateOptions options = everything(GetParam());
    environment_.profile = GetParam();
    environment_.principals = options.principals;
    environment_.faults = options.faults;
    running_.judge.profile = GetParam();
    running_.judge.in_process = true;
    running_.executor.answer_patience = 3 * kHour;
    running_.executor.poll_every = running_.executor.quiet;
  }

  std::unique_ptr<sut::System> make_system(std::uint64_t seed) const {
    return sut::make_in_process({.profile = GetParam(), .through_codec = true}, seed);
  }

  /// Random programs of every generator.
  template <class Use>
  void each_program(std::uint64_t usual, Use use) const {
    for (const Check& check : all_checks()) {
      if (!check.is_generated()) continue;
      const rc::Gen<Program> programs = check.generate(environment_);
      for (std::uint64_t i = 0; i < programs_wanted(usual) && !HasFailure(); ++i) {
        const std::uint64_t seed = seed_of(11, check.name, i);
        use(programs(rc::Random(seed), 4 + static_cast<int>(seed % 30)).value(), seed);
      }
    }
    for (std::uint64_t i = 0; i < programs_wanted(usual) && !HasFailure(); ++i) {
      const std::uint64_t seed = seed_of(11, "wild", i);
      use(wild_program(environment_, seed, 4 + static_cast<int>(seed % 24)), seed);
    }
  }

  Environment environment_;
  RunnerOptions running_;
};

TEST_P(UnknownMembersTest, AccuseNobodyWhereTheServiceGotThem) {
  Runner runner(GetParam(), running_);
  each_program(100, [&](Program program, std::uint64_t seed) {
    UnknownMembers members(seed, GetParam(), AnswerIs::given_for_it);
    for (Step& step : program.steps)
      if (step.type == StepType::call && members.percent(kShareOfRequests))
        step.request = members.added_to(step.request);
    const auto system = make_system(seed);
    const RunResult result = runner.run(std::make_shared<const Program>(std::move(program)), *system);
    EXPECT_TRUE(is_allowed(result.findings)) << seed << "\n" << text_of(result.findings, runner.history());
  });
}

TEST_P(UnknownMembersTest, AccuseNobodyInARecordingOfASimplerHistory) {
  Runner runner(GetParam(), running_);
  each_program(100, [&](Program program, std::uint64_t seed) {
    const auto system = make_system(seed);
    if (runner.run(std::make_shared<const Program>(std::move(program)), *system).violates()) return;
    UnknownMembers members(seed, GetParam(), AnswerIs::given_before);
    const History history = with_unknown_members(runner.history(), members);
    for (const bool knows_every_job : {true, false}) {
      model::JudgeOptions options;
      options.profile = GetParam();
      options.knows_every_job = knows_every_job;
      const model::Judged judged = model::judge(history, options);
      EXPECT_TRUE(is_allowed(judged.findings)) << seed << "\n" << text_of(judged.findings, history);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Both, UnknownMembersTest, testing::ValuesIn(kProfiles),
                         [](const auto& tested) { return word_of(tested.param); });

}  // namespace
}  // namespace closecheck::properties
