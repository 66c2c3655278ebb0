// A server over TLS on the loopback interface, and the certificates that such a server and its clients need: for tests.
#pragma once

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace closecheck::sut {

/// A key with its certificate, signed by an issuer, or by itself. Its files last as long as it does.
class TestCertificate {
 public:
  /// `address` is whom it is for, such as `IP:127.0.0.1`; empty: it is an authority.
  explicit TestCertificate(const std::string& common_name, const std::string& address = "",
                           const TestCertificate* issuer = nullptr, long seconds_valid = 3600)
      : key_(EVP_EC_gen("P-256")), certificate_(::X509_new()) {
    static std::atomic<int> count = 0;
    path_ = (std::filesystem::temp_directory_path() /
             ("closecheck-tls-" + std::to_string(::getpid()) + "-" + std::to_string(++count)))
                .string();
    X509* const x509 = certificate_.get();
    ::X509_set_version(x509, 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(x509), count);
    ::X509_gmtime_adj(::X509_getm_notBefore(x509), -7200);
    ::X509_gmtime_adj(::X509_getm_notAfter(x509), seconds_valid);
    ::X509_set_pubkey(x509, key_.get());
    X509_NAME* const name = ::X509_get_subject_name(x509);
    ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                 -1, -1, 0);
    ::X509_set_issuer_name(x509, issuer != nullptr ? ::X509_get_subject_name(issuer->certificate()) : name);
    if (address.empty())
      extend(NID_basic_constraints, "critical,CA:TRUE");
    else
      extend(NID_subject_alt_name, address);
    ::X509_sign(x509, issuer != nullptr ? issuer->key() : key_.get(), ::EVP_sha256());
    write(certificate_file(), [&](std::FILE* file) { return ::PEM_write_X509(file, x509); });
    write(key_file(), [&](std::FILE* file) {
      return ::PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  ~TestCertificate() {
    std::error_code ignored;
    std::filesystem::remove(certificate_file(), ignored);
    std::filesystem::remove(key_file(), ignored);
  }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  std::string certificate_file() const { return path_ + ".pem"; }
  std::string key_file() const { return path_ + ".key"; }

 private:
  struct End {
    void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { ::X509_free(certificate); }
  };

  void extend(int kind, const std::string& value) {
    X509_EXTENSION* const extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    ::X509_add_ext(certificate_.get(), extension, -1);
    ::X509_EXTENSION_free(extension);
  }
  static void write(const std::string& path, const std::function<int(std::FILE*)>& write_into) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    if (file == nullptr || write_into(file) != 1) throw std::runtime_error("no certificate in " + path);
    std::fclose(file);
  }

  std::unique_ptr<EVP_PKEY, End> key_;
  std::unique_ptr<X509, End> certificate_;
  std::string path_;
};

/// Answers every GET by one function, over TLS.
class TlsServer {
 public:
  using Handler = std::function<void(const httplib::Request&, httplib::Response&)>;

  /// `clients`: whose certificates a client must show one of; null: none.
  explicit TlsServer(const TestCertificate& own, const Handler& handler, const TestCertificate* clients = nullptr)
      : server_([&](SSL_CTX& context) {
          ::SSL_CTX_use_certificate(&context, own.certificate());
          ::SSL_CTX_use_PrivateKey(&context, own.key());
          if (clients == nullptr) return true;
          ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(&context), clients->certificate());
          ::SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
          return true;
        }) {
    server_.Get(".*", handler);
    port_ = server_.bind_to_any_port("127.0.0.1");
    if (port_ <= 0) throw std::runtime_error("no port for a test server");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~TlsServer() {
    server_.stop();
    thread_.join();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }

 private:
  httplib::SSLServer server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace closecheck::sut
