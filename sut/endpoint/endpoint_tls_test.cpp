// Whom a connection over TLS trusts, what it shows of itself, and what it says where that is not enough.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "endpoint/endpoint_connection.h"
#include "endpoint/test_server_for_test.h"
#include "endpoint/tls_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class Tls : public testing::Test {
 protected:
  void handle(const httplib::Request&, httplib::Response& response) {
    ++asked_;
    response.set_content("{}", "application/json");
  }

  static Exchange ask(const std::string& url, const Transport& transport = {}) {
    Connection connection(url, std::make_shared<AnswerRoom>(), transport);
    return connection.exchange({"GET", "/", {}, "", ""}, Credentials{"ann", "secret"}, 10 * kSecond);
  }
  TlsServer::Handler handler() {
    return [this](const httplib::Request& request, httplib::Response& response) { handle(request, response); };
  }

  std::atomic<int> asked_ = 0;
  const TestCertificate authority_{"authority"};
  const TestCertificate own_{"closecheck", "IP:127.0.0.1", &authority_};
  const TlsServer server_{own_, handler()};
};

TEST_F(Tls, NothingIsSentToAServerThatNobodyVouchesFor) {
  const Exchange exchange = ask(server_.url());
  EXPECT_FALSE(exchange.answer);
  EXPECT_TRUE(exchange.never_sent);
  EXPECT_TRUE(exchange.connected);
  EXPECT_THAT(exchange.error, HasSubstr("no trusted connection to https://127.0.0.1:"));
  EXPECT_THAT(exchange.error, HasSubstr("authority that is not known here; name that one with `tls: {ca: FILE}`"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(Tls, TheAuthorityThatTheUserNamesIsTrusted) {
  const Exchange exchange = ask(server_.url(), {.authorities = authority_.certificate_file()});
  ASSERT_TRUE(exchange.answer) << exchange.error;
  EXPECT_EQ(exchange.answer->body, "{}");
}

TEST_F(Tls, TheUsualVariableNamesAnAuthorityOfOnesOwn) {
  const Variable variable("SSL_CERT_FILE", authority_.certificate_file());
  const Exchange exchange = ask(server_.url());
  ASSERT_TRUE(exchange.answer) << exchange.error;
}

TEST_F(Tls, AnotherAuthorityThanTheServersIsNamedAsSuch) {
  const TestCertificate other("other authority");
  const Exchange exchange = ask(server_.url(), {.authorities = other.certificate_file()});
  EXPECT_FALSE(exchange.answer);
  EXPECT_THAT(exchange.error, HasSubstr("does not come from the authority in " + other.certificate_file()));
  EXPECT_EQ(asked_, 0);
}

TEST_F(Tls, AFileThatHoldsNoCertificatesIsNamed) {
  const Exchange exchange = ask(server_.url(), {.authorities = "/dev/null"});
  EXPECT_FALSE(exchange.answer);
  EXPECT_THAT(exchange.error, HasSubstr("no certificates can be read from /dev/null"));
}

TEST_F(Tls, ACertificateForAnotherNameOrOfThePastIsNotTrusted) {
  const Transport transport{.authorities = authority_.certificate_file()};
  const TestCertificate elsewhere("elsewhere", "DNS:elsewhere", &authority_);
  const TlsServer other(elsewhere, handler());
  EXPECT_THAT(ask(other.url(), transport).error, HasSubstr("is for another name"));
  const TestCertificate old("old", "IP:127.0.0.1", &authority_, -3600);
  const TlsServer late(old, handler());
  EXPECT_THAT(ask(late.url(), transport).error, HasSubstr("has expired"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(Tls, WhoAsksForItVerifiesNothing) {
  EXPECT_TRUE(ask(server_.url(), {.verifies = false}).answer);
}

TEST_F(Tls, AClientShowsItsCertificateWhereItHasOne) {
  const TestCertificate client("client", "DNS:client", &authority_);
  const TlsServer server(own_, handler(), &authority_);
  Transport transport{.authorities = authority_.certificate_file()};
  // The server may hang up before its reason is read.
  EXPECT_THAT(ask(server.url(), transport).error,
              AnyOf(HasSubstr("asks for a client certificate; name one with `tls: {certificate: FILE, key: FILE}`"),
                    HasSubstr("the connection ended")));
  EXPECT_EQ(asked_, 0);

  transport.certificate = client.certificate_file();
  transport.key = client.key_file();
  const Exchange exchange = ask(server.url(), transport);
  EXPECT_TRUE(exchange.answer) << exchange.error;
  EXPECT_EQ(asked_, 1);

  const TestCertificate stranger("stranger");
  transport.certificate = stranger.certificate_file();
  transport.key = stranger.key_file();
  EXPECT_THAT(ask(server.url(), transport).error,
              AnyOf(HasSubstr("does not take the client certificate"), HasSubstr("the connection ended")));
  transport.key = client.key_file();
  EXPECT_THAT(ask(server.url(), transport).error, HasSubstr("and its key cannot be used"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(Tls, AServerWithoutItIsToldFromOneThatNobodyVouchesFor) {
  const TestServer plain([](const httplib::Request&, httplib::Response&) {});
  EXPECT_THAT(ask("https" + plain.url().substr(4)).error, HasSubstr("it does not speak TLS"));
}

}  // namespace
}  // namespace closecheck::sut
