// What judging costs: exchanges of one job, one after the other, by kind of history.
#include <benchmark/benchmark.h>

#include "closecheck/model/judge.h"

namespace closecheck::model {
namespace {

const std::string kJob = "closecheck-a";

Response accepted(Content content = Acknowledged{}, int status = 200) {
  Response response;
  response.outcome = Outcome::accepted;
  response.status = status;
  response.content = std::move(content);
  return response;
}

Response refused(int status, Refusal refusal) {
  Response response;
  response.outcome = Outcome::refused;
  response.refusal = refusal;
  response.status = status;
  return response;
}

class Recording {
 public:
  void exchange(Operation operation, Response response) {
    Event event;
    event.request = std::make_shared<const Request>(Request{Principal::manage_ml, std::move(operation), nullptr});
    event.time = time_;
    events_.push_back(event);
    event.type = EventType::ok;
    event.time = time_ += 20 * kMicrosecond;
    event.response = std::make_shared<const Response>(std::move(response));
    events_.push_back(event);
  }
  void statistics(JobState state, std::int64_t processed) {
    JobStatistics one;
    one.job = kJob;
    one.state = state;
    one.counts.processed_records = one.counts.input_records = processed;
    one.counts_told = true;
    exchange(JobStats{kJob}, accepted(JobStatisticsList{1, {one}}));
  }
  const std::vector<Event>& events() const { return events_; }

 private:
  std::vector<Event> events_;
  Time time_ = 0;
};

/// Opens, feeds, closes and reads one job again and again; with `results`, its buckets too.
Recording lives_of_a_job(int lives, bool results) {
  Recording recording;
  recording.exchange(CreateJob{kJob, {}}, accepted());
  std::vector<Bucket> buckets;
  for (int life = 0; life < lives; ++life) {
    const std::int64_t start = kDataStart + std::int64_t{life} * 60'000;
    recording.exchange(OpenJob{kJob}, accepted());
    recording.exchange(PostData{kJob, {Record{start, 1, ""}}, false}, accepted(DataCounts{}, 202));
    recording.statistics(JobState::opened, life + 1);
    recording.exchange(CloseJob{kJob, {}, {}, {}, {}}, accepted());
    recording.statistics(JobState::closed, life + 1);
    recording.exchange(PostData{kJob, {Record{start, 1, ""}}, false}, refused(409, Refusal::conflict));
    if (life > 0) buckets.push_back({start - 60'000, 1, false, 0});
    const auto count = static_cast<std::int64_t>(buckets.size());
    if (results) recording.exchange(GetBuckets{kJob, 0, 1'000}, accepted(BucketPage{count, buckets}));
  }
  return recording;
}

void judge_all(benchmark::State& state, const Recording& recording) {
  Judge judge({});
  std::int64_t exchanges = 0;
  for ([[maybe_unused]] auto _ : state) {
    judge.reset();
    for (const Event& event : recording.events())
      if (judge.observe(event) == Judgement::violated) state.SkipWithError("a conforming history was accused");
    if (judge.finish() != Judgement::fits) state.SkipWithError("a conforming history does not fit");
    exchanges += static_cast<std::int64_t>(recording.events().size() / 2);
  }
  state.SetItemsProcessed(exchanges);
}

void JudgesShortHistories(benchmark::State& state) {
  judge_all(state, lives_of_a_job(2, false));
}
BENCHMARK(JudgesShortHistories);

void JudgesLongHistories(benchmark::State& state) {
  judge_all(state, lives_of_a_job(static_cast<int>(state.range(0)), false));
}
BENCHMARK(JudgesLongHistories)->Arg(10)->Arg(100)->Arg(1'000);

void JudgesResults(benchmark::State& state) {
  judge_all(state, lives_of_a_job(static_cast<int>(state.range(0)), true));
}
BENCHMARK(JudgesResults)->Arg(10)->Arg(100);

}  // namespace
}  // namespace closecheck::model
