// Request targets: paths, queries, and what they do to an answer.
#include <string>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/base64.h"
#include "fuzz/target.h"
#include "wire/answer_options.h"
#include "wire/routes.h"
#include "wire/text.h"

namespace closecheck::sut {
namespace {

void try_target(std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  const Parameters query = wire::split_query(target.substr(std::min(question + 1, target.size())));
  wire::HttpRequest request{"GET", std::string(target.substr(0, question)), query, "", ""};
  if (!query.empty()) {
    const std::string written = wire::target_of(request);
    demand(wire::split_query(written.substr(request.path.size() + 1)) == query,
           "a query that is written reads the same");
  }
  for (const std::string& segment : split_path(request.path))
    demand(decode_percent(wire::encode_segment(segment)) == segment, "a segment that is written reads the same");
  for (const Profile profile : kProfiles) {
    const wire::Routed routed = wire::route(request, profile);
    if (!routed.answer) continue;
    const WireAnswer answer = wire::encode(*routed.answer, routed.request.request, profile);
    demand(answer.status >= 200 && answer.status < 600, "routing answers with a status");
  }
  WireAnswer answer{200, {}, R"({"a":[{"b":1,"c":{"d":2}},3],"e":"f"})"};
  wire::apply_options(answer, query);
  from_base64(target);
  wire::media_type(target);
}

}  // namespace
}  // namespace closecheck::sut

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  closecheck::sut::try_target(closecheck::sut::text_of_input(data, size));
  return 0;
}
