#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>

#include "closecheck/sut/endpoint.h"
#include "endpoint/test_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// As much of a cluster as the preflight reads.
struct Cluster {
  bool secured = true;
  bool tells_who = true;
  bool tells_privileges = true;
  bool tells_version_to_all = true;               // else only to those who may manage the cluster
  std::map<std::string, std::string> privileges;  // Authorization header to the one privilege of its user
  std::atomic<int> unauthorized = 0;              // logins that failed
  std::atomic<int> busy = 0;
  std::string nobody = "No handler found for uri";  // to what it does not know
  bool has_feeds = false;

  void user(const Credentials& credentials, const std::string& privilege) {
    privileges[httplib::make_basic_authentication_header(credentials.username, credentials.password).second] =
        privilege;
  }

  static void say(httplib::Response& response, int status, const std::string& body) {
    response.status = status;
    response.set_content(body, "application/json");
  }
  static void refuse(httplib::Response& response, int status) {
    const std::string error = R"("type": "security_exception", "reason": "no")";
    say(response, status,
        R"({"error": {"root_cause": [{)" + error + "}], " + error + R"(}, "status": )" + std::to_string(status) + "}");
  }
  static bool grants(const std::string& owned, const std::string& wanted) {
    return owned == wanted || owned == "manage" || (owned == "manage_ml" && wanted == "monitor_ml");
  }

  void handle(const httplib::Request& request, httplib::Response& response) {
    if (busy > 0) {
      --busy;
      response.set_header("Retry-After", "0");
      return refuse(response, 503);
    }
    const auto user = privileges.find(request.get_header_value("Authorization"));
    if (secured && user == privileges.end()) {
      if (request.has_header("Authorization")) ++unauthorized;
      return refuse(response, 401);
    }
    const std::string owned = secured ? user->second : "manage";
    if (request.path == "/" && !tells_version_to_all && owned != "manage") return refuse(response, 403);
    if (request.path == "/")
      return say(response, 200, R"({"name": "n", "cluster_name": "c", "version": {"number": "6.3.2"}})");
    if (request.path == "/_xpack/security/_authenticate" && tells_who)
      return say(response, 200, R"({"username": "u"})");
    if (request.path == "/_xpack/security/user/_has_privileges" && tells_privileges) {
      const auto member = [&](const std::string& wanted) {
        return "\"" + wanted + "\": " + (grants(owned, wanted) ? "true" : "false");
      };
      return say(response, 200,
                 R"({"username": "u", "has_all_requested": false, "cluster": {)" + member("manage_ml") + ", " +
                     member("manage") + ", " + member("monitor_ml") + R"(}, "index": {}})");
    }
    const bool is_of_feeds = request.path.find("/datafeeds/") != std::string::npos;
    if (is_of_feeds && has_feeds && request.path.ends_with("/_stats"))
      return say(response, 404,
                 R"({"error": {"type": "resource_not_found_exception", "reason": "none"}, "status": 404})");
    if (!is_of_feeds && request.path.ends_with("/_stats"))
      return refuse(response, grants(owned, "monitor_ml") ? 404 : 403);
    response.status = 400;
    response.set_content(nobody + " [" + request.path + "]", "text/plain");
  }

  TestServer server{
      [this](const httplib::Request& request, httplib::Response& response) { handle(request, response); }};
};

const Credentials kManageMl{"ml", "pw-ml"};
const Credentials kManage{"boss", "pw-boss"};
const Credentials kMonitorMl{"reader", "pw-reader"};
const Credentials kNone{"nobody", "pw-nobody"};

class PreflightOf : public testing::Test {
 protected:
  PreflightOf() {
    cluster_.user(kManageMl, "manage_ml");
    cluster_.user(kManage, "manage");
    cluster_.user(kMonitorMl, "monitor_ml");
    cluster_.user(kNone, "none");
    options_.url = cluster_.server.url();
    options_.principals = {{Principal::manage_ml, kManageMl},
                           {Principal::manage, kManage},
                           {Principal::monitor_ml, kMonitorMl},
                           {Principal::none, kNone}};
  }

  Cluster cluster_;
  EndpointOptions options_;
};

TEST_F(PreflightOf, ASecuredTargetTellsAllThatThereIs) {
  const Preflight found = preflight(options_);

  EXPECT_TRUE(found.reachable);
  EXPECT_EQ(found.error, "");
  EXPECT_THAT(found.server, HasSubstr("6.3.2"));
  EXPECT_TRUE(found.secured);
  EXPECT_THAT(found.refused, IsEmpty());
  EXPECT_THAT(found.unsuitable, IsEmpty());
  EXPECT_THAT(found.notes, IsEmpty());
  EXPECT_GT(found.round_trip, 0);
  EXPECT_GE(found.round_trip_max, found.round_trip);
}

// As 6.3.2 and 7.6.0 do: `manage_ml` alone does not let one read the version.
TEST_F(PreflightOf, ATargetThatTellsItsVersionOnlyToSomeIsAskedAsThose) {
  cluster_.tells_version_to_all = false;
  const Preflight found = preflight(options_);

  EXPECT_THAT(found.server, HasSubstr("6.3.2"));
  EXPECT_THAT(found.notes, IsEmpty());
}

TEST_F(PreflightOf, APrincipalWithAWrongPasswordIsNamedAndAskedOnce) {
  options_.principals[Principal::monitor_ml].password = "hunter2";
  const Preflight found = preflight(options_);

  EXPECT_THAT(found.refused, ElementsAre(Principal::monitor_ml));
  EXPECT_EQ(cluster_.unauthorized, 1);
  for (const std::string& note : found.notes) EXPECT_THAT(note, Not(HasSubstr("hunter2")));
}

TEST_F(PreflightOf, AUserOfTwoPrincipalsIsAskedOnce) {
  options_.principals = {{Principal::manage_ml, {"ml", "hunter2"}}, {Principal::setup, {"ml", "hunter2"}}};
  const Preflight found = preflight(options_);

  EXPECT_THAT(found.refused, ElementsAre(Principal::manage_ml, Principal::setup));
  EXPECT_EQ(cluster_.unauthorized, 1);
}

TEST_F(PreflightOf, ATargetWithoutSecurityIsNotSecured) {
  cluster_.secured = false;
  cluster_.tells_who = false;
  cluster_.tells_privileges = false;
  const Preflight found = preflight(options_);

  EXPECT_TRUE(found.reachable);
  EXPECT_FALSE(found.secured);
  EXPECT_THAT(found.refused, IsEmpty());
  EXPECT_THAT(found.notes, Contains(HasSubstr("lets everybody in")));
  EXPECT_GT(found.round_trip, 0);
}

// datafeed-end-closes-job
TEST_F(PreflightOf, ATargetThatAnswersNothingAboutDatafeedsHasNoneInWhateverWords) {
  EXPECT_THAT(preflight(options_).datafeeds_absent, HasSubstr("is answered with 400"));
  EXPECT_THAT(preflight(options_).documents_absent, HasSubstr("is answered with 400"));
  cluster_.nobody = "nothing here";
  EXPECT_THAT(preflight(options_).datafeeds_absent, HasSubstr("is answered with 400"));
}

// datafeed-end-closes-job
TEST_F(PreflightOf, ATargetThatListsNoDatafeedsAndSearchesNothingMayHaveBoth) {
  cluster_.nobody = "nothing here";
  cluster_.has_feeds = true;
  EXPECT_EQ(preflight(options_).datafeeds_absent, "");
  EXPECT_EQ(preflight(options_).documents_absent, "");
}

TEST_F(PreflightOf, ASecuredTargetWithoutConfiguredPrincipalsIsFoundOut) {
  options_.principals.clear();
  const Preflight found = preflight(options_);

  EXPECT_FALSE(found.reachable);
  EXPECT_THAT(found.error, HasSubstr("asks for credentials"));
}

TEST_F(PreflightOf, ATargetThatTellsNoPrivilegesLeavesAssumptions) {
  cluster_.tells_who = false;
  cluster_.tells_privileges = false;
  const Preflight found = preflight(options_);

  EXPECT_TRUE(found.secured);
  EXPECT_THAT(found.refused, IsEmpty());
  EXPECT_THAT(found.notes, Contains(HasSubstr("principal monitor_ml (user 'reader') is assumed")));
}

// close-requires-privilege: a reader who may close jobs after all would look like a hole in the target.
TEST_F(PreflightOf, APrincipalWithOtherPrivilegesThanItsNameSaysIsUnsuitable) {
  cluster_.user(kMonitorMl, "manage_ml");
  cluster_.user(kManage, "monitor_ml");
  const Preflight found = preflight(options_);

  EXPECT_THAT(found.unsuitable, ElementsAre(Principal::manage, Principal::monitor_ml));
  EXPECT_THAT(found.notes, Contains(HasSubstr("user 'reader') has manage_ml")));
  EXPECT_THAT(found.notes, Contains(HasSubstr("user 'boss') lacks manage")));
}

TEST_F(PreflightOf, ABusyTargetIsAskedAgain) {
  cluster_.busy = 3;
  const Preflight found = preflight(options_);

  EXPECT_TRUE(found.reachable);
  EXPECT_THAT(found.server, HasSubstr("6.3.2"));
}

TEST_F(PreflightOf, ATargetWhoseAnswerBreaksOffIsAskedAgain) {
  std::atomic<int> asked = 0;
  RawServer server([&](int socket, const std::string&) {
    if (++asked > 2) RawServer::write(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  });
  options_.url = server.url();
  options_.principals.clear();

  EXPECT_TRUE(preflight(options_).reachable);
}

TEST_F(PreflightOf, ATargetThatAnswersSlowlyIsGivenUpWhenTheTimeIsUp) {
  RawServer server([](int socket, const std::string&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
  });
  EndpointOptions options;
  options.url = server.url();
  options.end_of_work = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
  const auto begin = std::chrono::steady_clock::now();
  const Preflight preflight = sut::preflight(options);

  EXPECT_FALSE(preflight.reachable);
  EXPECT_THAT(preflight.error, HasSubstr("the time for the preflight was up"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST_F(PreflightOf, AnAbsentTargetIsNotReachable) {
  {
    const TestServer gone([](const httplib::Request&, httplib::Response&) {});
    options_.url = gone.url();
  }
  const Preflight found = preflight(options_);

  EXPECT_FALSE(found.reachable);
  EXPECT_THAT(found.error, HasSubstr("no connection to " + options_.url));
}

TEST_F(PreflightOf, AServerThatIsNoneOfThisKindIsNoTarget) {
  const TestServer other([](const httplib::Request&, httplib::Response& response) {
    response.status = 404;
    response.set_content("<html>not here</html>", "text/html");
  });
  options_.url = other.url();
  const Preflight found = preflight(options_);

  EXPECT_FALSE(found.reachable);
  EXPECT_EQ(found.server, "");
  EXPECT_THAT(found.error, HasSubstr("does not answer as itself: something between answers: 404"));
}

TEST_F(PreflightOf, AServerThatForgesLinesAndRepeatsPasswordsIsToldOnOneLineWithoutThem) {
  const TestServer hostile([](const httplib::Request&, httplib::Response& response) {
    response.set_content(
        R"({"cluster_name": "a\nnote  all is well \u001b[2J\u202epw-boss", "version": {"number": "6.3.2"}})",
        "application/json");
  });
  options_.url = hostile.url();

  EXPECT_EQ(preflight(options_).server, "a note  all is well ?[2J?*** 6.3.2");
}

}  // namespace
}  // namespace closecheck::sut
