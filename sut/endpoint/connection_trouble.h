// Why a target cannot be reached, in words that name the mend.
#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "closecheck/sut/endpoint.h"

namespace closecheck::sut {

/// What the library tells of an exchange that came to no connection that can be trusted.
struct ConnectionTrouble {
  const std::string& url;  // of the target
  const Transport& transport;
  CURLcode code = CURLE_OK;
  long verification = 0;  // of the server's certificate, as OpenSSL numbers it
  long proxy_status = 0;  // of the answer of a proxy; 0: none
  std::string_view details;
};

/// One line without credentials: `no trusted connection to https://h:9200: its certificate ...`.
std::string why_no_connection(const ConnectionTrouble& trouble);

/// Whether the details say that the other side missed a client certificate or does not take ours. In the newest TLS it
/// says so only after a request.
bool is_refused_certificate(std::string_view details);

}  // namespace closecheck::sut
