// For tests: a system behind a bad network and a gateway. Requests and answers get lost, arrive after they were given
// up, are answered by something in between, by a service that has no time, or by one that has forgotten who asks.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/sut/passing_system_for_test.h"
#include "closecheck/sut/wire.h"
#include "engine/seeds.h"

namespace closecheck::properties {

/// What becomes of one request.
enum class Mishap : std::uint8_t {
  none,
  not_connected,       // it is never sent
  lost,                // it never arrives
  late,                // it arrives long after its loss was noticed
  answer_lost,         // it arrives, its answer does not
  silence,             // neither an answer nor a reset: it is never heard of again, and never arrives
  answer_swallowed,    // the same, but it arrives
  gateway,             // 502, 503 or 504 without an envelope, and it never arrives
  gateway_behind,      // ... and it arrives
  unavailable,         // 503 with the envelope, and nothing is done
  unavailable_behind,  // ... and everything is
  busy,                // 429, and nothing is done
  page,                // a login, a block or a moved page, and nothing is done
  page_behind,         // ... and everything is
  torn,                // of an upload only the first records arrive, and no answer comes
  locked_out,          // 401 or 403 for everything that its caller asks for a while
};
inline constexpr std::array kMishaps{Mishap::not_connected, Mishap::lost,
                                     Mishap::late,          Mishap::answer_lost,
                                     Mishap::silence,       Mishap::answer_swallowed,
                                     Mishap::gateway,       Mishap::gateway_behind,
                                     Mishap::unavailable,   Mishap::unavailable_behind,
                                     Mishap::busy,          Mishap::page,
                                     Mishap::page_behind,   Mishap::torn,
                                     Mishap::locked_out};

/// Passes everything on to another system, but for so many of a hundred requests.
class FaultySystem final : public sut::PassingSystem {
 public:
  FaultySystem(std::unique_ptr<sut::System> system, Profile profile, std::uint64_t seed, int percent,
               std::vector<Mishap> mishaps = {kMishaps.begin(), kMishaps.end()})
      : PassingSystem(std::move(system)),
        profile_(profile),
        state_(seed),
        percent_(percent),
        mishaps_(std::move(mishaps)) {}

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override {
    Mishap mishap = below(100) < percent_ ? mishaps_[static_cast<std::size_t>(below(static_cast<int>(mishaps_.size())))]
                                          : Mishap::none;
    if (is_locked_out(*request, mishap)) return answer(client, *request, refusal_of_caller(*request));
    switch (mishap) {
      case Mishap::none:
        break;
      case Mishap::not_connected:
        return tell({client, soon(), nullptr, "no connection", true});
      case Mishap::lost:
        return tell({client, soon(), nullptr, "connection reset", false});
      case Mishap::late:
        late_.push_back({soon() + kMillisecond * below(60'000), request});
        return tell({client, soon(), nullptr, "connection reset", false});
      case Mishap::silence:
        return;
      case Mishap::gateway:
        return answer(client, *request, gateway());
      case Mishap::unavailable:
        return answer(client, *request, envelope(503, "unavailable_shards_exception"));
      case Mishap::busy:
        return answer(client, *request, envelope(429, "es_rejected_execution_exception"));
      case Mishap::page:
        return answer(client, *request, page());
      case Mishap::torn:
        request = torn(*request);
        break;
      case Mishap::answer_lost:
      case Mishap::answer_swallowed:
      case Mishap::gateway_behind:
      case Mishap::unavailable_behind:
      case Mishap::page_behind:
      case Mishap::locked_out:
        break;
    }
    under_way_[client] = {mishap, request};
    PassingSystem::submit(client, std::move(request), fresh_connection);
  }

  std::optional<sut::Completion> next(Time until) override {
    while (true) {
      const Time due = std::min(until, next_due());
      if (auto completion = PassingSystem::next(due)) {
        if (auto told = passed_on(*std::move(completion))) return told;
        continue;
      }
      const Time now = PassingSystem::now();
      if (auto news = earliest(news_, now)) return news;
      if (const auto late = earliest(late_, now)) {
        PassingSystem::submit(next_ghost_++, late->request, false);
        continue;
      }
      if (now >= until) return std::nullopt;
    }
  }

 private:
  struct UnderWay {
    Mishap mishap = Mishap::none;
    std::shared_ptr<const Request> request;
  };
  struct Late {
    Time time = 0;
    std::shared_ptr<const Request> request;
  };

  int below(int bound) {
    state_ = splitmix(state_);
    return static_cast<int>((state_ >> 33U) % static_cast<std::uint64_t>(bound));
  }
  Time soon() { return now() + kMillisecond; }
  void tell(sut::Completion completion) { news_.push_back(std::move(completion)); }

  void answer(int client, const Request& request, WireAnswer bytes) {
    tell({client, soon(), decoded(request, std::move(bytes)), "", false});
  }
  std::shared_ptr<const Response> decoded(const Request& request, WireAnswer bytes) const {
    return std::make_shared<const Response>(sut::wire::decode(std::move(bytes), request, profile_));
  }

  static std::shared_ptr<const Request> torn(const Request& request) {
    Request part = request;
    if (auto* post = std::get_if<PostData>(&part.operation)) post->records.resize(post->records.size() / 2);
    return std::make_shared<const Request>(std::move(part));
  }

  static WireAnswer envelope(int status, std::string_view type) {
    return {status,
            {{"content-type", "application/json"}},
            fmt::format(R"({{"error":{{"root_cause":[{{"type":"{0}","reason":"not now"}}],"type":"{0}",)"
                        R"("reason":"not now"}},"status":{1}}})",
                        type, status)};
  }
  WireAnswer gateway() {
    constexpr std::array kStatuses{502, 503, 504};
    const int status = kStatuses[static_cast<std::size_t>(below(3))];
    if (below(2) == 0) return {status, {{"content-type", "text/html"}}, "<html><h1>Bad Gateway</h1></html>"};
    return {status, {{"content-type", "application/json"}}, R"({"message":"no upstream"})"};
  }
  WireAnswer page() {
    constexpr std::array kStatuses{200, 302, 403, 404, 407, 413, 421, 431};
    const int status = kStatuses[static_cast<std::size_t>(below(static_cast<int>(kStatuses.size())))];
    return {status, {{"content-type", "text/html"}}, "<!doctype html><title>Please log in</title>"};
  }

  bool is_locked_out(const Request& request, Mishap mishap) {
    const Principal who = request.who;
    if (who == Principal::none || is_nobody(who)) return false;
    Time& until = locked_out_[who];
    const Time now = PassingSystem::now();
    if (mishap == Mishap::locked_out) until = std::max(until, now + 1 + kSecond * below(20));
    if (now >= until) return false;
    // Whoever asks harmlessly right after it is refused as well.
    until = std::max(until, now + 100 * kMillisecond);
    return true;
  }
  WireAnswer refusal_of_caller(const Request& request) const {
    return envelope(static_cast<int>(request.who) % 2 == 0 ? 401 : 403, "security_exception");
  }

  Time next_due() const {
    Time due = INT64_MAX;
    for (const sut::Completion& news : news_) due = std::min(due, news.time);
    for (const Late& late : late_) due = std::min(due, late.time);
    return due;
  }
  template <class T>
  static std::optional<T> earliest(std::vector<T>& list, Time now) {
    const auto first =
        std::min_element(list.begin(), list.end(), [](const T& a, const T& b) { return a.time < b.time; });
    if (first == list.end() || first->time > now) return std::nullopt;
    T taken = std::move(*first);
    list.erase(first);
    return taken;
  }

  std::optional<sut::Completion> passed_on(sut::Completion completion) {
    const auto found = under_way_.find(completion.client);
    if (found == under_way_.end()) return std::nullopt;  // of one that was given up
    const UnderWay under_way = std::move(found->second);
    under_way_.erase(found);
    switch (under_way.mishap) {
      case Mishap::torn:
      case Mishap::answer_lost:
        return sut::Completion{completion.client, completion.time, nullptr, "connection reset", false};
      case Mishap::answer_swallowed:
        return std::nullopt;
      case Mishap::gateway_behind:
        completion.response = decoded(*under_way.request, gateway());
        break;
      case Mishap::page_behind:
        completion.response = decoded(*under_way.request, page());
        break;
      case Mishap::unavailable_behind:
        completion.response = decoded(*under_way.request, envelope(503, "unavailable_shards_exception"));
        break;
      default:
        break;
    }
    return completion;
  }

  Profile profile_;
  std::uint64_t state_;
  int percent_;
  std::vector<Mishap> mishaps_;
  std::map<int, UnderWay> under_way_;  // by client
  std::vector<sut::Completion> news_;
  std::vector<Late> late_;
  std::map<Principal, Time> locked_out_;  // until when
  int next_ghost_ = 1'000'000;            // clients of requests that arrive late
};

}  // namespace closecheck::properties
