#include "model/event_log.h"

#include <algorithm>

namespace closecheck::model {
namespace {

std::uint32_t index_of_event(std::size_t event) {
  return static_cast<std::uint32_t>(event);
}

}  // namespace

void Log::clear() {
  start = {};
  items.clear();
  entries.clear();
  from_anywhere = may_hang = false;
}

std::uint32_t Log::add_invocation(int id, const Question& question, std::size_t event) {
  const auto index = static_cast<std::uint32_t>(entries.size());
  entries.emplace_back(question, event, static_cast<std::uint32_t>(items.size()), id);
  items.push_back({.type = ItemType::invoke, .fault = {}, .entry = index, .event = index_of_event(event)});
  return index;
}

void Log::add_answer(std::uint32_t index, const Answer& answer, std::size_t event) {
  LogEntry& entry = entries[index];
  entry.answer = answer;
  entry.answer_event = event;
  entry.answer_item = static_cast<std::uint32_t>(items.size());
  entry.status = EntryStatus::answered;
  items.push_back({.type = ItemType::respond, .fault = {}, .entry = index, .event = index_of_event(event)});
}

void Log::add_fault(Fault fault, std::size_t event) {
  items.push_back({.type = ItemType::fault, .fault = fault, .entry = 0, .event = index_of_event(event)});
}

void Log::add_settled(std::size_t event) {
  items.push_back({.type = ItemType::settled, .fault = {}, .entry = 0, .event = index_of_event(event)});
}

void Log::add_counts(std::int64_t records) {
  items.push_back({.type = ItemType::counts,
                   .fault = {},
                   .entry = 0,
                   .event = items.empty() ? 0 : items.back().event,
                   .records = static_cast<std::int32_t>(std::min<std::int64_t>(records, kNoBound))});
}

void Log::insert(LogItem item) {
  items.insert(std::ranges::upper_bound(items, item.event, {}, &LogItem::event), item);
  for (std::size_t i = 0; i < items.size(); ++i) {
    LogEntry& entry = entries[items[i].entry];
    if (items[i].type == ItemType::invoke) entry.item = static_cast<std::uint32_t>(i);
    if (items[i].type == ItemType::respond) entry.answer_item = static_cast<std::uint32_t>(i);
  }
}

bool Log::take(const Supposition& supposition) {
  const auto known = std::ranges::find(entries, supposition.id, &LogEntry::id);
  if (known != entries.end()) {
    if (supposition.question) known->question = *supposition.question;
    if (!supposition.answer) return true;
    if (known->status != EntryStatus::answered) return false;
    known->answer = *supposition.answer;
    return true;
  }
  if (!supposition.question || supposition.invoked < start.event) return false;
  const auto index = static_cast<std::uint32_t>(entries.size());
  const bool answered = supposition.answer && supposition.answer->outcome != RequestOutcome::unknown;
  LogEntry& entry = entries.emplace_back(*supposition.question, supposition.invoked, 0, supposition.id);
  entry.status = answered ? EntryStatus::answered : EntryStatus::lost;
  insert({.type = ItemType::invoke, .fault = {}, .entry = index, .event = index_of_event(supposition.invoked)});
  if (!answered) return true;
  entries[index].answer = *supposition.answer;
  entries[index].answer_event = supposition.answered;
  insert({.type = ItemType::respond, .fault = {}, .entry = index, .event = index_of_event(supposition.answered)});
  return true;
}

bool Log::may_have_hung() const {
  return may_hang || std::ranges::any_of(items, [](const LogItem& item) {
           return item.type == ItemType::fault && item.fault == Fault::hang_close;
         });
}

void Log::cut(const LogStart& where) {
  may_hang = may_have_hung();
  start = where;
  items.clear();
  entries.clear();
  from_anywhere = false;
}

Log Log::outstanding(const CellTable& table) const {
  Log left;
  left.from_anywhere = true;
  left.may_hang = may_have_hung();
  left.start.event = items.empty() ? start.event : items.back().event;
  for (const LogEntry& entry : entries) {
    if (!entry.is_unknown() || table.changing[index_of(entry.question.kind)] == kNothing) continue;
    left.entries[left.add_invocation(entry.id, entry.question, entry.event)].status = EntryStatus::lost;
  }
  return left;
}

}  // namespace closecheck::model
