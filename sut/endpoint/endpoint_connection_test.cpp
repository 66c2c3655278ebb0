#include "endpoint/endpoint_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "endpoint/test_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::HasSubstr;

/// A connection with a patience of its own.
class ToServer {
 public:
  ToServer(const std::string& url, Duration patience, const Transport& transport = {})
      : patience_(patience), connection_(url, std::make_shared<AnswerRoom>(), transport) {}

  Exchange exchange(const wire::HttpRequest& request, const std::optional<Credentials>& credentials) {
    return connection_.exchange(request, credentials, patience_);
  }
  void stop() { connection_.stop(); }

 private:
  Duration patience_;
  Connection connection_;
};

wire::HttpRequest get(const std::string& path) {
  return {"GET", path, {}, "", ""};
}

std::string header_of(const WireAnswer& answer, const std::string& name) {
  for (const auto& [header, value] : answer.headers)
    if (header == name) return value;
  return "";
}

TEST(Connection, SendsTheRequestAsEncodedAndBringsTheAnswerAsItWas) {
  std::string asked;
  RawServer server([&](int socket, const std::string& head) {
    asked = head;
    RawServer::write(socket,
                     "HTTP/1.1 418 Teapot\r\nContent-Type: application/json\r\nX-Two: a\r\nX-Two: b\r\n"
                     "Content-Length: 10\r\n\r\n {\"a\": 1}\n");
  });
  ToServer connection(server.url(), kSecond);
  const Exchange exchange =
      connection.exchange({"POST", "/_xpack/ml/a%2Fb,c:*/_close", {{"timeout", "1 s"}, {"force", ""}}, "", ""}, {});

  ASSERT_TRUE(exchange.answer) << exchange.error;
  EXPECT_EQ(exchange.answer->status, 418);
  EXPECT_EQ(exchange.answer->body, " {\"a\": 1}\n");
  EXPECT_EQ(header_of(*exchange.answer, "content-type"), "application/json");
  EXPECT_EQ(exchange.answer->headers.size(), 4U);
  EXPECT_THAT(asked, testing::StartsWith("POST /_xpack/ml/a%2Fb,c:*/_close?timeout=1%20s&force= HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(asked, testing::Not(HasSubstr("Content-Type")));
}

TEST(Connection, SendsCredentialsAndOnlyWhenThereAreAny) {
  TestServer server([](const httplib::Request& request, httplib::Response& response) {
    response.set_content(request.get_header_value("Authorization"), "text/plain");
  });
  ToServer connection(server.url(), kSecond);

  EXPECT_EQ(connection.exchange(get("/"), Credentials{"ann", "secret"}).answer->body, "Basic YW5uOnNlY3JldA==");
  EXPECT_EQ(connection.exchange(get("/"), std::nullopt).answer->body, "");
}

TEST(Connection, SendsAKeyOrATokenAsItStands) {
  TestServer server([](const httplib::Request& request, httplib::Response& response) {
    response.set_content(request.get_header_value("Authorization"), "text/plain");
  });
  ToServer connection(server.url(), kSecond);

  EXPECT_EQ(connection.exchange(get("/"), Credentials{"", "", "ApiKey aWQ6a2V5"}).answer->body, "ApiKey aWQ6a2V5");
  EXPECT_EQ(connection.exchange(get("/"), Credentials{"ann", "secret"}).answer->body, "Basic YW5uOnNlY3JldA==");
  EXPECT_EQ(connection.exchange(get("/"), Credentials{"", "", "Bearer abc"}).answer->body, "Bearer abc");
  EXPECT_EQ(connection.exchange(get("/"), std::nullopt).answer->body, "");
}

TEST(Connection, SendsTheHeadersOfItsTransportUnlessTheRequestHasThemItself) {
  TestServer server([](const httplib::Request& request, httplib::Response& response) {
    response.set_content(request.get_header_value("X-Tenant") + "/" + request.get_header_value("Accept"), "text/plain");
  });
  ToServer connection(server.url(), kSecond, {.headers = {{"X-Tenant", "a"}, {"Accept", "application/json"}}});

  EXPECT_EQ(connection.exchange(get("/"), {}).answer->body, "a/application/json");
  EXPECT_EQ(connection.exchange({"GET", "/", {}, "", "", {{"x-tenant", "b"}}}, {}).answer->body, "b/application/json");
}

TEST(Connection, AsksBelowTheBasePathOfItsTarget) {
  std::string asked;
  RawServer server([&](int socket, const std::string& head) {
    asked = head;
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  ToServer connection(server.url() + "/team/cluster-a", kSecond);
  ASSERT_TRUE(connection.exchange({"GET", "/_ml/../x", {{"a", "b c"}}, "", ""}, {}).answer);
  EXPECT_THAT(asked, testing::StartsWith("GET /team/cluster-a/_ml/../x?a=b%20c HTTP/1.1\r\n"));
}

// Not every machine that builds this has the address: then there is nothing to be tried.
TEST(Connection, ReachesAnAddressOfTheNewerKind) {
  httplib::Server server;
  server.Get("/",
             [](const httplib::Request&, httplib::Response& response) { response.set_content("six", "text/plain"); });
  const int port = server.bind_to_any_port("::1");
  if (port <= 0) GTEST_SKIP() << "no ::1 here";
  std::thread thread([&] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
  ToServer connection("http://[::1]:" + std::to_string(port), kSecond);
  const Exchange exchange = connection.exchange(get("/"), {});
  server.stop();
  thread.join();
  ASSERT_TRUE(exchange.answer) << exchange.error;
  EXPECT_EQ(exchange.answer->body, "six");
}

TEST(Connection, GoesByWayOfAProxyThatTheUserNamesWhereverTheTargetIs) {
  std::string asked;
  RawServer proxy([&](int socket, const std::string& head) {
    asked = head;
    RawServer::write(socket, "HTTP/1.1 200 Established\r\n\r\n");
    RawServer::read_head(socket);
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
  });
  const std::string with_user = "http://ann:hidden@" + proxy.url().substr(std::string("http://").size());
  ToServer connection("http://127.0.0.1:1", kSecond, {.headers = {{"X-Tenant", "a"}}, .proxy = with_user});
  const Exchange exchange = connection.exchange(get("/"), Credentials{"", "", "Bearer abc"});

  ASSERT_TRUE(exchange.answer) << exchange.error;
  EXPECT_THAT(asked, testing::StartsWith("CONNECT 127.0.0.1:1 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("Proxy-Authorization: Basic YW5uOmhpZGRlbg==\r\n"));
  EXPECT_THAT(asked, testing::Not(testing::AnyOf(HasSubstr("Bearer"), HasSubstr("X-Tenant"))));
}

TEST(Connection, TellsARefusalOfTheProxyFromOneOfTheTarget) {
  RawServer proxy([](int socket, const std::string&) {
    RawServer::write(socket, "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
  });
  ToServer refused("http://target.invalid:9200", kSecond, {.proxy = proxy.url()});
  const Exchange refusal = refused.exchange(get("/"), {});
  EXPECT_TRUE(refusal.never_sent);
  EXPECT_THAT(refusal.error, HasSubstr("no connection to http://target.invalid:9200: its proxy asks for a user"));

  ToServer absent("http://target.invalid:9200", kSecond, {.proxy = "http://127.0.0.1:1"});
  const Exchange exchange = absent.exchange(get("/"), {});
  EXPECT_FALSE(exchange.connected);
  EXPECT_EQ(exchange.error, "no connection to http://target.invalid:9200 by way of its proxy");
}

// The path is the client's word: what tidies it asks for something else.
TEST(Connection, SendsPathsAsTheyAreAndNoHeaderOfItsOwnAccord) {
  std::string asked;
  RawServer server([&](int socket, const std::string& head) {
    asked = head;
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  ToServer connection(server.url(), kSecond);
  for (const char* path : {"/a/../b/./c", "//a//b", "/a%2e%2e/%2F", "/a#b", "/[a]{b}*"}) {
    ASSERT_TRUE(connection.exchange(get(path), {}).answer) << path;
    EXPECT_THAT(asked, testing::StartsWith("GET " + std::string(path) + " HTTP/1.1\r\n"));
  }
  ASSERT_TRUE(connection.exchange({"PUT", "/", {}, "", "", {{"X-Empty", ""}, {"X-Full", "a: b"}}}, {}).answer);
  EXPECT_THAT(asked, testing::AllOf(HasSubstr("X-Empty:\r\n"), HasSubstr("X-Full: a: b\r\n"),
                                    HasSubstr("Content-Length: 0\r\n")));
  for (const char* word : {"Expect", "Cookie", "Content-Type", "Transfer-Encoding", "Upgrade", "Proxy"})
    EXPECT_THAT(asked, testing::Not(HasSubstr(word)));
}

TEST(Connection, SendsAnyMethodWithAndWithoutABody) {
  std::string asked;
  RawServer server([&](int socket, const std::string& head) {
    asked = head;
    const bool is_head = head.starts_with("HEAD");
    RawServer::write(socket, std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n") +
                                 (is_head ? "" : "{}"));
  });
  ToServer connection(server.url(), kSecond);
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"})
    for (const std::string body : {"", "text"}) {
      if (std::string_view(method) == "HEAD" && !body.empty()) continue;
      const Exchange exchange = connection.exchange({method, "/", {}, body, ""}, {});
      ASSERT_TRUE(exchange.answer) << method << ": " << exchange.error;
      EXPECT_EQ(exchange.answer->body, std::string_view(method) == "HEAD" ? "" : "{}");
      EXPECT_THAT(asked, testing::StartsWith(std::string(method) + " / HTTP/1.1\r\n"));
      EXPECT_EQ(asked.find("Content-Length: 4") != std::string::npos, !body.empty()) << asked;
    }
}

TEST(Connection, GoesThroughATunnelOfTheUsualProxyButNotToThisMachine) {
  std::string asked;
  RawServer proxy([&](int socket, const std::string& head) {
    asked = head;
    RawServer::write(socket, "HTTP/1.1 200 Connected\r\nX: proxy\r\n\r\n");
    RawServer::read_head(socket);
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  RawServer server([&](int socket, const std::string&) {
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlocal");
  });
  const Variable variable("http_proxy", proxy.url());

  EXPECT_EQ(ToServer(server.url(), kSecond).exchange(get("/"), {}).answer->body, "local");
  EXPECT_EQ(proxy.connections(), 0);
  const Exchange far = ToServer("http://closecheck.invalid:9200", kSecond).exchange(get("/"), {});
  ASSERT_TRUE(far.answer) << far.error;
  EXPECT_EQ(far.answer->body, "ok");
  EXPECT_EQ(far.answer->headers.size(), 1U);
  EXPECT_THAT(asked, testing::StartsWith("CONNECT closecheck.invalid:9200 HTTP/1.1\r\n"));
}

TEST(Connection, TakesChunkedLongAndEmptyBodies) {
  const std::string megabytes(3 << 20, 'x');
  TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    if (request.path == "/chunked")
      response.set_chunked_content_provider("text/plain", [&](std::size_t, httplib::DataSink& sink) {
        sink.write("abc", 3);
        sink.write(megabytes.data(), megabytes.size());
        sink.done();
        return true;
      });
    if (request.path == "/long") response.set_content(megabytes, "text/plain");
    if (request.path == "/empty") response.status = 204;
    if (request.path == "/echo") response.set_content(std::to_string(request.body.size()), "text/plain");
  });
  ToServer connection(server.url(), 10 * kSecond);

  EXPECT_EQ(connection.exchange(get("/chunked"), {}).answer->body, "abc" + megabytes);
  EXPECT_EQ(connection.exchange(get("/long"), {}).answer->body, megabytes);
  EXPECT_EQ(connection.exchange(get("/empty"), {}).answer->status, 204);
  EXPECT_EQ(connection.exchange({"POST", "/echo", {}, megabytes, "text/plain"}, {}).answer->body,
            std::to_string(megabytes.size()));
}

TEST(Connection, DoesNotFollowRedirects) {
  std::atomic<int> asked = 0;
  TestServer server([&](const httplib::Request&, httplib::Response& response) {
    ++asked;
    response.set_redirect("/elsewhere");
  });
  ToServer connection(server.url(), kSecond);

  EXPECT_EQ(connection.exchange(get("/"), {}).answer->status, 302);
  EXPECT_EQ(asked, 1);
}

TEST(Connection, AsksOnceMoreOnANewConnectionAfterTheServerClosedAnIdleOne) {
  RawServer server([](int socket, const std::string&) {
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  ToServer connection(server.url(), kSecond);

  EXPECT_EQ(connection.exchange(get("/1"), {}).answer->body, "ok");
  server.wait_until_closed(1);
  const Exchange second = connection.exchange(get("/2"), {});
  ASSERT_TRUE(second.answer) << second.error;
  EXPECT_EQ(second.answer->body, "ok");
  EXPECT_EQ(server.connections(), 2);
}

TEST(Connection, TellsThatNobodyListens) {
  std::string url;
  {
    url = RawServer([](int, const std::string&) {}).url();
  }
  ToServer connection(url, kSecond);
  const Exchange exchange = connection.exchange(get("/"), Credentials{"ann", "secret"});

  EXPECT_FALSE(exchange.answer);
  EXPECT_FALSE(exchange.connected);
  EXPECT_EQ(exchange.error, "no connection to " + url);
}

TEST(Connection, TellsThatASilentServerGaveNoAnswerInTime) {
  RawServer server([](int socket, const std::string&) { RawServer::read_head(socket); });
  ToServer connection(server.url(), 150 * kMillisecond);
  const auto begin = std::chrono::steady_clock::now();
  const Exchange exchange = connection.exchange(get("/"), {});

  EXPECT_FALSE(exchange.answer);
  EXPECT_THAT(exchange.error, HasSubstr("no answer within 150 ms"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST(Connection, TellsAnAnswerThatBreaksOffFromAWholeOne) {
  for (const char* bytes :
       {"", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnot a chunk"}) {
    RawServer server([&](int socket, const std::string&) { RawServer::write(socket, bytes); });
    ToServer connection(server.url(), kSecond);
    const Exchange exchange = connection.exchange(get("/"), {});
    EXPECT_FALSE(exchange.answer) << bytes;
    EXPECT_NE(exchange.error, "") << bytes;
    EXPECT_TRUE(exchange.connected) << bytes;
  }
}

TEST(Connection, NeverSendsWhatWouldBeAnotherRequest) {
  RawServer server([](int, const std::string&) {});
  ToServer connection(server.url(), kSecond);

  for (const wire::HttpRequest& request :
       {wire::HttpRequest{"GET\r\nX: y", "/", {}, "", ""}, wire::HttpRequest{"", "/", {}, "", ""},
        wire::HttpRequest{"GET", "/a b", {}, "", ""}, wire::HttpRequest{"GET", "/\r\nX: y", {}, "", ""},
        wire::HttpRequest{"GET", "no-slash", {}, "", ""}, wire::HttpRequest{"HEAD", "/", {}, "x", ""},
        wire::HttpRequest{"POST", "/", {}, "x", "text/plain\r\nX: y"}})
    EXPECT_THAT(connection.exchange(request, {}).error, HasSubstr("nothing was sent"));
  EXPECT_EQ(server.connections(), 0);
}

TEST(Connection, EndsAnExchangeThatIsStopped) {
  std::promise<void> asked;
  RawServer server([&](int socket, const std::string&) {
    asked.set_value();
    RawServer::read_head(socket);
  });
  ToServer connection(server.url(), kMinute);
  auto exchange = std::async(std::launch::async, [&] { return connection.exchange(get("/"), {}); });
  asked.get_future().wait();
  connection.stop();

  ASSERT_EQ(exchange.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(exchange.get().error, "given up");
  EXPECT_EQ(connection.exchange(get("/"), {}).error, "given up");
}

}  // namespace
}  // namespace closecheck::sut
