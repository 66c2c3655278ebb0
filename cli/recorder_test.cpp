#include "recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "closecheck/sut/history_lines.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

/// Two clients: what the first is told at 5 is fetched only when the second has asked at 10.
class Slow final : public sut::System {
 public:
  void submit(int, std::shared_ptr<const Request>, bool) override { now_ += 10; }
  std::optional<sut::Completion> next(Time) override {
    sut::Completion completion;
    completion.client = fetched_++;
    completion.time = completion.client == 0 ? 5 : 40;
    completion.response = std::make_shared<const Response>();
    return completion;
  }
  Time now() override { return now_; }
  bool inject(Fault, const std::string&, Duration) override { return false; }
  bool can_inject(Fault) const override { return false; }
  void clean_up(const Program&) override {}

 private:
  Time now_ = 0;
  int fetched_ = 0;
};

class Factory final : public sut::SystemFactory {
 public:
  std::unique_ptr<sut::System> make(std::uint64_t) override { return std::make_unique<Slow>(); }
};

TEST(Recorder, WritesEventsInOrderOfTime) {
  const TestFolder folder;
  OutputFile file(folder.path("run.jsonl"));
  Factory factory;
  RecordingFactory recording(factory, Profile::xpack_6_3, file);
  {
    const std::unique_ptr<sut::System> system = recording.make(1);
    const auto request = std::make_shared<const Request>(Request{Principal::manage_ml, OpenJob{"j"}, nullptr});
    for (const int client : {0, 1}) system->submit(client, request);
    while (system->next(100)->client == 0) continue;
  }
  file.commit();
  const History history = sut::read_history(folder.read("run.jsonl"), Profile::xpack_5_4);

  std::vector<Time> times;
  times.reserve(history.events.size());
  for (const Event& event : history.events) times.push_back(event.time);
  EXPECT_THAT(times, testing::ElementsAre(0, 5, 10, 40));
}

}  // namespace
}  // namespace closecheck::cli
