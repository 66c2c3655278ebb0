// Users that are made, change and go: what the service lets them do, and deviations and variants in that.
#include "closecheck/vocabulary/run_as.h"
#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";

Operation put(const std::string& what, const std::string& body) {
  return RawRequest{"PUT", "/_xpack/security/" + what, {}, body, "application/json"};
}
Operation put_role(const std::string& privileges) {
  return put("role/closecheck-r", R"({"cluster": [)" + privileges + "]}");
}
Operation put_user(const std::string& roles) {
  return put("user/closecheck-u", R"({"password_hash": "x", "roles": [)" + roles + "]}");
}
Operation delete_user() {
  return RawRequest{"DELETE", "/_xpack/security/user/closecheck-u", {}, "", ""};
}

void send_by_user(ServiceForTest& service, int client, const std::string& verb) {
  RawRequest sent{verb == "_close" ? "POST" : "GET", "/_xpack/ml/anomaly_detectors/" + kA + "/" + verb, {}, "", ""};
  sent.headers.emplace_back(kRunAsHeader, "closecheck-u");
  service.send(client, std::move(sent), Principal::setup);
}
Response close_by_user(ServiceForTest& service) {
  send_by_user(service, 0, "_close");
  return service.await(0);
}

/// A job, opened, and a user who may close it.
void make_user(ServiceForTest& service) {
  service.ask(put_role("\"manage_ml\""), Principal::setup);
  service.ask(put_user("\"closecheck-r\""), Principal::setup);
  open_new(service, kA);
}

/// What a close that waits is told when the privilege of whoever asked for it is gone.
Response revoked_while_closing(ServiceForTest& service) {
  make_user(service);
  service.fault(Fault::slow_close, kA, 10 * kSecond);
  send_by_user(service, 1, "_close");
  service.wait(kSecond);
  service.ask(delete_user(), Principal::setup);
  return service.await(1);
}

ServiceForTest service_with(Variant variant) {
  return ServiceForTest({.profile = Profile::xpack_5_4, .variant = variant});
}

// close-requires-privilege
TEST(Revocation, TakesThePrivilegeFromLaterRequestsInEveryWay) {
  for (const Operation& revoke : {put_role(""), put_role("\"monitor_ml\""), put_user(""), delete_user()}) {
    ServiceForTest service = service_with(Variant::usual);
    EXPECT_TRUE(is_refused(close_by_user(service), 403)) << "there is no such user";
    make_user(service);
    EXPECT_TRUE(is_accepted(close_by_user(service)));
    service.open(kA);
    EXPECT_TRUE(is_accepted(service.ask(revoke, Principal::setup)));
    EXPECT_TRUE(is_refused(close_by_user(service), 403));
    EXPECT_EQ(service.state(kA), JobState::opened);
  }
}

// close-ends-open-job
TEST(Revocation, LetsACloseThatWasAdmittedGoOn) {
  ServiceForTest service = service_with(Variant::usual);
  EXPECT_TRUE(is_accepted(revoked_while_closing(service)));
  EXPECT_EQ(service.state(kA), JobState::closed);
}

TEST(Revocation, IsTheAdministratorsAlone) {
  ServiceForTest service = service_with(Variant::usual);
  EXPECT_TRUE(is_refused(service.ask(put_role("\"manage\""), Principal::manage), 403));
  EXPECT_TRUE(is_refused(service.ask(put_user(""), Principal::none), 403));
  EXPECT_TRUE(is_refused(service.ask(delete_user(), Principal::anonymous), 401));
  EXPECT_EQ(service.ask(delete_user(), Principal::setup).status, 404);
}

TEST(Revocation, MayTakeEffectLater) {
  ServiceForTest service = service_with(Variant::credentials_are_cached);
  make_user(service);
  service.ask(put_role(""), Principal::setup);
  EXPECT_TRUE(is_accepted(close_by_user(service)));
  service.open(kA);
  service.wait(6 * kSecond);
  EXPECT_TRUE(is_refused(close_by_user(service), 403));
}

TEST(Revocation, MayMakeAnUnknownUser) {
  ServiceForTest service = service_with(Variant::deleted_users_are_unknown);
  make_user(service);
  service.ask(delete_user(), Principal::setup);
  EXPECT_TRUE(is_refused(close_by_user(service), 401));
}

TEST(Revocation, MayEndTheWaitAndNotTheClose) {
  ServiceForTest service = service_with(Variant::revocation_ends_waiting);
  EXPECT_TRUE(is_refused(revoked_while_closing(service), 403));
  EXPECT_EQ(service.state(kA), JobState::closing);
  service.wait(10 * kSecond);
  EXPECT_EQ(service.state(kA), JobState::closed);
}

}  // namespace

std::vector<Showing> showings_of_revocation() {
  using S = ServiceForTest;
  return {
      {Deviation::revoked_user_closes, Profile::xpack_5_4,
       [](S& s) {
         make_user(s);
         s.ask(put_role(""), Principal::setup);
         return is_accepted(close_by_user(s));
       }},
      {Deviation::revocation_stops_close, Profile::xpack_5_4,
       [](S& s) { return is_refused(revoked_while_closing(s), 403) && s.state(kA) == JobState::opened; }},
  };
}

}  // namespace closecheck::sut
