// What a close promised and a reading lacks: it is late if it comes, and never came if it does not.
#include <fmt/format.h>

#include <algorithm>

#include "rules/naming.h"
#include "rules/rules.h"

namespace closecheck::model {
namespace {

// What is still missing after so long, or after so many readings, does not come any more.
constexpr Duration kLateAfter = 10 * kSecond;
constexpr std::size_t kReadingsMax = 3;

template <class Page>
bool asks_for_same_page(const Page& a, const Page& b) {
  return a.from == b.from && a.size == b.size && a.selection == b.selection;
}

/// Whether two reads ask for the same.
bool is_same_reading(const Request& a, const Request& b) {
  if (a.operation.index() != b.operation.index()) return false;
  if (const auto* buckets = std::get_if<GetBuckets>(&a.operation))
    return asks_for_same_page(*buckets, std::get<GetBuckets>(b.operation));
  if (const auto* records = std::get_if<GetRecords>(&a.operation))
    return asks_for_same_page(*records, std::get<GetRecords>(b.operation));
  return true;
}

std::vector<UnmetPromise>::iterator unmet_by(const Exchange& exchange, JobFile& job) {
  return std::ranges::find_if(job.unmet,
                              [&](const UnmetPromise& it) { return is_same_reading(*it.request, *exchange.request); });
}

}  // namespace

void await_promise(const Exchange& exchange, JobFile& job, Finding finding, std::string lacked, RuleContext& context,
                   const BucketExpectation* bucket) {
  const auto known = unmet_by(exchange, job);
  if (known == job.unmet.end()) {
    job.unmet.push_back({exchange.number, exchange.request, exchange.answered, 1, std::move(finding), std::move(lacked),
                         bucket != nullptr ? bucket->start_ms : INT64_MIN, bucket != nullptr ? bucket->lo : 0});
    return context.rulings.await();
  }
  ++known->readings;
  const Duration waited = exchange.answered - known->time;
  if (known->readings < kReadingsMax && waited < kLateAfter) return context.rulings.await();
  Finding never = known->finding;
  never.event = exchange.answer_event;
  if (known->readings > 1)
    never.observed += fmt::format("; {} after that, #{} shows the same", describe_duration(waited), exchange.number);
  context.rulings.accuse(std::move(never));
  job.unmet.clear();
}

bool promise_kept_late(const Exchange& exchange, JobFile& job, RuleContext& context) {
  const auto known = unmet_by(exchange, job);
  if (known == job.unmet.end()) return false;
  const UnmetPromise late = std::move(*known);
  job.unmet.erase(known);
  // Only a normal close that claimed success promised that it would be there at once.
  if (job.period.normal_close == 0 || job.period.forced != 0) return false;
  Finding finding = finding_at(exchange, Clause::close_waits_for_housekeeping,
                               fmt::format("{} is answered only when the job's housekeeping is done: {}",
                                           context.log.cite(job.period.normal_close), late.finding.expected),
                               fmt::format("#{} lacked {}; it was there {} later, in #{}", late.number, late.lacked,
                                           describe_duration(exchange.answered - late.time), exchange.number));
  stand_beside(finding, late.finding.clause);
  context.rulings.accuse(std::move(finding));
  return true;
}

void stop_waiting(JobFile& job, RuleContext& context) {
  // Only a normal close that claimed success promised that all is there at once. What another leaves behind may come a
  // little later, and who wanted to look again may have been given no answer.
  const bool was_promised = job.period.normal_close != 0 && job.period.forced == 0;
  for (UnmetPromise& known : job.unmet)
    if (was_promised || known.readings > 1 || context.options.in_process)
      context.rulings.accuse(std::move(known.finding));
  job.unmet.clear();
}

}  // namespace closecheck::model
