#include "wire/refusals.h"

namespace closecheck::sut {

Refusal refusal_of(int status) {
  switch (status) {
    case 400:
      return Refusal::bad_request;
    case 401:
      return Refusal::unauthenticated;
    case 403:
      return Refusal::forbidden;
    case 404:
      return Refusal::not_found;
    case 405:
      return Refusal::wrong_method;
    case 408:
      return Refusal::timed_out;
    case 409:
      return Refusal::conflict;
    case 429:
      return Refusal::busy;
    case 503:
      return Refusal::unavailable;
    default:
      return status >= 500 ? Refusal::server_error : Refusal::other;
  }
}

int status_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::bad_request:
      return 400;
    case Refusal::unauthenticated:
      return 401;
    case Refusal::forbidden:
      return 403;
    case Refusal::not_found:
      return 404;
    case Refusal::wrong_method:
      return 405;
    case Refusal::conflict:
      return 409;
    case Refusal::busy:
      return 429;
    case Refusal::unavailable:
      return 503;
    default:
      return 500;
  }
}

}  // namespace closecheck::sut
