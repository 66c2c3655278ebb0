// Datafeeds: one with an end closes its job when it stops; one that runs keeps its job from being closed.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

/// What prepares a feed goes as `setup`, where there is one: the privileges of the others end at the job API, and
/// whoever makes a feed has to be allowed to read its index.
Step prepared(const Environment& environment, Operation operation) {
  return call(std::move(operation), environment.knows(Principal::setup) ? Principal::setup : Principal::manage_ml);
}

Steps with_feed(const Environment& environment, int count) {
  return {prepared(environment, CreateIndex{kIndex}),
          prepared(environment, IndexDocuments{kIndex, data(0, count), true}), create(),
          prepared(environment, CreateDatafeed{kFeed, kJob, kIndex}), open()};
}

Step start(int to) {
  return call(StartDatafeed{kFeed, kDataStart, kDataStart + to * kSpanMs});
}
/// With an end that is still to come by any clock, so that only a stop ends the feed.
Step start_until_far_future() {
  return call(StartDatafeed{kFeed, kDataStart, 4'102'444'800'000});
}
Step start_endless() {
  return call(StartDatafeed{kFeed, kDataStart, {}});
}
Step stop() {
  return call(StopDatafeed{kFeed, {}});
}

/// Fewer requests, for an index without documents: the feed has nothing to send and stops at its end all the same.
Steps with_empty_feed(const Environment& environment) {
  return {prepared(environment, CreateIndex{kIndex}), create(),
          prepared(environment, CreateDatafeed{kFeed, kJob, kIndex}), open()};
}

Step settle_behind_feed(const Environment& environment) {
  return settle_step(kJob, environment.patience + kFeedPatience);
}

std::vector<Program> end_closes_job(const Environment& environment) {
  return {
      Steps{with_feed(environment, 4), start(4), settle_behind_feed(environment), stats(), buckets(), snapshots(),
            post(data(10, 11)), stats(), open(), stats()},
      // The second end as the first.
      Steps{with_empty_feed(environment), start(2), settle_behind_feed(environment), open(), start(4),
            settle_behind_feed(environment), stats()},
      Steps{with_feed(environment, 4), start_until_far_future(), stop(), settle_behind_feed(environment), stats()},
      // More than one search finds, whose size is as the product has it where nobody says it.
      Steps{with_feed(environment, 1'010), start(1'010), settle_behind_feed(environment), stats()},
      Steps{with_feed(environment, 4), start_until_far_future(), pause(kSecond), stats(), stop(),
            settle_behind_feed(environment), stats(), buckets(), snapshots()},
      Steps{with_feed(environment, 4), start(4), settle_behind_feed(environment), stats()},
      Steps{with_empty_feed(environment), start_until_far_future(), stop(), settle_behind_feed(environment), stats()},
      Steps{with_empty_feed(environment), start(4), settle_behind_feed(environment), stats()},
      Steps{with_feed(environment, 40), start(20), settle_behind_feed(environment), stats(), buckets()},
      Steps{with_feed(environment, 150), start(150), settle_behind_feed(environment), stats(), buckets_page(100, 100)},
      Steps{with_feed(environment, 4), start(4), settle_behind_feed(environment), post(data(10, 11)), flush(), stats()},
      Steps{with_feed(environment, 4), start(2), settle_behind_feed(environment), open(), start(4),
            settle_behind_feed(environment), stats()},
      Steps{with_feed(environment, 40), start(40), pause(20 * kMillisecond), stop(), settle_behind_feed(environment),
            stats()},
  };
}

std::vector<Program> running_feed_blocks_close(const Environment& environment) {
  return {
      Steps{with_empty_feed(environment), start_endless(), pause(kSecond / 5), call(DatafeedStats{kFeed}), force(),
            settle_behind_feed(environment), stats(), call(DatafeedStats{kFeed})},
      Steps{with_empty_feed(environment), start_endless(), pause(kSecond / 5), call(DatafeedStats{kFeed}), close(),
            stats(), call(DatafeedStats{kFeed})},
      Steps{with_feed(environment, 4), start_endless(), close(), close_within("10s"), stats(), stop(), close(), stats(),
            open(), start_endless(), pause(kSecond / 5), stop(), close(), stats()},
      Steps{with_empty_feed(environment), start_endless(), close(), close(), stats()},
      Steps{with_empty_feed(environment), start_endless(), stop(), close(), stats()},
      Steps{with_empty_feed(environment), start_endless(), close(), stop(), close(), stats()},
      Steps{with_empty_feed(environment), close(), start_endless(), stats()},
  };
}

}  // namespace

std::vector<Check> datafeed_checks() {
  return {
      {"datafeed-end-closes-job",
       {C::datafeed_end_closes_job, C::close_flushes_buffers, C::accepted_data_is_kept, C::close_persists_snapshot,
        C::closed_job_refuses_data, C::job_reopens},
       {.datafeeds = true},
       end_closes_job,
       {},
       {},
       4},
      {"running-datafeed-blocks-close",
       {C::running_datafeed_blocks_close, C::refused_request_changes_nothing, C::wire_status_codes,
        C::close_ends_open_job},
       {.datafeeds = true},
       running_feed_blocks_close,
       {},
       {},
       3},
  };
}

}  // namespace closecheck::properties
