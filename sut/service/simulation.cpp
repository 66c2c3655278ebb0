// The service under a virtual clock: requests and answers travel for a random while, timers fire in order.
#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "closecheck/sut/in_process.h"
#include "closecheck/sut/wire.h"
#include "in_process/core.h"
#include "service/doorway.h"

namespace closecheck::sut {
namespace {

/// Closes travel fast: their timeouts are measured at the client, and the way must not count as waiting.
constexpr Duration kCloseJitterMax = 400 * kMicrosecond;
constexpr Duration kAnswerDelayMax = 20 * kMillisecond;

/// splitmix64: small, and good enough to shuffle requests.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// 0 up to `bound`, both included.
  Duration up_to(Duration bound) {
    if (bound <= 0) return 0;
    return static_cast<Duration>(next() % (static_cast<std::uint64_t>(bound) + 1));
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

Manner manner_of(const InProcessOptions& options) {
  return {options.profile.implemented(), options.deviation, options.variant,
          options.housekeeping_base,     options.security,  options.second_deviation};
}

class Simulation final : public System {
 public:
  Simulation(const InProcessOptions& options, std::uint64_t seed)
      : core_(manner_of(options)),
        random_(seed),
        jitter_(options.jitter),
        through_codec_(options.through_codec || shows_on_wire_only(core_.manner())) {}

  void submit(int client, std::shared_ptr<const Request> request, bool) override {
    assert(std::ranges::none_of(open_, [client](const Open& open) { return open.client == client; }));
    // The main line alone has nobody to race with, so that plain sequences take no time at all.
    const bool alone = client == 0 && open_.empty();
    const bool closes = std::holds_alternative<CloseJob>(request->operation);
    const Duration jitter = alone ? 0 : (closes ? std::min(jitter_, kCloseJitterMax) : jitter_);
    open_.push_back(Open{client, jitter, closes, std::move(request), now_ + random_.up_to(jitter), nullptr, nullptr});
  }

  std::optional<Completion> next(Time until) override {
    while (true) {
      // Timers come before what travels, what arrives before what leaves; among equals the first that was sent.
      Time due = core_.due();
      Open* first = nullptr;
      for (Open& open : open_) {
        if (open.travels_until < due) {
          due = open.travels_until;
          first = &open;
        }
      }
      if (due == kNever || due > until) {
        now_ = std::max(now_, until);
        return std::nullopt;
      }
      now_ = std::max(now_, due);
      if (first == nullptr) {
        core_.fire(now_, replies_);
        send_replies();
      } else if (first->response == nullptr) {
        arrive(*first);
      } else {
        Completion done{first->client, now_, std::move(first->response), {}};
        open_.erase(open_.begin() + (first - open_.data()));
        return done;
      }
    }
  }

  Time now() override { return now_; }

  bool inject(Fault fault, const std::string& job, Duration duration) override {
    core_.inject(fault, job, duration, now_, replies_);
    send_replies();
    return true;
  }

  bool can_inject(Fault) const override { return true; }
  void clean_up(const Program&) override {}

 private:
  /// A request on its way, in the service, or its answer on its way back.
  struct Open {
    int client = 0;
    Duration jitter = 0;
    bool closes = false;
    std::shared_ptr<const Request> request;
    Time travels_until = kNever;
    std::shared_ptr<const Response> response;
    std::shared_ptr<const Entered> entered;  // as the service read it from the wire; null: not through the codec
  };

  void arrive(Open& open) {
    open.travels_until = kNever;
    const Token token = static_cast<Token>(open.client);
    const Request& request = *open.request;
    if (!through_codec_ && request.as_sent == nullptr && !std::holds_alternative<RawRequest>(request.operation)) {
      core_.handle(request, now_, token, replies_);
    } else {
      open.entered = std::make_shared<const Entered>(
          enter(wire::encode(request, core_.manner().profile), core_.manner(), request.who));
      if (open.entered->answer)
        replies_.push_back({token, *open.entered->answer});
      else
        core_.handle(open.entered->request, now_, token, replies_);
    }
    send_replies();
  }

  void send_replies() {
    for (Reply& reply : replies_) {
      const auto open = std::ranges::find(open_, static_cast<int>(reply.token), &Open::client);
      assert(open != open_.end());
      Response& told = reply.answer.response;
      if (open->entered) told = read(leave(reply.answer, *open->entered, core_.manner()), *open->request);
      depart(*open, std::move(told));
    }
    replies_.clear();
  }

  /// What a client reads of an answer.
  Response read(WireAnswer answer, const Request& request) const {
    const auto* raw = std::get_if<RawRequest>(&request.operation);
    if (raw != nullptr && raw->method == "HEAD") answer.body.clear();
    return wire::decode(std::move(answer), request, core_.manner().profile);
  }

  void depart(Open& open, Response response) {
    open.response = std::make_shared<const Response>(std::move(response));
    open.travels_until = now_ + random_.up_to(open.jitter);
    if (core_.manner().varies(Variant::answers_delayed) && !open.closes)
      open.travels_until += random_.up_to(kAnswerDelayMax);
  }

  Core core_;
  Random random_;
  Duration jitter_;
  bool through_codec_;
  Time now_ = 0;
  std::vector<Open> open_;
  Replies replies_;
};

class SimulationFactory final : public SystemFactory {
 public:
  explicit SimulationFactory(const InProcessOptions& options) : options_(options) {}
  std::unique_ptr<System> make(std::uint64_t seed) override { return make_in_process(options_, seed); }

 private:
  InProcessOptions options_;
};

}  // namespace

std::unique_ptr<System> make_in_process(const InProcessOptions& options, std::uint64_t seed) {
  return std::make_unique<Simulation>(options, seed);
}

std::unique_ptr<SystemFactory> make_in_process_factory(const InProcessOptions& options) {
  return std::make_unique<SimulationFactory>(options);
}

}  // namespace closecheck::sut
