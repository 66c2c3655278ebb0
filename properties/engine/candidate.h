// What a campaign found, as it is proved: for each clause the reproductions that broke it, in the order in which they
// are tried.
#pragma once

#include <cstddef>
#include <map>
#include <tuple>
#include <vector>

#include "engine/campaign.h"

namespace closecheck::properties {

/// A reproduction that broke a clause. Points into the campaign.
struct Candidate {
  const CheckResult* result;
  const Reproduction* violation;
  bool timing;
  std::tuple<bool, std::size_t, std::size_t, std::size_t> rank;  // aimed first, then small, then first found
};

/// The finding that names `clause`, null: none does; with `any_of_group` the first of its level group: a dialect clause
/// is kept, for its name is exact, as is that a close touches other jobs, which takes what was read before; any other
/// may turn out to be another clause once the program is minimal.
const Finding* finding_for(const std::vector<Finding>& findings, Clause clause, bool any_of_group);

/// Of the selected clauses that are judged.
std::map<Clause, std::vector<Candidate>> candidates_of(const CampaignResult& campaign,
                                                       const std::vector<Clause>& selected);

}  // namespace closecheck::properties
