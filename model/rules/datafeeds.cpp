// Datafeeds: one that has an end closes its job by itself when it stops.
#include <fmt/format.h>

#include "rules/rules.h"

namespace closecheck::model::datafeeds {
namespace {

/// An end before this has passed by any clock: milliseconds since the epoch, the year 2018.
constexpr std::int64_t kSurelyPastMs = 1'540'000'000'000;

}  // namespace

bool accuse_endless_feed(const Exchange& exchange, JobFile& job, const JobStatistics& statistics,
                         RuleContext& context) {
  const OpenPeriod& period = job.period;
  if (!period.closed_by_feed() || period.feed_seen_running || !job.settled || statistics.state != JobState::opened)
    return false;
  // A feed whose end is still to come may rightly wait for it.
  const Exchange* const asked = context.log.find(period.feed_with_end);
  const auto* start = asked != nullptr ? std::get_if<StartDatafeed>(&asked->request->operation) : nullptr;
  if (start == nullptr || !start->end_ms || *start->end_ms >= kSurelyPastMs) return false;
  context.rulings.accuse(
      finding_at(exchange, Clause::datafeed_end_closes_job,
                 fmt::format("{} has its end in the past: the feed stops there and its job reads closed",
                             context.log.cite(period.feed_with_end)),
                 fmt::format("{}: still opened", context.log.cite(exchange.number))));
  return true;
}

void learn_of_statistics(JobFile& job, const DatafeedStatistics& statistics, RuleContext& context) {
  job.period.feed_seen_running = statistics.state != "stopped";
  // Whose close stopped a datafeed that surely ran has done what the other way of the product forbids.
  const Exchange* const close = context.log.find(job.period.normal_close);
  if (job.now == JobState::closed && statistics.state == "stopped" && close != nullptr && close->feed_before == true)
    context.rulings.prove(Clause::running_datafeed_blocks_close);
}

}  // namespace closecheck::model::datafeeds
