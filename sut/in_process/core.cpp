#include "in_process/core.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "closecheck/sut/system.h"
#include "in_process/answers.h"
#include "in_process/calendar_operations.h"
#include "in_process/close_operations.h"
#include "in_process/datafeed_operations.h"
#include "in_process/datafeed_runner.h"
#include "in_process/document_operations.h"
#include "in_process/further_operations.h"
#include "in_process/index_operations.h"
#include "in_process/job_operations.h"
#include "in_process/privileges.h"
#include "in_process/result_operations.h"
#include "in_process/server_operations.h"
#include "in_process/task_operations.h"
#include "in_process/user_operations.h"

namespace closecheck::sut {
namespace {

/// Whether these operations answer what is asked.
template <class Operations, class Ask>
concept Answers = requires(Operations& operations, const Ask& ask) {
  operations.on(ask);
};

template <class... Kinds>
bool is_any_of(const RequestDetails& details) {
  return (std::holds_alternative<Kinds>(details) || ...);
}

}  // namespace

void Core::handle(const Request& request, const RequestDetails* details, const std::string& run_as, Time now,
                  Token token, Replies& replies) {
  if (due_ <= now) fire(now, replies);
  now_ = now;
  Turn turn = this->turn(replies);
  turn.who = request.who;
  turn.token = token;
  turn.details = details;
  const auto told = [&]() -> Answer {
    if (Answer refusal = authenticate(manner_, request)) return refusal;
    if (manner_.security && !run_as.empty())
      if (Answer refusal = change_caller(turn, run_as)) return refusal;
    return answer(turn, request.operation);
  };
  if (Answer answer = told()) turn.reply(token, *std::move(answer));
  if (!only_reads(request, details)) note_change(request);
  refresh_due();
}

Answer Core::change_caller(Turn& turn, const std::string& user) const {
  const std::optional<Principal> who = users_.principal_of(manner_, user, now_);
  if (turn.who != Principal::setup || (!who && !manner_.varies(Variant::deleted_users_are_unknown)))
    return forbidden("admin/xpack/security/run_as", turn.who);
  if (!who) return unauthenticated(manner_, Principal::wrong_password);
  turn.who = *who;
  turn.user = user;
  return std::nullopt;
}

Answer Core::answer(const Turn& turn, const Operation& operation) {
  JobLifecycle lifecycle(turn, jobs_, waiting_);
  const auto by_subject = [&]<class Ask>(const Ask& ask) -> Answer {
    if constexpr (Answers<JobOperations, Ask>) {
      return JobOperations(turn, jobs_, feeds_, indices_, settings_, calendars_, lifecycle).on(ask);
    } else if constexpr (Answers<CloseOperations, Ask>) {
      return CloseOperations(turn, jobs_, feeds_, lifecycle).on(ask);
    } else if constexpr (Answers<ResultOperations, Ask>) {
      return ResultOperations(turn, jobs_, indices_).on(ask);
    } else if constexpr (Answers<DocumentOperations, Ask>) {
      return DocumentOperations(turn, indices_, feeds_, jobs_, calendars_).on(ask);
    } else if constexpr (Answers<IndexOperations, Ask>) {
      return IndexOperations(turn, indices_, jobs_, calendars_).on(ask);
    } else if constexpr (Answers<DatafeedOperations, Ask>) {
      DatafeedRunner runner(turn, feeds_, jobs_, indices_, lifecycle);
      return DatafeedOperations(turn, feeds_, jobs_, indices_, settings_, runner).on(ask);
    } else if constexpr (Answers<FurtherOperations, Ask>) {
      return FurtherOperations(turn, jobs_, feeds_, indices_, settings_).on(ask);
    } else if constexpr (Answers<CalendarOperations, Ask>) {
      return CalendarOperations(turn, calendars_, jobs_, indices_).on(ask);
    } else if constexpr (Answers<ServerOperations, Ask>) {
      return ServerOperations(turn, jobs_, feeds_, settings_).on(ask);
    } else if constexpr (Answers<TaskOperations, Ask>) {
      return TaskOperations(turn, jobs_, feeds_, settings_).on(ask);
    } else if constexpr (Answers<UserOperations, Ask>) {
      return UserOperations(turn, users_, lifecycle).on(ask);
    } else {
      return bad_request("the request has no operation");
    }
  };
  const auto* raw = std::get_if<RawRequest>(&operation);
  if (raw == nullptr) return std::visit(by_subject, operation);
  if (turn.details != nullptr && !is_any_of<std::monostate>(*turn.details))
    return std::visit(by_subject, *turn.details);
  return bad_request(fmt::format("No handler found for uri [{}] and method [{}]", raw->path, raw->method));
}

bool Core::only_reads(const Request& request, const RequestDetails* details) {
  // What the vocabulary has no operation for.
  const bool raw_reads = details != nullptr &&
                         is_any_of<GetDocument, IndexExists, SearchDocuments, AskedPrivileges, SnapshotSelection,
                                   ClusterState, ClusterHealth, ClusterFeatures, GetFurtherResults, GetOverallBuckets,
                                   Forecast, ValidateJob, GetDefaults, PreviewDatafeed, GetSnapshotUpgrades, GetAliases,
                                   GetSettings, GetCalendars, GetEvents, GetFilters, ListTasks, ShowTable>(*details);
  if (details != nullptr && !raw_reads && !is_any_of<ListOptions, std::monostate>(*details)) return false;
  return std::visit(
      [raw_reads](const auto& ask) {
        using Ask = std::remove_cvref_t<decltype(ask)>;
        return std::is_same_v<Ask, GetJob> || std::is_same_v<Ask, JobStats> || std::is_same_v<Ask, GetBuckets> ||
               std::is_same_v<Ask, GetRecords> || std::is_same_v<Ask, GetSnapshots> ||
               std::is_same_v<Ask, GetDatafeed> || std::is_same_v<Ask, DatafeedStats> || std::is_same_v<Ask, GetRoot> ||
               std::is_same_v<Ask, Authenticate> || std::is_same_v<Ask, HasPrivileges> ||
               (std::is_same_v<Ask, RawRequest> && raw_reads);
      },
      request.operation);
}

void Core::note_change(const Request& request) {
  ++changes_;
  if (Job* job = jobs_.find(job_of(request.operation))) job->note_change();
}

void Core::resume(Time now) {
  now_ = now;
  ++changes_;
  waiting_.clear();
  for (Job& job : jobs_) job.resume(manner_, now);
  for (Datafeed& feed : feeds_) {
    if (!feed.started) continue;
    const Job* job = jobs_.find(feed.job);
    // Not before its job takes data again.
    const Time ready = job == nullptr || job->due() == kNever ? now : std::max(now, job->due());
    feed.due = ready + Datafeed::kChunkPause;
  }
  refresh_due();
}

void Core::fire(Time now, Replies& replies) {
  now_ = now;
  const Turn turn = this->turn(replies);
  JobLifecycle lifecycle(turn, jobs_, waiting_);
  DocumentOperations(turn, indices_, feeds_, jobs_, calendars_).refresh_due();
  ++changes_;
  if (!settings_.upgrade_mode()) DatafeedRunner(turn, feeds_, jobs_, indices_, lifecycle).run();
  lifecycle.advance();
  lifecycle.expire_waiting();
  refresh_due();
}

void Core::inject(Fault fault, const std::string& job_id, Duration duration, Time now, Replies& replies) {
  if (due_ <= now) fire(now, replies);
  now_ = now;
  const Turn turn = this->turn(replies);
  ++changes_;
  Job* job = jobs_.find(job_id);
  if (job == nullptr) throw FaultFailed{"no job " + job_id};
  job->note_change();
  switch (fault) {
    case Fault::fail_job:
      if (job->state() == JobState::closed) throw FaultFailed{"job " + job_id + " is closed, so it cannot fail"};
      job->end_process(JobState::failed);
      JobLifecycle(turn, jobs_, waiting_)
          .give_up_waiting(*job, conflict("Job [" + job_id + "] failed while it was opened"),
                           conflict("Job [" + job_id + "] failed while it was closed"));
      break;
    case Fault::slow_close:
      job->close_fault.length = duration;
      break;
    case Fault::hang_close:
      job->close_fault.hangs = true;
      break;
  }
  refresh_due();
}

void Core::refresh_due() {
  due_ = kNever;
  for (const Job& job : jobs_.all()) due_ = std::min(due_, job.due());
  for (const WaitingClose& waiting : waiting_) due_ = std::min(due_, waiting.deadline);
  // While the product is upgraded no datafeed runs, whatever makes it due.
  if (!settings_.upgrade_mode())
    for (const Datafeed& feed : feeds_.all()) due_ = std::min(due_, feed.due);
  for (const Index& index : indices_.all()) due_ = std::min(due_, index.refresh_due);
}

}  // namespace closecheck::sut
