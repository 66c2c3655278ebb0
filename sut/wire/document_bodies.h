// Answers about datafeeds, documents and the cluster.
#pragma once

#include <cstdint>
#include <string>

#include "closecheck/vocabulary/profile.h"
#include "wire/json.h"
#include "wire/service_answer.h"

namespace closecheck::sut::wire {

/// As it was sent, or as its record has it.
Json source_of(const Document& document);

/// `more`: null where nobody knows it.
Json feed_body(const DatafeedDescription& feed, const FeedDetails::Feed* more, Profile profile);
/// `job`: empty where nobody knows it.
Json feed_statistics_body(const DatafeedStatistics& feed, const FeedRuns::Feed* more, Profile profile);

Json document_body(const FoundDocument& found, const Dialect& dialect);
Json document_body(const NoDocument& missing, const Dialect& dialect);
Json search_body(const FoundDocuments& found, const Dialect& dialect);
Json count_body(const DocumentCount& count);
Json writes_body(const WriteResults& writes, const Dialect& dialect);
Json index_body(const IndexShown& shown);
Json refresh_body();
Json aliases_body(const AliasesShown& shown, const Dialect& dialect);
Json alias_missing_body(const NoAlias& missing);
Json index_opened_body(const IndexOpened& opened, const Dialect& dialect);
Json settings_body(const SettingsShown& shown);

Json tasks_body(const ClusterTasks& running);
Json health_body();
Json features_body();
/// What stands at `GET /`, in the words by which clients of the product know it.
Json server_body(const ServerInfo& server);
/// `indices`: null where nobody asked about any privilege by name.
Json privileges_body(const PrivilegeList& cluster, const IndexPrivileges* indices);

}  // namespace closecheck::sut::wire
