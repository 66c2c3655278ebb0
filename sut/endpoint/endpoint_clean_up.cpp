#include "endpoint/endpoint_clean_up.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "closecheck/sut/wire.h"
#include "endpoint/endpoint_connection.h"
#include "run/politeness.h"

namespace closecheck::sut {
namespace {

/// A job that was force-closed may take a moment until it can be deleted.
constexpr std::chrono::milliseconds kRetryWait{100};
constexpr int kPoliteRemovals = 10;
constexpr int kRemovalsMax = 20;

using Clock = std::chrono::steady_clock;

class CleanUp {
 public:
  explicit CleanUp(Target& target)
      : target_(target),
        patience_(std::min(kCleanUpRequestPatience, target.options().request_timeout)),
        connection_(target.url(), target.commons().answer_room),
        end_(std::min(target.options().end, Clock::now() + std::chrono::nanoseconds(kCleanUpPatience))) {}

  bool remove(const Thing& thing) {
    switch (thing.kind) {
      case ThingKind::feed:
        return remove_feed(thing.name);
      case ThingKind::job:
        return remove_job(thing.name);
      case ThingKind::index:
        return is_gone(ask(DeleteIndex{thing.name}, Principal::setup));
    }
    return false;
  }

 private:
  bool remove_feed(const std::string& feed) {
    if (is_gone(ask(DeleteDatafeed{feed, {}}))) return true;
    if (!succeeded(ask(StopDatafeed{feed, {}}))) ask(StopDatafeed{feed, "true"});
    return is_gone(ask(DeleteDatafeed{feed, {}})) || is_gone(ask(DeleteDatafeed{feed, "true"}));
  }

  bool remove_job(const std::string& job) {
    ask(CloseJob{job, "true", {}, {}, {}});
    int undecided = 0;
    for (int attempt = 0; attempt < kRemovalsMax && !is_over(); ++attempt) {
      // Deleting by force is a late addition to the API: it comes second.
      const Parameter force = attempt < kPoliteRemovals ? Parameter() : Parameter("true");
      const Response answer = ask(DeleteJob{job, force});
      if (is_gone(answer)) return true;
      const bool decides = answer.outcome == Outcome::accepted ||
                           (answer.outcome == Outcome::refused && answer.refusal != Refusal::busy &&
                            answer.refusal != Refusal::unavailable);
      if (!decides && (unreachable_ || ++undecided == 2)) return false;
      if (answer.refusal == Refusal::unauthenticated || answer.refusal == Refusal::forbidden) return false;
      std::this_thread::sleep_for(kRetryWait);
    }
    return false;
  }

  Response ask(Operation operation, Principal who = Principal::manage_ml) {
    if (is_over() || unreachable_) return {};
    const Request request{who, std::move(operation), nullptr};
    const Profile profile = target_.options().profile;
    for (int attempt = 1;; ++attempt) {
      Exchange exchange = connection_.exchange(
          wire::encode(request, profile), target_.identity_of(request.who).credentials, std::min(patience_, left()));
      unreachable_ = !exchange.connected;
      if (!exchange.answer) return {};
      if (!is_busy(*exchange.answer) || attempt == 3 || is_over())
        return wire::decode(*std::move(exchange.answer), request, profile);
      std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(polite_wait(&*exchange.answer, attempt), left())));
    }
  }

  static bool succeeded(const Response& response) { return response.outcome == Outcome::accepted; }
  static bool is_gone(const Response& response) {
    return succeeded(response) || (response.outcome == Outcome::refused && response.refusal == Refusal::not_found);
  }
  Duration left() const { return std::chrono::nanoseconds(end_ - Clock::now()).count(); }
  bool is_over() const { return left() <= 0; }

  Target& target_;
  const Duration patience_;
  Connection connection_;
  bool unreachable_ = false;
  const Clock::time_point end_;
};

}  // namespace

std::set<Thing> remove_things(Target& target, const std::set<Thing>& things,
                              const std::function<void(const Thing&)>& gone) {
  std::set<Thing> left;
  if (things.empty()) return left;
  CleanUp clean_up(target);
  // The set is in the order of the kinds: feeds, then jobs, then indices.
  for (const Thing& thing : things) {
    if (clean_up.remove(thing))
      gone(thing);
    else
      left.insert(thing);
  }
  return left;
}

}  // namespace closecheck::sut
