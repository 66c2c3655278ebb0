#include <gtest/gtest.h>

#include "model/random_history_for_test.h"

namespace closecheck::model {
namespace {

using brute::Pending;
using brute::World;

class Walk {
 public:
  Walk(std::mt19937_64& random, const CellTable& table, const RandomHistory& shape)
      : random_(random), table_(table), shape_(shape) {}

  Script run() {
    // Most of what is worth checking begins with a job that exists, and often one that is open.
    const unsigned start = below(4);
    if (start > 0) whole({.kind = RequestKind::create});
    if (start > 1) whole({.kind = RequestKind::open});
    if (start > 1 && shape_.feeds) whole({.kind = RequestKind::create_feed});
    for (int i = 0; i < 400 && (invoked_ < shape_.requests || open() > 0); ++i) act();
    // What was lost shows in the counts, if anywhere.
    if (chance(50)) whole({.kind = RequestKind::stats});
    return script_;
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  bool chance(int percent) { return below(100) < static_cast<unsigned>(percent); }

  int open() const {
    int count = 0;
    for (const Pending& p : world_.pending) count += p.lost ? 0 : 1;
    return count;
  }

  void go(const std::vector<World>& worlds) {
    if (!worlds.empty()) world_ = worlds[below(static_cast<unsigned>(worlds.size()))];
  }

  void whole(const Question& question) {
    invoke(question);
    const std::size_t which = world_.pending.size() - 1;
    for (int i = 0; i < 50 && world_.pending.size() > which; ++i) {
      if (world_.pending[which].stage == Pending::Stage::not_yet)
        go(brute::steps(table_, world_, which));
      else if (world_.pending[which].stage == Pending::Stage::waits)
        go(brute::happenings(table_, world_));
      else
        respond(which);
    }
  }

  void invoke(const Question& question) {
    ScriptEvent event;
    event.id = next_id_++;
    event.question = question;
    script_.push_back(event);
    world_.pending.push_back(
        {.id = event.id, .question = question, .lost = false, .stage = {}, .may_be_told = kNothing, .saw = {}});
  }

  Question question() {
    static constexpr std::array kAsks{
        RequestKind::open,        RequestKind::open,         RequestKind::post,         RequestKind::post,
        RequestKind::post,        RequestKind::flush,        RequestKind::close,        RequestKind::close,
        RequestKind::force_close, RequestKind::stats,        RequestKind::stats,        RequestKind::stats,
        RequestKind::create,      RequestKind::remove,       RequestKind::force_remove, RequestKind::get,
        RequestKind::invalid,     RequestKind::read_results, RequestKind::revert};
    static constexpr std::array kFeedAsks{
        RequestKind::create_feed, RequestKind::start_feed, RequestKind::start_feed,  RequestKind::start_endless_feed,
        RequestKind::stop_feed,   RequestKind::feed_stats, RequestKind::remove_feed, RequestKind::feed_stats};
    // A few kinds a history, so that equal requests meet.
    if (palette_.empty())
      for (unsigned i = 2 + below(4); i > 0; --i)
        palette_.push_back(shape_.feeds && chance(40) ? kFeedAsks.at(below(kFeedAsks.size()))
                                                      : kAsks.at(below(kAsks.size())));
    Question question;
    question.kind =
        chance(85) ? palette_[below(static_cast<unsigned>(palette_.size()))] : kAsks.at(below(kAsks.size()));
    if (question.kind == RequestKind::post || question.kind == RequestKind::start_feed) {
      question.records = 1 + below(3);
      if (chance(20)) question.records_perhaps = 1 + below(3);
    }
    if (question.kind == RequestKind::close) question.has_timeout = chance(50);
    question.may_be_refused = chance(3);
    return question;
  }

  void respond(std::size_t which) {
    const Pending p = world_.pending[which];
    ScriptEvent event;
    event.type = ScriptEvent::Type::respond;
    event.id = p.id;
    for (int tries = 0; tries < 60; ++tries) {
      event.answer = Answer{};
      event.answer.outcome = std::array{RequestOutcome::accepted, RequestOutcome::refused, RequestOutcome::failed,
                                        RequestOutcome::timed_out}
                                 .at(below(4));
      if (event.answer.outcome == RequestOutcome::accepted && p.question.kind == RequestKind::stats) {
        event.answer.state =
            std::array{JobState::closed, JobState::opening, JobState::opened, JobState::closing, JobState::failed}.at(
                below(5));
        if (chance(80))
          event.answer.processed = p.saw.lo + below(p.saw.most() >= kNoBound ? 9 : p.saw.most() - p.saw.lo + 1);
      }
      if (event.answer.outcome == RequestOutcome::accepted && p.question.kind == RequestKind::feed_stats)
        event.answer.feed_started = p.saw.feed == Feed::started;
      if (!brute::may_answer(table_, p, event.answer)) continue;
      script_.push_back(event);
      world_.pending.erase(world_.pending.begin() + static_cast<std::ptrdiff_t>(which));
      return;
    }
  }

  void event_of_history() {
    ScriptEvent event;
    event.type = chance(50) ? ScriptEvent::Type::settled : ScriptEvent::Type::fault;
    event.fault = chance(60) ? Fault::fail_job : Fault::hang_close;
    const std::size_t step = event.type == ScriptEvent::Type::settled ? kSettledStep
                             : event.fault == Fault::fail_job         ? kDieStep
                                                                      : kHangStep;
    const auto worlds = brute::history_event(table_, world_, step);
    if (worlds.empty()) return;
    script_.push_back(event);
    go(worlds);
  }

  void act() {
    if (chance(shape_.event_percent)) event_of_history();
    if (invoked_ < shape_.requests && open() < shape_.clients && chance(40)) {
      ++invoked_;
      invoke(question());
    }
    if (chance(30)) go(brute::happenings(table_, world_));
    if (world_.pending.empty()) return;
    const std::size_t which = below(static_cast<unsigned>(world_.pending.size()));
    Pending& p = world_.pending[which];
    if (p.stage == Pending::Stage::not_yet && chance(p.lost ? 5 : 60)) return go(brute::steps(table_, world_, which));
    if (p.lost) return;
    if (chance(shape_.lost_percent)) {
      if (chance(70)) {
        ScriptEvent event;
        event.type = ScriptEvent::Type::lose;
        event.id = p.id;
        script_.push_back(event);
      } else if (chance(70)) {
        ScriptEvent event;
        event.type = ScriptEvent::Type::respond;
        event.id = p.id;
        event.answer.outcome = RequestOutcome::unknown;
        script_.push_back(event);
      }
      p.lost = true;  // or still open at the end
      return;
    }
    if (p.stage == Pending::Stage::done || (p.stage == Pending::Stage::waits && chance(20))) respond(which);
  }

  std::mt19937_64& random_;
  const CellTable& table_;
  const RandomHistory& shape_;
  World world_;
  Script script_;
  int invoked_ = 0;
  int next_id_ = 1;
  std::vector<RequestKind> palette_;
};

}  // namespace

Script random_history(std::mt19937_64& random, const CellTable& table, const RandomHistory& shape) {
  return Walk(random, table, shape).run();
}

Script corrupted(std::mt19937_64& random, Script script) {
  std::vector<std::size_t> answers;
  for (std::size_t i = 0; i < script.size(); ++i)
    if (script[i].type == ScriptEvent::Type::respond && script[i].answer.outcome != RequestOutcome::unknown)
      answers.push_back(i);
  if (answers.empty()) return script;
  Answer& answer = script[answers[random() % answers.size()]].answer;
  if (answer.processed && random() % 2 == 0) {
    answer.processed = std::max<std::int64_t>(0, *answer.processed + (random() % 2 == 0 ? 1 : -1));
  } else if (answer.state != JobState::unknown && random() % 2 == 0) {
    answer.state =
        std::array{JobState::closed, JobState::opening, JobState::opened, JobState::closing, JobState::failed}.at(
            random() % 5);
  } else {
    const RequestOutcome told =
        std::array{RequestOutcome::accepted, RequestOutcome::refused, RequestOutcome::failed, RequestOutcome::timed_out}
            .at(random() % 4);
    answer = Answer{};
    answer.outcome = told;
  }
  return script;
}

TEST(RandomHistory, IsTheSameForTheSameSeed) {
  std::mt19937_64 first(5);
  std::mt19937_64 second(5);
  const CellTable& table = cells(Profile::xpack_6_3);
  EXPECT_EQ(write_script(random_history(first, table, {})), write_script(random_history(second, table, {})));
}

}  // namespace closecheck::model
