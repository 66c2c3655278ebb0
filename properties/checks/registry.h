// The lists that make up the registry of checks, one a file, in the order in which the page speaks of their subjects.
#pragma once

#include <vector>

#include "engine/check.h"

namespace closecheck::properties {

std::vector<Check> lifecycle_checks();
std::vector<Check> data_checks();
std::vector<Check> result_checks();
std::vector<Check> cycle_checks();
std::vector<Check> keeping_checks();
std::vector<Check> datafeed_checks();
std::vector<Check> force_checks();
std::vector<Check> timeout_checks();
std::vector<Check> privilege_checks();
std::vector<Check> revocation_checks();
std::vector<Check> refusal_checks();
std::vector<Check> overlap_checks();
std::vector<Check> wire_checks();
std::vector<Check> many_checks();
std::vector<Check> measuring_checks();
std::vector<Check> life_checks();
std::vector<Check> generated_checks();

}  // namespace closecheck::properties
