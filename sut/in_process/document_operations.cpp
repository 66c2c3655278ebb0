#include "in_process/document_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "in_process/privileges.h"
#include "in_process/result_documents.h"
#include "wire/upload.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

/// After a write that does not ask for a refresh, searches find it after this time.
constexpr Duration kRefreshInterval = kSecond;

Response closed_index(const Index& index) {
  return refused(400, "index_closed_exception", fmt::format("closed: [{}]", index.name()));
}

bool is_index_name(std::string_view name) {
  constexpr std::string_view kForbidden = "\\/*?\"<>| ,#:";
  return !name.empty() && name != "." && name != ".." && !name.starts_with('_') && !name.starts_with('-') &&
         !name.starts_with('+') && name.find_first_of(kForbidden) == std::string_view::npos &&
         std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Answer DocumentOperations::on(const IndexDocuments& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:data/write/bulk", turn_.who);
  if (const auto* sent = turn_.detail<BulkWrite>()) return on(*sent);
  if (indices_.find(ask.index) == nullptr) indices_.add(Index(ask.index));
  Index* index = indices_.find(ask.index);
  index->add(ask.records);
  settle(*index, ask.refresh);
  return accepted(Acknowledged{});
}

Answer DocumentOperations::on(const RefreshIndex& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:admin/refresh", turn_.who);
  const std::vector<IndexPart> parts = parts_of(indices_, jobs_, turn_.manner, ask.index);
  if (parts.empty() && !ask.index.empty()) return unknown_index(ask.index);
  for (const IndexPart& part : parts) refresh(*part.index);
  return accepted(Acknowledged{});
}

void DocumentOperations::refresh_due() {
  for (Index& index : indices_)
    if (index.refresh_due <= turn_.now) refresh(index);
}

void DocumentOperations::settle(Index& index, bool at_once) {
  if (at_once)
    refresh(index);
  else
    index.refresh_by(turn_.now + kRefreshInterval);
}

void DocumentOperations::refresh(Index& index) {
  index.refresh();
  // A feed that follows in real time looks again when there is something new; until then it sleeps.
  for (Datafeed& feed : feeds_)
    if (feed.started && feed.reads(index.name())) feed.due = std::min(feed.due, turn_.now + Datafeed::kFollowPause);
}

Index* DocumentOperations::index_for(const DocumentWrite& write) {
  if (Index* index = index_behind(indices_, jobs_, turn_.manner, write.index)) return index;
  return is_index_name(write.index) ? &indices_.add(Index(write.index)) : nullptr;
}

void DocumentOperations::put(const DocumentWrite& write, Index& index, WriteResult& result) {
  if (write.kind == DocumentWrite::Kind::create && !write.id.empty() && index.find(write.id) != nullptr) {
    result.status = 409;
    result.reason =
        fmt::format("[{}][{}]: version conflict, document already exists (current version [1])", write.type, write.id);
    return;
  }
  result.result = "created";
  result.status = 201;
  if (take_as_result(jobs_, index, write.source)) return;
  const std::vector<Record> plain = plain_records(wire::read_upload(write.source));
  Document document{plain.empty() ? Record{} : plain.front(), write.id, write.type, write.source};
  const auto [added, id] = index.put(std::move(document));
  result.id = id;
  if (added) return;
  result.result = "updated";
  result.status = 200;
}

Answer DocumentOperations::on(const BulkWrite& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:data/write/bulk", turn_.who);
  std::vector<WriteResult> results;
  results.reserve(ask.writes.size());
  for (const DocumentWrite& write : ask.writes) {
    const bool removes = write.kind == DocumentWrite::Kind::remove;
    Index* index = removes ? index_behind(indices_, jobs_, turn_.manner, write.index) : index_for(write);
    if (index == nullptr && removes && ask.single) return unknown_index(write.index);
    if (index == nullptr && !removes)
      return refused(400, "invalid_index_name_exception",
                     fmt::format("Invalid index name [{}], must not contain such characters", write.index));
    if (index != nullptr && index->is_closed()) return closed_index(*index);
    WriteResult& result = results.emplace_back();
    result.kind = write.kind;
    result.index = index == nullptr ? write.index : index->name();
    result.type = write.type;
    result.id = write.id;
    if (removes) {
      const bool removed = index != nullptr && index->remove(write.id);
      result.result = removed ? "deleted" : "not_found";
      result.status = removed ? 200 : 404;
      continue;
    }
    put(write, *index, result);
  }
  for (const DocumentWrite& write : ask.writes)
    if (Index* index = index_behind(indices_, jobs_, turn_.manner, write.index)) settle(*index, ask.refresh);
  if (!ask.single) return ServiceAnswer(accepted(Acknowledged{}), WriteResults{std::move(results), false});
  if (results.front().result.empty())
    return refused(409, "version_conflict_engine_exception", std::move(results.front().reason));
  const int status = results.front().status;
  return ServiceAnswer(accepted(Acknowledged{}, status), WriteResults{std::move(results), true});
}

Answer DocumentOperations::on(const GetDocument& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:data/read/get", turn_.who);
  const Index* index = index_behind(indices_, jobs_, turn_.manner, ask.index);
  if (index == nullptr) return unknown_index(ask.index);
  const Document* document = index->find(ask.id);
  const std::vector<Document> own = own_documents(*index, jobs_, nullptr, calendars_, turn_.manner);
  const auto made = std::ranges::find(own, ask.id, &Document::id);
  if (document == nullptr && made != own.end()) document = &*made;
  if (document == nullptr) return ServiceAnswer(accepted(Acknowledged{}, 404), NoDocument{index->name(), ask.id});
  return ServiceAnswer(accepted(Acknowledged{}), FoundDocument{index->name(), *document});
}

Answer DocumentOperations::on(const SearchDocuments& ask) {
  if (!may_use_indices(turn_.manner, turn_.who)) return forbidden("indices:data/read/search", turn_.who);
  const std::vector<IndexPart> parts = parts_of(indices_, jobs_, turn_.manner, ask.index);
  if (parts.empty() && !ask.index.empty() && ask.index.find('*') == std::string::npos && ask.index != "_all")
    return unknown_index(ask.index);
  std::vector<std::pair<const Index*, const Document*>> found;
  std::vector<std::vector<Document>> own;  // where what was found of them stays
  own.reserve(parts.size());
  for (const IndexPart& part : parts) {
    if (part.index->is_closed()) return closed_index(*part.index);
    for (const Document& document : part.index->visible())
      if (fits(document, ask.query) && (part.job == nullptr || is_of_job(document, part.job->id())))
        found.emplace_back(part.index, &document);
    // Whoever asks for all means what clients wrote.
    if (ask.index.find(kOwnIndices) == std::string::npos) continue;
    for (const Document& document :
         own.emplace_back(own_documents(*part.index, jobs_, part.job, calendars_, turn_.manner)))
      if (fits(document, ask.query)) found.emplace_back(part.index, &document);
  }
  const auto total = static_cast<std::int64_t>(found.size());
  if (ask.only_count) return ServiceAnswer(accepted(Acknowledged{}), DocumentCount{total});
  // Documents are in the order of their times already; another field is no order of ours.
  if (ask.descending) std::ranges::reverse(found);
  const auto first = std::min(found.size(), static_cast<std::size_t>(ask.from));
  const auto last = std::min(found.size(), first + static_cast<std::size_t>(ask.size));
  FoundDocuments answer{total, ask.wants_plain_total, {}};
  answer.page.reserve(last - first);
  for (std::size_t i = first; i < last; ++i) answer.page.push_back({found[i].first->name(), *found[i].second});
  return ServiceAnswer(accepted(Acknowledged{}), std::move(answer));
}

}  // namespace closecheck::sut
