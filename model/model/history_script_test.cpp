#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "closecheck/vocabulary/text.h"
#include "model/history_script_for_test.h"

namespace closecheck::model {
namespace {

using Names = std::vector<std::pair<std::string_view, RequestKind>>;
const Names& names() {
  static const Names names{{"create", RequestKind::create},
                           {"get", RequestKind::get},
                           {"update", RequestKind::update},
                           {"remove", RequestKind::remove},
                           {"force-remove", RequestKind::force_remove},
                           {"open", RequestKind::open},
                           {"post", RequestKind::post},
                           {"flush", RequestKind::flush},
                           {"close", RequestKind::close},
                           {"force", RequestKind::force_close},
                           {"stats", RequestKind::stats},
                           {"read", RequestKind::read_results},
                           {"revert", RequestKind::revert},
                           {"mkfeed", RequestKind::create_feed},
                           {"feed", RequestKind::start_feed},
                           {"feed~", RequestKind::start_endless_feed},
                           {"stop", RequestKind::stop_feed},
                           {"rmfeed", RequestKind::remove_feed},
                           {"fstats", RequestKind::feed_stats},
                           {"bad", RequestKind::invalid}};
  return names;
}

[[noreturn]] void fail_to_read(std::string_view text) {
  std::fprintf(stderr, "cannot read the script at `%.*s`\n", static_cast<int>(text.size()), text.data());
  std::abort();
}

Question parse_question(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view head = text.substr(0, colon);
  const std::string_view tail = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  Question question;
  const bool perhaps = head.ends_with('*');
  const std::string_view bare = perhaps ? head.substr(0, head.size() - 1) : head;
  const auto found = std::find_if(names().begin(), names().end(), [&](const auto& name) { return name.first == bare; });
  if (found == names().end()) fail_to_read(text);
  question.kind = found->second;
  question.may_be_refused = perhaps;
  if (tail == "t")
    question.has_timeout = true;
  else if (!tail.empty())
    question.records = std::stol(std::string(tail));
  if (const std::size_t plus = tail.find('+'); plus != std::string_view::npos)
    question.records_perhaps = std::stol(std::string(tail.substr(plus + 1)));
  return question;
}

constexpr std::pair<std::string_view, JobState> kStates[] = {{"closed", JobState::closed},
                                                             {"opening", JobState::opening},
                                                             {"opened", JobState::opened},
                                                             {"closing", JobState::closing},
                                                             {"failed", JobState::failed}};
constexpr std::pair<std::string_view, RequestOutcome> kTold[] = {
    {"ok", RequestOutcome::accepted},    {"no", RequestOutcome::refused}, {"5xx", RequestOutcome::failed},
    {"late", RequestOutcome::timed_out}, {"busy", RequestOutcome::busy},  {"?", RequestOutcome::unknown}};

Answer parse_answer(std::string_view text) {
  Answer answer;
  answer.outcome = RequestOutcome::accepted;
  for (const auto& [word, told] : kTold)
    if (text == word) {
      answer.outcome = told;
      return answer;
    }
  if (text == "late-ok") {
    answer.late = true;
    return answer;
  }
  if (text == "started" || text == "stopped") {
    answer.feed_started = text == "started";
    return answer;
  }
  const std::size_t colon = text.find(':');
  for (const auto& [word, state] : kStates)
    if (text.substr(0, colon) == word) answer.state = state;
  if (answer.state == JobState::unknown) fail_to_read(text);
  if (colon != std::string_view::npos) answer.processed = std::stol(std::string(text.substr(colon + 1)));
  return answer;
}

std::string write_question(const Question& question) {
  std::string text;
  for (const auto& [word, kind] : names())
    if (kind == question.kind) text = word;
  if (question.may_be_refused) text += '*';
  if (question.has_timeout) return text + ":t";
  if (question.kind == RequestKind::post || question.kind == RequestKind::start_feed)
    text += ":" + std::to_string(question.records);
  if (question.records_perhaps != 0) text += "+" + std::to_string(question.records_perhaps);
  return text;
}

std::string write_answer(const Answer& answer) {
  if (answer.feed_started) return *answer.feed_started ? "started" : "stopped";
  if (answer.late) return "late-ok";
  std::string text;
  for (const auto& [word, told] : kTold)
    if (answer.outcome == told) text = word;
  for (const auto& [word, state] : kStates)
    if (answer.state == state) text = word;
  if (answer.processed) text += ":" + std::to_string(*answer.processed);
  return text;
}

}  // namespace

Script parse_script(std::string_view text) {
  Script script;
  std::map<std::string, int, std::less<>> open;
  int next_id = 1;
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const std::string_view part = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (part.empty()) continue;
    ScriptEvent event;
    const std::size_t mark = part.find_first_of("><!");
    if (part == "fail" || part == "hang") {
      event.type = ScriptEvent::Type::fault;
      event.fault = part == "fail" ? Fault::fail_job : Fault::hang_close;
      script.push_back(event);
    } else if (part == "settled") {
      event.type = ScriptEvent::Type::settled;
      script.push_back(event);
    } else if (mark != std::string_view::npos) {
      const std::string name(part.substr(0, mark));
      if (part[mark] == '>') {
        open[name] = next_id;
        event.question = parse_question(part.substr(mark + 1));
        event.id = next_id++;
      } else {
        event.type = part[mark] == '<' ? ScriptEvent::Type::respond : ScriptEvent::Type::lose;
        event.id = open.at(name);
        if (part[mark] == '<') event.answer = parse_answer(part.substr(mark + 1));
      }
      script.push_back(event);
    } else {
      const std::size_t space = part.find(' ');
      if (space == std::string_view::npos) fail_to_read(part);
      event.question = parse_question(part.substr(0, space));
      event.id = next_id++;
      script.push_back(event);
      event.type = ScriptEvent::Type::respond;
      event.answer = parse_answer(trimmed(part.substr(space)));
      script.push_back(event);
    }
  }
  return script;
}

std::string write_script(const Script& script) {
  std::string text;
  for (const ScriptEvent& event : script) {
    if (!text.empty()) text += "; ";
    const std::string name = "r" + std::to_string(event.id);
    switch (event.type) {
      case ScriptEvent::Type::invoke:
        text += name + ">" + write_question(event.question);
        break;
      case ScriptEvent::Type::respond:
        text += name + "<" + write_answer(event.answer);
        break;
      case ScriptEvent::Type::lose:
        text += name + "!";
        break;
      case ScriptEvent::Type::fault:
        text += event.fault == Fault::fail_job ? "fail" : "hang";
        break;
      case ScriptEvent::Type::settled:
        text += "settled";
        break;
    }
  }
  return text;
}

OracleVerdict tell(JobOracle& oracle, const Script& script, std::size_t index, std::size_t before) {
  const ScriptEvent& event = script[index];
  const std::size_t at = before + index;
  switch (event.type) {
    case ScriptEvent::Type::invoke:
      oracle.invoke(event.id, event.question, at);
      return OracleVerdict::fits;
    case ScriptEvent::Type::respond:
      return oracle.respond(event.id, event.answer, at);
    case ScriptEvent::Type::lose:
      return oracle.lose(event.id);
    case ScriptEvent::Type::fault:
      return oracle.fault(event.fault, at);
    case ScriptEvent::Type::settled:
      return oracle.settled(at);
  }
  return OracleVerdict::fits;
}

OracleVerdict run_script(JobOracle& oracle, const Script& script) {
  OracleVerdict verdict = OracleVerdict::fits;
  for (std::size_t i = 0; i < script.size() && verdict == OracleVerdict::fits; ++i) verdict = tell(oracle, script, i);
  return verdict == OracleVerdict::fits ? oracle.finish() : verdict;
}

Log log_of(const Script& script) {
  Log log;
  std::map<int, std::uint32_t> entries;
  for (std::size_t i = 0; i < script.size(); ++i) {
    const ScriptEvent& event = script[i];
    switch (event.type) {
      case ScriptEvent::Type::invoke: {
        const std::uint32_t entry = log.add_invocation(event.id, event.question, i);
        log.entries[entry].status = EntryStatus::lost;
        entries[event.id] = entry;
        break;
      }
      case ScriptEvent::Type::respond:
        log.add_answer(entries.at(event.id), event.answer, i);
        break;
      case ScriptEvent::Type::lose:
        break;
      case ScriptEvent::Type::fault:
        log.add_fault(event.fault, i);
        break;
      case ScriptEvent::Type::settled:
        log.add_settled(i);
        break;
    }
  }
  return log;
}

bool fits(const CellTable& table, const Log& log) {
  Player player(table, 100'000, {});
  player.reset(table, log);
  for (std::size_t i = 0; i < log.items.size(); ++i)
    if (player.play(log, i) != Played::fits) return false;
  return true;
}

TEST(HistoryScript, WritesWhatItReads) {
  const std::string text =
      "r1>create; r1<ok; r2>post:5+2; r3>close:t; r2<5xx; r3<late; r4>stats; r4<closed:5; r5>open*; r5!; fail; settled";
  EXPECT_EQ(write_script(parse_script(text)), text);
}

}  // namespace closecheck::model
