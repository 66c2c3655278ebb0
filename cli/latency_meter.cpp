#include "latency_meter.h"

#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include "closecheck/reports/fingerprint.h"

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

class MeteredSystem final : public sut::System {
 public:
  MeteredSystem(std::unique_ptr<sut::System> system, MeteredFactory& factory)
      : system_(std::move(system)), factory_(factory) {}
  ~MeteredSystem() override {
    try {
      factory_.add(measured_);
    } catch (const std::exception&) {
      // There is no memory for them: a report does without.
    }
  }

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override {
    begin(client, request);
    system_->submit(client, std::move(request), fresh_connection);
  }

  std::optional<sut::Completion> next(Time until) override { return measured(system_->next(until)); }

  std::optional<sut::Completion> exchange(int client, std::shared_ptr<const Request> request, bool fresh_connection,
                                          Time until) override {
    begin(client, request);
    return measured(system_->exchange(client, std::move(request), fresh_connection, until));
  }

  Time now() override { return system_->now(); }
  Time end() const override { return system_->end(); }
  bool inject(Fault fault, const std::string& job, Duration duration) override {
    return system_->inject(fault, job, duration);
  }
  bool can_inject(Fault fault) const override { return system_->can_inject(fault); }
  void clean_up(const Program& program) override { system_->clean_up(program); }

 private:
  struct Open {
    Time since = 0;
    std::shared_ptr<const Request> request;
  };

  void begin(int client, const std::shared_ptr<const Request>& request) { open_[client] = {system_->now(), request}; }

  std::optional<sut::Completion> measured(std::optional<sut::Completion> completion) {
    if (!completion || !completion->response || answer_type(completion->response.get()) != EventType::ok)
      return completion;
    const Open& open = open_[completion->client];
    if (open.request)
      measured_[kind_of_exchange(*open.request, *completion->response)].push_back(
          static_cast<double>(completion->time - open.since) / static_cast<double>(kMillisecond));
    return completion;
  }

  std::unique_ptr<sut::System> system_;
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
