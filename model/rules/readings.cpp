// What is read of a job goes to the rules about it.
#include <algorithm>

#include "rules/rules.h"

namespace closecheck::model {

std::vector<const Exchange*> newest_first(const JobFile& job, const ExchangeLog& log) {
  std::vector<const Exchange*> exchanges;
  const std::vector<int> numbers = job.oracle.requests();
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number)
    if (*number > 0) exchanges.push_back(&log.of(static_cast<std::size_t>(*number)));
  return exchanges;
}

const JobStatistics* statistics_of(const JobFile& job, const Response& response) {
  const auto* list = std::get_if<JobStatisticsList>(&response.content);
  if (list == nullptr) return nullptr;
  const auto found = std::ranges::find(list->jobs, job.name, &JobStatistics::job);
  return found != list->jobs.end() ? &*found : nullptr;
}

void judge_reading(const Exchange& exchange, JobFile& job, const Response& response, const JobStatistics* statistics,
                   RuleContext& context) {
  if (!is_read(exchange.meant) || !exchange.quiet || exchange.unknown.has(Reach::part) || job.disturbed) return;
  const Operation& operation = exchange.request->operation;
  if (const auto* buckets = std::get_if<GetBuckets>(&operation)) {
    const auto* page = std::get_if<BucketPage>(&response.content);
    if (page != nullptr || response.outcome == Outcome::refused)
      results::judge_buckets(exchange, job, page != nullptr ? *page : BucketPage{}, *buckets, context);
  } else if (const auto* records = std::get_if<GetRecords>(&operation)) {
    if (const auto* page = std::get_if<RecordPage>(&response.content))
      results::judge_records(exchange, job, *page, *records, context);
  } else if (std::holds_alternative<GetSnapshots>(operation)) {
    if (const auto* list = std::get_if<SnapshotList>(&response.content))
      snapshots::judge_list(exchange, job, *list, context);
  } else if (std::holds_alternative<JobStats>(operation)) {
    if (statistics != nullptr) data::judge_statistics(exchange, job, *statistics, context);
  } else if (const auto* asked = std::get_if<DatafeedStats>(&operation)) {
    if (const auto* list = std::get_if<DatafeedStatisticsList>(&response.content))
      for (const DatafeedStatistics& feed : list->feeds)
        if (feed.feed == asked->feed) datafeeds::learn_of_statistics(job, feed, context);
  } else if (std::holds_alternative<GetJob>(operation)) {
    if (const auto* list = std::get_if<JobDescriptionList>(&response.content))
      for (const JobDescription& description : list->jobs)
        if (description.job == job.name) metadata::judge_description(exchange, job, description, context);
  }
}

}  // namespace closecheck::model
