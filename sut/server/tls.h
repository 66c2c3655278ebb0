// The server's side of TLS: certificate and key, ready for connections.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "closecheck/sut/server.h"

namespace closecheck::sut {

struct TlsContextCloser {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
/// Many threads may make connections of it.
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextCloser>;

/// TLS 1.2 and later. Throws std::runtime_error, which names the file that cannot be used, and why.
TlsContext make_tls_context(const ServerTls& tls);

}  // namespace closecheck::sut
