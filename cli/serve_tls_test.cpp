// `serve` over TLS as a process, and files that it cannot use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "process_for_test.h"
#include "server/certificate_for_test.h"

namespace closecheck::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(ServeTls, AnswersOverTlsWithTheCertificateThatItIsGiven) {
  const TestFolder folder;
  const sut::SelfSignedCertificate certificate;
  const std::string trusted = folder.write("server.pem", certificate.certificate());
  const Served served({"--tls-certificate", trusted, "--tls-key", folder.write("server.key", certificate.key())});
  ASSERT_THAT(served.url(), StartsWith("https://127.0.0.1:"));
  httplib::SSLClient client("127.0.0.1", std::stoi(served.url().substr(served.url().rfind(':') + 1)));
  client.set_ca_cert_path(trusted);
  client.enable_server_certificate_verification(true);

  const auto answer = client.Get("/");

  ASSERT_TRUE(answer) << httplib::to_string(answer.error());
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(answer->body, HasSubstr("\"number\""));
}

TEST(ServeTls, IsATargetOfTheLiveClientWhereItsCertificateIsTrusted) {
  const TestFolder folder;
  const sut::SelfSignedCertificate certificate;
  const std::string trusted = folder.write("server.pem", certificate.certificate());
  const Served served({"--profile", "xpack-6.3", "--tls-certificate", trusted, "--tls-key",
                       folder.write("server.key", certificate.key())});
  const auto replay = [&](const std::string& ca) {
    const std::string configuration =
        folder.write("closecheck.yml", "target: " + served.url() + "\nprofile: xpack-6.3\ntls: {ca: " + ca + "}\n");
    return run_closecheck({"replay", "library", "--filter", "close-ends-open-job*", "--config", configuration},
                          {{"XDG_STATE_HOME", folder.path("state")}});
  };
  const Finished good = replay(trusted);
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, EndsWith("1 fixed, 0 still failing, 0 cannot tell\n"));

  const Finished bad = replay(folder.write("other.pem", sut::SelfSignedCertificate().certificate()));
  EXPECT_EQ(bad.code, 2) << bad.out << bad.err;
  EXPECT_THAT(bad.out + bad.err, HasSubstr("no trusted connection to " + served.url()));
}

TEST(ServeTls, EndsWithThreeAndWordsOverFilesThatItCannotUse) {
  const TestFolder folder;
  const sut::SelfSignedCertificate certificate;
  const std::string good = folder.write("server.pem", certificate.certificate());
  const std::string key = folder.write("server.key", certificate.key());
  const auto refuse = [](const std::vector<std::string>& options, const std::string& why) {
    std::vector<std::string> arguments{"serve"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Finished finished = Process(arguments).wait(30);
    EXPECT_EQ(finished.code, 3) << finished.out << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(why));
  };
  refuse({"--tls-certificate", good}, "are given together or not at all");
  refuse({"--tls-key", key}, "are given together or not at all");
  refuse({"--tls-certificate", folder.path("none.pem"), "--tls-key", key}, "none.pem: cannot be read");
  refuse({"--tls-certificate", "/dev/zero", "--tls-key", key}, "/dev/zero: is a device");
  refuse({"--tls-certificate", good, "--tls-key", good}, "server.pem: holds no private key");
  const std::string other = folder.write("other.key", sut::SelfSignedCertificate().key());
  refuse({"--tls-certificate", good, "--tls-key", other}, "other.key: is not the key of the certificate in " + good);
}

}  // namespace
}  // namespace closecheck::cli
