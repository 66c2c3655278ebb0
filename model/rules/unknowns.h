// What a request says that nobody follows, and what must stay unjudged because of it. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "closecheck/vocabulary/request.h"

namespace closecheck::model {

/// How far something unknown reaches.
enum class Reach : std::uint8_t {
  refusal,    ///< it may be refused, in whatever way
  part,       ///< a read shows some results only, or in an order of its own: nothing is held against what it leaves out
  answer,     ///< nothing is held against what a read shows
  closing,    ///< a close may force or not, and wait as long as it likes
  effect,     ///< whether and when it does what it asks
  results,    ///< what results make of the job's records, from there on
  data,       ///< also which records the job takes
  documents,  ///< what a datafeed finds
};

/// What of one request must stay unjudged.
class Unknowns {
 public:
  /// Whoever reaches further may be refused as well.
  void add(Reach reach, std::string_view name);

  bool has(Reach reach) const { return (reaches_ >> static_cast<unsigned>(reach) & 1U) != 0; }
  /// Whether more is unknown than whether it may be refused.
  bool is_more_than_refusal() const { return (reaches_ >> 1U) != 0; }
  /// The first parameter or member that reaches furthest; empty: there is none, or none that has a name. Lives as long
  /// as the request.
  std::string_view name() const { return name_; }

 private:
  std::uint32_t reaches_ = 0;
  std::string_view name_;
};

/// What must stay unjudged of a request, by the names in `Request::not_carried`, by a body that is not known or that
/// its operation has no use for, and by what the operation itself asks for a part of.
Unknowns unknowns_of(const Request& request);

/// Whether a job that is configured so takes records that can be counted: by numbers of the epoch.
bool has_known_times(const JobConfig& config);

/// The parameter by which a request asks for an answer of which the codec can read no more than the status: one that
/// leaves members out, or is written in another format. Empty: there is none.
std::string_view format_asked(const Request& request);

/// What stays unjudged, for a reader.
std::string_view meaning_of(const Unknowns& unknowns);

}  // namespace closecheck::model
