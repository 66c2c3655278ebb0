// Whom a connection over TLS trusts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "endpoint/endpoint_connection.h"
#include "endpoint/test_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::HasSubstr;

struct KeyEnd {
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
struct CertificateEnd {
  void operator()(X509* certificate) const { ::X509_free(certificate); }
};

/// A certificate for this machine that nobody but itself has signed.
std::unique_ptr<X509, CertificateEnd> make_certificate(EVP_PKEY* key) {
  std::unique_ptr<X509, CertificateEnd> certificate(::X509_new());
  ::X509_set_version(certificate.get(), 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), 1);
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate.get()), -60);
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate.get()), 3600);
  ::X509_set_pubkey(certificate.get(), key);
  X509_NAME* const name = ::X509_get_subject_name(certificate.get());
  const std::string common = "closecheck";
  ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1,
                               0);
  ::X509_set_issuer_name(certificate.get(), name);
  X509_EXTENSION* const address = ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  ::X509_add_ext(certificate.get(), address, -1);
  ::X509_EXTENSION_free(address);
  ::X509_sign(certificate.get(), key, ::EVP_sha256());
  return certificate;
}

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    server_.Get(".*", [this](const httplib::Request&, httplib::Response& response) {
      ++asked_;
      response.set_content("{}", "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
    std::FILE* const file = std::fopen(certificate_file_.c_str(), "w");
    ASSERT_NE(file, nullptr);
    ::PEM_write_X509(file, certificate_.get());
    std::fclose(file);
  }
  void TearDown() override {
    server_.stop();
    thread_.join();
    std::filesystem::remove(certificate_file_);
  }

  Exchange ask() {
    Connection connection("https://127.0.0.1:" + std::to_string(port_), std::make_shared<AnswerRoom>());
    return connection.exchange({"GET", "/", {}, "", ""}, Credentials{"ann", "secret"}, 10 * kSecond);
  }

  const std::unique_ptr<EVP_PKEY, KeyEnd> key_{EVP_EC_gen("P-256")};
  const std::unique_ptr<X509, CertificateEnd> certificate_ = make_certificate(key_.get());
  const std::string certificate_file_ = testing::TempDir() + "closecheck-tls-" + std::to_string(::getpid()) + ".pem";
  httplib::SSLServer server_{certificate_.get(), key_.get()};
  int port_ = 0;
  std::atomic<int> asked_ = 0;
  std::thread thread_;
};

TEST_F(Tls, NothingIsSentToAServerThatNobodyVouchesFor) {
  const Exchange exchange = ask();
  EXPECT_FALSE(exchange.answer);
  EXPECT_TRUE(exchange.never_sent);
  EXPECT_TRUE(exchange.connected);
  EXPECT_THAT(exchange.error, HasSubstr("no trusted connection to https://127.0.0.1:"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(Tls, TheUsualVariableNamesAnAuthorityOfOnesOwn) {
  const Variable variable("SSL_CERT_FILE", certificate_file_);
  const Exchange exchange = ask();
  ASSERT_TRUE(exchange.answer) << exchange.error;
  EXPECT_EQ(exchange.answer->body, "{}");
}

}  // namespace
}  // namespace closecheck::sut
