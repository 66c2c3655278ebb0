#include "closecheck/sut/endpoint.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "closecheck/sut/wire.h"
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

/// Longer answers are decoded one after the other, whoever got them.
constexpr std::size_t kLongAnswerBytes = 256 * 1024;

bool is_our_name(const std::string& thing) {
  return thing.starts_with(kNamePrefix);
}

class Endpoint : public System {
 public:
  explicit Endpoint(std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)),
        end_(shared_->clock->time(target().options().end_of_work)),
        clients_(target().url(), {target().options().request_timeout, end_}, shared_->clock,
                 target().commons().answer_room) {}

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

  Time now() override { return shared_->clock->now(); }
  Time end() const override { return end_; }

  bool inject(Fault fault, const std::string& job, Duration duration) override {
    if (!can_inject(fault)) return false;
    const std::string command = fill_in_hook(target().options().hooks.at(fault), job, duration);
    const Duration left = end_ - now();
    if (left <= 0) throw FaultFailed{"the time of the run was up"};
    run_hook(command, target().redact(), std::min(kHookPatience, left));
    return true;
  }

  bool can_inject(Fault fault) const override {
    const auto found = target().options().hooks.find(fault);
    return found != target().options().hooks.end() && !found->second.empty();
  }

  void clean_up(const Program& program) override {
    clients_.abandon();
    std::set<Thing> things = std::exchange(created_, {});
    // A name of ours goes whatever was answered to its creation. Any other goes only if it was we who created it: the
    // page's `event_rate` may well be somebody's own.
    for (const Step& step : program.steps) {
      if (step.type != StepType::call) continue;
      if (auto thing = created_by(step.request.operation); thing && is_our_name(thing->name))
        things.insert(std::move(*thing));
    }
    remove_things(target(), things, [&](const Thing& thing) { shared_->journal.removed(thing); });
  }

 private:
  Target& target() { return shared_->target; }
  const Target& target() const { return shared_->target; }

  /// Empty: it is not to be sent, and counts as lost. Throws std::runtime_error where the journal cannot be written.
  std::optional<Parcel> pack(int client, std::shared_ptr<const Request> request, bool fresh_connection) {
    Identity identity = target().identity_of(request->who);
    if (!identity.forbidden.empty()) {
      lose(client, std::move(request), std::move(identity.forbidden));
      return std::nullopt;
    }
    const std::optional<Thing> thing = created_by(request->operation);
    if (thing && !shared_->journal.created(*thing))
      throw std::runtime_error("the journal '" + target().options().journal + "' cannot be written, so " +
                               describe(*thing) + " was not created");
    Parcel parcel;
    parcel.http = wire::encode(*request, target().options().profile);
    parcel.credentials = std::move(identity.credentials);
    parcel.fresh_connection = fresh_connection;
    parcel.request = std::move(request);
    return parcel;
  }

  std::optional<Completion> unpacked(std::optional<Arrival> arrival) {
    if (!arrival) return std::nullopt;
    Completion completion;
    completion.client = arrival->client;
    completion.time = arrival->time;
    if (arrival->answer) {
      Response response = decoded(*std::move(arrival->answer), *std::move(arrival->share), *arrival->request);
      if (const auto thing = created_by(arrival->request->operation); thing && response.outcome == Outcome::accepted)
        created_.insert(*thing);
      completion.response = std::make_shared<const Response>(std::move(response));
    } else {
      completion.error = target().redact()(arrival->error);
      completion.never_sent = arrival->never_sent;
    }
    return completion;
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
  const Time end_;
  Clients clients_;
  std::set<Thing> created_;
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

std::vector<std::string> clean_up_journal(const EndpointOptions& options) {
  Target target(options);
  std::set<Thing> ours;
  std::set<Thing> left;
  for (const Thing& thing : left_by_journal(options.journal)) (is_our_name(thing.name) ? ours : left).insert(thing);
  if (!ours.empty()) {
    Journal journal(options.journal);
    left.merge(remove_things(target, ours, [&](const Thing& thing) { journal.removed(thing); }));
  }
  std::vector<std::string> lines;
  for (const Thing& thing : left) lines.push_back(describe(thing));
  return lines;
}

}  // namespace closecheck::sut
