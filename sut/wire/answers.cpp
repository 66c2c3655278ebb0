#include "wire/answers.h"

#include <fmt/format.h>

namespace closecheck::sut::wire {

WireAnswer json_answer(int status, const Json& body) {
  return {status, {{"content-type", "application/json; charset=UTF-8"}}, dump(body)};
}

WireAnswer text_answer(int status, std::string body) {
  return {status, {{"content-type", "text/plain; charset=UTF-8"}}, std::move(body)};
}

WireAnswer error_answer(int status, std::string_view type, std::string_view reason) {
  constexpr std::string_view kScheme = R"(Basic realm="security" charset="UTF-8")";
  Json cause = Json::object();
  cause["type"] = type;
  cause["reason"] = reason;
  if (status == 401) cause["header"]["WWW-Authenticate"] = kScheme;
  Json body = Json::object();
  body["error"]["root_cause"] = Json::array({cause});
  body["error"].update(cause);
  body["status"] = status;
  WireAnswer answer = json_answer(status, body);
  if (status == 401) answer.headers.emplace_back("www-authenticate", kScheme);
  return answer;
}

WireAnswer unrouted_answer(const HttpRequest& request, std::string_view allowed, Profile profile) {
  if (allowed.empty() || profile == Profile::xpack_5_4)
    return text_answer(
        400, fmt::format("No handler found for uri [{}] and method [{}]", target_of(request), request.method));
  Json body = Json::object();
  body["error"] = fmt::format("Incorrect HTTP method for uri [{}] and method [{}], allowed: [{}]", target_of(request),
                              request.method, allowed);
  body["status"] = 405;
  WireAnswer answer = json_answer(405, body);
  answer.headers.emplace_back("allow", allowed);
  return answer;
}

}  // namespace closecheck::sut::wire
