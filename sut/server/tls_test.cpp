// The server over TLS, asked by another library, and by whoever speaks no TLS.
#include "server/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/certificate_for_test.h"
#include "server/served_for_test.h"

namespace closecheck::sut {
namespace {

using testing::HasSubstr;

constexpr const char* kJobs = "/_xpack/ml/anomaly_detectors";

ServerTls files_of(const SelfSignedCertificate& certificate) {
  return {{"server.pem", certificate.certificate()}, {"server.key", certificate.key()}};
}

ServerOptions options_with(const SelfSignedCertificate& certificate) {
  ServerOptions options;
  options.service.profile = Profile::xpack_6_3;
  options.tls = files_of(certificate);
  return options;
}

/// Trusts that certificate, and no other.
class TrustingClient {
 public:
  TrustingClient(const Served& served, const SelfSignedCertificate& certificate) : client_("127.0.0.1", served.port()) {
    const std::string text = certificate.certificate();
    BIO* const in = ::BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
    X509* const trusted = ::PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
    X509_STORE* const store = ::X509_STORE_new();
    ::X509_STORE_add_cert(store, trusted);
    ::X509_free(trusted);
    ::BIO_free(in);
    client_.set_ca_cert_store(store);
    client_.enable_server_certificate_verification(true);
    client_.set_keep_alive(true);
    client_.set_read_timeout(std::chrono::seconds(20));
  }
  httplib::SSLClient& operator*() { return client_; }

 private:
  httplib::SSLClient client_;
};

std::string refusal(const ServerTls& tls) {
  try {
    make_tls_context(tls);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(ServerTls, AnswersWhoTrustsItsCertificateAndNobodyElse) {
  const SelfSignedCertificate certificate;
  const Served served(options_with(certificate));
  TrustingClient client(served, certificate);
  for (int i = 0; i < 20; ++i) {
    const auto answer = (*client).Get(kJobs);
    ASSERT_TRUE(answer) << httplib::to_string(answer.error());
    EXPECT_EQ(answer->status, 200);
  }
  TrustingClient stranger(served, SelfSignedCertificate());
  EXPECT_FALSE((*stranger).Get(kJobs));
  EXPECT_TRUE((*client).Get(kJobs));
}

TEST(ServerTls, TakesAndGivesLargeBodies) {
  const SelfSignedCertificate certificate;
  const Served served(options_with(certificate));
  TrustingClient client(served, certificate);
  std::string documents;
  for (int i = 0; i < 20'000; ++i)
    documents += "{\"index\":{\"_index\":\"i\",\"_type\":\"doc\"}}\n{\"time\":" + std::to_string(i) + "}\n";
  const auto answer = (*client).Post("/_bulk", documents, "application/x-ndjson");
  ASSERT_TRUE(answer) << httplib::to_string(answer.error());
  EXPECT_EQ(answer->status, 200);
  EXPECT_GT(answer->body.size(), std::size_t{1} << 20);
}

TEST(ServerTls, IsHeldUpByNobodyWhoSpeaksNoTls) {
  const SelfSignedCertificate certificate;
  ServerOptions few = options_with(certificate);
  few.limits.connections = 3;
  const Served served(few);
  RawClient plain(served);
  plain.ask("GET", "/");
  EXPECT_EQ(plain.status(), 0);
  EXPECT_TRUE(plain.has_ended());
  std::vector<std::unique_ptr<RawClient>> silent;
  silent.reserve(10);
  for (int i = 0; i < 10; ++i) silent.push_back(std::make_unique<RawClient>(served));
  // Half of the first word of a handshake.
  for (const auto& one : silent) one->send(std::string("\x16\x03\x01\x02", 4));
  TrustingClient client(served, certificate);
  EXPECT_TRUE((*client).Get(kJobs));
}

TEST(ServerTls, NamesTheFileThatCannotBeUsed) {
  const SelfSignedCertificate certificate;
  const ServerTls good = files_of(certificate);
  EXPECT_EQ(refusal(good), "");
  ServerTls bad = good;
  bad.certificate.text = "text";
  EXPECT_THAT(refusal(bad), HasSubstr("server.pem: holds no certificate"));
  bad.certificate.text = good.key.text;
  EXPECT_THAT(refusal(bad), HasSubstr("server.pem: holds no certificate"));
  bad = good;
  bad.key.text = "";
  EXPECT_THAT(refusal(bad), HasSubstr("server.key: holds no private key"));
  bad.key.text = certificate.key("password");
  EXPECT_THAT(refusal(bad), HasSubstr("only with a password"));
  bad.key.text = SelfSignedCertificate().key();
  EXPECT_THAT(refusal(bad), HasSubstr("server.key: is not the key of the certificate in server.pem"));
  // A chain.
  bad = good;
  bad.certificate.text += SelfSignedCertificate().certificate();
  EXPECT_EQ(refusal(bad), "");
}

}  // namespace
}  // namespace closecheck::sut
