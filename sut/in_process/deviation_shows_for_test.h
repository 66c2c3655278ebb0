// How a deviation shows to a client: a few requests and what is wrong with their answers.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "in_process/service_for_test.h"

namespace closecheck::sut {

struct Showing {
  Deviation deviation;
  Profile profile;
  /// True when the wrong behaviour is seen.
  std::function<bool(ServiceForTest&)> shows;
};

/// A new job, opened.
inline void open_new(ServiceForTest& service, const std::string& job, JobConfig config = {}) {
  service.create(job, std::move(config));
  service.open(job);
}

/// Opens the job, posts where there is something to post, and closes.
inline void cycle(ServiceForTest& service, const std::string& job, const std::vector<std::int64_t>& offsets_ms = {}) {
  service.open(job);
  if (!offsets_ms.empty()) service.post(job, offsets_ms);
  service.close(job);
}

std::vector<Showing> showings_of_closing();
std::vector<Showing> showings_of_force();
std::vector<Showing> showings_of_cycles();
std::vector<Showing> showings_of_lists();
std::vector<Showing> showings_of_wire();
std::vector<Showing> showings_of_reopening();
std::vector<Showing> showings_of_parameters();
std::vector<Showing> showings_of_revocation();
std::vector<Showing> showings_of_dialect();

}  // namespace closecheck::sut
