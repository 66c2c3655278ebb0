#include "latency_meter.h"

#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/sut/watching_system.h"

namespace closecheck::cli {
namespace {

/// Two factories may fill one table.
std::mutex& table_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// A close that is refused, or given up, took no close's time.
std::string kind_of_exchange(const Request& request, const Response& response) {
  const std::string kind = reports::kind_of(request);
  const bool is_close = std::holds_alternative<CloseJob>(request.operation);
  return is_close && response.outcome != Outcome::accepted ? kind + ", not done" : kind;
}

}  // namespace

class MeteredSystem final : public sut::WatchingSystem {
 public:
  MeteredSystem(std::unique_ptr<sut::System> system, MeteredFactory& factory)
      : WatchingSystem(std::move(system)), factory_(factory) {}
  ~MeteredSystem() override {
    try {
      factory_.add(measured_);
    } catch (const std::exception&) {
      // There is no memory for them: a report does without.
    }
  }

 private:
  struct Open {
    Time since = 0;
    std::shared_ptr<const Request> request;
  };

  void see_request(int client, const std::shared_ptr<const Request>& request) override {
    open_[client] = {now(), request};
  }

  void see_completion(const sut::Completion& completion) override {
    if (!completion.response || answer_type(completion.response.get()) != EventType::ok) return;
    const Open& open = open_[completion.client];
    if (open.request)
      measured_[kind_of_exchange(*open.request, *completion.response)].push_back(
          static_cast<double>(completion.time - open.since) / static_cast<double>(kMillisecond));
  }

  MeteredFactory& factory_;
  std::map<int, Open> open_;
  reports::Latencies measured_;
};

std::unique_ptr<sut::System> MeteredFactory::make(std::uint64_t seed) {
  return std::make_unique<MeteredSystem>(factory_.make(seed), *this);
}

void MeteredFactory::add(const reports::Latencies& measured) {
  const std::lock_guard lock(table_mutex());
  for (const auto& [kind, times] : measured) {
    std::vector<double>& all = latencies_[kind];
    all.insert(all.end(), times.begin(), times.end());
  }
}

}  // namespace closecheck::cli
