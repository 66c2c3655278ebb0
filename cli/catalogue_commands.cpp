// `closecheck clauses`, `closecheck model` and `closecheck deviations`: what closecheck knows, printed.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "closecheck/model/reference_model.h"
#include "closecheck/properties/gate.h"
#include "closecheck/sut/deviation.h"
#include "commands.h"
#include "configuration.h"
#include "files.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

std::string describe_clause(const ClauseText& clause) {
  std::vector<std::string> breaking;
  for (const sut::DeviationText& deviation : sut::deviations())
    if (deviation.clause == clause.clause) breaking.emplace_back(deviation.name);
  return fmt::format("{} ({}{}{})\n\n{}\n\nwhy:        {}\nchecked:    {}\nchecks:     {}\ndeviations: {}\n", clause.id,
                     name(clause.level), clause.section.empty() ? "" : ", page section ", clause.section, clause.says,
                     clause.why, clause.how, joined_or_none(properties::checks_of(clause.clause)),
                     joined_or_none(breaking));
}

/// What the report of a run says that it met; nothing where there is no report.
std::optional<model::Visits> visits_of(const std::string& path) {
  if (path.empty()) return std::nullopt;
  const nlohmann::json report = nlohmann::json::parse(read_file(path), nullptr, false);
  if (!report.is_object() || report.value("schema", nlohmann::json()) != "closecheck-report/1")
    throw UsageError(fmt::format("{}: is no report of a run (closecheck-report/1)", path));
  try {
    const nlohmann::json& coverage = report.at("coverage");
    return model::Visits{coverage.at("states"), coverage.at("transitions")};
  } catch (const nlohmann::json::exception&) {
    throw UsageError(fmt::format("{}: its coverage cannot be read", path));
  }
}

}  // namespace

ExitCode clauses_command(const std::string& id) {
  if (!id.empty()) {
    print(describe_clause(text_of(require_clause(id))));
    return ExitCode::conforms;
  }
  std::string text;
  for (const ClauseText& clause : clauses())
    text += is_terminal_output() ? fmt::format("{:<31}  {:<8}  {}\n", clause.id, name(clause.level), clause.says)
                                 : fmt::format("{}\t{}\t{}\n", clause.id, name(clause.level), clause.says);
  print(text);
  return ExitCode::conforms;
}

ExitCode deviations_command() {
  std::size_t name_width = 0;
  std::size_t clause_width = 0;
  for (const sut::DeviationText& deviation : sut::deviations()) {
    name_width = std::max(name_width, deviation.name.size());
    clause_width = std::max(clause_width, id_of(deviation.clause).size());
  }
  std::string text;
  for (const sut::DeviationText& deviation : sut::deviations())
    text += is_terminal_output() ? fmt::format("{:<{}}  {:<{}}  {}\n", deviation.name, name_width,
                                               id_of(deviation.clause), clause_width, deviation.text)
                                 : fmt::format("{}\t{}\t{}\n", deviation.name, id_of(deviation.clause), deviation.text);
  print(text);
  return ExitCode::conforms;
}

ExitCode model_command(const ModelOptions& options) {
  using namespace std::string_view_literals;
  constexpr std::array kForms{std::pair{"table"sv, model::TableFormat::table},
                              std::pair{"svg"sv, model::TableFormat::svg}, std::pair{"dot"sv, model::TableFormat::dot},
                              std::pair{"mermaid"sv, model::TableFormat::mermaid}};
  const auto* const form = std::ranges::find(kForms, options.format, [](const auto& it) { return it.first; });
  if (form == kForms.end())
    throw UsageError(fmt::format("--format takes table, svg, dot or mermaid, not '{}'", options.format));
  const std::optional<model::Visits> visits = visits_of(options.coverage);
  print(model::print_model(form->second, visits ? &*visits : nullptr));
  return ExitCode::conforms;
}

}  // namespace closecheck::cli
