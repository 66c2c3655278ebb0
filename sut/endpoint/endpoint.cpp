#include "closecheck/sut/endpoint.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "closecheck/sut/dangerous_requests.h"
#include "closecheck/sut/left_over.h"
#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/job_expression.h"
#include "closecheck/vocabulary/text.h"
#include "endpoint/endpoint_clean_up.h"
#include "endpoint/endpoint_clients.h"
#include "endpoint/endpoint_target.h"
#include "endpoint/hooks.h"
#include "endpoint/journal.h"

namespace closecheck::sut {
namespace {

/// What all systems of one factory share. Thread-safe.
struct Shared {
  explicit Shared(const EndpointOptions& options) : target(options), journal(options.journal) {}

  Target target;
  Journal journal;
  std::shared_ptr<const RunClock> clock = std::make_shared<const RunClock>();
};

struct KeptAnswer {
  std::shared_ptr<const WireAnswer> answer;
  AnswerShare share;
};

/// A place of an open job is held meanwhile, for which other programs wait.
constexpr Duration kCloseTimeoutBetweenPrograms = 2 * kSecond;

/// Longer answers are decoded one after the other, whoever got them.
constexpr std::size_t kLongAnswerBytes = 256UL * 1024;

/// Whether a job may have something to write because of it.
bool gives_work(const Operation& operation) {
  return std::holds_alternative<PostData>(operation) || std::holds_alternative<FlushJob>(operation) ||
         std::holds_alternative<RevertSnapshot>(operation) || std::holds_alternative<StartDatafeed>(operation) ||
         std::holds_alternative<RawRequest>(operation);
}

class Endpoint : public System {
 public:
  explicit Endpoint(std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)),
        clients_(target().url(), target().options().transport,
                 {target().options().request_timeout, shared_->clock->time(target().options().end_of_work)},
                 shared_->clock, target().commons().answer_room, target().commons().curfew) {}

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override {
    if (auto parcel = pack(client, std::move(request), fresh_connection)) clients_.submit(client, *std::move(parcel));
  }

  std::optional<Completion> next(Time until) override { return unpacked(clients_.next(until)); }

  std::optional<Completion> exchange(int client, std::shared_ptr<const Request> request, bool fresh_connection,
                                     Time until) override {
    if (auto parcel = pack(client, std::move(request), fresh_connection))
      return unpacked(clients_.exchange(client, *std::move(parcel), until));
    while (auto lost = next(until))
      if (lost->client == client) return lost;
    return std::nullopt;
  }

  ~Endpoint() override { forget_open_jobs(); }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  Time now() override { return shared_->clock->now(); }
  Time end() const override { return clients_.end(); }

  bool inject(Fault fault, const std::string& job, Duration duration) override {
    if (!can_inject(fault)) return false;
    const std::string command = fill_in_hook(target().options().hooks.at(fault), job, duration);
    const Duration left = end() - now();
    if (left <= 0) throw FaultFailed{"the time of the run was up"};
    hanging_jobs_.insert(job);
    run_hook(command, target().redact(), std::min(kHookPatience, left), [this] { return now() >= end(); });
    return true;
  }

  bool can_inject(Fault fault) const override {
    const auto found = target().options().hooks.find(fault);
    return found != target().options().hooks.end() && !found->second.empty();
  }

  void clean_up(const Program&) override {
    clients_.abandon();
    Removal removal;
    removal.things = std::exchange(created_, {});
    removal.hanging_jobs = std::exchange(hanging_jobs_, {});
    removal.close_timeout = kCloseTimeoutBetweenPrograms;
    for (const Thing& thing : removal.things)
      if (!opened_jobs_.contains(thing.name)) removal.closed_jobs.insert(thing.name);
    if (!std::exchange(has_given_work_, false) && open_requests_ == 0) removal.unused_jobs = opened_jobs_;
    // A creation of which nobody knows what became may still come: the end of the run looks for it once more.
    std::set<Thing> lost;
    for (const auto& [request, thing] : creating_) {
      shared_->journal.may_be_there(thing);
      lost.insert(thing);
    }
    creating_.clear();
    lost.merge(std::exchange(lost_, {}));
    removal.gone = [&](const Thing& thing, Gone how) {
      if (how == Gone::was_removed || !lost.contains(thing)) shared_->journal.removed(thing);
    };
    remove_things(target(), removal);
    forget_open_jobs();
    open_requests_ = 0;
  }

 private:
  struct Opening {
    std::string job;
    bool is_first;  // by this system
  };

  /// What cannot be closed is no reason to stop.
  void forget_open_jobs() {
    for (const std::string& job : std::exchange(opened_jobs_, {})) target().commons().opened.closed(job);
  }

  Target& target() { return shared_->target; }
  const Target& target() const { return shared_->target; }

  /// Empty: it is not to be sent, and counts as lost. Throws std::runtime_error where the journal cannot be written.
  std::optional<Parcel> pack(int client, std::shared_ptr<const Request> request, bool fresh_connection) {
    Identity identity = target().identity_of(request->who);
    if (!identity.forbidden.empty()) {
      lose(client, std::move(request), std::move(identity.forbidden));
      return std::nullopt;
    }
    wire::HttpRequest http = wire::encode(*request, target().options().profile);
    if (std::string why = why_dangerous(http, target().options().profile, target().options().allow_cluster_wide);
        !why.empty()) {
      lose(client, std::move(request), std::move(why) + ", so nothing was sent");
      return std::nullopt;
    }
    bound_opening(*request, http);
    const std::optional<Request> view = view_of(*request, target().options().profile);
    const Operation& operation = view ? view->operation : request->operation;
    if (const auto* open = std::get_if<OpenJob>(&operation)) {
      const OpenPlace place = target().commons().opened.open(open->job);
      if (place == OpenPlace::none) {
        lose(client, std::move(request),
             "no more than " + std::to_string(kOpenJobsMax) + " jobs are opened at once, so nothing was sent");
        return std::nullopt;
      }
      const bool is_first = opened_jobs_.insert(open->job).second;
      if (place == OpenPlace::taken) opens_.emplace(request, Opening{open->job, is_first});
    }
    if (auto thing = created_by(operation)) {
      if (!shared_->journal.created(*thing))
        throw std::runtime_error("the journal '" + target().options().journal + "' cannot be written, so " +
                                 describe(*thing) + " was not created");
      // A name of ours goes whatever is answered to its creation. Any other goes only if it was we who created it: the
      // page's `event_rate` may well be somebody's own.
      if (is_our_name(thing->name)) created_.insert(*thing);
      creating_.emplace(request, *std::move(thing));
    }
    has_given_work_ = has_given_work_ || gives_work(operation);
    ++open_requests_;
    Parcel parcel;
    parcel.http = std::move(http);
    parcel.credentials = std::move(identity.credentials);
    parcel.fresh_connection = fresh_connection;
    parcel.request = std::move(request);
    return parcel;
  }

  /// An opening that could outlast whoever waits for it here gets a time of its own.
  void bound_opening(const Request& request, wire::HttpRequest& http) const {
    const EndpointOptions& options = target().options();
    if (!std::holds_alternative<OpenJob>(request.operation) || !options.profile->opening_sits_out_force) return;
    const bool says_timeout = std::any_of(http.query.begin(), http.query.end(),
                                          [](const auto& parameter) { return parameter.first == "timeout"; });
    if (says_timeout || !http.body.empty()) return;
    http.query.emplace_back("timeout", std::to_string(options.request_timeout / kSecond + 5) + "s");
  }

  std::optional<Completion> unpacked(std::optional<Arrival> arrival) {
    if (!arrival) return std::nullopt;
    Completion completion;
    completion.client = arrival->client;
    completion.time = arrival->time;
    if (arrival->answer) {
      --open_requests_;
      Response response = decoded(*std::move(arrival->answer), *std::move(arrival->share), *arrival->request);
      if (response.outcome == Outcome::accepted) note_close(*arrival->request);
      note_open(arrival->request, response.outcome == Outcome::refused);
      note_creation(arrival->request, did_nothing(response), &response);
      completion.response = std::make_shared<const Response>(std::move(response));
    } else {
      note_creation(arrival->request, arrival->never_sent, nullptr);
      completion.error = target().redact()(arrival->error);
      completion.never_sent = arrival->never_sent;
    }
    return completion;
  }

  /// A close or a deletion that was accepted. Beside requests without an answer a job may have been opened again.
  void note_close(const Request& request) {
    if (open_requests_ > 0 || opened_jobs_.empty()) return;
    const std::optional<Request> view = view_of(request, target().options().profile);
    const Operation& operation = view ? view->operation : request.operation;
    if (!std::holds_alternative<CloseJob>(operation) && !std::holds_alternative<DeleteJob>(operation)) return;
    each_part(job_of(operation), [&](std::string_view part) {
      for (const std::string& job : opened_jobs_)
        if (part == "_all" || matches_wildcard(part, job)) target().commons().opened.closed(job);
    });
  }

  /// A job whose open was refused takes nobody's place, unless another request may have opened it meanwhile.
  void note_open(const std::shared_ptr<const Request>& request, bool was_refused) {
    const auto found = opens_.find(request);
    if (found == opens_.end()) return;
    const Opening opening = std::move(found->second);
    opens_.erase(found);
    if (!was_refused || open_requests_ > 0) return;
    if (opening.is_first) opened_jobs_.erase(opening.job);
    target().commons().opened.closed(opening.job);
  }

  /// What became of a request, if it was to create something. `response` null: there is none.
  void note_creation(const std::shared_ptr<const Request>& request, bool nothing_was_done, const Response* response) {
    const auto found = creating_.find(request);
    if (found == creating_.end()) return;
    const Thing thing = found->second;
    creating_.erase(found);
    if (nothing_was_done) return shared_->journal.refused(thing);
    shared_->journal.may_be_there(thing);
    if (response != nullptr && response->outcome == Outcome::accepted)
      created_.insert(thing);
    else
      lost_.insert(thing);
  }

  /// The bytes of the answer keep their share of the room for as long as anybody has them.
  Response decoded(WireAnswer answer, AnswerShare share, const Request& request) {
    std::unique_lock<std::mutex> one_at_a_time;
    if (answer.body.size() > kLongAnswerBytes)
      one_at_a_time = std::unique_lock(target().commons().decoding_long_answer);
    Response response = wire::decode(std::move(answer), request, target().options().profile);
    const auto kept = std::make_shared<const KeptAnswer>(KeptAnswer{std::move(response.wire), std::move(share)});
    response.wire = {kept, kept->answer.get()};
    return response;
  }

  /// Of a request that is not sent.
  void lose(int client, std::shared_ptr<const Request> request, std::string why) {
    clients_.push({client, 0, std::move(request), std::nullopt, std::move(why), true, std::nullopt});
  }

  std::shared_ptr<Shared> shared_;
  Clients clients_;
  std::multimap<std::shared_ptr<const Request>, Thing> creating_;  // by the request that is open
  std::set<Thing> created_;                                        // to be removed
  std::set<Thing> lost_;                                           // whose creation had no answer that tells
  std::set<std::string> hanging_jobs_;                             // as far as a hook may have made them so
  std::map<std::shared_ptr<const Request>, Opening> opens_;        // that are under way and took a place
  std::set<std::string> opened_jobs_;                              // at any time
  bool has_given_work_ = false;                                    // to any job of the program
  int open_requests_ = 0;                                          // sent, and without an answer; lost ones stay
};

class EndpointFactory : public SystemFactory {
 public:
  explicit EndpointFactory(const EndpointOptions& options) : shared_(std::make_shared<Shared>(options)) {}

  std::unique_ptr<System> make(std::uint64_t) override { return std::make_unique<Endpoint>(shared_); }

  std::shared_ptr<void> reserve_jobs(std::size_t count) override {
    if (count == 0) return nullptr;
    Places& places = shared_->target.commons().open_jobs;
    const std::size_t taken = places.take(count);
    return {shared_.get(), [shared = shared_, &places, taken](Shared*) { places.give_back(taken); }};
  }

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<SystemFactory> make_endpoint_factory(const EndpointOptions& options) {
  return std::make_unique<EndpointFactory>(options);
}

}  // namespace closecheck::sut
