#include "server/tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>
#include <new>
#include <stdexcept>
#include <string>

namespace closecheck::sut {
namespace {

template <class Object, void (*Free)(Object*)>
struct Freed {
  void operator()(Object* object) const { Free(object); }
};
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;

/// The text as the library reads it.
class Pem {
 public:
  explicit Pem(const PemFile& file)
      : bio_(file.text.size() > INT_MAX ? nullptr
                                        : BIO_new_mem_buf(file.text.data(), static_cast<int>(file.text.size()))) {
    if (bio_ == nullptr) throw std::bad_alloc();
  }
  ~Pem() { BIO_free(bio_); }
  Pem(const Pem&) = delete;
  Pem& operator=(const Pem&) = delete;

  /// Null: there is none (any more).
  Certificate next_certificate() { return Certificate(PEM_read_bio_X509(bio_, nullptr, no_words, nullptr)); }
  Key next_key() { return Key(PEM_read_bio_PrivateKey(bio_, nullptr, no_words, nullptr)); }

 private:
  /// Without it the library asks at the terminal.
  static int no_words(char*, int, int, void*) { return -1; }

  BIO* bio_;
};

[[noreturn]] void refuse(const PemFile& file, std::string_view why) {
  ERR_clear_error();
  throw std::runtime_error(fmt::format("{}: {}", file.path, why));
}

void use_certificate(SSL_CTX* context, const PemFile& file) {
  Pem pem(file);
  const Certificate own = pem.next_certificate();
  if (!own) refuse(file, "holds no certificate in the form of PEM");
  if (SSL_CTX_use_certificate(context, own.get()) != 1) refuse(file, "its certificate cannot be used");
  while (const Certificate above = pem.next_certificate())
    if (SSL_CTX_add1_chain_cert(context, above.get()) != 1) refuse(file, "a certificate of its chain cannot be used");
  ERR_clear_error();
}

void use_key(SSL_CTX* context, const ServerTls& tls) {
  const Key key = Pem(tls.key).next_key();
  if (!key) refuse(tls.key, "holds no private key in the form of PEM, or only with a password");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    refuse(tls.key, fmt::format("is not the key of the certificate in {}", tls.certificate.path));
}

}  // namespace

TlsContext make_tls_context(const ServerTls& tls) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) throw std::bad_alloc();
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  use_certificate(context.get(), tls.certificate);
  use_key(context.get(), tls);
  return context;
}

}  // namespace closecheck::sut
