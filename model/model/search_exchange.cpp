#include "model/search_exchange.h"

#include <algorithm>

namespace closecheck::model {
namespace {

std::uint32_t counted(std::int64_t count) {
  return saturated(static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0)));
}

std::uint64_t bound_of(const Question& question) {
  return std::uint64_t{counted(question.records)} + counted(question.records_perhaps);
}

}  // namespace

void SearchExchange::read_from(std::size_t which, const Question& question, const Answer& answer, std::size_t when,
                               const CellTable& table) {
  step = static_cast<std::uint8_t>(which);
  timed_out = answer.outcome == RequestOutcome::timed_out;
  answers = answer_bit(answer.outcome);
  // A refusal that comes when the timeout is up cannot be told from giving up, whatever its text.
  if (timed_out) answers |= kRefused;
  may_be_refused = question.may_be_refused;
  concerns = question.concerns;
  records = counted(question.records);
  records_perhaps = counted(question.records_perhaps);
  read = JobState::unknown;
  processed = -1;
  if (which == index_of(RequestKind::stats)) {
    read = answer.state;
    processed = answer.processed.value_or(-1);
    // A negative count is one that no job shows.
    if (processed < 0 && answer.processed) processed = std::int64_t{kNoBound} * 4;
  }
  feed_read = -1;
  if (which == index_of(RequestKind::feed_stats) && answer.feed_started) feed_read = *answer.feed_started ? 1 : 0;
  pure_only = (answers & table.changing[which]) == 0;
  order = when;
}

bool is_interchangeable(const SearchExchange& a, const SearchExchange& b) {
  return asks_the_same(a, b) && a.answers == b.answers && a.may_be_refused == b.may_be_refused &&
         a.concerns == b.concerns && a.read == b.read && a.processed == b.processed && a.feed_read == b.feed_read;
}

int PendingRequests::lose(std::size_t step, const Question& question, const CellTable& table) {
  if (table.changing[step] == kNothing) return kNoBit;
  if (is_approximate && step == index_of(RequestKind::post)) {
    perhaps_more += bound_of(question);
    return kNoBit;
  }
  if (is_approximate)
    for (std::uint32_t rest = lost_used; rest != 0; rest &= rest - 1)
      if (lost_at(std::countr_zero(rest)).step == step) return kNoBit;
  const int bit = std::countr_one(lost_used);
  if (bit >= kLostMax) return kTooManyLost;
  lost_used |= 1U << bit;
  SearchExchange& exchange = lost[static_cast<std::size_t>(bit)];
  exchange.read_from(step, question, Answer{}, 0, table);
  if (is_approximate && bound_of(question) != 0) {
    exchange.records = 0;
    exchange.records_perhaps = kNoBound;
  }
  return bit;
}

void PendingRequests::find(std::size_t step, const Question& question, int bit) {
  if (bit >= 0)
    lost_used &= ~(1U << bit);
  else if (is_approximate && step == index_of(RequestKind::post))
    perhaps_more -= bound_of(question);
}

}  // namespace closecheck::model
