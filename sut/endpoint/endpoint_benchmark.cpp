// Live connections of ours beside bare ones of the library below, one and eight at once, on the same server in the same
// run: what it costs to type the request, send it within its bounds and decode the answer. Both sides post a record,
// read statistics, results and snapshots, and close a closed job, in turn.
#include <benchmark/benchmark.h>
#include <curl/curl.h>

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

/// One connection of the library, with nothing of ours around it.
class BareConnection {
 public:
  explicit BareConnection(int port) : root_("http://127.0.0.1:" + std::to_string(port)) {
    ::curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    ::curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, lines_);
    ::curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &BareConnection::on_body);
    ::curl_easy_setopt(easy_, CURLOPT_WRITEDATA, static_cast<void*>(this));
  }
  ~BareConnection() {
    ::curl_easy_cleanup(easy_);
    ::curl_slist_free_all(lines_);
  }
  BareConnection(const BareConnection&) = delete;
  BareConnection& operator=(const BareConnection&) = delete;

  bool ask(const wire::HttpRequest& request) {
    body_.clear();
    ::curl_easy_setopt(easy_, CURLOPT_URL, (root_ + wire::target_of(request)).c_str());
    ::curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
    if (request.method != "GET") {
      ::curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
      ::curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    long status = 0;
    return ::curl_easy_perform(easy_) == CURLE_OK &&
           ::curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status / 100 == 2;
  }

 private:
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    static_cast<BareConnection*>(self)->body_.append(data, size);
    return size;
  }

  const std::string root_;
  CURL* const easy_ = ::curl_easy_init();
  curl_slist* const lines_ = ::curl_slist_append(nullptr, "Content-Type: application/json");
  std::string body_;
};

void BareClient(benchmark::State& state) {
  BareConnection connection(Served::instance().port());
  std::vector<wire::HttpRequest> requests;
  for (Operation& operation : operations())
    requests.push_back(wire::encode({Principal::manage_ml, std::move(operation), nullptr}, Profile::xpack_6_3));
  std::size_t next = 0;
  for ([[maybe_unused]] auto _ : state)
    if (!connection.ask(requests[next++ % requests.size()])) state.SkipWithError("the server does not answer");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BareClient)->UseRealTime()->Threads(1)->Threads(8);

void Endpoint(benchmark::State& state) {
  const std::unique_ptr<System> system = Served::instance().connection();
  const std::vector<Operation> asked = operations();
  std::size_t next = 0;
  for ([[maybe_unused]] auto _ : state)
    if (!ask(*system, asked[next++ % asked.size()])) state.SkipWithError("the server does not answer");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Endpoint)->UseRealTime()->Threads(1)->Threads(8);

}  // namespace
}  // namespace closecheck::sut
