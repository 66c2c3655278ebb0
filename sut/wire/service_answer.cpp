#include "wire/service_answer.h"

#include "wire/refusals.h"

namespace closecheck::sut {

Response accepted(Content content, int status) {
  Response response;
  response.outcome = Outcome::accepted;
  response.status = status;
  response.content = std::move(content);
  return response;
}

Response refused(int status, std::string_view type, std::string reason) {
  Response response;
  response.outcome = Outcome::refused;
  response.refusal = refusal_of(status);
  response.status = status;
  response.error_type = type;
  response.reason = std::move(reason);
  return response;
}

}  // namespace closecheck::sut
