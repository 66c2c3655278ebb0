// Which members a body may have and of which kind each is, as the service takes them. Recordings and scripts are read
// without: what a server refuses is no affair of whoever looks on.
#pragma once

#include <string_view>

#include "closecheck/vocabulary/dialect.h"
#include "wire/json.h"

namespace closecheck::sut::wire {

/// Bodies of requests that are no configuration, by what the product calls them in its refusals.
inline constexpr const char* kCloseBody = "cluster:admin/xpack/ml/job/close";
inline constexpr const char* kFlushBody = "cluster:admin/xpack/ml/job/flush";
inline constexpr const char* kForecastBody = "cluster:admin/xpack/ml/job/forecast";
inline constexpr const char* kSnapshotUpdateBody = "cluster:admin/xpack/ml/job/model_snapshots/update";
inline constexpr const char* kRevertBody = "cluster:admin/xpack/ml/job/model_snapshots/revert";
inline constexpr const char* kBucketsBody = "cluster:monitor/xpack/ml/job/results/buckets/get";

/// All of these throw Refused for a member that the dialect does not know, a value of another kind, and a value that it
/// refuses by itself.
void check_job(const Json& body, const Dialect& dialect);
void check_job_update(const Json& body, const Dialect& dialect);
void check_feed(const Json& body, const Dialect& dialect);
void check_feed_update(const Json& body, const Dialect& dialect);
/// A detector that stands by itself.
void check_detector_alone(const Json& body, const Dialect& dialect);
/// `what`: one of the names above.
void check_body(const Json& body, std::string_view what, const Dialect& dialect);

/// The full name of a detector's function, where the client wrote its short one.
std::string_view full_function_name(std::string_view name);

}  // namespace closecheck::sut::wire
