// The server over loopback, asked by a raw HTTP client.
#include "closecheck/sut/server.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>

#include <chrono>
#include <future>
#include <thread>

#include "server/served_for_test.h"
#include "server/server_access.h"

namespace closecheck::sut {
namespace {

using std::chrono::steady_clock;

constexpr const char* kJobs = "/_xpack/ml/anomaly_detectors/";
constexpr const char* kConfig = R"({"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},)"
                                R"("data_description":{"time_field":"time","time_format":"epoch_ms"}})";

/// Method, path, body; gives `status body`.
class Caller {
 public:
  explicit Caller(const Served& served) : client_(served.client()) {}

  httplib::Result send(const char* method, const std::string& target, const std::string& body = "",
                       const httplib::Headers& headers = {}) {
    httplib::Request request;
    request.method = method;
    request.path = target;
    request.headers = headers;
    request.body = body;
    if (!body.empty() && !request.has_header("Content-Type")) request.set_header("Content-Type", "application/json");
    return client_->send(request);
  }
  std::string ask(const char* method, const std::string& target, const std::string& body = "",
                  const httplib::Headers& headers = {}) {
    const auto result = send(method, target, body, headers);
    if (!result) return "no answer";
    return std::to_string(result->status) + " " + result->body;
  }
  httplib::Client& http() { return *client_; }

 private:
  std::unique_ptr<httplib::Client> client_;
};

ServerOptions in_profile(Profile profile) {
  ServerOptions options;
  options.service.profile = profile;
  options.service.housekeeping_base = 20 * kMillisecond;
  return options;
}

ServerOptions with_test_hooks() {
  ServerOptions options = in_profile(Profile::xpack_6_3);
  options.test_hooks = true;
  return options;
}

ServerOptions secured() {
  ServerOptions options = in_profile(Profile::xpack_6_3);
  options.principals[Principal::manage_ml] = {"ml_admin", "secret"};
  options.principals[Principal::monitor_ml] = {"ml_reader", "reads"};
  return options;
}

httplib::Headers basic(const std::string& user, const std::string& password) {
  return {httplib::make_basic_authentication_header(user, password)};
}

std::string jobs(const std::string& rest) {
  return kJobs + rest;
}

// close-ends-open-job: the page's example, over a socket.
TEST(Server, ClosesTheJobOfThePagesExample) {
  const Served served(in_profile(Profile::xpack_5_4));
  Caller caller(served);

  EXPECT_TRUE(caller.ask("PUT", jobs("event_rate"), kConfig).starts_with("200 {\"job_id\":\"event_rate\""));
  EXPECT_EQ(caller.ask("POST", jobs("event_rate/_open")), "200 {\"opened\":true}");
  EXPECT_TRUE(caller.ask("POST", jobs("event_rate/_data"), "{\"time\":1500000000000}{\"time\":1500000060000}")
                  .starts_with("202 {\"job_id\":\"event_rate\",\"processed_record_count\":2,"));
  EXPECT_EQ(caller.ask("POST", jobs("event_rate/_close")), "200 {\"closed\":true}");
  const std::string stats = caller.ask("GET", jobs("event_rate/_stats"));
  EXPECT_NE(stats.find("\"processed_record_count\":2"), std::string::npos);
  EXPECT_NE(stats.find("\"state\":\"closed\""), std::string::npos);
}

// timeout-bounds-wait, timed-out-close-goes-on: on the real clock.
TEST(Server, AnswersACloseWhenItsTimeoutIsUp) {
  const Served served(with_test_hooks());
  Caller caller(served);
  caller.ask("PUT", jobs("j"), kConfig);
  caller.ask("POST", jobs("j/_open"));
  EXPECT_EQ(caller.ask("POST", "/_test/jobs/j/_slow?housekeeping=1s"), "200 {\"acknowledged\":true}");

  const auto begin = steady_clock::now();
  const std::string answer = caller.ask("POST", jobs("j/_close?timeout=200ms"));
  const auto took = steady_clock::now() - begin;

  EXPECT_EQ(answer.substr(0, 3), "500");
  EXPECT_NE(answer.find("timed out after 200ms"), std::string::npos) << answer;
  EXPECT_GE(took, std::chrono::milliseconds(200));
  EXPECT_LT(took, std::chrono::milliseconds(900));
  EXPECT_EQ(caller.ask("POST", jobs("j/_close")), "200 {\"closed\":true}");
}

// concurrent-requests-linearize: a close that waits holds up nobody, and many closes wait at once.
TEST(Server, ServesOthersWhileClosesWait) {
  const Served served(with_test_hooks());
  Caller caller(served);
  caller.ask("PUT", jobs("j"), kConfig);
  caller.ask("POST", jobs("j/_open"));
  caller.ask("POST", "/_test/jobs/j/_hang");

  constexpr int kClients = 100;
  std::vector<std::future<std::string>> closes;
  closes.reserve(kClients);
  for (int i = 0; i < kClients; ++i)
    closes.push_back(std::async(std::launch::async, [&served] {
      Caller other(served);
      return other.ask("POST", jobs("j/_close"));
    }));
  while (caller.ask("GET", jobs("j/_stats")).find("\"state\":\"closing\"") == std::string::npos)
    std::this_thread::yield();
  EXPECT_EQ(caller.ask("POST", jobs("j/_close?force=true")), "200 {\"closed\":true}");
  // A close that comes after the force finds the job closed; one that waited may be told of the force.
  for (auto& close : closes) {
    const std::string answer = close.get();
    EXPECT_TRUE(answer == "200 {\"closed\":true}" || answer.starts_with("409 ")) << answer;
  }
}

// force-closes-failed-job, failed-job-needs-force: through the hook.
TEST(Server, PutsJobsIntoStatesThatNoClientReachesWhenHooksAreOn) {
  const Served served(with_test_hooks());
  Caller caller(served);
  caller.ask("PUT", jobs("j"), kConfig);
  caller.ask("POST", jobs("j/_open"));

  EXPECT_EQ(caller.ask("POST", "/_test/jobs/j/_fail"), "200 {\"acknowledged\":true}");
  EXPECT_NE(caller.ask("GET", jobs("j/_stats")).find("\"state\":\"failed\""), std::string::npos);
  EXPECT_EQ(caller.ask("POST", jobs("j/_close")).substr(0, 3), "409");
  EXPECT_EQ(caller.ask("POST", "/_test/jobs/unknown/_fail").substr(0, 3), "404");
  EXPECT_EQ(caller.ask("POST", "/_test/jobs/j/_slow?housekeeping=soon").substr(0, 3), "400");
  EXPECT_EQ(caller.ask("POST", "/_test/jobs/j/_explode").substr(0, 3), "400");
  EXPECT_EQ(caller.ask("GET", "/_test/jobs/j/_fail").substr(0, 3), "400");
}

TEST(Server, KnowsNoHooksUnlessTheyAreOn) {
  const Served served(in_profile(Profile::xpack_6_3));
  Caller caller(served);

  EXPECT_EQ(caller.ask("POST", "/_test/jobs/j/_fail"),
            R"(400 {"error":"no handler found for uri [/_test/jobs/j/_fail] and method [POST]"})");
}

// anonymous-refused, close-requires-privilege: the order of the checks, and words that tell nothing.
TEST(Server, AsksWhoIsAskingBeforeAnythingButRouting) {
  const Served served(secured());
  Caller caller(served);

  const auto anonymous = caller.send("POST", jobs("j/_close?foo=1"));
  ASSERT_TRUE(anonymous);
  EXPECT_EQ(anonymous->status, 401);
  EXPECT_EQ(anonymous->get_header_value("WWW-Authenticate"), R"(Basic realm="security" charset="UTF-8")");
  EXPECT_EQ(anonymous->body,
            R"x({"error":{"root_cause":[{"type":"security_exception","reason":"missing authentication token for REST )x"
            R"x(request [/_xpack/ml/anomaly_detectors/j/_close?foo=1]",)x"
            R"x("header":{"WWW-Authenticate":"Basic realm=\"security\" charset=\"UTF-8\""}}],)x"
            R"x("type":"security_exception","reason":"missing authentication token for REST )x"
            R"x(request [/_xpack/ml/anomaly_detectors/j/_close?foo=1]",)x"
            R"x("header":{"WWW-Authenticate":"Basic realm=\"security\" charset=\"UTF-8\""}},"status":401})x");

  EXPECT_EQ(caller.ask("GET", jobs("j/_close")).substr(0, 3), "405");
  EXPECT_EQ(caller.ask("POST", jobs("j/_close?timeout=abc"), "", basic("ml_reader", "reads")).substr(0, 3), "400");
  const std::string forbidden = caller.ask("POST", jobs("j/_close"), "", basic("ml_reader", "reads"));
  EXPECT_EQ(forbidden.substr(0, 3), "403");
  EXPECT_NE(forbidden.find("action [cluster:admin/xpack/ml/job/close] is unauthorized for user [ml_reader]"),
            std::string::npos)
      << forbidden;
  EXPECT_EQ(caller.ask("POST", jobs("j/_close"), "", basic("ml_admin", "secret")).substr(0, 3), "404");
  EXPECT_NE(caller.ask("GET", "/_xpack/security/_authenticate", "", basic("ml_admin", "secret"))
                .find("\"username\":\"ml_admin\""),
            std::string::npos);
}

TEST(Server, TellsAWrongPasswordFromAnUnknownUserByNothing) {
  const Served served(secured());
  Caller caller(served);

  std::string wrong = caller.ask("GET", jobs("j"), "", basic("ml_admin", "guess"));
  std::string unknown = caller.ask("GET", jobs("j"), "", basic("nobody_9", "guess"));

  EXPECT_EQ(wrong.substr(0, 3), "401");
  while (wrong.find("ml_admin") != std::string::npos) wrong.replace(wrong.find("ml_admin"), 8, "nobody_9");
  EXPECT_EQ(wrong, unknown);
}

TEST(Server, IgnoresCredentialsWithoutPrincipals) {
  const Served served(in_profile(Profile::xpack_5_4));
  Caller caller(served);

  EXPECT_EQ(caller.ask("PUT", jobs("j"), kConfig, basic("anybody", "x")).substr(0, 3), "200");
}

// The body of a GET counts, and does not become the next request.
TEST(Server, ReadsTheBodyOfAGet) {
  const Served served(in_profile(Profile::xpack_6_3));
  Caller caller(served);
  caller.ask("PUT", jobs("j"), kConfig);
  caller.ask("POST", jobs("j/_open"));
  std::string data;
  for (int i = 0; i < 5; ++i) data += "{\"time\":" + std::to_string(kDataStart + std::int64_t{60'000} * i) + "}\n";
  caller.ask("POST", jobs("j/_data"), data);
  caller.ask("POST", jobs("j/_close"));

  const std::string page = caller.ask("GET", jobs("j/results/buckets"), R"({"page":{"from":1,"size":2}})");

  EXPECT_TRUE(page.starts_with("200 {\"count\":4,\"buckets\":[{\"job_id\":\"j\",\"timestamp\":1500000060000,")) << page;
  EXPECT_NE(page.find("1500000120000"), std::string::npos);
  EXPECT_EQ(page.find("1500000180000"), std::string::npos);
  EXPECT_EQ(caller.ask("GET", jobs("j/_stats")).substr(0, 3), "200");
}

TEST(Server, TakesFormsAndLargeBodiesAsTheyAre) {
  const Served served(in_profile(Profile::xpack_5_4));
  Caller caller(served);
  caller.ask("PUT", jobs("j"), kConfig);
  caller.ask("POST", jobs("j/_open"));
  std::string data;
  for (int i = 0; i < 5'000; ++i) data += "{\"time\":" + std::to_string(kDataStart + i) + "}\n";

  const std::string answer =
      caller.ask("POST", jobs("j/_data"), data, {{"Content-Type", "application/x-www-form-urlencoded"}});

  EXPECT_TRUE(answer.starts_with("202 {\"job_id\":\"j\",\"processed_record_count\":5000,")) << answer.substr(0, 200);
  EXPECT_EQ(caller
                .ask("POST", jobs("j/_data"), "{\"time\":1600000000000}",
                     {{"Content-Type", "multipart/form-data; boundary=x"}})
                .substr(0, 3),
            "202");
}

TEST(Server, KeepsAConnectionForManyRequests) {
  const Served served(in_profile(Profile::xpack_6_3));
  Caller caller(served);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(caller.ask("GET", "/").substr(0, 3), "200");
  EXPECT_TRUE(caller.http().is_socket_open());
}

TEST(Server, WritesPrettyWhenAsked) {
  const Served served(in_profile(Profile::xpack_6_3));
  Caller caller(served);

  EXPECT_EQ(caller.ask("GET", "/_xpack/ml/anomaly_detectors?pretty"), "200 {\n  \"count\": 0,\n  \"jobs\": []\n}\n");
}

/// What comes back for these bytes, up to the end of the connection or `enough` of it.
std::string exchange_bytes(int port, const std::string& bytes, const std::string& enough) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string back;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    char buffer[4096];
    while (back.find(enough) == std::string::npos) {
      const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      back.append(buffer, static_cast<std::size_t>(count));
    }
  }
  ::close(fd);
  return back;
}

TEST(Server, SurvivesBytesThatAreNoHttp) {
  const Served served(in_profile(Profile::xpack_6_3));
  exchange_bytes(served.port(), std::string("\0\xff\r\n\r\n", 6), "\r\n\r\n");
  exchange_bytes(served.port(), "GET " + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n", "\r\n\r\n");
  exchange_bytes(served.port(), "GET / HT", "");

  Caller caller(served);
  EXPECT_EQ(caller.ask("GET", "/").substr(0, 3), "200");
}

TEST(Server, RefusesABodyThatIsTooLongBeforeItComes) {
  const Served served(in_profile(Profile::xpack_6_3));

  const std::string back =
      exchange_bytes(served.port(), "POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n", "\r\n\r\n");

  EXPECT_TRUE(back.starts_with("HTTP/1.1 413 ")) << back;
}

// `curl -X POST` says nothing of a body.
TEST(Server, TakesAPostThatSaysNothingOfABody) {
  const Served served(in_profile(Profile::xpack_6_3));
  const auto begin = steady_clock::now();

  const std::string back = exchange_bytes(
      served.port(), "POST /_xpack/ml/anomaly_detectors/j/_close HTTP/1.1\r\nHost: x\r\n\r\n", "\"status\":404}");

  EXPECT_TRUE(back.starts_with("HTTP/1.1 404 ")) << back;
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  const Served served(in_profile(Profile::xpack_6_3));
  const std::string both = "GET /a/b/c/d HTTP/1.1\r\nHost: x\r\n\r\nGET /d/e/f/g HTTP/1.1\r\nHost: x\r\n\r\n";

  const std::string back = exchange_bytes(served.port(), both, "/d/e/f/g] and method [GET]");

  EXPECT_LT(back.find("/a/b/c/d"), back.find("/d/e/f/g"));
  EXPECT_NE(back.find("/d/e/f/g"), std::string::npos);
}

TEST(Server, StopsPromptlyWhileConnectionsIdleAndClosesWait) {
  std::future<std::string> pending;
  std::unique_ptr<Caller> idle;
  steady_clock::time_point begin;
  {
    const Served served(with_test_hooks());
    idle = std::make_unique<Caller>(served);
    idle->ask("PUT", jobs("j"), kConfig);
    idle->ask("POST", jobs("j/_open"));
    idle->ask("POST", "/_test/jobs/j/_hang");
    pending = std::async(std::launch::async,
                         [client = std::make_shared<Caller>(served)] { return client->ask("POST", jobs("j/_close")); });
    while (idle->ask("GET", jobs("j/_stats")).find("closing") == std::string::npos) std::this_thread::yield();
    begin = steady_clock::now();
  }
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_NE(pending.get().substr(0, 3), "200");
}

TEST(Server, ServesOthersOnlyWithSecurity) {
  const std::atomic<bool> stop = true;
  ServerOptions options = in_profile(Profile::xpack_6_3);
  options.host = "0.0.0.0";
  const auto start = [&] {
    serve(
        options, [](int) {}, stop);
  };
  EXPECT_THROW(start(), std::runtime_error);
  options.principals = secured().principals;
  options.test_hooks = true;
  EXPECT_THROW(start(), std::runtime_error);
  options.test_hooks = false;
  EXPECT_NO_THROW(start());
}

TEST(Server, SaysThatAPortIsTaken) {
  const Served served(in_profile(Profile::xpack_6_3));
  ServerOptions options;
  options.port = served.port();
  const std::atomic<bool> stop = true;

  EXPECT_THROW(serve(
                   options, [](int) {}, stop),
               std::runtime_error);
}

TEST(Access, TellsNobodiesApart) {
  const std::map<Principal, Credentials> principals{{Principal::manage, {"u", "p:q"}}};
  const Access access(principals);
  EXPECT_EQ(access.identify("").principal, Principal::anonymous);
  EXPECT_EQ(access.identify("Bearer abc").principal, Principal::unknown_token);
  EXPECT_EQ(access.identify("Basic").principal, Principal::unknown_token);
  EXPECT_EQ(access.identify("basic dTpwOnE=").principal, Principal::manage);
  EXPECT_EQ(access.identify("Basic dTpw").principal, Principal::wrong_password);
  EXPECT_EQ(access.identify("Basic !!!").principal, Principal::unknown_user);
}

}  // namespace
}  // namespace closecheck::sut
