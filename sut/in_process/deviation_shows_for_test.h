// How a deviation shows to a client: a few requests and what is wrong with their answers.
#pragma once

#include <functional>
#include <vector>

#include "in_process/service_for_test.h"

namespace closecheck::sut {

struct Showing {
  Deviation deviation;
  Profile profile;
  /// True when the wrong behaviour is seen.
  std::function<bool(ServiceForTest&)> shows;
};

std::vector<Showing> showings_of_closing();
std::vector<Showing> showings_of_reopening();
std::vector<Showing> showings_of_parameters();
std::vector<Showing> showings_of_dialect();

}  // namespace closecheck::sut
