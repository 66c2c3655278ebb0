// One live connection of ours beside the bare HTTP client, on the same server in the same run: what it costs to type
// the request, send it and decode the answer. Both sides post a record, read statistics, results and snapshots, and
// close a closed job, in turn.
#include <benchmark/benchmark.h>
#include <httplib.h>

#include <atomic>
#include <future>
#include <memory>
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

/// The built-in service on a port of its own, for as long as this lives, with one job in it.
class Served {
 public:
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
    system_ = factory_->make(1);
    ask(CreateJob{"closecheck-a", {}});
    ask(CreateJob{"closecheck-b", {}});
    ask(OpenJob{"closecheck-a"});
  }
  ~Served() {
    system_.reset();
    stop_ = true;
    thread_.join();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  int port() const { return port_; }

  bool ask(Operation operation) {
    auto request = std::make_shared<const Request>(Request{Principal::manage_ml, std::move(operation), nullptr});
    const auto completion = system_->exchange(0, std::move(request), false, system_->now() + kLong);
    return completion && completion->response && completion->response->outcome == Outcome::accepted;
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
  int port_ = 0;
  std::unique_ptr<SystemFactory> factory_;
  std::unique_ptr<System> system_;
};

void BareClient(benchmark::State& state) {
  const Served served;
  httplib::Client client("127.0.0.1", served.port());
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
BENCHMARK(BareClient)->UseRealTime();

void Endpoint(benchmark::State& state) {
  Served served;
  const std::vector<Operation> asked = operations();
  std::size_t next = 0;
  for (auto _ : state)
    if (!served.ask(asked[next++ % asked.size()])) state.SkipWithError("the server does not answer");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Endpoint)->UseRealTime();

}  // namespace
}  // namespace closecheck::sut
