// Claims: the page knows one success of a close, `{"closed": true}`. Other words may be those of something between us
// and the service, until the job shows that the service has done what they were the answer to.
#include <fmt/format.h>

#include <algorithm>

#include "rules/rules.h"

namespace closecheck::model::claims {

const DialectNote* lack_of(const Response& response) {
  const auto found = std::ranges::find(response.notes, Clause::close_ends_open_job, &DialectNote::clause);
  return found == response.notes.end() ? nullptr : &*found;
}

void judge_close(const Exchange& exchange, JobFile& job, const Response& response, RuleContext& context) {
  const DialectNote* const lack = lack_of(response);
  if (lack == nullptr || exchange.wrong_method || exchange.barred || exchange.expression) return;
  const std::string observed = fmt::format("{}: {}", context.log.cite(exchange.number), lack->observed);
  if (exchange.outcome == RequestOutcome::accepted)
    return context.rulings.accuse(finding_at(exchange, Clause::close_ends_open_job, lack->expected, observed));
  const bool closes = exchange.quiet && exchange.before == JobState::opened && !job.has_feed;
  if (closes && exchange.outcome == RequestOutcome::unknown)
    job.unclaimed = {exchange.number, lack->expected, observed};
}

void judge_statistics(const Exchange& exchange, const JobFile& job, const JobStatistics& statistics,
                      RuleContext& context) {
  const UnclaimedClose& close = job.unclaimed;
  if (close.number == 0 || close.number != job.last_change || !exchange.quiet) return;
  if (statistics.state != JobState::closed) return;
  context.rulings.accuse(
      finding_at(exchange, Clause::close_ends_open_job, close.expected,
                 fmt::format("{}; {} reads closed", close.observed, context.log.cite(exchange.number))));
}

}  // namespace closecheck::model::claims
