#include "wire/further_bodies.h"

#include <utility>

#include "wire/document_bodies.h"

namespace closecheck::sut::wire {

Json no_results_body(const NoResults& none) {
  Json body = Json::object();
  body["count"] = 0;
  body[none.kind] = Json::array();
  return body;
}

Json overall_body(const OverallBuckets& overall) {
  Json body = Json::object();
  body["count"] = overall.buckets.size();
  body["overall_buckets"] = Json::array();
  for (const OverallBuckets::Bucket& bucket : overall.buckets) {
    Json one = Json::object();
    one["timestamp"] = bucket.start_ms;
    one["bucket_span"] = overall.span_s;
    one["overall_score"] = bucket.score;
    one["jobs"] = Json::array();
    for (const auto& [job, score] : bucket.jobs) one["jobs"].push_back({{"job_id", job}, {"max_anomaly_score", score}});
    one["is_interim"] = bucket.interim;
    one["result_type"] = "overall_bucket";
    body["overall_buckets"].push_back(std::move(one));
  }
  return body;
}

Json forecast_body(const ForecastBegun& begun) {
  Json body = Json::object();
  body["acknowledged"] = true;
  body["forecast_id"] = begun.id;
  return body;
}

Json defaults_body(Profile profile) {
  Json body = Json::object();
  Json& jobs = body["defaults"]["anomaly_detectors"];
  jobs["model_memory_limit"] = "1gb";
  jobs["categorization_examples_limit"] = 4;
  jobs["model_snapshot_retention_days"] = 1;
  body["defaults"]["datafeeds"]["scroll_size"] = 1'000;
  if (profile->tells_native_code) {
    body["upgrade_mode"] = false;
    body["native_code"] = Json::object();
  }
  body["limits"] = Json::object();
  return body;
}

Json preview_body(const DocumentPreview& preview) {
  Json body = Json::array();
  for (const Document& document : preview.documents) body.push_back(source_of(document));
  return body;
}

}  // namespace closecheck::sut::wire
