// Documents and their indices: writing, refreshing, searching.
#pragma once

#include "in_process/calendar_list.h"
#include "in_process/datafeed_list.h"
#include "in_process/index_list.h"
#include "in_process/job_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class DocumentOperations {
 public:
  DocumentOperations(const Turn& turn, IndexList& indices, DatafeedList& feeds, JobList& jobs,
                     const CalendarList& calendars)
      : turn_(turn), indices_(indices), feeds_(feeds), jobs_(jobs), calendars_(calendars) {}

  Answer on(const IndexDocuments& ask);
  Answer on(const RefreshIndex& ask);
  Answer on(const BulkWrite& ask);
  Answer on(const GetDocument& ask);
  Answer on(const SearchDocuments& ask);

  /// Does what is due of all indices.
  void refresh_due();

 private:
  /// After writes: searches find them at once, or a little later.
  void settle(Index& index, bool at_once);
  void refresh(Index& index);
  /// The index that a write goes to, made where there is none. Null: that is no name of one.
  Index* index_for(const DocumentWrite& write);
  /// Puts the document there, and says what became of it.
  void put(const DocumentWrite& write, Index& index, WriteResult& result);

  const Turn& turn_;
  IndexList& indices_;
  DatafeedList& feeds_;
  JobList& jobs_;
  const CalendarList& calendars_;
};

}  // namespace closecheck::sut
