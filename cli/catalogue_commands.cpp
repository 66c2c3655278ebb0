// `closecheck clauses`, `closecheck model` and `closecheck deviations`: what closecheck knows, printed.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/model/reference_model.h"
#include "closecheck/properties/gate.h"
#include "closecheck/sut/deviation.h"
#include "commands.h"
#include "configuration.h"
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

ExitCode model_command(const std::string& format) {
  if (format == "table")
    print(model::print_model(model::TableFormat::table));
  else if (format == "mermaid")
    print(model::print_model(model::TableFormat::mermaid));
  else if (format == "dot")
    print(model::print_model(model::TableFormat::dot));
  else
    throw UsageError(fmt::format("--format takes table, mermaid or dot, not '{}'", format));
  return ExitCode::conforms;
}

}  // namespace closecheck::cli
