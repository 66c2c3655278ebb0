#include "in_process/further_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "in_process/answers.h"
#include "in_process/job_configuration.h"
#include "in_process/privileges.h"

namespace closecheck::sut {
namespace {

constexpr std::size_t kPreviewDocuments = 1'000;

}  // namespace

Answer FurtherOperations::on(const GetFurtherResults& ask) {
  if (!may_read(turn_.manner, turn_.who))
    return forbidden(fmt::format("monitor/xpack/ml/job/results/{}/get", ask.kind), turn_.who);
  if (jobs_.find(ask.job) == nullptr) return unknown_job(turn_.manner, ask.job);
  return ServiceAnswer(accepted(Acknowledged{}), NoResults{ask.kind});
}

Answer FurtherOperations::on(const GetOverallBuckets& ask) {
  if (!may_read(turn_.manner, turn_.who))
    return forbidden("monitor/xpack/ml/job/results/overall_buckets/get", turn_.who);
  std::vector<Job*> selected;
  if (auto refusal = jobs_.select(turn_, ask.job, selected)) return refusal;
  OverallBuckets overall;
  for (const Job* job : selected) overall.span_s = std::max(overall.span_s, job->analysis().plan().span_ms / 1'000);
  std::map<std::int64_t, OverallBuckets::Bucket> by_time;
  for (const Job* job : selected)
    for (const ResultBucket& bucket : job->analysis().results().buckets) {
      const std::int64_t span_ms = overall.span_s * 1'000;
      OverallBuckets::Bucket& into = by_time[bucket.start_ms / span_ms * span_ms];
      into.interim = into.interim || bucket.interim;
      if (into.jobs.empty() || into.jobs.back().first != job->id()) into.jobs.emplace_back(job->id(), 0.0);
      into.jobs.back().second = std::max(into.jobs.back().second, bucket.score);
    }
  for (auto& [start_ms, bucket] : by_time) {
    std::vector<double> scores;
    for (const auto& [job, score] : bucket.jobs) scores.push_back(score);
    std::ranges::sort(scores, std::greater());
    scores.resize(std::min(scores.size(), static_cast<std::size_t>(std::max(ask.top_n, 1))));
    for (const double score : scores) bucket.score += score / static_cast<double>(scores.size());
    bucket.start_ms = start_ms;
    const bool is_final = !ask.selection.exclude_interim.value_or(false) || !bucket.interim;
    const bool is_in_range = (!ask.selection.start_ms || start_ms >= *ask.selection.start_ms) &&
                             (!ask.selection.end_ms || start_ms < *ask.selection.end_ms);
    if (bucket.score >= ask.score_min && is_final && is_in_range) overall.buckets.push_back(std::move(bucket));
  }
  return ServiceAnswer(accepted(Acknowledged{}), std::move(overall));
}

Answer FurtherOperations::on(const Forecast& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/job/forecast", turn_.who);
  const Job* job = jobs_.find(ask.job);
  if (job == nullptr && turn_.manner.profile->post_to_unknown_may_conflict) return not_open(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (job->state() == JobState::closed) return not_open(ask.job);
  if (job->state() != JobState::opened)
    return conflict(fmt::format("Cannot forecast because job [{}] is not open", ask.job));
  return ServiceAnswer(accepted(Acknowledged{}), ForecastBegun{fmt::format("forecast-{}", turn_.wall_ms())});
}

Answer FurtherOperations::on(const ValidateJob& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/job/validate", turn_.who);
  PlanProblem problem;
  if (ask.job && !make_plan(ask.job->config, problem)) return refusal_of(std::move(problem));
  return accepted(Acknowledged{});
}

Answer FurtherOperations::on(const GetDefaults&) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/info/get", turn_.who);
  return ServiceAnswer(accepted(Acknowledged{}), Defaults{});
}

Answer FurtherOperations::on(const PreviewDatafeed& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/datafeeds/preview", turn_.who);
  const Datafeed* feed = feeds_.find(ask.feed);
  if (feed == nullptr) return not_found(fmt::format("No datafeed with id [{}] exists", ask.feed));
  DocumentPreview preview;
  for (const Index& index : indices_)
    for (const Document& document : index.visible())
      if (feed->reads(index.name()) && preview.documents.size() < kPreviewDocuments &&
          (!feed->options.query || fits(document, *feed->options.query)))
        preview.documents.push_back(document);
  return ServiceAnswer(accepted(Acknowledged{}), std::move(preview));
}

}  // namespace closecheck::sut
