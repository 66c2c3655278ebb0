#include "in_process/further_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "in_process/aggregations.h"
#include "in_process/answers.h"
#include "in_process/job_configuration.h"
#include "in_process/privileges.h"
#include "in_process/result_documents.h"
#include "wire/json.h"
#include "wire/time_format.h"
#include "wire/upload.h"

namespace closecheck::sut {
namespace {

constexpr std::size_t kPreviewDocuments = 1'000;
constexpr std::int64_t kDayMs = 86'400'000;

/// A result that somebody wrote, of a kind that is not computed here.
struct WrittenResult {
  wire::Json body;
  double key = 0;  // that it is ordered by
};

std::int64_t time_of(const wire::Json& body) {
  const wire::Json* time = wire::member(body, "timestamp");
  if (time != nullptr && time->is_number_integer()) return time->get<std::int64_t>();
  return time != nullptr && time->is_string() ? iso_date_ms(time->get_ref<const std::string&>()).value_or(0) : 0;
}

double number_of(const wire::Json& body, const char* name) {
  const wire::Json* value = wire::member(body, name);
  return value != nullptr && value->is_number() ? value->get<double>() : 0;
}

/// The influencer as it is shown, where the question finds it.
std::optional<WrittenResult> influencer_of(wire::Json body, const GetFurtherResults& ask) {
  const wire::Json* kind = wire::member(body, "result_type");
  if (kind == nullptr || *kind != "influencer") return std::nullopt;
  const std::int64_t time_ms = time_of(body);
  const Selection& selection = ask.list.selection;
  const double score = number_of(body, "influencer_score");
  const bool is_interim = body.value("is_interim", false);
  if ((selection.start_ms && time_ms < *selection.start_ms) || (selection.end_ms && time_ms >= *selection.end_ms) ||
      score < ask.list.score_min || (is_interim && selection.exclude_interim.value_or(false)))
    return std::nullopt;
  body["timestamp"] = time_ms;
  body["is_interim"] = is_interim;
  const bool descends = selection.descending.value_or(true);
  const double key = ask.list.sort == "timestamp" ? static_cast<double>(time_ms) : score;
  return WrittenResult{std::move(body), descends ? -key : key};
}

std::optional<WrittenResult> category_of(wire::Json body, const GetFurtherResults& ask) {
  const wire::Json* category = wire::member(body, "category_id");
  if (category == nullptr || !category->is_number_integer()) return std::nullopt;
  const auto number = category->get<std::int64_t>();
  if (ask.category && number != *ask.category) return std::nullopt;
  const wire::Json* partition = wire::member(body, "partition_field_value");
  if (ask.partition && (partition == nullptr || *partition != *ask.partition)) return std::nullopt;
  return WrittenResult{std::move(body), static_cast<double>(number)};
}

std::optional<std::int64_t> days_ms(const Job& job, std::string_view name, std::optional<std::int64_t> usual) {
  const Members& members = job.definition().options.members;
  const auto found = std::ranges::find(members, name, &Members::value_type::first);
  const auto days = found == members.end() ? usual : number_in<std::int64_t>(found->second);
  return days ? std::optional(*days * kDayMs) : std::nullopt;
}

using OverallByTime = std::map<std::int64_t, OverallBuckets::Bucket>;

/// What the jobs' buckets are within spans of that length: of each job the highest score. Of a range only whole spans.
OverallByTime gathered(const std::vector<Job*>& jobs, std::int64_t span_ms, const Selection& selection) {
  const auto first = [&](std::int64_t at_ms) { return (at_ms + span_ms - 1) / span_ms * span_ms; };
  OverallByTime overall;
  for (const Job* job : jobs)
    for (const ResultBucket& bucket : job->analysis().results().buckets) {
      if (bucket.interim && selection.exclude_interim.value_or(false)) continue;
      if (selection.start_ms && bucket.start_ms < first(*selection.start_ms)) continue;
      if (selection.end_ms && bucket.start_ms >= *selection.end_ms / span_ms * span_ms) continue;
      OverallBuckets::Bucket& into = overall[bucket.start_ms / span_ms * span_ms];
      into.interim = into.interim || bucket.interim;
      if (into.jobs.empty() || into.jobs.back().first != job->id()) into.jobs.emplace_back(job->id(), 0.0);
      into.jobs.back().second = std::max(into.jobs.back().second, bucket.score);
    }
  return overall;
}

/// The mean of so many of the highest scores.
double mean_of_highest(const std::vector<std::pair<std::string, double>>& jobs, int count) {
  std::vector<double> scores;
  scores.reserve(jobs.size());
  for (const auto& [job, score] : jobs) scores.push_back(score);
  std::ranges::sort(scores, std::greater());
  scores.resize(std::min(scores.size(), static_cast<std::size_t>(std::max(count, 1))));
  double mean = 0;
  for (const double score : scores) mean += score / static_cast<double>(scores.size());
  return mean;
}

/// The same in longer spans: of each the highest score, and of each job in it.
OverallByTime merged(const OverallByTime& overall, std::int64_t span_ms) {
  OverallByTime longer;
  for (const auto& [start_ms, bucket] : overall) {
    OverallBuckets::Bucket& into = longer[start_ms / span_ms * span_ms];
    into.score = std::max(into.score, bucket.score);
    into.interim = into.interim || bucket.interim;
    for (const auto& [job, score] : bucket.jobs) {
      const auto place = std::ranges::lower_bound(into.jobs, job, {}, &std::pair<std::string, double>::first);
      if (place == into.jobs.end() || place->first != job)
        into.jobs.emplace(place, job, score);
      else
        place->second = std::max(place->second, score);
    }
  }
  return longer;
}

}  // namespace

Answer FurtherOperations::on(const GetFurtherResults& ask) {
  if (!may_read(turn_.manner, turn_.who))
    return forbidden(fmt::format("monitor/xpack/ml/job/results/{}/get", ask.kind), turn_.who);
  const Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  std::vector<WrittenResult> found;
  if (const Index* index = indices_.find(results_index_of(*job)))
    for (const Document& document : index->visible()) {
      if (!is_of_job(document, ask.job)) continue;
      auto body = wire::parse_json(document.source);
      if (auto result =
              ask.kind == "categories" ? category_of(*std::move(body), ask) : influencer_of(*std::move(body), ask))
        found.push_back(*std::move(result));
    }
  std::ranges::stable_sort(found, {}, &WrittenResult::key);
  FurtherResults results{ask.kind, static_cast<std::int64_t>(found.size())};
  const auto first = static_cast<std::size_t>(ask.list.from.value_or(0));
  const auto size = static_cast<std::size_t>(ask.list.size.value_or(100));
  for (std::size_t place = first; place < found.size() && place - first < size; ++place)
    results.page.push_back(wire::dump(found[place].body));
  return ServiceAnswer(accepted(Acknowledged{}), std::move(results));
}

Answer FurtherOperations::on(const GetOverallBuckets& ask) {
  if (!may_read(turn_.manner, turn_.who))
    return forbidden("monitor/xpack/ml/job/results/overall_buckets/get", turn_.who);
  std::vector<Job*> selected;
  if (auto refusal = jobs_.select(turn_, ask.job, selected)) return refusal;
  if (selected.empty() && !ask.allow_none) return unknown_job(turn_.manner, ask.job);
  const auto span_of = [](const Job* job) { return job->analysis().plan().span_ms; };
  const auto longest = std::ranges::max_element(selected, {}, span_of);
  const std::int64_t own_span_ms = longest == selected.end() ? 0 : span_of(*longest);
  const std::int64_t span_ms = ask.span_ms.value_or(own_span_ms);
  if (span_ms < own_span_ms)
    return refused(400, "status_exception",
                   fmt::format("Param [bucket_span] must be greater or equal to the max bucket_span [{}]",
                               (*longest)->definition().config.bucket_span));
  // The scores of several jobs are those of one of their own spans, and the highest of these is that of a longer one.
  const bool is_direct = ask.top_n == 1 || selected.size() <= 1;
  OverallByTime overall = gathered(selected, is_direct ? span_ms : own_span_ms, ask.selection);
  for (auto& [start_ms, bucket] : overall) bucket.score = mean_of_highest(bucket.jobs, ask.top_n);
  std::erase_if(overall, [&](const auto& one) { return one.second.score < ask.score_min; });
  if (!is_direct) overall = merged(overall, span_ms);
  OverallBuckets shown;
  shown.span_s = span_ms / 1'000;
  for (auto& [start_ms, bucket] : overall) {
    bucket.start_ms = start_ms;
    shown.buckets.push_back(std::move(bucket));
  }
  return ServiceAnswer(accepted(Acknowledged{}), std::move(shown));
}

Answer FurtherOperations::on(const Forecast& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/forecast")) return refusal;
  const Job* job = jobs_.find(ask.job);
  if (job == nullptr && turn_.manner.profile->post_to_unknown_may_conflict) return not_open(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  const bool begins = job->state() == JobState::closed && turn_.manner.deviates(Deviation::closed_job_forecasts);
  if ((job->state() == JobState::closed && !begins) || turn_.upgrading) return not_open(ask.job);
  if (job->state() != JobState::opened && !begins)
    return conflict(fmt::format("Cannot forecast because job [{}] is not open", ask.job));
  return ServiceAnswer(accepted(Acknowledged{}), ForecastBegun{fmt::format("forecast-{}", turn_.wall_ms())});
}

Answer FurtherOperations::on(const DeleteForecast& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/forecast/delete")) return refusal;
  // A job that is not there has none.
  const Job* job = jobs_.find(ask.job);
  const bool all = ask.forecast.empty() || ask.forecast == "_all";
  bool found = false;
  if (Index* index = job == nullptr ? nullptr : indices_.find(results_index_of(*job)))
    index->remove_if([&](const Document& document) {
      if (!is_of_job(document, ask.job)) return false;
      const auto body = wire::parse_json(document.source);
      const wire::Json* id = wire::member(*body, "forecast_id");
      const bool is_one =
          id != nullptr && id->is_string() && (all || names_index(ask.forecast, id->get_ref<const std::string&>()));
      found = found || is_one;
      return is_one;
    });
  if (!found && !(all && ask.allow_none))
    return not_found(
        fmt::format("No forecast(s) [{}] exists for job [{}]", all ? "_all" : ask.forecast.c_str(), ask.job));
  return accepted(Acknowledged{});
}

Answer FurtherOperations::on(const DeleteExpired& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/delete_expired_data")) return refusal;
  std::vector<Job*> selected;
  if (auto refusal = jobs_.select(turn_, ask.job, selected)) return refusal;
  for (Job* job : selected)
    job->change_analysis().drop_old(
        days_ms(*job, "model_snapshot_retention_days", turn_.manner.profile->daily_snapshot_days),
        days_ms(*job, "results_retention_days", std::nullopt));
  return ServiceAnswer(accepted(Acknowledged{}), ExpiredDeleted{});
}

Answer FurtherOperations::on(const ValidateJob& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/job/validate", turn_.who);
  PlanProblem problem;
  if (ask.job && !make_plan(ask.job->config, problem)) return refusal_of(std::move(problem));
  if (const std::string twice = ask.job ? detector_told_twice(ask.job->config, ask.options) : "";
      turn_.manner.profile->refuses_same_detectors && !twice.empty())
    return bad_request(fmt::format("Duplicate detectors are not allowed: [{}]", twice));
  return accepted(Acknowledged{});
}

Answer FurtherOperations::on(const GetDefaults&) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/info/get", turn_.who);
  return ServiceAnswer(accepted(Acknowledged{}), Defaults{turn_.upgrading, settings_.memory_limit_max()});
}

Answer FurtherOperations::on(const PreviewDatafeed& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/datafeeds/preview", turn_.who);
  Datafeed described;
  if (ask.config) {
    described.job = ask.config->job;
    described.options = *ask.config;
  }
  const Datafeed* feed = ask.config ? &described : feeds_.find(ask.feed);
  if (feed == nullptr) return not_found(fmt::format("No datafeed with id [{}] exists", ask.feed));
  for (const std::string& expression : feed->options.indices)
    if (expression.find('*') == std::string::npos && indices_.named(expression).empty())
      return unknown_index(expression);
  std::optional<Job> described_job;
  if (ask.job) {
    PlanProblem problem;
    auto plan = make_plan(ask.job->config, problem);
    if (!plan) return refusal_of(std::move(problem));
    described_job.emplace(JobDefinition{ask.job->job, ask.job->config, ask.job_options, turn_.wall_ms()},
                          *std::move(plan));
  }
  const Job* job = described_job ? &*described_job : jobs_.find(feed->job);
  if (job == nullptr && ask.config) return unknown_job(turn_.manner, feed->job);
  DocumentPreview preview;
  if (job != nullptr) {
    preview.time_field = job->analysis().plan().time_field;
    preview.fields = fields_read_by(*job);
  }
  for (const Index& index : indices_)
    for (const Document& document : index.visible())
      if (feed->reads(index.name()) && preview.documents.size() < kPreviewDocuments &&
          (!feed->options.query || fits(document, *feed->options.query)))
        preview.documents.push_back(document);
  for (Document& document : preview.documents)
    if (!document.source.empty())
      document.time_ms =
          document_time_ms(wire::read_upload(document.source), 0, preview.time_field).value_or(document.time_ms);
  std::erase_if(preview.documents, [&](const Document& document) {
    return (ask.start_ms && document.time_ms < *ask.start_ms) || (ask.end_ms && document.time_ms >= *ask.end_ms);
  });
  const auto member_of = [](const Members& members, std::string_view name) -> std::optional<wire::Json> {
    const auto found = std::ranges::find(members, name, &Members::value_type::first);
    return found == members.end() ? std::nullopt : wire::parse_json(found->second);
  };
  if (const auto aggregations = member_of(feed->options.members, "aggregations"); aggregations && job != nullptr) {
    preview.documents = aggregated(preview.documents, *aggregations, preview.time_field);
    const auto count = member_of(job->definition().options.members, "analysis_config.summary_count_field_name");
    if (count && count->is_string()) preview.fields.push_back(count->get<std::string>());
  }
  return ServiceAnswer(accepted(Acknowledged{}), std::move(preview));
}

}  // namespace closecheck::sut
