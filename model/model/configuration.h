// One possible past of a job, and collections of them in which none is kept that another makes needless.
#pragma once

#include <cstdint>
#include <vector>

#include "closecheck/model/job_model.h"

namespace closecheck::model {

/// The job's value, how far each pending request is, and which lost ones have not happened (yet).
struct Configuration {
  JobValue job;
  std::uint32_t progress = 0;    // two bits a slot: 0 not yet, 1 waits, 2 done
  std::uint32_t unhappened = 0;  // one bit a lost request

  std::uint32_t progress_of(int slot) const { return (progress >> (2 * slot)) & 3U; }
  void set_progress(int slot, std::uint32_t value) {
    progress = (progress & ~(3U << (2 * slot))) | (value << (2 * slot));
  }
  bool is_done(int slot) const { return progress_of(slot) == 2; }
  /// Whether any request waits.
  bool has_waiting() const { return (progress & 0x5555'5555U) != 0; }
};
static_assert(sizeof(Configuration) == 32);

/// Whether two configurations differ in counts and lost requests alone.
inline bool is_in_same_state(const Configuration& a, const Configuration& b) {
  return a.progress == b.progress && a.job.life == b.job.life && a.job.feed == b.job.feed &&
         a.job.flags == b.job.flags && a.job.feeding == b.job.feeding;
}
/// Of two configurations in the same state, whether all that may come of the second may come of the first: its bounds
/// hold the others', now and after each step that adds up what was accepted, and no more lost requests have happened.
bool covers(const Configuration& a, const Configuration& b);

inline constexpr std::int64_t kAnyCount = -1;
/// A closed job counts so many records, of which what was queued is a part as far as it has to be; `kAnyCount`: a job
/// that exists may count any number.
void know_counts(JobValue& job, std::int64_t records);

/// Drops configurations that another one covers, whatever their order. What may happen to a configuration that is
/// covered may happen to the one that covers it, and every count that the first allows the second allows too: each
/// effect moves the six sums alike. `order` is scratch.
void keep_maximal(std::vector<Configuration>& all, std::vector<std::uint32_t>& order);

/// Configurations in the order in which they were reached, each at some place of the history; 0 stands for one place
/// only, where nothing is kept that another makes needless.
class ReachedConfigurations {
 public:
  void clear();
  /// False: one that is there already, at the same place, makes it needless. At other places than 0 not all are looked
  /// at.
  bool add(const Configuration& c, std::uint32_t place, bool by_dominance);
  bool add(const Configuration& c, bool by_dominance) {
    if (!all_.empty()) return add(c, 0, by_dominance);
    all_.push_back(c);
    return true;
  }
  /// Adds it without a look.
  void begin_with(const Configuration& c) { all_.push_back(c); }
  /// Hands over all of them; what it gets has no meaning.
  void swap_with(std::vector<Configuration>& other) { all_.swap(other); }
  std::size_t size() const { return all_.size(); }
  const Configuration& operator[](std::size_t index) const { return all_[index]; }
  const std::vector<Configuration>& all() const { return all_; }

 private:
  void build_chains();
  std::uint32_t& head_of(const Configuration& c, std::uint32_t place);

  std::vector<Configuration> all_;
  std::vector<std::uint32_t> places_;           // empty while all are at place 0
  std::vector<std::uint32_t> buckets_, chain_;  // hash chains, once there are many
};

}  // namespace closecheck::model
