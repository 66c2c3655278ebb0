// The index store, and what is neither job nor feed.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/service_answers.h"
#include "http/uploads.h"
#include "in_process/answers.h"
#include "in_process/core.h"
#include "in_process/values.h"

namespace closecheck::sut {
namespace {

/// After a write that does not ask for a refresh, searches find it after this time.
constexpr Duration kRefreshInterval = kSecond;

bool is_index_name(std::string_view name) {
  constexpr std::string_view kForbidden = "\\/*?\"<>| ,#:";
  return !name.empty() && name != "." && name != ".." && !name.starts_with('_') && !name.starts_with('-') &&
         !name.starts_with('+') && name.find_first_of(kForbidden) == std::string_view::npos &&
         std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::vector<Index*> Core::indices_named(std::string_view expression) {
  std::vector<Index*> found;
  const bool all = expression.empty() || expression == "_all" || expression == "*";
  for (Index& index : indices_)
    if (all || names_index(expression, index.name())) found.push_back(&index);
  std::ranges::sort(found, {}, [](const Index* index) -> const std::string& { return index->name(); });
  return found;
}

Core::Answer Core::on(const CreateIndex& ask, Principal who, Token) {
  if (manner_.security && who != Principal::setup) return forbidden("indices:admin/create", who);
  if (find_index(ask.index) != nullptr)
    return refused(400, manner_.is_5_4() ? "index_already_exists_exception" : "resource_already_exists_exception",
                   fmt::format("index [{}] already exists", ask.index));
  indices_.emplace_back(ask.index);
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const DeleteIndex& ask, Principal who, Token) {
  if (manner_.security && who != Principal::setup) return forbidden("indices:admin/delete", who);
  const std::vector<Index*> named = indices_named(ask.index);
  if (named.empty()) return unknown_index(ask.index);
  std::vector<std::string> names;
  for (const Index* index : named) names.push_back(index->name());
  std::erase_if(indices_, [&](const Index& index) { return std::ranges::find(names, index.name()) != names.end(); });
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const IndexDocuments& ask, Principal who, Token) {
  if (manner_.security && who != Principal::setup) return forbidden("indices:data/write/bulk", who);
  if (const auto* sent = detail<BulkWrite>()) return more(*sent, who);
  if (find_index(ask.index) == nullptr) indices_.emplace_back(ask.index);
  Index* index = find_index(ask.index);
  index->add(ask.records);
  if (ask.refresh) refresh(*index);
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const RefreshIndex& ask, Principal who, Token) {
  if (manner_.security && who != Principal::setup) return forbidden("indices:admin/refresh", who);
  const std::vector<Index*> named = indices_named(ask.index);
  if (named.empty() && !ask.index.empty()) return unknown_index(ask.index);
  for (Index* index : named) refresh(*index);
  return accepted(Acknowledged{});
}

void Core::refresh(Index& index) {
  index.refresh();
  // A feed that follows in real time looks again when there is something new; until then it sleeps.
  for (Datafeed& feed : feeds_)
    if (feed.started && feed.reads(index.name())) feed.due = std::min(feed.due, now_ + Datafeed::kFollowPause);
}

Core::Answer Core::more(const std::monostate&, Principal) {
  return bad_request("the request has no operation");
}

Core::Answer Core::more(const BulkWrite& ask, Principal who) {
  if (manner_.security && who != Principal::setup) return forbidden("indices:data/write/bulk", who);
  std::vector<wire::WriteResult> results;
  for (const DocumentWrite& write : ask.writes) {
    const bool removes = write.kind == DocumentWrite::Kind::remove;
    Index* index = find_index(write.index);
    if (index == nullptr && removes && ask.single) return unknown_index(write.index);
    if (index == nullptr && !removes) {
      if (!is_index_name(write.index))
        return refused(400, "invalid_index_name_exception",
                       fmt::format("Invalid index name [{}], must not contain such characters", write.index));
      index = &indices_.emplace_back(write.index);
    }
    wire::WriteResult& result = results.emplace_back();
    result.kind = write.kind;
    result.index = write.index;
    result.type = write.type;
    result.id = write.id;
    if (removes) {
      const bool removed = index != nullptr && index->remove(write.id);
      result.result = removed ? "deleted" : "not_found";
      result.status = removed ? 200 : 404;
      continue;
    }
    if (write.kind == DocumentWrite::Kind::create && !write.id.empty() && index->find(write.id) != nullptr) {
      result.status = 409;
      result.reason = fmt::format("[{}][{}]: version conflict, document already exists (current version [1])",
                                  write.type, write.id);
      continue;
    }
    const std::vector<Record> plain = plain_records(wire::read_upload(write.source));
    Document document{plain.empty() ? Record{} : plain.front(), write.id, write.type, write.source};
    const auto [added, id] = index->put(std::move(document));
    result.id = id;
    result.result = added ? "created" : "updated";
    result.status = added ? 201 : 200;
    if (!ask.refresh) index->refresh_due = std::min(index->refresh_due, now_ + kRefreshInterval);
  }
  if (ask.refresh)
    for (const DocumentWrite& write : ask.writes)
      if (Index* index = find_index(write.index)) refresh(*index);
  if (ask.single) return wire::tell_write(results.front());
  return wire::tell_bulk(results);
}

Core::Answer Core::more(const GetDocument& ask, Principal who) {
  if (manner_.security && who != Principal::setup) return forbidden("indices:data/read/get", who);
  const Index* index = find_index(ask.index);
  if (index == nullptr) return unknown_index(ask.index);
  const Document* document = index->find(ask.id);
  if (document == nullptr) return wire::tell_no_document(ask.index, ask.id);
  return wire::tell_document(ask.index, *document);
}

Core::Answer Core::more(const IndexExists& ask, Principal who) {
  if (manner_.security && who != Principal::setup) return forbidden("indices:admin/get", who);
  const std::vector<Index*> named = indices_named(ask.index);
  if (named.empty()) return unknown_index(ask.index);
  return wire::tell_index(named.front()->name());
}

Core::Answer Core::more(const ClusterState&, Principal who) {
  if (!may_read(who)) return forbidden("cluster:monitor/state", who);
  return wire::tell_cluster_state(jobs_, feeds_);
}

Core::Answer Core::more(const SearchDocuments& ask, Principal who) {
  if (manner_.security && who != Principal::setup) return forbidden("indices:data/read/search", who);
  const std::vector<Index*> named = indices_named(ask.index);
  if (named.empty() && !ask.index.empty() && ask.index.find('*') == std::string::npos && ask.index != "_all")
    return unknown_index(ask.index);
  std::vector<std::pair<const Index*, const Document*>> found;
  for (const Index* index : named)
    for (const Document& document : index->visible())
      if (fits(document, ask.query)) found.emplace_back(index, &document);
  const auto total = static_cast<std::int64_t>(found.size());
  if (ask.only_count) return wire::tell_count(total);
  // Documents are in the order of their times already; another field is no order of ours.
  if (ask.descending) std::ranges::reverse(found);
  const auto first = std::min(found.size(), static_cast<std::size_t>(ask.from));
  const auto last = std::min(found.size(), first + static_cast<std::size_t>(ask.size));
  return wire::tell_found(
      total, {found.begin() + static_cast<std::ptrdiff_t>(first), found.begin() + static_cast<std::ptrdiff_t>(last)});
}

Core::Answer Core::on(const GetRoot&, Principal, Token) {
  return accepted(ServerInfo{"closecheck", manner_.is_5_4() ? "5.4.3" : "6.3.2"});
}

Core::Answer Core::on(const Authenticate&, Principal who, Token) {
  return accepted(Identity{std::string(manner_.security ? name(who) : "anonymous")});
}

bool Core::has_privilege(Principal who, std::string_view privilege) const {
  if (!manner_.security || who == Principal::setup) return true;
  if (privilege == "manage_ml") return may_manage(who);
  if (privilege == "monitor_ml") return may_read(who);
  if (privilege == "manage" || privilege == "monitor") return who == Principal::manage;
  return false;
}

Core::Answer Core::on(const HasPrivileges&, Principal who, Token) {
  if (const auto* asked = detail<AskedPrivileges>(); asked != nullptr && !asked->cluster.empty()) {
    std::vector<std::pair<std::string, bool>> cluster;
    for (const std::string& privilege : asked->cluster) cluster.emplace_back(privilege, has_privilege(who, privilege));
    std::vector<std::pair<std::string, std::vector<std::pair<std::string, bool>>>> indices;
    for (const auto& [index, privileges] : asked->indices) {
      auto& claims = indices.emplace_back(index, std::vector<std::pair<std::string, bool>>{}).second;
      for (const std::string& privilege : privileges)
        claims.emplace_back(privilege, !manner_.security || who == Principal::setup);
    }
    return wire::tell_privileges(cluster, indices);
  }
  PrivilegeList list;
  const bool manages = may_manage(who);
  list.privileges = {{"manage", manages && (!manner_.security || who != Principal::manage_ml)},
                     {"manage_ml", manages},
                     {"monitor_ml", may_read(who)}};
  return accepted(std::move(list));
}

Core::Answer Core::on(const RawRequest& ask, Principal who, Token) {
  if (details_ != nullptr)
    return std::visit(
        [&](const auto& what) -> Answer {
          if constexpr (requires { more(what, who); })
            return more(what, who);
          else
            return more(std::monostate{}, who);
        },
        details_->what);
  return bad_request(fmt::format("No handler found for uri [{}] and method [{}]", ask.path, ask.method));
}

}  // namespace closecheck::sut
