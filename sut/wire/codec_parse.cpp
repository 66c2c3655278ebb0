// Requests that a person or a script wrote, and requests for a person to copy.
#include <fmt/format.h>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/run_as.h"
#include "wire/routes.h"
#include "wire/text.h"

namespace closecheck::sut::wire {

Request parse(const HttpRequest& request, Profile profile, Principal who) {
  RawRequest raw{request.method, request.path, request.query, request.body, request.content_type};
  raw.body_known = request.body_known;
  if (const Parameter user = find(request.headers, kRunAsHeader)) raw.headers.emplace_back(kRunAsHeader, *user);
  Request out = view_request(request, profile).value_or(Request{who, raw, nullptr});
  out.who = who;
  out.as_sent = std::make_shared<const RawRequest>(std::move(raw));
  return out;
}

std::string curl_line(const Request& request, Profile profile, const std::string& base_url, const std::string& user,
                      const std::string& password_variable) {
  const HttpRequest http = encode(request, profile);
  const std::string target = target_of(http);
  std::string line = "curl -sS";
  // curl reads some characters of a URL as patterns, and tidies dots away, unless it is told not to.
  if (target.find_first_of("[]{}") != std::string::npos) line += " --globoff";
  if (http.path.find("/.") != std::string::npos) line += " --path-as-is";
  if (!user.empty()) line += fmt::format(" -u {}:\"${}\"", shell_word(user), password_variable);
  if (http.method == "HEAD")
    line += " --head";
  else if (http.method != "GET" || !http.body.empty())
    line += fmt::format(" -X {}", shell_word(http.method));
  line += " " + shell_word(base_url + target);
  for (const auto& [name, value] : http.headers)
    if (name == kRunAsHeader) line += fmt::format(" -H {}", shell_word(name + ": " + value));
  if (!http.body.empty()) {
    line += fmt::format(" -H {}", shell_word("Content-Type: " + http.content_type));
    line += fmt::format(" --data-binary {}", shell_word(http.body));
  }
  return line;
}

}  // namespace closecheck::sut::wire
