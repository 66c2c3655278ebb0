// What the configuration of a job means, and how it is shown. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/response.h"
#include "in_process/job.h"
#include "in_process/manner.h"
#include "wire/service_answer.h"

namespace closecheck::sut {

/// Why a configuration is none, and in which of its parts; an empty part: as a whole.
struct PlanProblem {
  std::string part;
  std::string why;
};
ServiceAnswer refusal_of(PlanProblem problem);

/// The configuration, ready for use. Empty: it is none, and `problem` says why.
std::optional<Plan> make_plan(const JobConfig& config, PlanProblem& problem);

/// The first detector that is there a second time, whatever it is called; empty: none.
std::string detector_told_twice(const JobConfig& config, const JobOptions& options);

JobDescription describe(const Job& job, const Manner& manner);

/// From some version on the product keeps what it sees of messages as an analyzer, with the filters in it.
void complete_categorization(Members& members, Profile profile);

/// The fields that the job reads in its records, each once, its time among them.
std::vector<std::string> fields_read_by(const Job& job);

/// How large the job says that its model is.
std::int64_t told_model_bytes(const Job& job);
/// What the job tells of its model, or of one that was kept, of so many bytes.
ModelSize model_size(const Job& job, std::int64_t bytes);

/// Takes out of a description what a job would not be given by whoever makes another one like it.
void exclude_generated(JobDescription& job);

/// What a later product says of buckets that do not fill a day; empty: nothing.
std::string uneven_span_warning(const std::string& span, std::int64_t span_ms, Profile profile);

/// How long a series is remembered that nothing is told of, as it was said.
struct PruneWindow {
  std::string text;
  std::int64_t ms = 0;
};

/// Empty: the update leaves it as it is.
std::optional<PruneWindow> prune_window_of(const JobUpdate& change);

/// Empty: the window has so many buckets that a model can be kept for it.
std::optional<Response> refuse_window(const PruneWindow& window, const std::string& span, std::int64_t span_ms);
/// The window of a new job goes into its plan, or is refused; empty text: nobody says one.
std::optional<Response> take_window(const std::string& text, const std::string& span, Plan& plan);

}  // namespace closecheck::sut
