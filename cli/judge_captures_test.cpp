// What genuine servers of 6.3.2 and 7.6.0 answered, judged as recordings are: nothing is held against them but what the
// files themselves say may be.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/sut/wire.h"
#include "in_process/captures_for_test.h"

namespace closecheck::cli {
namespace {

using sut::Captured;
using sut::CapturedRun;

/// By the line of an exchange and the clause that it breaks.
using Found = std::map<std::pair<int, std::string>, std::string>;

/// The events of one server in their order, and of each the line of its exchange.
class CapturedHistory {
 public:
  explicit CapturedHistory(const CapturedRun& run) {
    for (const Captured& captured : run.all) {
      if (captured.kind == Captured::Kind::fault)
        add(fault(captured), captured.line);
      else
        add_request(captured, run.profile);
    }
    std::ranges::stable_sort(events_, {}, [](const auto& one) { return one.first.time; });
  }

  /// Adds what is found job by job. A judge that has found something seeks no further, so it is asked again, with the
  /// answer that it accused taken for lost.
  void judge(Profile profile, Found& found) const {
    for (const std::string& job : jobs_) {
      std::set<int> lost;
      while (judge_one(job, profile, lost, found)) {
      }
    }
  }

 private:
  /// Of requests for another job alone nothing is told. Whether anything was found that was not lost already.
  bool judge_one(const std::string& job, Profile profile, std::set<int>& lost, Found& found) const {
    model::JudgeOptions options;
    options.profile = profile;
    options.margin = kSecond;
    options.knows_every_job = false;
    model::Judge judge(options);
    std::vector<int> lines;
    for (const auto& [event, line] : events_) {
      const std::string& named = event.request ? job_of(event.request->operation) : event.job;
      if (named != job && jobs_.contains(named)) continue;
      lines.push_back(line);
      judge.observe(event.type == EventType::ok && lost.contains(line) ? without_answer(event) : event);
    }
    judge.finish();
    bool any = false;
    for (const Finding& finding : judge.findings()) {
      const int line = lines[finding.event];
      found[{line, std::string(id_of(finding.clause))}] =
          "expected " + finding.expected + "; observed " + finding.observed;
      any = lost.insert(line).second || any;
    }
    return any;
  }

  static Event without_answer(Event event) {
    event.type = EventType::info;
    event.response.reset();
    return event;
  }

  void add(Event event, int line) { events_.emplace_back(std::move(event), line); }

  static Event fault(const Captured& captured) {
    Event event;
    event.type = EventType::fault;
    event.time = captured.begins;
    event.fault = captured.fault;
    event.duration = captured.duration;
    event.job = captured.job;
    return event;
  }

  void add_request(const Captured& captured, Profile profile) {
    Event event;
    event.process = ++processes_;
    event.time = captured.begins;
    event.request = std::make_shared<const Request>(sut::wire::parse(captured.request, profile, captured.who));
    if (std::holds_alternative<CreateJob>(event.request->operation)) jobs_.insert(job_of(event.request->operation));
    add(event, captured.line);
    event.time = captured.ends;
    if (captured.answer)
      event.response = std::make_shared<const Response>(sut::wire::decode(*captured.answer, *event.request, profile));
    // What the capture leaves out may have been done or not.
    event.type = answer_type(event.response.get());
    add(std::move(event), captured.line);
  }

  int processes_ = 0;
  std::vector<std::pair<Event, int>> events_;
  std::set<std::string> jobs_;  // that are ever created
};

TEST(JudgeOfCaptures, AccusesGenuineServersOfNothingButWhatTheySayThemselves) {
  int exchanges = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CLOSECHECK_CAPTURES)) {
    if (entry.path().extension() != ".txt") continue;
    for (const CapturedRun& run : sut::read_captures(entry.path())) {
      const CapturedHistory history(run);
      Found found;
      history.judge(run.profile, found);
      for (const Captured& captured : run.all) {
        exchanges += captured.kind == Captured::Kind::exchange ? 1 : 0;
        for (const auto& [clause, why] : captured.breaks)
          EXPECT_EQ(found.erase({captured.line, clause}), 1)
              << entry.path().filename() << ':' << captured.line << ": " << clause << " is not accused";
      }
      for (const auto& [where, what] : found)
        ADD_FAILURE() << entry.path().filename() << ':' << where.first << ": " << where.second << ": " << what;
    }
  }
  EXPECT_GT(exchanges, 5'000);
}

}  // namespace
}  // namespace closecheck::cli
