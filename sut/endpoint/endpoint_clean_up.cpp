#include "endpoint/endpoint_clean_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "endpoint/endpoint_connection.h"
#include "endpoint/journal.h"
#include "run/politeness.h"

namespace closecheck::sut {
namespace {

/// A job that was closed may take a moment until it can be deleted.
constexpr Duration kRetryWait = 100 * kMillisecond;
constexpr int kOrdinaryRounds = 2;
constexpr int kForcedRounds = 10;
constexpr int kUndecidedMax = 2;
constexpr int kBusyAttempts = 3;
/// Of a normal close of a job that has nothing to write: by force it loses nothing, and leaves nothing behind.
constexpr Duration kUnusedCloseTimeout = 400 * kMillisecond;
/// Of a normal close, on top of the timeout that it is sent with.
constexpr Duration kAnswerSlack = kSecond;
/// Of the time that is left, what a normal close may take: the rest is for doing it by force.
constexpr int kSharesPerClose = 3;

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

/// Asks for what belongs to a clean-up, up to its end.
class Asker {
 public:
  Asker(Target& target, Duration patience)
      : target_(target),
        patience_(std::min(kCleanUpRequestPatience, target.options().request_timeout)),
        connection_(target.url(), target.commons().answer_room, target.options().transport),
        end_(Clock::now() + std::chrono::nanoseconds(patience)) {}

  Response ask(Operation operation, Principal who = Principal::manage_ml) {
    return ask(std::move(operation), who, patience_);
  }

  Response ask(Operation operation, Principal who, Duration patience) {
    if (is_over() || unreachable_) return {};
    const Request request{who, std::move(operation), nullptr};
    const Profile profile = target_.options().profile;
    for (int attempt = 1;; ++attempt) {
      Exchange exchange = connection_.exchange(
          wire::encode(request, profile), target_.identity_of(request.who).credentials, std::min(patience, left()));
      unreachable_ = !exchange.connected;
      error_ = exchange.error;
      if (!exchange.answer) return {};
      if (!is_busy(*exchange.answer) || attempt == kBusyAttempts || is_over())
        return wire::decode(*std::move(exchange.answer), request, profile);
      wait(polite_wait(&*exchange.answer, attempt));
    }
  }

  /// Bounds a normal close, and says so to the target, so that it does not go on waiting there.
  Response close(const std::string& job, Duration longest) {
    const Duration patience = std::min({patience_, longest, left() / kSharesPerClose});
    const std::string timeout = fmt::format("{}ms", std::max(patience, kMillisecond) / kMillisecond);
    return ask(CloseJob{job, {}, timeout, {}, {}}, Principal::manage_ml, patience + kAnswerSlack);
  }

  void wait(Duration span) const {
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::clamp<Duration>(left(), 0, span)));
  }
  Duration left() const { return std::chrono::nanoseconds(std::min(end_, target_.end()) - Clock::now()).count(); }
  bool is_over() const { return left() <= 0; }
  bool is_unreachable() const { return unreachable_; }
  const std::string& error() const { return error_; }

 private:
  Target& target_;
  const Duration patience_;
  Connection connection_;
  bool unreachable_ = false;
  std::string error_;  // of the last request, where it had no answer
  const Clock::time_point end_;
};

bool succeeded(const Response& response) {
  return response.outcome == Outcome::accepted;
}

bool is_unknown(const Response& response) {
  return response.outcome == Outcome::refused && response.refusal == Refusal::not_found;
}

bool is_of_security(ThingKind kind) {
  return kind == ThingKind::user || kind == ThingKind::role;
}

class CleanUp {
 public:
  CleanUp(Target& target, const Removal& removal)
      : removal_(removal), profile_(target.options().profile), asker_(target, removal.patience) {}

  std::optional<Gone> remove(const Thing& thing) {
    undecided_ = 0;
    is_barred_ = false;
    if (thing.kind == ThingKind::index) return try_once(DeleteIndex{thing.name}, Principal::setup);
    if (is_of_security(thing.kind)) return try_once(deletion_of_account(thing), Principal::setup);
    const bool is_job = thing.kind == ThingKind::job;
    if (is_job && removal_.closed_jobs.contains(thing.name))
      if (const auto gone = try_once(deletion(thing, {}))) return gone;
    const bool hangs = is_job && removal_.hanging_jobs.contains(thing.name);
    // Force and deletion at once leave results behind in genuine servers, and an index now and then.
    for (int round = 0; round < kOrdinaryRounds && !hangs && !is_hopeless(); ++round) {
      if (round > 0) asker_.wait(kRetryWait);
      const bool has_ended = end(thing, false);
      if (const auto gone = try_once(deletion(thing, {}))) return gone;
      if (!has_ended) break;
    }
    for (int round = 0; round < kForcedRounds && !is_hopeless(); ++round) {
      if (round > 0) asker_.wait(kRetryWait);
      end(thing, true);
      // What a killed job wrote and nobody has seen yet would stay behind, in an index that jobs share.
      if (is_job) asker_.ask(RawRequest{"POST", "/.ml-anomalies-*/_refresh", {}, "", ""}, Principal::setup);
      if (const auto gone = try_once(deletion(thing, {}))) return gone;
      // Deleting by force is a late addition to the API: it comes second.
      if (const auto gone = try_once(deletion(thing, "true"))) return gone;
    }
    return std::nullopt;
  }

 private:
  Duration longest_close_of(const std::string& job) const {
    return removal_.unused_jobs.contains(job) ? std::min(removal_.close_timeout, kUnusedCloseTimeout)
                                              : removal_.close_timeout;
  }

  /// Stops a feed, closes a job. False: the target did not come to an end with that.
  bool end(const Thing& thing, bool by_force) {
    if (thing.kind == ThingKind::feed) {
      const Response answer = asker_.ask(StopDatafeed{thing.name, by_force ? Parameter("true") : Parameter()});
      return answer.outcome == Outcome::accepted || answer.outcome == Outcome::refused;
    }
    const Response answer = by_force ? asker_.ask(CloseJob{thing.name, "true", {}, {}, {}})
                                     : asker_.close(thing.name, longest_close_of(thing.name));
    return succeeded(answer) || did_nothing(answer);
  }

  /// Of a user or a role.
  Operation deletion_of_account(const Thing& thing) const {
    return RawRequest{
        "DELETE", fmt::format("{}/{}/{}", profile_->security.path, name(thing.kind), thing.name), {}, "", ""};
  }

  static Operation deletion(const Thing& thing, Parameter force) {
    if (thing.kind == ThingKind::feed) return DeleteDatafeed{thing.name, std::move(force)};
    return DeleteJob{thing.name, std::move(force)};
  }

  std::optional<Gone> try_once(Operation deletion, Principal who = Principal::manage_ml) {
    if (is_hopeless()) return std::nullopt;
    const Response answer = asker_.ask(std::move(deletion), who);
    if (succeeded(answer)) return Gone::was_removed;
    if (is_unknown(answer) || answer.status == 404) return Gone::was_not_there;
    const bool is_refused = answer.outcome == Outcome::refused;
    is_barred_ = is_refused && (answer.refusal == Refusal::unauthenticated || answer.refusal == Refusal::forbidden);
    if (!is_refused || answer.refusal == Refusal::busy || answer.refusal == Refusal::unavailable) ++undecided_;
    return std::nullopt;
  }

  bool is_hopeless() const {
    return is_barred_ || undecided_ >= kUndecidedMax || asker_.is_unreachable() || asker_.is_over();
  }

  const Removal& removal_;
  const Profile profile_;
  Asker asker_;
  int undecided_ = 0;       // deletions of this thing of which nobody knows what became
  bool is_barred_ = false;  // we may not
};

/// Whether the target has it, or does not say.
bool may_be_there(Asker& asker, const Thing& thing) {
  switch (thing.kind) {
    case ThingKind::feed:
      return !is_unknown(asker.ask(GetDatafeed{thing.name}));
    case ThingKind::job:
      return !is_unknown(asker.ask(GetJob{thing.name}));
    case ThingKind::index:
    case ThingKind::user:
    case ThingKind::role:
      break;
  }
  return asker.ask(RawRequest{"GET", "/" + thing.name, {}, "", ""}, Principal::setup).status != 404;
}

/// The names in one list of the target, or why it cannot be read.
struct Names {
  std::vector<std::string> names;
  std::string trouble;
};

std::vector<std::string> names_in(const Json& body, std::string_view list, const char* id) {
  std::vector<std::string> names;
  if (list.empty()) {
    for (const auto& [name, index] : body.items()) names.push_back(name);
    return names;
  }
  const auto elements = body.find(list);
  if (elements == body.end() || !elements->is_array()) return names;
  for (const Json& element : *elements)
    if (const auto name = element.find(id); element.is_object() && name != element.end() && name->is_string())
      names.push_back(name->get<std::string>());
  return names;
}

Names read_names(Asker& asker, const std::string& path, std::string_view list, const char* id, Principal who) {
  const Response answer = asker.ask(RawRequest{"GET", path, {}, "", ""}, who);
  if (!answer.wire) return {{}, asker.error().empty() ? "no answer" : asker.error()};
  if (answer.status == 404) return {};
  const Json body = Json::parse(answer.wire->body, nullptr, false);
  if (answer.status >= 300 || !body.is_object()) return {{}, fmt::format("answered with {}", answer.status)};
  return {names_in(body, list, id), ""};
}

}  // namespace

std::set<Thing> remove_things(Target& target, const Removal& removal) {
  std::set<Thing> left;
  if (removal.things.empty()) return left;
  CleanUp clean_up(target, removal);
  // The set is in the order of the kinds: feeds, then jobs, then indices.
  for (const Thing& thing : removal.things) {
    if (const auto gone = clean_up.remove(thing))
      removal.gone(thing, *gone);
    else
      left.insert(thing);
  }
  return left;
}

std::set<Thing> remove_things(const EndpointOptions& options, const std::set<Thing>& things, Duration patience,
                              const std::function<void(const Thing&)>& gone) {
  Target target(options);
  Removal removal;
  removal.things = things;
  removal.patience = patience;
  removal.gone = [&](const Thing& thing, Gone) { gone(thing); };
  return remove_things(target, removal);
}

std::set<Thing> clean_up_journal(const EndpointOptions& options, Duration patience) {
  const std::set<Thing> named = read_journal(options.journal).left;
  if (named.empty()) return {};
  Journal journal(options.journal);
  Target target(options);
  Asker asker(target, patience);
  std::set<Thing> ours;
  std::set<Thing> left;
  for (const Thing& thing : named) {
    if (is_our_name(thing.name))
      ours.insert(thing);
    else if (may_be_there(asker, thing))
      left.insert(thing);
    else
      journal.removed(thing);
  }
  left.merge(remove_things(options, ours, asker.left(), [&](const Thing& thing) { journal.removed(thing); }));
  return left;
}

Found find_things(const EndpointOptions& options, const std::string& prefix, const std::set<ThingKind>& kinds) {
  Target target(options);
  Asker asker(target, kCleanUpPatience);
  const std::string base(options.profile->jobs.path);
  const std::string wanted = options.profile->has_expressions ? "/" + prefix + "*" : "";
  Found found;
  for (const ThingKind kind : kinds) {
    Names names;
    if (kind == ThingKind::job)
      names = read_names(asker, base + "/anomaly_detectors" + wanted, "jobs", "job_id", Principal::manage_ml);
    else if (kind == ThingKind::feed)
      names = read_names(asker, base + "/datafeeds" + wanted, "datafeeds", "datafeed_id", Principal::manage_ml);
    else
      names = read_names(asker, "/" + prefix + "*", "", "", Principal::setup);
    if (!names.trouble.empty())
      found.unread.push_back(
          fmt::format("the list of {} things: {}", name(kind), one_line(target.redact()(names.trouble))));
    for (std::string& thing : names.names)
      if (thing.starts_with(prefix)) found.things.insert({kind, std::move(thing)});
  }
  return found;
}

}  // namespace closecheck::sut
