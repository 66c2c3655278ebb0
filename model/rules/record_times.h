// The times that a job reads in its records: it chooses the field, and how numbers are meant. Pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "closecheck/vocabulary/request.h"

namespace closecheck::model {

/// Where a job's configuration says that times stand, and how.
struct TimeSource {
  std::string field = "time";
  std::string format = "epoch_ms";
};

/// The posted records with the times that the job reads. Empty: nobody can tell these, or what of the body is a record,
/// as for a job without a source. `memory` holds the records where they are not the post's own.
std::optional<std::span<const Record>> records_read(const PostData& post, const std::optional<TimeSource>& source,
                                                    std::vector<Record>& memory);
/// ... that it reads in documents by a datafeed: these hold dates, whatever its format is.
std::optional<std::span<const Record>> records_read(const IndexDocuments& documents,
                                                    const std::optional<TimeSource>& source,
                                                    std::vector<Record>& memory);

}  // namespace closecheck::model
