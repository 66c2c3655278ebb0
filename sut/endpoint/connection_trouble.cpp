#include "endpoint/connection_trouble.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

std::string why_not_trusted(long verification, const Transport& transport) {
  switch (verification) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      if (transport.authorities.empty())
        return "its certificate comes from an authority that is not known here; name that one with `tls: {ca: FILE}`";
      return "its certificate does not come from the authority in " + transport.authorities +
             ", which `tls: {ca: " + transport.authorities + "}` names";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet";
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:  // the library itself compares names
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate is for another name; name the target as the certificate does";
    default:
      return ::X509_verify_cert_error_string(verification);
  }
}

std::string why_not_secure(const ConnectionTrouble& trouble) {
  const Transport& transport = trouble.transport;
  if (is_refused_certificate(trouble.details))
    return transport.certificate.empty()
               ? "it asks for a client certificate; name one with `tls: {certificate: FILE, key: FILE}`"
               : "it does not take the client certificate in " + transport.certificate;
  switch (trouble.code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return why_not_trusted(trouble.verification, transport);
    case CURLE_SSL_CACERT_BADFILE:
      return "no certificates can be read from " +
             (transport.authorities.empty() ? "the files that the variables name" : transport.authorities);
    case CURLE_SSL_CERTPROBLEM:
      return "the client certificate in " + transport.certificate + " and its key cannot be used";
    default:
      break;
  }
  if (contains_ignoring_case(trouble.details, "wrong version number") ||
      contains_ignoring_case(trouble.details, "http request"))
    return "it does not speak TLS; a target without it begins with http://";
  return ::curl_easy_strerror(trouble.code);
}

bool is_about_proxy(const ConnectionTrouble& trouble) {
  return trouble.code == CURLE_COULDNT_RESOLVE_PROXY || trouble.code == CURLE_PROXY || trouble.proxy_status >= 300;
}

}  // namespace

bool is_refused_certificate(std::string_view details) {
  constexpr std::array kAlerts{"certificate required", "alert handshake failure",   "alert bad certificate",
                               "alert unknown ca",     "alert certificate unknown", "alert certificate expired"};
  return std::any_of(kAlerts.begin(), kAlerts.end(),
                     [&](const char* alert) { return contains_ignoring_case(details, alert); });
}

std::string why_no_connection(const ConnectionTrouble& trouble) {
  if (is_about_proxy(trouble)) {
    std::string why = "no connection to " + trouble.url + ": its proxy ";
    if (trouble.proxy_status == 407)
      return why + "asks for a user; name him in `proxy: http://USER:PASSWORD@HOST:PORT`";
    if (trouble.proxy_status != 0) return why + "answers with " + std::to_string(trouble.proxy_status);
    return why + "cannot be reached";
  }
  if (trouble.code == CURLE_COULDNT_CONNECT || trouble.code == CURLE_COULDNT_RESOLVE_HOST) {
    const std::string way = trouble.transport.proxy.empty() ? "" : " by way of its proxy";
    return "no connection to " + trouble.url + way;
  }
  if (trouble.url.starts_with("https:"))
    return "no trusted connection to " + trouble.url + ": " + why_not_secure(trouble);
  return "no connection to " + trouble.url + ": " + ::curl_easy_strerror(trouble.code);
}

}  // namespace closecheck::sut
