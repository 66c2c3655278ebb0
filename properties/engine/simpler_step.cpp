#include "engine/simpler_step.h"

#include <string>
#include <utility>

namespace closecheck::properties {

std::vector<Step> simpler(const Step& step) {
  std::vector<Step> out;
  const auto offer = [&](auto change) {
    Step copy = step;
    change(copy);
    out.push_back(std::move(copy));
  };
  if (step.detached)
    offer([](Step& it) {
      it.detached = false;
      it.client = 0;
    });
  if (step.client != 0 && !step.detached) offer([](Step& it) { it.client = 0; });
  if (step.fresh_connection) offer([](Step& it) { it.fresh_connection = false; });
  // Who prepares stays: on another target nobody else may be allowed to.
  if (step.request.who != Principal::manage_ml && step.request.who != Principal::setup)
    offer([](Step& it) { it.request.who = Principal::manage_ml; });
  const Operation& operation = step.request.operation;
  if (const auto* close = std::get_if<CloseJob>(&operation)) {
    const auto without = [&](auto member) {
      offer([member](Step& it) { (std::get<CloseJob>(it.request.operation).*member) = {}; });
    };
    if (close->force) without(&CloseJob::force);
    if (close->timeout) without(&CloseJob::timeout);
    if (close->allow_no_jobs) without(&CloseJob::allow_no_jobs);
    if (!close->other.empty()) without(&CloseJob::other);
  } else if (const auto* flush = std::get_if<FlushJob>(&operation)) {
    if (flush->calc_interim) offer([](Step& it) { std::get<FlushJob>(it.request.operation).calc_interim = {}; });
  } else if (const auto* page = std::get_if<GetBuckets>(&operation)) {
    if (page->from || page->size)
      offer([](Step& it) { it.request.operation = GetBuckets{job_of(it.request.operation), {}, {}}; });
  } else if (const auto* rows = std::get_if<GetRecords>(&operation)) {
    if (rows->from || rows->size)
      offer([](Step& it) { it.request.operation = GetRecords{job_of(it.request.operation), {}, {}}; });
  } else if (const auto* create = std::get_if<CreateJob>(&operation)) {
    if (!(create->config == JobConfig{}))
      offer([](Step& it) { std::get<CreateJob>(it.request.operation).config = JobConfig{}; });
  }
  return out;
}

}  // namespace closecheck::properties
