#include "in_process/index_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "in_process/privileges.h"
#include "in_process/result_documents.h"

namespace closecheck::sut {

Answer IndexOperations::on(const CreateIndex& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:admin/create", turn_.who);
  if (indices_.find(ask.index) != nullptr)
    return refused(400, turn_.manner.profile->index_exists_type, fmt::format("index [{}] already exists", ask.index));
  Index index(ask.index);
  if (const auto* options = turn_.detail<IndexOptions>()) index.expect(options->fields);
  indices_.add(std::move(index));
  return accepted(Acknowledged{});
}

Answer IndexOperations::on(const DeleteIndex& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:admin/delete", turn_.who);
  const std::vector<Index*> named = indices_.named(ask.index);
  if (named.empty()) return unknown_index(ask.index);
  if (std::ranges::find(named, kMetaIndex, &Index::name) != named.end()) calendars_ = {};
  // Whoever deletes the index of results has deleted them.
  for (Job& job : jobs_)
    if (job.state() == JobState::closed && std::ranges::find(named, results_index_of(job), &Index::name) != named.end())
      job.change_analysis() = JobAnalysis(job.analysis().plan());
  indices_.remove(ask.index);
  return accepted(Acknowledged{});
}

Answer IndexOperations::on(const IndexExists& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:admin/get", turn_.who);
  const std::vector<IndexPart> parts = parts_of(indices_, jobs_, turn_.manner, ask.index);
  // A pattern may name none.
  if (parts.empty() && ask.index.find('*') == std::string::npos) return unknown_index(ask.index);
  return ServiceAnswer(accepted(Acknowledged{}),
                       IndexShown{joined(parts, ",", [](const IndexPart& part) { return part.index->name(); })});
}

Answer IndexOperations::on(const OpenIndex& ask) {
  if (!may_use_indices(turn_.manner, turn_.who))
    return forbidden(ask.closes ? "indices:admin/close" : "indices:admin/open", turn_.who);
  const std::vector<Index*> named = indices_.named(ask.index);
  if (named.empty() && ask.index.find('*') == std::string::npos) return unknown_index(ask.index);
  for (Index* index : named) index->close(ask.closes);
  return ServiceAnswer(accepted(Acknowledged{}), IndexOpened{joined(named, ",", &Index::name), ask.closes});
}

Answer IndexOperations::on(const GetAliases& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:admin/aliases/get", turn_.who);
  const auto is_named = [](std::string_view expression, std::string_view name) {
    return expression.empty() || expression == "_all" || names_index(expression, name);
  };
  AliasesShown shown;
  for (AliasesShown::Alias& alias : aliases_of(jobs_, turn_.manner))
    if (is_named(ask.index, alias.index) && is_named(ask.name, alias.name) && indices_.find(alias.index) != nullptr)
      shown.aliases.push_back(std::move(alias));
  const bool is_pattern = ask.name.empty() || ask.name == "_all" || ask.name.find('*') != std::string::npos;
  if (shown.aliases.empty() && !is_pattern) return ServiceAnswer(accepted(Acknowledged{}, 404), NoAlias{ask.name});
  std::ranges::stable_sort(shown.aliases, {}, &AliasesShown::Alias::index);
  return ServiceAnswer(accepted(Acknowledged{}), std::move(shown));
}

}  // namespace closecheck::sut
