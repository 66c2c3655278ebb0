// Every way to reach a live target, and every way in which one turns out not to be reachable, with the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "endpoint/test_server_for_test.h"
#include "endpoint/tls_server_for_test.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using sut::TestCertificate;
using sut::TestServer;
using sut::TlsServer;
using testing::HasSubstr;
using testing::Not;

Finished run_on(const std::string& target, const TestFolder& folder, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"run", "wire-path-and-method", "--effort", "quick", "--target", target};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_closecheck(arguments, {{"XDG_STATE_HOME", folder.path("state")}});
}

/// Answers by a table of paths, and keeps what was asked for.
class Told {
 public:
  explicit Told(std::map<std::string, std::string> answers) : answers_(std::move(answers)) {}

  std::string url() const { return server_.url(); }
  /// Methods that came.
  std::set<std::string> methods() const {
    const std::lock_guard lock(mutex_);
    return methods_;
  }

 private:
  void handle(const httplib::Request& request, httplib::Response& response) {
    const std::lock_guard lock(mutex_);
    methods_.insert(request.method);
    const auto found = answers_.find(request.path);
    response.status = found != answers_.end() ? 200 : 400;
    response.set_content(found != answers_.end() ? found->second : R"({"error": "no handler found for uri [/x]"})",
                         "application/json");
  }

  const std::map<std::string, std::string> answers_;
  mutable std::mutex mutex_;
  std::set<std::string> methods_;
  TestServer server_{
      [this](const httplib::Request& request, httplib::Response& response) { handle(request, response); }};
};

constexpr const char* kRoot = R"({"name": "n", "version": {"number": "7.6.0"}, "tagline": "You Know, for Search"})";
constexpr const char* kNoJobs = R"({"count": 0, "jobs": []})";

TEST(Reach, AWrongProfileIsNamedWithOneThatFits) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-5.4"});
  const Finished finished = run_on(served.url(), folder, {"--profile", "es-7"});
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("does not speak es-7: `GET /_ml/anomaly_detectors` is answered 400"));
  EXPECT_THAT(finished.err, HasSubstr("profile xpack-6.3 fits, or auto"));
  EXPECT_EQ(run_on(served.url(), folder).code, 0);
}

TEST(Reach, AWrongPathIsNamedWithWhatIsThere) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-6.3"});
  const Finished finished = run_on(served.url() + "/nowhere", folder);
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("shows nothing of the job API: `GET /_ml/anomaly_detectors` is answered"));
  EXPECT_THAT(finished.err, HasSubstr("name one (--profile or `profile:`) of xpack-5.4, xpack-6.3"));

  // With a profile there is nothing to be judged either.
  const Finished named = run_on(served.url() + "/nowhere", folder, {"--profile", "es-8"});
  EXPECT_EQ(named.code, 2);
  EXPECT_THAT(named.out, HasSubstr("shows nothing of the job API: `GET /_ml/anomaly_detectors` is answered"));
}

TEST(Reach, ARedirectToALoginPageIsNamed) {
  const TestFolder folder;
  const TestServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("https://login.example.org/", 302);
  });
  const Finished finished = run_on(server.url(), folder);
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("is answered 302"));
}

TEST(Reach, ALicenceWithoutMachineLearningIsNamed) {
  const TestFolder folder;
  const Told server({{"/", kRoot},
                     {"/_ml/anomaly_detectors", kNoJobs},
                     {"/_xpack", R"({"features": {"ml": {"available": false, "enabled": true}}})"}});
  for (const std::vector<std::string>& profile : {std::vector<std::string>{}, {"--profile", "es-7"}}) {
    const Finished finished = run_on(server.url(), folder, profile);
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.out + finished.err,
                HasSubstr("its licence does not include machine learning; `POST /_license/start_trial"));
  }
  EXPECT_EQ(server.methods(), std::set<std::string>{"GET"});
}

TEST(Reach, AClusterWithoutANodeForItIsNamed) {
  const TestFolder folder;
  const Told server({{"/", kRoot},
                     {"/_ml/anomaly_detectors", kNoJobs},
                     {"/_nodes", R"({"nodes": {"a": {"roles": ["master", "data"], "attributes": {}}}})"}});
  const Finished finished = run_on(server.url(), folder, {"--json", folder.path("report.json")});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.out + finished.err, HasSubstr("none of its nodes does machine learning; `node.roles: [ml]`"));
  EXPECT_THAT(folder.read("report.json"), HasSubstr("none of its nodes does machine learning"));
  EXPECT_EQ(server.methods(), std::set<std::string>{"GET"});
}

/// A run on a target that refuses to open any job, in these words: how often it was asked to.
int opens_asked_for(const std::string& reason) {
  const TestFolder folder;
  std::atomic<int> opens = 0;
  const TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    const bool reads = request.method == "GET";
    nlohmann::json body{{"acknowledged", true}};
    response.status = 200;
    if (request.path == "/") {
      body = nlohmann::json::parse(kRoot);
    } else if (reads && request.path.ends_with("/_stats")) {
      body = {{"count", 1}, {"jobs", {{{"job_id", "closecheck"}, {"data_counts", {}}, {"state", "closed"}}}}};
    } else if (reads) {
      body = nlohmann::json::parse(kNoJobs);
    } else if (request.path.ends_with("/_open")) {
      ++opens;
      response.status = 429;
      const nlohmann::json cause{{"type", "status_exception"}, {"reason", reason}};
      body = {{"error", cause}, {"status", 429}};
      body["error"]["root_cause"] = {cause};
    } else if (request.method == "PUT") {
      body = {{"job_id", "closecheck"}};
    }
    response.set_content(body.dump(), "application/json");
  });
  const Finished finished = run_on(server.url(), folder);
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.out, HasSubstr("the target has no room for a job: an open was answered 429"));
  EXPECT_THAT(finished.out, HasSubstr("a node for machine learning with room for a job is needed"));
  return opens;
}

TEST(Reach, ATargetThatCanOpenNoJobIsNamed) {
  EXPECT_LE(opens_asked_for("Could not open job because no suitable nodes were found, allocation explanation []"), 5);
  EXPECT_LE(opens_asked_for("Could not open job because no ML nodes with sufficient capacity were found"), 5);
}

TEST(Reach, ATargetWhoseShardsStartIsAskedOnceMore) {
  EXPECT_GT(opens_asked_for("Could not open job because no suitable nodes were found, allocation explanation [Not "
                            "opening job [j] because not all primary shards are active]"),
            5);
}

TEST(Reach, AnAuthorityThatIsNotKnownIsNamedAndTrustedOnceItIsConfigured) {
  const TestFolder folder;
  const TestCertificate authority("authority");
  const TestCertificate own("closecheck", "IP:127.0.0.1", &authority);
  const TlsServer server(own, [](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("https://login.example.org/", 302);
  });
  for (const std::vector<std::string>& profile : {std::vector<std::string>{}, {"--profile", "es-7"}}) {
    const Finished finished = run_on(server.url(), folder, profile);
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.out + finished.err, HasSubstr("name that one with `tls: {ca: FILE}`"));
  }
  const std::string config = folder.write("closecheck.yml", "tls: {ca: " + authority.certificate_file() + "}\n");
  const Finished finished = run_on(server.url(), folder, {"--config", config});
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("is answered 302"));
}

TEST(Reach, ATargetThatStartsIsWaitedFor) {
  const TestFolder folder;
  const int port = free_port();
  const std::string target = "http://127.0.0.1:" + std::to_string(port);
  for (const std::vector<std::string>& profile : {std::vector<std::string>{}, {"--profile", "xpack-6.3"}}) {
    std::vector<std::string> more = profile;
    more.insert(more.end(), {"--wait-for", "60s"});
    auto finished = std::async(std::launch::async, [&] { return run_on(target, folder, more); });
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    const Served served({"--profile", "xpack-6.3", "--port", std::to_string(port)});
    EXPECT_EQ(finished.get().code, 0) << finished.valid();
  }
  const Finished never = run_on("http://127.0.0.1:1", folder, {"--wait-for", "300ms"});
  EXPECT_EQ(never.code, 2);
  EXPECT_THAT(never.err, HasSubstr("waiting for http://127.0.0.1:1: it cannot be reached"));
  EXPECT_EQ(run_on("http://127.0.0.1:1", folder, {"--wait-for", "soon"}).code, 3);
}

// Whoever answers as somebody else will not become the target by being waited for.
TEST(Reach, ATargetThatIsAnotherApiIsNotWaitedFor) {
  const TestFolder folder;
  const TestServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_content("<html>welcome</html>", "text/html");
  });
  const Finished finished = run_on(server.url(), folder, {"--wait-for", "10m"});
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, Not(HasSubstr("waiting for")));
}

/// Hands on what comes below `/cluster-a`, as a proxy before several clusters does.
class BasePath {
 public:
  explicit BasePath(const std::string& url) : url_(url) {}
  std::string url() const { return server_.url() + "/cluster-a"; }

 private:
  void handle(const httplib::Request& request, httplib::Response& response) const {
    const std::string base = "/cluster-a";
    if (!request.target.starts_with(base + "/")) {
      response.status = 404;
      return;
    }
    httplib::Client client(url_);
    httplib::Request onward;
    onward.method = request.method;
    onward.path = request.target.substr(base.size());
    onward.body = request.body;
    for (const char* name : {"Content-Type", "Authorization"})
      if (request.has_header(name)) onward.set_header(name, request.get_header_value(name));
    const httplib::Result result = client.send(onward);
    response.status = result ? result->status : 502;
    if (result && result->has_header("Allow")) response.set_header("Allow", result->get_header_value("Allow"));
    if (result) response.set_content(result->body, result->get_header_value("Content-Type"));
  }

  const std::string url_;
  TestServer server_{
      [this](const httplib::Request& request, httplib::Response& response) { handle(request, response); }};
};

TEST(Reach, ATargetBelowABasePathIsRunAgainst) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-6.3"});
  const BasePath proxy(served.url());
  const Finished finished = run_on(proxy.url(), folder, {"--record", folder.path("run.jsonl")});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("profile xpack-6.3 (6.3.2): the server says that it is 6.3.2"));
  // What is recorded stands below the base path already.
  EXPECT_THAT(run_closecheck({"judge", folder.path("run.jsonl")}).out, HasSubstr("0 of"));
}

TEST(Reach, KeysAndTokensAreCredentialsLikeAnyOther) {
  const TestFolder folder;
  const std::string principals = folder.write("principals.yml",
                                              "manage_ml: {api_key: \"ml-key:purple-rain-1\"}\n"
                                              "manage: {bearer: opaque-token-2}\n"
                                              "none: {username: nobody, password: long-password-3}\n");
  const Served served({"--profile", "xpack-6.3", "--principals", principals});
  const Finished finished =
      run_closecheck({"run", "close-requires-privilege", "--effort", "quick", "--target", served.url(), "--principals",
                      principals, "--json", folder.path("report.json"), "--require", "none"},
                     {{"XDG_STATE_HOME", folder.path("state")}});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  for (const std::string& text : {finished.out, finished.err, folder.read("report.json")})
    EXPECT_THAT(text, Not(testing::AnyOf(HasSubstr("purple-rain"), HasSubstr("opaque-token"))));

  const std::string wrong = folder.write("wrong.yml", "manage_ml: {api_key: \"ml-key:yellow-rain-1\"}\n");
  const Finished refused = run_on(served.url(), folder, {"--principals", wrong});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("the target answers 401 to manage_ml (an API key)"));
}

TEST(Reach, WhatInitWritesIsReadBackByARun) {
  const TestFolder folder;
  const Served served({"--profile", "xpack-6.3"});
  const TestCertificate authority("authority");
  const std::vector<std::vector<std::string>> ways{
      {"init"},
      {"init", "--target", served.url()},
      {"init", "--target", served.url(), "--ca", authority.certificate_file()}};
  for (const std::vector<std::string>& way : ways) {
    const Finished written = run_closecheck(way);
    ASSERT_EQ(written.code, 0) << written.err;
    const Finished planned = run_closecheck({"run", "--dry-run", "--config", folder.write("own.yml", written.out)});
    EXPECT_EQ(planned.code, 0) << planned.err << written.out;
  }
  EXPECT_THAT(run_closecheck(ways[1]).out, HasSubstr("profile: xpack-6.3  # the server says that it is 6.3.2\n"));
  EXPECT_THAT(run_closecheck(ways[2]).out, HasSubstr("\ntls:\n  ca: \"" + authority.certificate_file() + "\"\n"));
  EXPECT_EQ(run_closecheck({"init", "--target", "http://127.0.0.1:1"}).code, 2);
  EXPECT_EQ(run_closecheck({"init", "--ca", "/dev/null"}).code, 3);
}

// Each uncommented by itself is a configuration too.
TEST(Reach, WhatInitWritesAsAnExampleIsOne) {
  const TestFolder folder;
  std::string text = run_closecheck({"init"}).out;
  for (std::size_t at = 0; (at = text.find("\n#   ", at)) != std::string::npos;) text.replace(at, 3, "\n ");
  for (const char* key : {"headers", "proxy", "principals", "hooks", "waivers", "allow_cluster_wide"}) {
    const std::string commented = std::string("\n# ") + key + ":";
    ASSERT_NE(text.find(commented), std::string::npos) << key;
    text.replace(text.find(commented), 3, "\n");
  }
  const Finished planned =
      run_closecheck({"run", "--dry-run", "--config", folder.write("own.yml", text)}, {{"ML_ADMIN_PASSWORD", "a"},
                                                                                       {"MANAGE_API_KEY", "b"},
                                                                                       {"READER_TOKEN", "c"},
                                                                                       {"NOBODY_PASSWORD", "d"},
                                                                                       {"ELASTIC_PASSWORD", "e"}});
  EXPECT_EQ(planned.code, 0) << planned.err << text;
}

}  // namespace
}  // namespace closecheck::cli
