// For tests: a key, and a certificate of it for 127.0.0.1 that nobody but itself has signed.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace closecheck::sut {

class SelfSignedCertificate {
 public:
  SelfSignedCertificate() {
    X509* const certificate = certificate_.get();
    ::X509_set_version(certificate, 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate), 1);
    ::X509_gmtime_adj(::X509_getm_notBefore(certificate), -60);
    ::X509_gmtime_adj(::X509_getm_notAfter(certificate), 3600);
    ::X509_set_pubkey(certificate, key_.get());
    X509_NAME* const name = ::X509_get_subject_name(certificate);
    const std::string common = "closecheck";
    ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.c_str()), -1,
                                 -1, 0);
    ::X509_set_issuer_name(certificate, name);
    X509_EXTENSION* const address = ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    ::X509_add_ext(certificate, address, -1);
    ::X509_EXTENSION_free(address);
    ::X509_sign(certificate, key_.get(), ::EVP_sha256());
  }

  std::string certificate() const {
    return written([this](BIO* out) { ::PEM_write_bio_X509(out, certificate_.get()); });
  }
  /// `password` empty: as it is.
  std::string key(const std::string& password = "") const {
    return written([&](BIO* out) {
      const auto* const bytes = reinterpret_cast<const unsigned char*>(password.data());
      ::PEM_write_bio_PrivateKey(out, key_.get(), password.empty() ? nullptr : ::EVP_aes_256_cbc(), bytes,
                                 static_cast<int>(password.size()), nullptr, nullptr);
    });
  }

 private:
  struct End {
    void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { ::X509_free(certificate); }
    void operator()(BIO* bio) const { ::BIO_free(bio); }
  };

  template <class Write>
  static std::string written(const Write& write) {
    const std::unique_ptr<BIO, End> out(::BIO_new(::BIO_s_mem()));
    write(out.get());
    const char* text = nullptr;
    const long size = ::BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

  const std::unique_ptr<EVP_PKEY, End> key_{EVP_EC_gen("P-256")};
  const std::unique_ptr<X509, End> certificate_{::X509_new()};
};

}  // namespace closecheck::sut
