// Indices as such: making them, closing and deleting them, and their other names.
#pragma once

#include "in_process/calendar_list.h"
#include "in_process/index_list.h"
#include "in_process/job_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class IndexOperations {
 public:
  IndexOperations(const Turn& turn, IndexList& indices, JobList& jobs, CalendarList& calendars)
      : turn_(turn), indices_(indices), jobs_(jobs), calendars_(calendars) {}

  Answer on(const CreateIndex& ask);
  Answer on(const DeleteIndex& ask);
  Answer on(const IndexExists& ask);
  Answer on(const OpenIndex& ask);
  Answer on(const GetAliases& ask);

 private:
  const Turn& turn_;
  IndexList& indices_;
  JobList& jobs_;
  CalendarList& calendars_;
};

}  // namespace closecheck::sut
