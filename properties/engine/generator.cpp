#include "engine/generator.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "checks/steps.h"
#include "engine/shrinker.h"

namespace closecheck::properties {
namespace {

constexpr int kClients = 4;
constexpr int kBurstMax = 6;
constexpr int kBurstPostRecords = 2;  // equal sizes keep the orders that must be tried few

/// Draws from a random state that is its own.
class Dice {
 public:
  explicit Dice(const rc::Random& random) : random_(random) {}
  /// 0 to `sides` - 1. A draw of 64 bits is enough for four dice of few sides.
  int below(int sides) {
    if (bits_left_ == 0) {
      bits_ = random_.next();
      bits_left_ = 64;
    }
    const auto part = static_cast<std::uint32_t>(bits_ & 0xFFFFU);
    bits_ >>= 16U;
    bits_left_ -= 16;
    return static_cast<int>((part * static_cast<std::uint32_t>(sides)) >> 16U);
  }
  bool percent(int chance) { return below(100) < chance; }
  template <class List>
  auto pick(const List& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
  }

 private:
  rc::Random random_;
  std::uint64_t bits_ = 0;
  int bits_left_ = 0;
};

/// What the writer of a program believes of a job; wrong now and then, and no harm done: any request may be sent.
enum class Belief : std::uint8_t { absent, closed, opened, closing, hanging, failed };

struct JobView {
  std::string id;
  Belief belief = Belief::absent;
  int next_bucket = 0;
  bool fed = false;  // a datafeed runs
};

class Author {
 public:
  Author(const Flavour& flavour, const Environment& environment, const rc::Random& random)
      : flavour_(flavour), environment_(environment), dice_(random) {}

  Program write(int size) {
    static const std::array<std::string, 3> names{kJob, kLongerJob, kOtherJob};
    steps_.reserve(static_cast<std::size_t>(size) * 3 / 2 + 16);
    const int count = 1 + dice_.below(flavour_.jobs_max);
    for (int i = 0; i < count; ++i) jobs_.push_back({names[static_cast<std::size_t>(i)], Belief::absent, 0, false});
    for (JobView& job : jobs_) {
      add(create(job.id, dice_.percent(50) ? std::vector<std::string>{kGroup} : std::vector<std::string>{}));
      job.belief = Belief::closed;
      if (dice_.percent(80)) open_job(job);
    }
    if (flavour_.datafeed) prepare_feed();
    for (int i = 0; i < size; ++i) write_step();
    finish();
    return Program{std::move(steps_)};
  }

 private:
  void add(Step step) { steps_.push_back(std::move(step)); }

  void open_job(JobView& job) {
    add(varied(open(job.id)));
    if (job.belief == Belief::closed) job.belief = Belief::opened;
  }

  /// A connection or caller of its own now and then. Whoever may not ask is refused, and the belief is then wrong.
  Step varied(Step step) {
    if (dice_.percent(6)) step = fresh(std::move(step));
    if (dice_.percent(10)) step = on(1 + dice_.below(kClients), std::move(step));
    return step;
  }

  std::optional<Principal> other_caller() {
    if (!environment_.secured || !dice_.percent(flavour_.caller_percent)) return std::nullopt;
    constexpr std::array others{Principal::manage, Principal::monitor_ml, Principal::none, Principal::anonymous};
    const Principal who = dice_.pick(others);
    if (who != Principal::anonymous && !environment_.knows(who)) return std::nullopt;
    return who;
  }

  std::vector<Record> more_data(JobView& job, int buckets, int per_bucket) {
    std::vector<Record> records = data(job.next_bucket, job.next_bucket + buckets, per_bucket);
    job.next_bucket += buckets;
    return records;
  }

  void write_step() {
    JobView& job = jobs_[static_cast<std::size_t>(dice_.below(static_cast<int>(jobs_.size())))];
    if (dice_.percent(flavour_.overlap_percent)) return write_burst(job);
    if (dice_.percent(12)) return add(pause(some_wait()));
    if (flavour_.datafeed && dice_.percent(15)) return write_feed_step(job);
    if (dice_.percent(flavour_.illegal_percent)) return write_anything(job);
    switch (job.belief) {
      case Belief::absent:
        add(create(job.id));
        job.belief = Belief::closed;
        break;
      case Belief::closed:
        write_on_closed(job);
        break;
      case Belief::opened:
        write_on_opened(job);
        break;
      case Belief::closing:
        dice_.percent(50) ? write_settle(job) : write_anything(job);
        break;
      case Belief::hanging:
      case Belief::failed:
        add(varied(force(job.id)));
        write_settle(job);
        break;
    }
  }

  void write_settle(JobView& job) {
    add(settle(environment_, job.id));
    if (job.belief != Belief::opened) job.belief = Belief::closed;
  }

  void write_on_closed(JobView& job) {
    const int roll = dice_.below(100);
    if (roll < 40) return open_job(job);
    if (roll < 55) return add(varied(post(data(job.next_bucket, job.next_bucket + 1), job.id)));
    if (roll < 62) return add(varied(flush(job.id)));
    if (roll < 68) return add(varied(some_close(job, false)));
    if (roll < 70) {
      add(remove(job.id));
      job = {job.id, Belief::absent, 0, false};
      return;
    }
    if (roll < 73) return add(update("changed while closed", job.id));
    add(varied(some_read(job)));
  }

  void write_on_opened(JobView& job) {
    const int roll = dice_.below(100);
    if (roll < 48) return add(varied(post(more_data(job, 1 + dice_.below(3), 1 + dice_.below(4)), job.id)));
    if (roll < 57) return add(varied(flush(job.id, dice_.percent(40) ? Parameter("true") : Parameter())));
    if (roll < 80) return write_close(job);
    if (roll < 82) return add(update("changed while open", job.id));
    if (dice_.percent(flavour_.fault_percent / 4) && has(Fault::fail_job)) {
      add(fail(job.id));
      job.belief = Belief::failed;
      return;
    }
    add(varied(some_read(job)));
  }

  bool has(Fault fault) const { return environment_.faults.count(fault) != 0; }

  void write_close(JobView& job) {
    if (dice_.percent(12)) {
      add(varied(force(job.id)));
      write_settle(job);
      job.belief = Belief::closed;
      return;
    }
    if (dice_.percent(flavour_.fault_percent)) return write_difficult_close(job);
    Step step = some_close(job, true);
    if (const auto who = other_caller()) {
      step.request.who = *who;
      if (!may_manage_jobs(*who)) return add(std::move(step));
    }
    add(varied(std::move(step)));
    if (!job.fed) job.belief = Belief::closed;
  }

  void write_difficult_close(JobView& job) {
    const bool hang = has(Fault::hang_close) && dice_.percent(40);
    if (!hang && !has(Fault::slow_close)) return add(varied(some_read(job)));
    add(hang ? hang_close(job.id) : slow_close(environment_.slow, job.id));
    constexpr std::array<std::string_view, 6> units{"1s", "500ms", "2s", "1ms", "800000micros", "1m"};
    if (hang || dice_.percent(60)) {
      add(varied(close_within(std::string(dice_.pick(units)), job.id)));
      job.belief = hang ? Belief::hanging : Belief::closing;
    } else {
      add(varied(close(job.id)));
      job.belief = Belief::closed;
    }
  }

  Step some_close(JobView& job, bool must_be_good) {
    if (!must_be_good || dice_.percent(flavour_.odd_form_percent)) {
      switch (dice_.below(must_be_good ? 2 : 6)) {
        case 0:
          return close_within(dice_.percent(50) ? "30m" : "90s", job.id);
        case 1:
          return force_spelled("false", job.id);
        case 2:
          return close_within("abc", job.id);
        case 3:
          return close_with({{"unknown", "1"}}, job.id);
        case 4:
          return force(job.id);
        default:
          break;
      }
    }
    return close(job.id);
  }

  Step some_read(JobView& job) {
    const int roll = dice_.below(100);
    if (roll < 40) return stats(job.id);
    if (roll < 65)
      return dice_.percent(60) ? buckets(job.id) : buckets_page(dice_.below(4), 1 + dice_.below(4), job.id);
    if (roll < 75) return records(job.id);
    if (roll < 90) return snapshots(job.id);
    return get(job.id);
  }

  /// Any request on the job, whatever its state; the belief follows only where it is sure.
  void write_anything(JobView& job) {
    if (job.belief == Belief::hanging) return add(stats(job.id));  // anything else might wait for half an hour
    switch (dice_.below(12)) {
      case 0:
        return open_job(job);
      case 1:
        return add(post(more_data(job, 1, 1), job.id));
      case 2:
        return add(flush(job.id));
      case 3:
        return write_close(job);
      case 4:
        return add(create(job.id));
      case 5:
        return add(job.belief == Belief::closed ? stats(job.id) : remove(job.id));
      case 6:
        return add(close_within("10 parsecs", job.id));
      case 7:
        return add(close_with({{"unknown", "1"}}, job.id));
      case 8:
        return add(call(RevertSnapshot{job.id, "closecheck-unknown"}));
      case 9:
        return add(close("closecheck-unknown"));
      case 10:
        if (const auto who = other_caller()) return add(as(*who, close(job.id)));
        return add(stats(job.id));
      default:
        return add(some_read(job));
    }
  }

  void write_burst(JobView& job) {
    if (job.belief == Belief::hanging || job.belief == Belief::absent) return add(stats(job.id));
    const int count = 2 + dice_.below(kBurstMax - 1);
    for (int i = 0; i < count; ++i) {
      add(meanwhile(1 + dice_.below(kClients), burst_step(job)));
      if (dice_.percent(25)) add(pause(dice_.percent(50) ? 2 * kMillisecond : 60 * kMillisecond));
    }
    add(join_step());
    add(stats(job.id));
    write_settle(job);
    add(close(job.id));
    write_settle(job);
    job.belief = Belief::closed;
  }

  Step burst_step(JobView& job) {
    const int roll = dice_.below(100);
    if (roll < 30) return post(more_data(job, 1, kBurstPostRecords), job.id);
    if (roll < 55) return close(job.id);
    if (roll < 70) return open(job.id);
    if (roll < 78) return flush(job.id);
    if (roll < 82) return force(job.id);
    if (roll < 84) return close_within("1ms", job.id);
    return stats(job.id);
  }

  Duration some_wait() {
    constexpr std::array waits{10 * kMicrosecond, kMillisecond,       20 * kMillisecond,
                               60 * kMillisecond, 300 * kMillisecond, 700 * kMillisecond,
                               2 * kSecond,       7 * kSecond,        2 * kMinute};
    const Duration wait = dice_.pick(waits);
    return environment_.live ? std::min(wait, 700 * kMillisecond) : wait;
  }

  void prepare_feed() {
    const Principal who = environment_.knows(Principal::setup) ? Principal::setup : Principal::manage_ml;
    add(call(CreateIndex{kIndex}, who));
    add(call(IndexDocuments{kIndex, data(0, 6, 2), true}, who));
    add(call(CreateDatafeed{kFeed, jobs_.front().id, kIndex}));
    jobs_.front().next_bucket = 6;
  }

  void write_feed_step(JobView& job) {
    JobView& fed = jobs_.front();
    const int roll = dice_.below(100);
    if (roll < 35) {
      add(call(StartDatafeed{kFeed, kDataStart, kDataStart + (2 + dice_.below(6)) * kSpanMs}));
      if (fed.belief == Belief::opened) write_settle(fed), fed.belief = Belief::closed;
    } else if (roll < 50) {
      add(call(StartDatafeed{kFeed, kDataStart, {}}));
      fed.fed = fed.belief == Belief::opened;
    } else if (roll < 80) {
      add(call(StopDatafeed{kFeed, {}}));
      fed.fed = false;
    } else {
      add(roll < 90 ? call(DatafeedStats{kFeed}) : stats(job.id));
    }
  }

  /// Everything comes to rest and is read.
  void finish() {
    for (JobView& job : jobs_) {
      if (job.fed) add(call(StopDatafeed{kFeed, {}}));
      if (job.belief == Belief::hanging || job.belief == Belief::failed) add(force(job.id));
      if (job.belief == Belief::opened) add(close(job.id));
      if (job.belief != Belief::absent) add(settle(environment_, job.id));
      add(stats(job.id));
      add(buckets(job.id));
      if (dice_.percent(50)) add(snapshots(job.id));
      if (dice_.percent(30)) add(get(job.id));
    }
  }

  const Flavour& flavour_;
  const Environment& environment_;
  Dice dice_;
  std::vector<JobView> jobs_;
  std::vector<Step> steps_;
};

}  // namespace

rc::Gen<Program> programs_of(const Flavour& flavour, const Environment& environment) {
  return [flavour, environment](const rc::Random& random, int size) {
    return shrinkable_of(Author(flavour, environment, random).write(size), Simplify::everything);
  };
}

}  // namespace closecheck::properties
