// The indices in which jobs keep what they made: how they are called, what stands there as documents, and what becomes
// of documents that others write there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "in_process/calendar_list.h"
#include "in_process/index_list.h"
#include "in_process/job_list.h"
#include "in_process/manner.h"
#include "wire/service_answer.h"

namespace closecheck::sut {

/// Where calendars, their events and filters stand.
inline constexpr const char* kMetaIndex = ".ml-meta";

/// All that machine learning keeps is below this.
inline constexpr std::string_view kOwnIndices = ".ml-";

std::string results_index_of(const Job& job);
std::string state_index(const Manner& manner);

/// All other names of these indices.
std::vector<AliasesShown::Alias> aliases_of(const JobList& jobs, const Manner& manner);

/// The index of that name, or the one that it is another name of. Null: there is none.
Index* index_behind(IndexList& indices, const JobList& jobs, const Manner& manner, std::string_view name);

/// An index that an expression names, or what is of one job in it.
struct IndexPart {
  Index* index = nullptr;
  const Job* job = nullptr;  // null: all of it
};
/// What a list of names and patterns names, in the order of the indices' names; an empty one: all.
std::vector<IndexPart> parts_of(IndexList& indices, const JobList& jobs, const Manner& manner,
                                std::string_view expression);

/// What the service has in the index besides the documents that clients wrote. `job`: of that one alone; null: of all.
std::vector<Document> own_documents(const Index& index, const JobList& jobs, const Job* job,
                                    const CalendarList& calendars, const Manner& manner);

/// Whether a document says that it is of the job.
bool is_of_job(const Document& document, std::string_view job);

/// A bucket, a record, a snapshot, counts or the size of a model that somebody writes among the results of a job become
/// the job's own. False: it is a document like others.
bool take_as_result(JobList& jobs, const Index& index, std::string_view source);

/// Whether documents are there of a job of that id, which is none yet.
bool has_documents_of(IndexList& indices, const Manner& manner, const std::string& results, std::string_view job);
/// Removes what clients wrote of the job later than that.
void remove_later_documents_of(IndexList& indices, const Job& job, std::int64_t last_ms);
/// Removes what clients wrote of the job.
void remove_documents_of(IndexList& indices, const Manner& manner, const Job& job);

}  // namespace closecheck::sut
