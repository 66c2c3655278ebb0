// What a successful answer holds, by the operation that was asked. Tolerant: unknown members, any order, missing
// optional members, numbers as texts.
#pragma once

#include <optional>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "wire/json_document.h"

namespace closecheck::sut::wire {

/// The content of a success answer's body; empty when the body lacks what was asked for or holds it in a type that
/// cannot be read.
std::optional<Content> read_content(JsonValue body, const Operation& operation);

/// A job's configuration from its JSON object; empty when it is none.
std::optional<JobDescription> read_job_description(JsonValue job);

}  // namespace closecheck::sut::wire
