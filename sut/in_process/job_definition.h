// What a job is configured to be. A plain copyable value.
#pragma once

#include <cstdint>
#include <string>

#include "closecheck/vocabulary/request.h"
#include "wire/service_request.h"

namespace closecheck::sut {

struct JobDefinition {
  std::string id;
  JobConfig config;
  JobOptions options;
  std::int64_t created_ms = 0;

  void update(const UpdateJob& change);
  void update(const JobUpdate& change);
};

}  // namespace closecheck::sut
