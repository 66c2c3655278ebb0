#include "closecheck/sut/recognition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "endpoint/test_server_for_test.h"
#include "endpoint/tls_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A server as far as it is recognised by. Every request is kept: nothing but reads may come.
class Server {
 public:
  Server() = default;

  std::string version = "7.6.0";             // empty: `GET /` says none
  std::set<std::string> bases{"/_ml"};       // below which jobs are served
  std::map<std::string, std::string> other;  // answers of 200, by path
  std::map<std::string, int> statuses;       // of other paths
  bool secured = false;
  std::map<std::string, int> users;  // by Authorization: the status of what needs to monitor; 200: may
  std::string page;                  // not empty: what is answered to everything
  int unauthorized = 0;

  void user(const Credentials& credentials, int status_of_monitoring) {
    users[httplib::make_basic_authentication_header(credentials.username, credentials.password).second] =
        status_of_monitoring;
  }
  std::string url() const { return server_.url(); }
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static void say(httplib::Response& response, int status, const std::string& body) {
    response.status = status;
    response.set_content(body, "application/json");
  }
  static void refuse(httplib::Response& response, int status, const std::string& type, const std::string& reason) {
    const std::string error = "\"type\": \"" + type + "\", \"reason\": \"" + reason + "\"";
    say(response, status,
        "{\"error\": {\"root_cause\": [{" + error + "}], " + error + "}, \"status\": " + std::to_string(status) + "}");
  }

  void handle(const httplib::Request& request, httplib::Response& response) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request.method + " " + request.path);
    if (!page.empty()) {
      response.status = page.starts_with("http") ? 302 : 200;
      if (response.status == 302) response.set_header("Location", page);
      if (response.status == 200) response.set_content(page, "text/html");
      return;
    }
    const auto user = users.find(request.get_header_value("Authorization"));
    if (secured && user == users.end()) {
      if (request.has_header("Authorization")) ++unauthorized;
      return refuse(response, 401, "security_exception", "missing authentication credentials");
    }
    for (const std::string& base : bases)
      if (request.path == base + "/anomaly_detectors") return say(response, 200, R"({"count": 0, "jobs": []})");
    if (const auto status = statuses.find(request.path); status != statuses.end())
      return refuse(response, status->second, "security_exception", "current license is non-compliant for [ml]");
    if (secured && user->second != 200)
      return refuse(response, user->second, "security_exception", "action is unauthorized for user");
    if (request.path == "/") {
      const std::string told = version.empty() ? "" : R"("version": {"number": ")" + version + "\"}, ";
      return say(response, 200, "{\"name\": \"n\", " + told + R"("tagline": "You Know, for Search"})");
    }
    if (const auto found = other.find(request.path); found != other.end()) return say(response, 200, found->second);
    say(response, 400, "{\"error\": \"no handler found for uri [" + request.path + "] and method [GET]\"}");
  }

  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  TestServer server_{
      [this](const httplib::Request& request, httplib::Response& response) { handle(request, response); }};
};

class RecognitionOf : public testing::Test {
 protected:
  Recognition recognised(std::optional<Profile> wanted = std::nullopt) {
    options_.url = server_.url();
    options_.end_of_work = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Recognition found = recognise(options_, wanted);
    for (const std::string& request : server_.asked()) EXPECT_THAT(request, testing::StartsWith("GET /"));
    return found;
  }

  Server server_;
  EndpointOptions options_;
};

TEST_F(RecognitionOf, AServerThatTellsItsVersionIsByThat) {
  const std::map<std::string, std::pair<Profile, std::string>> table{{"5.6.16", {Profile::xpack_5_4, "/_xpack/ml"}},
                                                                     {"6.3.2", {Profile::xpack_6_3, "/_xpack/ml"}},
                                                                     {"7.17.29", {Profile::es_7, "/_ml"}},
                                                                     {"8.13.4", {Profile::es_8, "/_ml"}},
                                                                     {"9.1.0-SNAPSHOT", {Profile::es_9, "/_ml"}}};
  for (const auto& [version, expected] : table) {
    server_.version = version;
    server_.bases = {expected.second};
    const Recognition found = recognised();
    EXPECT_EQ(found.what, Recognised::profile) << version << ": " << found.why;
    ASSERT_TRUE(found.profile);
    EXPECT_EQ(*found.profile, expected.first.at(*read_version(version)));
    EXPECT_EQ(found.why, "the server says that it is " + version);
    EXPECT_EQ(found.version, version);
  }
}

TEST_F(RecognitionOf, AServerOfALaterVersionIsTakenForTheLatestWithANote) {
  server_.version = "27.1.0";
  const Recognition found = recognised();
  EXPECT_EQ(found.what, Recognised::profile);
  EXPECT_EQ(found.profile, kProfiles.back());
  EXPECT_THAT(found.why, HasSubstr("later than all that are known"));
}

TEST_F(RecognitionOf, ANamedProfileIsNarrowedToTheVersionThatTheServerTells) {
  EXPECT_EQ(recognised(Profile::es_7).profile, Profile::es_7.at({7, 6, 0}));
  EXPECT_EQ(recognised(Profile::es_7.at({7, 14, 0})).profile, Profile::es_7.at({7, 14, 0}));
  EXPECT_EQ(recognised(Profile::es_8).profile, Profile::es_8);
}

TEST_F(RecognitionOf, AServerWithoutAVersionIsByThePathsThatItServes) {
  server_.version = "";
  Recognition found = recognised();
  EXPECT_EQ(found.what, Recognised::profile) << found.why;
  EXPECT_EQ(found.profile, Profile::hidden_version);
  EXPECT_EQ(found.why, "the server does not tell its version, and serves /_ml");

  server_.bases = {"/_xpack/ml", "/_ml"};
  EXPECT_EQ(recognised().profile, Profile::hidden_version);

  server_.bases = {"/_xpack/ml"};
  found = recognised();
  EXPECT_EQ(found.profile, Profile::xpack_6_3);
  EXPECT_EQ(found.why, "the server does not tell its version, and serves /_xpack/ml");
}

TEST_F(RecognitionOf, APageARedirectAndAnythingElseIsNamedAsItIs) {
  server_.page = "<html>please log in</html>";
  Recognition found = recognised();
  EXPECT_EQ(found.what, Recognised::another_api);
  EXPECT_THAT(found.why, HasSubstr("shows nothing of the job API: `GET /_ml/anomaly_detectors` is answered 200"));
  EXPECT_THAT(found.why,
              HasSubstr("answers with a page for people, as a login page is: the target is to name the service "
                        "itself"));

  server_.page = "https://login.example.org/";
  found = recognised();
  EXPECT_EQ(found.what, Recognised::another_api);
  EXPECT_THAT(found.why, HasSubstr("is answered 302"));
  EXPECT_THAT(found.why, HasSubstr("sends elsewhere, to https://login.example.org/, as a login page does"));

  server_.page = "";
  server_.version = "2.11.0";
  server_.bases = {};
  found = recognised();
  EXPECT_EQ(found.what, Recognised::another_api);
  EXPECT_THAT(found.why, HasSubstr("`GET /_xpack/ml/anomaly_detectors` is answered 400"));
  EXPECT_THAT(found.why, HasSubstr("may have it below a path, which the URL then names"));
}

TEST_F(RecognitionOf, ABasicLicenceIsNamedWithTheMend) {
  server_.other["/_xpack"] = R"({"features": {"ml": {"available": false, "enabled": true}}})";
  Recognition found = recognised();
  EXPECT_EQ(found.what, Recognised::closed);
  EXPECT_THAT(found.why, HasSubstr("its licence does not include machine learning; `POST /_license/start_trial"));
  EXPECT_EQ(found.profile, Profile::es_7.at({7, 6, 0}));

  server_.other.clear();
  server_.bases.clear();
  server_.statuses["/_ml/anomaly_detectors"] = 403;
  found = recognised();
  EXPECT_EQ(found.what, Recognised::closed);
  EXPECT_THAT(found.why, HasSubstr("licence"));

  // A refusal for its privilege is none for the licence, and neither is a profile that the user named a way around it.
  EXPECT_EQ(recognised(Profile::es_7).what, Recognised::closed);
}

TEST_F(RecognitionOf, AClusterThatDoesNoMachineLearningIsNamedWithTheMend) {
  server_.other["/_xpack"] = R"({"features": {"ml": {"available": true, "enabled": false}}})";
  EXPECT_THAT(recognised().why, HasSubstr("switched off; `xpack.ml.enabled: true`"));

  server_.other["/_xpack"] = R"({"features": {"ml": {"available": true, "enabled": true}}})";
  EXPECT_EQ(recognised().what, Recognised::profile);
  server_.other["/_nodes"] = R"({"nodes": {"a": {"roles": ["master", "data"]}, "b": {"roles": ["ingest"]}}})";
  const Recognition found = recognised();
  EXPECT_EQ(found.what, Recognised::closed);
  EXPECT_THAT(found.why, HasSubstr("none of its nodes does machine learning; `node.roles: [ml]`"));
}

TEST_F(RecognitionOf, OneNodeForItOrOneThatDoesNotTellIsEnough) {
  for (const char* nodes :
       {R"({"nodes": {"a": {"roles": ["data"]}, "b": {"roles": ["ml"]}}})",
        R"({"nodes": {"a": {"roles": ["data"], "attributes": {"ml.machine_memory": "8", "x": "y"}}}})",
        R"({"nodes": {"a": {"roles": ["data"]}, "b": {}}})", R"({"nodes": {}})", R"({"nodes": []})", "[]"}) {
    server_.other["/_nodes"] = nodes;
    EXPECT_EQ(recognised().what, Recognised::profile) << nodes;
  }
}

TEST_F(RecognitionOf, ANamedProfileIsGivenUpOnlyForOneThatIsServed) {
  EXPECT_EQ(recognised(Profile::es_7).what, Recognised::profile);

  const Recognition found = recognised(Profile::xpack_6_3);
  EXPECT_EQ(found.what, Recognised::another_api);
  EXPECT_THAT(found.why, HasSubstr("does not speak xpack-6.3: `GET /_xpack/ml/anomaly_detectors` is answered 400"));
  EXPECT_THAT(found.why, HasSubstr(" fits, or auto"));

  // Without a list of jobs: it is judged.
  server_.bases = {};
  server_.other["/_xpack/ml/anomaly_detectors/closecheck-preflight/_stats"] = R"({"count": 0, "jobs": []})";
  EXPECT_EQ(recognised(Profile::xpack_6_3).what, Recognised::profile);
}

TEST_F(RecognitionOf, ATargetWithNothingOfTheApiIsNoneOfANamedProfile) {
  server_.bases = {};
  Recognition found = recognised(Profile::xpack_6_3);
  EXPECT_EQ(found.what, Recognised::closed);
  EXPECT_THAT(found.why, HasSubstr("shows nothing of the job API: `GET /_xpack/ml/anomaly_detectors` is answered 400"));
  EXPECT_THAT(found.why, HasSubstr("may have it below a path, which the URL then names"));

  server_.page = "https://login.example.org/";
  found = recognised(Profile::xpack_6_3);
  EXPECT_EQ(found.what, Recognised::closed);
  EXPECT_THAT(found.why, HasSubstr("as a login page does"));
}

TEST_F(RecognitionOf, TheVersionIsAskedForAsSomebodyWhoMay) {
  const Credentials manage_ml{"ml", "pw-ml"};
  const Credentials setup{"elastic", "pw-elastic"};
  server_.secured = true;
  server_.user(manage_ml, 403);
  server_.user(setup, 200);
  options_.principals = {{Principal::manage_ml, manage_ml}, {Principal::setup, setup}};
  Recognition found = recognised();
  EXPECT_EQ(found.what, Recognised::profile) << found.why;
  EXPECT_EQ(found.version, "7.6.0");

  // Who may not is let in all the same: then the paths tell.
  options_.principals.erase(Principal::setup);
  found = recognised();
  EXPECT_EQ(found.what, Recognised::profile) << found.why;
  EXPECT_EQ(found.version, "");
  EXPECT_EQ(server_.unauthorized, 0);
}

TEST_F(RecognitionOf, ARefusedLoginIsNotTriedASecondTime) {
  server_.secured = true;
  options_.principals = {{Principal::manage_ml, {"ml", "wrong"}}, {Principal::manage, {"boss", "wrong"}}};
  const Recognition found = recognised();
  EXPECT_EQ(found.what, Recognised::refused);
  EXPECT_THAT(found.refused, ElementsAre(Principal::manage));
  EXPECT_EQ(server_.unauthorized, 1);
}

TEST_F(RecognitionOf, ATargetThatAsksForCredentialsIsClosedToWhoHasNone) {
  server_.secured = true;
  const Recognition found = recognised();
  EXPECT_EQ(found.what, Recognised::closed);
  EXPECT_THAT(found.why, HasSubstr("asks for credentials, and no principals are configured"));
  EXPECT_EQ(found.profile, std::nullopt);
}

TEST(Recognition, OfATargetThatIsNotThereYetSaysWhy) {
  EndpointOptions options;
  options.url = "http://127.0.0.1:1";
  Recognition found = recognise(options);
  EXPECT_EQ(found.what, Recognised::not_yet);
  EXPECT_EQ(found.why, "cannot be reached: no connection to http://127.0.0.1:1");

  const TestServer starting([](const httplib::Request&, httplib::Response& response) {
    response.status = 503;
    response.set_header("Retry-After", "0");
    response.set_content("starting", "text/plain");
  });
  options.url = starting.url();
  EXPECT_EQ(recognise(options).what, Recognised::not_yet);
}

TEST(Recognition, OverTlsSaysWhatIsMissing) {
  const TestCertificate own("closecheck", "IP:127.0.0.1");
  const TlsServer server(own, [](const httplib::Request&, httplib::Response&) {});
  EndpointOptions options;
  options.url = server.url();
  EXPECT_THAT(recognise(options).why, HasSubstr("name that one with `tls: {ca: FILE}`"));
  options.url = "http" + server.url().substr(5);
  EXPECT_THAT(recognise(options).why, HasSubstr("a target that speaks TLS begins with https://"));

  const TlsServer strict(
      own, [](const httplib::Request&, httplib::Response&) {}, &own);
  options.url = strict.url();
  options.transport.authorities = own.certificate_file();
  EXPECT_THAT(recognise(options).why, HasSubstr("`tls: {certificate: FILE, key: FILE}`"));
}

}  // namespace
}  // namespace closecheck::sut
