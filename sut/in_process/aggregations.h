// Documents that stand for others, as the aggregations of a datafeed make them. Pure functions; thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "wire/json.h"
#include "wire/service_answer.h"

namespace closecheck::sut {

/// One document for each of the innermost groups, with what was computed of it and its `doc_count`. Known are
/// `histogram`, `date_histogram` and `terms`, `min`, `max`, `sum`, `avg`, `value_count` and `cardinality`; others are
/// passed over. `time_field`: where a document of the result says its time.
std::vector<Document> aggregated(const std::vector<Document>& documents, const wire::Json& aggregations,
                                 std::string_view time_field);

}  // namespace closecheck::sut
