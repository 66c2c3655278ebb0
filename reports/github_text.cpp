#include "github_text.h"

#include <fmt/format.h>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/vocabulary/printable.h"

namespace closecheck::reports {
namespace {

std::string escaped_command(std::string_view text, bool is_property) {
  std::string escaped;
  for (const char c : printable(text)) {
    const bool is_special = c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
    escaped += is_special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return escaped;
}

}  // namespace

std::string annotation(std::string_view kind, std::string_view title, std::string_view text) {
  return fmt::format("::{} title={}::{}\n", kind, escaped_command(title, true), escaped_command(text, false));
}

std::string annotation_of(const RunRecord& record, const ViolationRecord& violation) {
  const Finding& finding = violation.finding;
  std::string text = fmt::format("{}\nexpected: {}\nobserved: {}", text_of(finding.clause).says,
                                 one_line(finding.expected), one_line(finding.observed));
  if (!violation.replay.empty()) text += fmt::format("\nreplay: {}", one_line(violation.replay));
  const WaivedRecord* waiver = waiver_of(record, violation);
  if (waiver != nullptr) text += fmt::format("\nwaived: {}", one_line(waiver->reason));
  return annotation(waiver != nullptr ? "notice" : "error", fmt::format("closecheck: {}", id_of(finding.clause)), text);
}

std::string without_commands(std::string text) {
  for (std::size_t at = text.find("##["); at != std::string::npos; at = text.find("##[", at)) text.insert(at + 2, " ");
  return text;
}

}  // namespace closecheck::reports
