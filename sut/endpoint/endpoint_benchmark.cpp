// Live connections of ours beside those of a bare HTTP client, one and eight at once, on the same server in the same
// run: what it costs to type the request, send it and decode the answer. Both sides post a record, read statistics,
// results and snapshots, and close a closed job, in turn.
#include <benchmark/benchmark.h>
#include <httplib.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "closecheck/sut/endpoint.h"
#include "closecheck/sut/server.h"
#include "closecheck/sut/wire.h"

namespace closecheck::sut {
namespace {

constexpr Time kLong = 60 * kSecond;

/// What is asked in turn.
std::vector<Operation> operations() {
  return {PostData{"closecheck-a", {{kDataStart, 1, ""}}, false}, JobStats{"closecheck-a"},
          GetBuckets{"closecheck-a", {}, {}}, GetSnapshots{"closecheck-a"}, CloseJob{"closecheck-b", {}, {}, {}, {}}};
}

bool ask(System& system, Operation operation) {
  auto request = std::make_shared<const Request>(Request{Principal::manage_ml, std::move(operation), nullptr});
  const auto completion = system.exchange(0, std::move(request), false, system.now() + kLong);
  return completion && completion->response && completion->response->outcome == Outcome::accepted;
}

/// The built-in service on a port of its own, with what is asked about in it.
class Served {
 public:
  /// The one of this process.
  static const Served& instance() {
    static const Served served;
    return served;
  }
  ~Served() {
    stop_ = true;
    thread_.join();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  int port() const { return port_; }
  /// Any thread.
  std::unique_ptr<System> connection() const {
    const std::lock_guard lock(mutex_);
    return factory_->make(1);
  }

 private:
  Served() {
    std::promise<int> ready;
    std::future<int> port = ready.get_future();
    thread_ = std::thread([this, &ready] {
      ServerOptions options;
      options.service.profile = Profile::xpack_6_3;
      serve(
          options, [&ready](int number) { ready.set_value(number); }, stop_);
    });
    port_ = port.get();
    EndpointOptions options;
    options.url = "http://127.0.0.1:" + std::to_string(port_);
    options.profile = Profile::xpack_6_3;
    factory_ = make_endpoint_factory(options);
    const std::unique_ptr<System> system = connection();
    ask(*system, CreateJob{"closecheck-a", {}});
    ask(*system, CreateJob{"closecheck-b", {}});
    ask(*system, OpenJob{"closecheck-a"});
  }

  std::atomic<bool> stop_{false};
  std::thread thread_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::unique_ptr<SystemFactory> factory_;
};

void BareClient(benchmark::State& state) {
  httplib::Client client("127.0.0.1", Served::instance().port());
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  std::vector<wire::HttpRequest> requests;
  for (Operation& operation : operations())
    requests.push_back(wire::encode({Principal::manage_ml, std::move(operation), nullptr}, Profile::xpack_6_3));
  std::size_t next = 0;
  for (auto _ : state) {
    const wire::HttpRequest& request = requests[next++ % requests.size()];
    const auto answer = request.method == "GET" ? client.Get(request.path)
                                                : client.Post(request.path, request.body, request.content_type);
    if (!answer || answer->status / 100 != 2) state.SkipWithError("the server does not answer");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BareClient)->UseRealTime()->Threads(1)->Threads(8);

void Endpoint(benchmark::State& state) {
  const std::unique_ptr<System> system = Served::instance().connection();
  const std::vector<Operation> asked = operations();
  std::size_t next = 0;
  for (auto _ : state)
    if (!ask(*system, asked[next++ % asked.size()])) state.SkipWithError("the server does not answer");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Endpoint)->UseRealTime()->Threads(1)->Threads(8);

}  // namespace
}  // namespace closecheck::sut
