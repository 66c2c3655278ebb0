#include "closecheck/reports/verification.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "painting.h"
#include "report_json.h"
#include "wrapping.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string describe(const JudgingRules& rules) {
  return fmt::format("judged {}, security {}, margin of clocks {}", rules.in_process ? "as in process" : "as over HTTP",
                     rules.secured ? "on" : "off", describe_duration(rules.margin));
}

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace

std::string write_verification(const Verification& verification, const ConsoleStyle& style) {
  std::string text = fmt::format("{}: {}, {}; {}\n", one_line(verification.report), name(verification.verdict),
                                 closecheck::describe(verification.profile), describe(verification.rules));
  if (!verification.signed_with.empty()) text += fmt::format("signed with {}\n", one_line(verification.signed_with));
  for (const std::string& contradiction : verification.contradictions)
    text += fmt::format("  {}\n", one_line(contradiction));
  const std::size_t number = verification.contradictions.size();
  const std::string last =
      verification.follows()
          ? fmt::format(
                "follows: {} clauses that hold and {} that are violated were judged again, and all counts agree",
                verification.holding, verification.violated)
          : fmt::format("does not follow: {} contradiction{}", number, number == 1 ? "" : "s");
  text += painted(last, verification.follows() ? kAllGood : kBad, style.colour) + '\n';
  return wrapped(text, style.width);
}

std::string write_verification_json(const Verification& verification) {
  const JudgingRules& rules = verification.rules;
  return to_text(Json{{"schema", "closecheck-verification/1"},
                      {"version", verification.version},
                      {"report", verification.report},
                      {"follows", verification.follows()},
                      {"verdict", name(verification.verdict)},
                      {"profile", name(verification.profile)},
                      {"product_version", or_null(product_version_of(verification.profile))},
                      {"rules", Json{{"in_process", rules.in_process},
                                     {"secured", rules.secured},
                                     {"margin_ms", static_cast<double>(rules.margin) / 1e6}}},
                      {"signed_with", or_null(verification.signed_with)},
                      {"judged_again", Json{{"holding", verification.holding}, {"violated", verification.violated}}},
                      {"contradictions", verification.contradictions}});
}

}  // namespace closecheck::reports
