#include "service/headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/media_types.h"
#include "wire/text.h"

namespace closecheck::sut {
namespace {

/// The deprecations of what was asked, as texts.
std::vector<std::string> deprecations_of(const Entered& entered, const Dialect& dialect) {
  std::vector<std::string> texts;
  if (dialect.deprecates_other_base && entered.asked.older)
    texts.push_back(fmt::format("[{0} {1}] is deprecated! Use [{0} {2}] instead.", entered.asked.method,
                                entered.asked.older->sent, entered.asked.older->now));
  const Operation& operation = entered.request.request.operation;
  if (dialect.deprecates_posting && std::holds_alternative<PostData>(operation))
    texts.emplace_back(
        "Posting data directly to anomaly detection jobs is deprecated, in a future major version it will be "
        "compulsory to use a datafeed");
  if (dialect.deprecates_flushing && std::holds_alternative<FlushJob>(operation))
    texts.emplace_back(
        "Forcing any buffered data to be processed is deprecated, in a future major version it will be compulsory to "
        "use a datafeed");
  const std::string_view older = dialect.allow_none.other;
  const auto is_in_body = [&](std::string_view name) {
    return std::ranges::find(entered.asked.deprecated, name) != entered.asked.deprecated.end();
  };
  for (const std::string_view name : {older, std::string_view("allow_no_datafeeds")})
    if (!older.empty() && (wire::find(entered.query, name) || is_in_body(name)))
      texts.push_back(
          fmt::format("Deprecated field [{}] used, expected [{}] instead", name, dialect.allow_none.written));
  if (dialect.deprecates_frozen_indices && wire::find(entered.query, "ignore_throttled"))
    texts.emplace_back(
        "[ignore_throttled] parameter is deprecated because frozen indices have been deprecated. Consider cold or "
        "frozen tiers in place of frozen indices.");
  return texts;
}

}  // namespace

void add_headers(WireAnswer& written, const ServiceAnswer& answer, const Entered& entered, const Manner& manner) {
  const Dialect& dialect = *manner.profile;
  for (auto& [name, value] : written.headers)
    if (name == "content-type" && wire::media_type(value) == "application/json")
      value = wire::json_type_for(entered.asked.accept, dialect);
  // Whoever is not known is not told what he speaks to.
  if (written.status == 401) return;
  if (dialect.tells_product) written.headers.emplace_back("x-elastic-product", "Elasticsearch");
  if (!entered.asked.is_routed) return;
  std::vector<std::string> texts = deprecations_of(entered, dialect);
  texts.insert(texts.end(), answer.warnings.begin(), answer.warnings.end());
  if (texts.empty()) return;
  const std::string agent = fmt::format("299 Elasticsearch-{}-unknown", text_of(manner.profile.implemented_version()));
  for (const std::string& text : texts) written.headers.emplace_back("warning", fmt::format("{} \"{}\"", agent, text));
}

}  // namespace closecheck::sut
