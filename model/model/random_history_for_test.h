// For tests of the oracle: small random histories of one job.
#pragma once

#include <cstdint>
#include <random>

#include "model/brute_force_for_test.h"
#include "model/history_script_for_test.h"

namespace closecheck::model {

struct RandomHistory {
  int requests = 6;
  int clients = 3;
  int lost_percent = 5;
  int event_percent = 5;  // faults and settled points
  bool feeds = false;
};

/// A history that a conforming server may produce: a random walk through everything the model allows.
Script random_history(std::mt19937_64& random, const CellTable& table, const RandomHistory& shape);
/// The same with one answer changed at random.
Script corrupted(std::mt19937_64& random, Script script);

}  // namespace closecheck::model
