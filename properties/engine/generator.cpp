#include "engine/generator.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checks/steps.h"
#include "closecheck/model/job_model.h"
#include "engine/shrinker.h"

namespace closecheck::properties {
namespace {

using model::JobValue;
using model::Life;
using model::Reaction;
using model::RequestKind;

constexpr int kClients = 4;
constexpr int kBurstMax = 6;
constexpr int kBurstPostRecords = 2;  // equal sizes keep the orders that must be tried few

/// What a step is about.
enum class Act : std::uint8_t {
  create,
  open,
  post,
  flush,
  close,
  close_in_any_form,
  close_briefly,
  close_with_bad_timeout,
  close_with_unknown_parameter,
  close_unknown_job,
  close_as_another,
  force,
  remove,
  update,
  read_statistics,
  read,
  revert,
  fail,
  settle,
  wait,
  overlap,
  feed,
  anything,
};

/// Each as often as its share says: one is drawn by its place.
using Acts = std::vector<Act>;
using Shares = std::vector<std::pair<int, Act>>;

Acts acts_of(const Shares& percents) {
  Acts all;
  for (const auto& [percent, act] : percents) all.insert(all.end(), static_cast<std::size_t>(percent), act);
  return all;
}

/// Acts by their shares of what waits, overlaps, datafeeds and illegal steps leave.
Acts acts_of(const Flavour& flavour, const Shares& percents) {
  Acts all;
  int left = 1000;
  const auto take = [&](int percent, Act act) {
    const int count = left * percent / 100;
    all.insert(all.end(), static_cast<std::size_t>(count), act);
    left -= count;
  };
  take(flavour.overlap_percent, Act::overlap);
  take(12, Act::wait);
  take(flavour.datafeed ? 15 : 0, Act::feed);
  take(flavour.illegal_percent, Act::anything);
  for (const auto& [percent, act] : percents)
    all.insert(all.end(), static_cast<std::size_t>(left * percent / 100), act);
  return all;
}

/// What is done next with a job, by where the reference model has it.
struct ActsByLife {
  explicit ActsByLife(const Flavour& flavour)
      : absent(acts_of(flavour, {{100, Act::create}})),
        closed(acts_of(flavour, {{40, Act::open},
                                 {15, Act::post},
                                 {7, Act::flush},
                                 {6, Act::close_in_any_form},
                                 {2, Act::remove},
                                 {3, Act::update},
                                 {27, Act::read}})),
        opened(acts_of(flavour, {{48, Act::post},
                                 {9, Act::flush},
                                 {23, Act::close},
                                 {2, Act::update},
                                 {flavour.fault_percent / 20, Act::fail},
                                 {18 - flavour.fault_percent / 20, Act::read}})),
        under_way(acts_of(flavour, {{50, Act::settle}, {50, Act::anything}})),
        stuck(acts_of(flavour, {{100, Act::force}})) {}

  const Acts& of(const JobValue& job) const {
    switch (job.life) {
      case Life::absent:
        return absent;
      case Life::closed:
        return closed;
      case Life::opened:
        return opened;
      case Life::failed:
        return stuck;
      case Life::opening:
      case Life::closing:
      case Life::forced:
        break;
    }
    return job.has(JobValue::kHangs) ? stuck : under_way;
  }

  Acts absent, closed, opened, under_way, stuck;
};

struct PlannedJob {
  std::string id;
  /// Where it is if all is answered as the reference model expects; any request may be sent all the same.
  JobValue value{};
  int next_bucket = 0;

  bool hangs() const { return value.has(JobValue::kHangs); }
};

/// A close in some form.
struct Close {
  RequestKind kind = RequestKind::close;
  Step step;
};

/// Writes one program.
class ProgramWriter {
 public:
  ProgramWriter(const Flavour& flavour, const Environment& environment, const ActsByLife& acts,
                const rc::Random& random)
      : flavour_(flavour), environment_(environment), acts_(acts), random_(random), model_(environment.profile) {}

  Program write(int size) {
    static const std::array<std::string, 3> names{kJob, kLongerJob, kOtherJob};
    steps_.reserve(static_cast<std::size_t>(size) * 3 / 2 + 16);
    const int count = 1 + below(flavour_.jobs_max);
    for (int i = 0; i < count; ++i) jobs_.push_back({names[static_cast<std::size_t>(i)]});
    for (PlannedJob& job : jobs_) {
      ask(job, RequestKind::create,
          create(job.id, percent(50) ? std::vector<std::string>{kGroup} : std::vector<std::string>{}));
      if (percent(80)) write(job, Act::open);
    }
    if (flavour_.datafeed) prepare_feed();
    for (int i = 0; i < size; ++i) {
      PlannedJob& job = jobs_.size() == 1 ? jobs_.front() : jobs_[static_cast<std::size_t>(below(count))];
      write(job, element_of(acts_.of(job.value)));
    }
    finish();
    return Program{std::move(steps_)};
  }

 private:
  /// What rc::gen::inRange draws of this state. A generator for each number would build shrinks that nobody walks,
  /// since a program shrinks as a whole: NumbersByGenerators and NumbersOfTheState in generator_benchmark.cpp have what
  /// it costs.
  int below(int limit) { return static_cast<int>(random_.next() % static_cast<rc::Random::Number>(limit)); }
  template <class List>
  const typename List::value_type& element_of(const List& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
  }
  bool percent(int chance) { return chance > 0 && below(100) < chance; }

  // A step is large: on its way here it is moved once.
  void add(Step&& step) { steps_.push_back(std::move(step)); }

  /// The request, whose answer is awaited.
  Reaction ask(PlannedJob& job, RequestKind kind, Step&& step) {
    const model::Sent sent = model_.send(kind, job.value);
    job.value = sent.reaction == Reaction::waits ? model_.settled(sent.job) : sent.job;
    add(std::move(step));
    return sent.reaction;
  }
  Reaction reaction(RequestKind kind, const PlannedJob& job) { return model_.send(kind, job.value).reaction; }
  bool has(Fault fault) const { return environment_.faults.count(fault) != 0; }

  void inject(PlannedJob& job, Step&& fault) {
    job.value = model_.after(fault.fault, job.value);
    add(std::move(fault));
  }

  void write_settle(PlannedJob& job) {
    add(settle(environment_, job.id));
    job.value = model_.settled(job.value);
  }

  /// A connection or a client of its own now and then.
  Step varied(Step&& step) {
    const int roll = below(100);
    if (roll < 6) return fresh(std::move(step));
    if (roll < 16) return on(1 + below(kClients), std::move(step));
    return step;
  }

  void write(PlannedJob& job, Act act) {
    switch (act) {
      case Act::create:
        ask(job, RequestKind::create, create(job.id));
        break;
      case Act::open:
        ask(job, RequestKind::open, varied(open(job.id)));
        break;
      case Act::post:
        write_post(job);
        break;
      case Act::flush:
        ask(job, RequestKind::flush, varied(flush(job.id, percent(25) ? Parameter("true") : Parameter())));
        break;
      case Act::close:
        write_close(job);
        break;
      case Act::close_in_any_form: {
        Close close = some_close(job, 6);
        ask(job, close.kind, varied(std::move(close.step)));
        break;
      }
      case Act::close_briefly:
        ask(job, RequestKind::close, close_within("1ms", job.id));
        break;
      case Act::close_with_bad_timeout:
        ask(job, RequestKind::invalid, close_within("10 parsecs", job.id));
        break;
      case Act::close_with_unknown_parameter:
        ask(job, RequestKind::invalid, close_with({{"unknown", "1"}}, job.id));
        break;
      case Act::close_unknown_job:
        add(close("closecheck-unknown"));
        break;
      case Act::close_as_another:
        if (const auto who = other_caller())
          ask(job, may_manage_jobs(*who) ? RequestKind::close : RequestKind::invalid, as(*who, close(job.id)));
        else
          add(stats(job.id));
        break;
      case Act::force:
        ask(job, RequestKind::force_close, varied(force(job.id)));
        write_settle(job);
        break;
      case Act::remove:
        ask(job, RequestKind::remove, remove(job.id));
        if (job.value.life == Life::absent) job.next_bucket = 0;
        break;
      case Act::update:
        add(update(job.value.life == Life::closed ? "changed while closed" : "changed while open", job.id));
        break;
      case Act::read_statistics:
        add(stats(job.id));
        break;
      case Act::read:
        add(varied(some_read(job)));
        break;
      case Act::revert:
        add(call(RevertSnapshot{job.id, "closecheck-unknown"}));
        break;
      case Act::fail:
        has(Fault::fail_job) ? inject(job, fail(job.id)) : add(varied(some_read(job)));
        break;
      case Act::settle:
        write_settle(job);
        break;
      case Act::wait:
        add(pause(some_wait()));
        break;
      case Act::overlap:
        write_overlap(job);
        break;
      case Act::feed:
        write_feed_step(job);
        break;
      case Act::anything:
        write_anything(job);
        break;
    }
  }

  void write_post(PlannedJob& job) {
    const bool is_taken = reaction(RequestKind::post, job) == Reaction::moves;
    const int count = is_taken ? 1 + below(3) : 1;
    const int per_bucket = is_taken ? 1 + below(4) : 1;
    ask(job, RequestKind::post, varied(post(data(job.next_bucket, job.next_bucket + count, per_bucket), job.id)));
    if (is_taken) job.next_bucket += count;
  }

  std::optional<Principal> other_caller() {
    if (!environment_.secured || !percent(flavour_.caller_percent)) return std::nullopt;
    static constexpr std::array kOthers{Principal::manage, Principal::monitor_ml, Principal::none,
                                        Principal::anonymous};
    const Principal who = element_of(kOthers);
    if (who != Principal::anonymous && !environment_.knows(who)) return std::nullopt;
    return who;
  }

  void write_close(PlannedJob& job) {
    if (percent(12)) return write(job, Act::force);
    const bool begins = reaction(RequestKind::close, job) == Reaction::waits;
    if (begins && percent(flavour_.fault_percent)) return write_difficult_close(job);
    Close close = percent(flavour_.odd_form_percent) ? some_close(job, 2) : Close{RequestKind::close, plain_close(job)};
    if (const auto who = other_caller()) {
      close.step.request.who = *who;
      if (!may_manage_jobs(*who)) close.kind = RequestKind::invalid;
    }
    ask(job, close.kind, varied(std::move(close.step)));
  }

  void write_difficult_close(PlannedJob& job) {
    const bool hangs = has(Fault::hang_close) && percent(40);
    if (!hangs && !has(Fault::slow_close)) return add(varied(some_read(job)));
    inject(job, hangs ? hang_close(job.id) : slow_close(environment_.slow, job.id));
    if (!hangs && !percent(60)) {
      ask(job, RequestKind::close, varied(plain_close(job)));
      return;
    }
    static constexpr std::array kTimeouts{"1s", "500ms", "2s", "1ms", "800000micros", "1m"};
    // It gives up before the close has ended.
    job.value = model_.send(RequestKind::close, job.value).job;
    add(varied(close_within(element_of(kTimeouts), job.id)));
  }

  static Step plain_close(const PlannedJob& job) { return close(job.id); }

  /// One of the first `forms` forms: the first two are good for anything, the others odd.
  Close some_close(const PlannedJob& job, int forms) {
    switch (below(forms)) {
      case 0:
        return {RequestKind::close, close_within(percent(50) ? "30m" : "90s", job.id)};
      case 1:
        return {RequestKind::close, force_spelled("false", job.id)};
      case 2:
        return {RequestKind::invalid, close_within("abc", job.id)};
      case 3:
        return {RequestKind::invalid, close_with({{"unknown", "1"}}, job.id)};
      case 4:
        return {RequestKind::force_close, force(job.id)};
      default:
        return {RequestKind::close, plain_close(job)};
    }
  }

  Step some_read(const PlannedJob& job) {
    const int roll = below(100);
    if (roll < 40) return stats(job.id);
    if (roll < 55) return buckets(job.id);
    if (roll < 65) return buckets_page(below(4), 1 + below(4), job.id);
    if (roll < 75) return records(job.id);
    if (roll < 90) return snapshots(job.id);
    return get(job.id);
  }

  /// Any request on the job, wherever it is.
  void write_anything(PlannedJob& job) {
    static constexpr std::array kActs{Act::open,
                                      Act::post,
                                      Act::flush,
                                      Act::close,
                                      Act::create,
                                      Act::remove,
                                      Act::close_with_bad_timeout,
                                      Act::close_with_unknown_parameter,
                                      Act::revert,
                                      Act::close_unknown_job,
                                      Act::close_as_another,
                                      Act::read};
    const Act act = element_of(kActs);
    // What waits for a close that hangs would wait for half an hour, and jobs that can be removed are kept.
    const bool is_kept_from =
        job.hangs() || (act == Act::remove && reaction(RequestKind::remove, job) != Reaction::refused);
    write(job, is_kept_from ? Act::read_statistics : act);
  }

  void write_overlap(PlannedJob& job) {
    if (job.hangs() || job.value.life == Life::absent) return add(stats(job.id));
    const int count = 2 + below(kBurstMax - 1);
    for (int i = 0; i < count; ++i) {
      write_overlapping_request(job);
      if (percent(25)) add(pause(percent(50) ? 2 * kMillisecond : 60 * kMillisecond));
    }
    add(join_step());
    add(stats(job.id));
    write_settle(job);
    ask(job, RequestKind::close, close(job.id));
    write_settle(job);
  }

  /// One of several at once; the reference model takes them in the order of their sending.
  void write_overlapping_request(PlannedJob& job) {
    static const Acts acts = acts_of({{30, Act::post},
                                      {25, Act::close},
                                      {15, Act::open},
                                      {8, Act::flush},
                                      {4, Act::force},
                                      {2, Act::close_briefly},
                                      {16, Act::read_statistics}});
    const int client = 1 + below(kClients);
    const auto send = [&](RequestKind kind, Step&& step) { ask(job, kind, meanwhile(client, std::move(step))); };
    switch (element_of(acts)) {
      case Act::post:
        send(RequestKind::post, post(data(job.next_bucket, job.next_bucket + 1, kBurstPostRecords), job.id));
        ++job.next_bucket;
        break;
      case Act::close:
        return send(RequestKind::close, close(job.id));
      case Act::open:
        return send(RequestKind::open, open(job.id));
      case Act::flush:
        return send(RequestKind::flush, flush(job.id));
      case Act::force:
        return send(RequestKind::force_close, force(job.id));
      case Act::close_briefly:
        return send(RequestKind::close, close_within("1ms", job.id));
      default:
        return send(RequestKind::stats, stats(job.id));
    }
  }

  Duration some_wait() {
    static constexpr std::array<Duration, 9> kWaits{10 * kMicrosecond, kMillisecond,       20 * kMillisecond,
                                                    60 * kMillisecond, 300 * kMillisecond, 700 * kMillisecond,
                                                    2 * kSecond,       7 * kSecond,        2 * kMinute};
    const Duration wait = element_of(kWaits);
    return environment_.live ? std::min(wait, 700 * kMillisecond) : wait;
  }

  void prepare_feed() {
    PlannedJob& fed = jobs_.front();
    const Principal who = environment_.knows(Principal::setup) ? Principal::setup : Principal::manage_ml;
    add(call(CreateIndex{kIndex}, who));
    add(call(IndexDocuments{kIndex, data(0, 6, 2), true}, who));
    ask(fed, RequestKind::create_feed, call(CreateDatafeed{kFeed, fed.id, kIndex}, who));
    fed.next_bucket = 6;
  }

  void write_feed_step(PlannedJob& job) {
    PlannedJob& fed = jobs_.front();
    const int roll = below(100);
    if (roll < 35) {
      Step start = call(StartDatafeed{kFeed, kDataStart, kDataStart + (2 + below(6)) * kSpanMs});
      if (ask(fed, RequestKind::start_feed, std::move(start)) == Reaction::moves) write_settle(fed);
    } else if (roll < 50) {
      ask(fed, RequestKind::start_endless_feed, call(StartDatafeed{kFeed, kDataStart, {}}));
    } else if (roll < 80) {
      ask(fed, RequestKind::stop_feed, call(StopDatafeed{kFeed, {}}));
    } else {
      add(roll < 90 ? call(DatafeedStats{kFeed}) : stats(job.id));
    }
  }

  /// Everything comes to rest and is read.
  void finish() {
    for (PlannedJob& job : jobs_) {
      if (job.value.feed == model::Feed::started) ask(job, RequestKind::stop_feed, call(StopDatafeed{kFeed, {}}));
      if (job.hangs() || job.value.life == Life::failed) ask(job, RequestKind::force_close, force(job.id));
      if (job.value.life == Life::opened) ask(job, RequestKind::close, close(job.id));
      if (job.value.life != Life::absent) add(settle(environment_, job.id));
      add(stats(job.id));
      add(buckets(job.id));
      if (percent(50)) add(snapshots(job.id));
      if (percent(30)) add(get(job.id));
    }
  }

  const Flavour& flavour_;
  const Environment& environment_;
  const ActsByLife& acts_;
  rc::Random random_;
  model::JobModel model_;
  std::vector<PlannedJob> jobs_;
  std::vector<Step> steps_;
};

}  // namespace

rc::Gen<Program> programs_of(const Flavour& flavour, const Environment& environment) {
  return [flavour, environment, acts = ActsByLife(flavour)](const rc::Random& random, int size) {
    return shrinkable_of(ProgramWriter(flavour, environment, acts, random).write(size), Simplify::everything);
  };
}

}  // namespace closecheck::properties
