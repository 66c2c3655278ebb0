// Calendars and filters as they are asked for.
#pragma once

#include "in_process/calendar_list.h"
#include "in_process/index_list.h"
#include "in_process/job_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class CalendarOperations {
 public:
  CalendarOperations(const Turn& turn, CalendarList& list, const JobList& jobs, IndexList& indices)
      : turn_(turn), list_(list), jobs_(jobs), indices_(indices) {}

  Answer on(const PutCalendar& ask);
  Answer on(const GetCalendars& ask);
  Answer on(const DeleteCalendar& ask);
  Answer on(const ChangeCalendarJobs& ask);
  Answer on(const PostEvents& ask);
  Answer on(const GetEvents& ask);
  Answer on(const DeleteEvent& ask);
  Answer on(const PutFilter& ask);
  Answer on(const GetFilters& ask);
  Answer on(const UpdateFilter& ask);
  Answer on(const DeleteFilter& ask);

 private:
  /// Makes the index of what is made here, where there is none.
  void keep_index();

  const Turn& turn_;
  CalendarList& list_;
  const JobList& jobs_;
  IndexList& indices_;
};

}  // namespace closecheck::sut
