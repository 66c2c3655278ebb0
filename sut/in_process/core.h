// The service itself, free of I/O, threads and clocks: it takes a request or a due timer and returns replies. A
// copyable value. Whoever drives it supplies the time; one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "in_process/datafeed.h"
#include "in_process/details.h"
#include "in_process/job.h"
#include "in_process/manner.h"

namespace closecheck::sut {

struct Reply {
  Token token = 0;
  Response response;
};
using Replies = std::vector<Reply>;

/// What `Time` 0 is on the clock of records, unless the driver says otherwise: later than all data of our programs.
inline constexpr std::int64_t kWallStartMs = 1'550'000'000'000;

class Core {
 public:
  explicit Core(const Manner& manner, std::int64_t wall_start_ms = kWallStartMs)
      : manner_(manner), wall_start_ms_(wall_start_ms) {}

  /// Takes a request at `now`, which never goes back. Its answer is among the replies of this or of a later call.
  /// Raw requests are the wire codec's to route: here they are only refused.
  void handle(const Request& request, Time now, Token token, Replies& replies);
  /// Does everything that is due at `now`.
  void fire(Time now, Replies& replies);
  /// When `fire` has something to do next; `kNever`: nothing.
  Time due() const { return due_; }

  /// Puts a job into a state that no client can reach. Throws FaultFailed when it is in no state for it.
  void inject(Fault fault, const std::string& job, Duration duration, Time now, Replies& replies);

  /// Goes on after a restart, from what was stored: whoever waited is gone, processes begin anew, closes go on.
  void resume(Time now);

  const Manner& manner() const { return manner_; }
  Time now() const { return now_; }
  std::int64_t wall_start_ms() const { return wall_start_ms_; }
  /// Grows with everything that may have changed what is to be stored.
  std::uint64_t changes() const { return changes_; }
  /// Whether the request changes nothing, whatever its answer. False: it may.
  static bool only_reads(const Request& request);

 private:
  friend struct StateAccess;
  using Answer = std::optional<Response>;  // empty: the request waits

  /// A close or an open that waits for its jobs.
  struct Waiting {
    Token token = 0;
    Time deadline = kNever;
    Duration timeout = 0;
    std::size_t jobs = 0;  // that it still waits for
  };
  /// A close as its parameters say, or the refusal of them.
  struct CloseOrder {
    bool force = false;
    bool force_sent = false;
    bool allow_no_jobs = true;
    Duration timeout = 0;
    Answer refusal;
  };

  Answer on(const CreateJob& ask, Principal who, Token token);
  Answer on(const GetJob& ask, Principal who, Token token);
  Answer on(const UpdateJob& ask, Principal who, Token token);
  Answer on(const DeleteJob& ask, Principal who, Token token);
  Answer on(const OpenJob& ask, Principal who, Token token);
  Answer on(const PostData& ask, Principal who, Token token);
  Answer on(const FlushJob& ask, Principal who, Token token);
  Answer on(const CloseJob& ask, Principal who, Token token);
  Answer on(const JobStats& ask, Principal who, Token token);
  Answer on(const GetBuckets& ask, Principal who, Token token);
  Answer on(const GetRecords& ask, Principal who, Token token);
  Answer on(const GetSnapshots& ask, Principal who, Token token);
  Answer on(const RevertSnapshot& ask, Principal who, Token token);
  Answer on(const CreateIndex& ask, Principal who, Token token);
  Answer on(const DeleteIndex& ask, Principal who, Token token);
  Answer on(const IndexDocuments& ask, Principal who, Token token);
  Answer on(const RefreshIndex& ask, Principal who, Token token);
  Answer on(const CreateDatafeed& ask, Principal who, Token token);
  Answer on(const GetDatafeed& ask, Principal who, Token token);
  Answer on(const DatafeedStats& ask, Principal who, Token token);
  Answer on(const StartDatafeed& ask, Principal who, Token token);
  Answer on(const StopDatafeed& ask, Principal who, Token token);
  Answer on(const DeleteDatafeed& ask, Principal who, Token token);
  Answer on(const GetRoot& ask, Principal who, Token token);
  Answer on(const Authenticate& ask, Principal who, Token token);
  Answer on(const HasPrivileges& ask, Principal who, Token token);
  Answer on(const RawRequest& ask, Principal who, Token token);

  // What only comes over the wire.
  template <class What>
  const What* detail() const {
    return details_ == nullptr ? nullptr : std::get_if<What>(&details_->what);
  }
  Answer more(const std::monostate& ask, Principal who);
  Answer more(const UpdateSnapshot& ask, Principal who);
  Answer more(const DeleteSnapshot& ask, Principal who);
  Answer more(const UpdateDatafeed& ask, Principal who);
  Answer more(const BulkWrite& ask, Principal who);
  Answer more(const GetDocument& ask, Principal who);
  Answer more(const IndexExists& ask, Principal who);
  Answer more(const SearchDocuments& ask, Principal who);
  Answer more(const ClusterState& ask, Principal who);
  std::optional<Response> refuse_update(const Job& job, const JobUpdate& change) const;
  std::vector<Index*> indices_named(std::string_view expression);
  bool has_privilege(Principal who, std::string_view privilege) const;

  // Who may.
  bool may_read(Principal who) const;
  bool may_manage(Principal who) const;
  bool may_close(Principal who) const;
  Answer authenticate(const Request& request) const;

  // Finding things.
  Job* find_job(std::string_view id);
  Index* find_index(std::string_view name);
  Datafeed* find_feed(std::string_view id);
  Datafeed* feed_of(std::string_view job);
  bool feed_runs(const Job& job);
  /// The jobs that an expression of a read names, in the order of their ids; a refusal when it names an unknown one.
  std::optional<Response> select_for_reading(const std::string& expression, std::vector<Job*>& jobs);
  /// The same for datafeeds.
  std::optional<Response> select_feeds(const std::string& expression, std::vector<Datafeed*>& feeds);
  /// Adds the jobs that one item of a list names. False: it is a plain name of nothing.
  bool select_item(std::string_view item, std::vector<Job*>& jobs);
  Answer read_flag(const Parameter& parameter, bool absent, bool& value) const;

  // Closing.
  CloseOrder read_close(const CloseJob& sent) const;
  CloseOrder read_sorted_close(const CloseJob& ask) const;
  Answer read_timeout(const Parameter& parameter, Duration& timeout) const;
  Answer close_one(const CloseJob& ask, const CloseOrder& order, Token token);
  Answer close_many(const CloseJob& ask, const CloseOrder& order, Token token);
  /// A refusal when the job cannot be closed normally now.
  Answer refuse_close(Job& job, const CloseOrder& order);
  Answer refuse_close_of_closed(const Job& job) const;
  Answer force(Job& job, Token token);
  void force_now(Job& job);
  /// Begins a normal close, or joins one that is under way.
  void begin_close(Job& job);
  void close_siblings(const Job& job);
  Answer wait_for_close(const std::vector<Job*>& jobs, Duration timeout, Token token);

  // Waiting.
  void reply(Token token, Response response);
  void wake_opens(Job& job, const Response& response);
  void wake_closes(Job& job, const Response& response);
  void advance_jobs();
  void expire_waiting();
  void refresh(Index& index);
  void run_feeds();
  void run_feed(Datafeed& feed);
  /// Posts the next documents. False: there are none.
  bool read_chunk(Datafeed& feed, Job& job);
  void end_feed(Datafeed& feed, bool at_its_end);
  void refresh_due();
  void note_change(const Request& request);
  std::int64_t wall_ms() const { return wall_start_ms_ + now_ / kMillisecond; }

  JobStatistics statistics_of(const Job& job) const;
  JobDescription description_of(const Job& job) const;
  /// Why a job of that id may not have these groups; empty: it may.
  Answer refuse_groups(std::string_view job, const std::vector<std::string>& groups) const;
  /// The first detector that is there a second time, whatever it is called; empty: none.
  static std::string detector_told_twice(const JobConfig& config, const JobOptions& options);
  std::optional<Plan> make_plan(const JobConfig& config, std::string& why) const;

  Manner manner_;
  std::int64_t wall_start_ms_;
  Time now_ = 0;
  Time due_ = kNever;
  std::vector<Job> jobs_;
  std::vector<Waiting> waiting_;
  std::vector<Index> indices_;
  std::vector<Datafeed> feeds_;
  std::uint64_t changes_ = 0;
  Replies* replies_ = nullptr;               // of the call that runs
  std::vector<Job*> selected_;               // scratch; keeps its memory
  const RequestDetails* details_ = nullptr;  // of the request that is handled
};

}  // namespace closecheck::sut
