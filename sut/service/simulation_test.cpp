// The virtual clock: determinism, overlap, and the way through the codec.
#include <algorithm>

#include "closecheck/sut/wire.h"
#include "in_process/service_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";

/// What eight clients are told, and when, if they all speak at once.
std::string race(std::uint64_t seed, bool codec) {
  InProcessOptions options;
  options.through_codec = codec;
  ServiceForTest service(options, seed);
  service.create(kA);
  service.open(kA);
  for (int client = 1; client <= 8; ++client) {
    if (client % 3 == 0)
      service.send(client, CloseJob{kA, {}, {}, {}, {}});
    else if (client % 3 == 1)
      service.send(client, PostData{kA, ServiceForTest::records_at({client}), false});
    else
      service.send(client, JobStats{kA});
  }
  std::string told;
  while (auto done = service.system().next(service.now() + kMinute))
    told += std::to_string(done->client) + "@" + std::to_string(done->time) + ":" + describe(*done->response) + "\n";
  return told;
}

TEST(Simulation, GivesTheSameRunForTheSameSeed) {
  for (const bool codec : {false, true}) {
    EXPECT_EQ(race(7, codec), race(7, codec));
    EXPECT_NE(race(7, codec), race(8, codec));
  }
}

TEST(Simulation, TellsTheSameThroughTheCodec) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) EXPECT_EQ(race(seed, false), race(seed, true));
}

TEST(Simulation, ReadsTheTimeItWasAskedToReach) {
  ServiceForTest service(InProcessOptions{});
  EXPECT_EQ(service.system().next(5 * kSecond), std::nullopt);
  EXPECT_EQ(service.now(), 5 * kSecond);
}

TEST(Simulation, LetsALoneClientLoseNoTime) {
  ServiceForTest service(InProcessOptions{});
  service.create(kA);
  service.statistics(kA);
  EXPECT_EQ(service.now(), 0);
}

// timeout-bounds-wait: what a client measures is the service's wait, not the way there and back.
TEST(Simulation, CarriesClosesFast) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    ServiceForTest service(InProcessOptions{}, seed);
    service.create(kA);
    service.open(kA);
    service.fault(Fault::hang_close, kA);
    const Time asked = service.now();
    service.send(1, CloseJob{kA, {}, "1s", {}, {}});
    service.await(1);
    EXPECT_GE(service.answered_at() - asked, kSecond);
    EXPECT_LE(service.answered_at() - asked, kSecond + kMillisecond);
  }
}

TEST(Simulation, RoutesRawRequestsWithoutBeingToldTo) {
  ServiceForTest service(InProcessOptions{});
  service.create(kA);
  service.open(kA);
  const Response raw =
      service.ask(RawRequest{"POST", "/_xpack/ml/anomaly_detectors/closecheck-a/_close", {{"timeout", "10s"}}, "", ""});
  EXPECT_EQ(raw.status, 200);
  ASSERT_NE(raw.wire, nullptr);
  EXPECT_NE(raw.wire->body.find(R"("closed":true)"), std::string::npos);
  EXPECT_EQ(service.state(kA), JobState::closed);
  EXPECT_TRUE(
      is_refused(service.ask(RawRequest{"GET", "/_xpack/ml/anomaly_detectors/closecheck-a/_close", {}, "", ""}), 400));
  EXPECT_EQ(
      service
          .ask(RawRequest{"POST", "/_xpack/ml/anomaly_detectors/closecheck-a/_data", {}, "{", ""}, Principal::anonymous)
          .status,
      401);
}

TEST(Simulation, TellsConfigurationsTheSameThroughTheCodec) {
  JobConfig config;
  config.description = "what it is for";
  config.groups = {"closecheck-g"};
  config.detectors = {Detector{}, Detector{"mean", "value", "entity", ""}};
  config.custom_settings = R"({"b":{"c":[1,2]},"a":"x"})";
  InProcessOptions options;
  options.profile = Profile::xpack_6_3;
  ServiceForTest plain(options);
  options.through_codec = true;
  ServiceForTest coded(options);
  std::vector<JobDescription> told;
  for (ServiceForTest* service : {&plain, &coded}) {
    service->create(kA, config);
    service->open(kA);
    service->post(kA, {0});
    service->close(kA);
    const Response response = service->ask(GetJob{kA});
    told.push_back(std::get<JobDescriptionList>(response.content).jobs.at(0));
  }

  EXPECT_EQ(told[0].members, told[1].members);
  EXPECT_EQ(told[0].snapshot, told[1].snapshot);
}

/// Two entities with a record in each bucket, and each with many of them in the last but one: the second with more.
std::vector<Record> unusual_records() {
  constexpr std::int64_t kUsualBuckets = 40;
  std::vector<Record> records;
  const auto add = [&records](std::int64_t bucket, int count, const char* entity) {
    for (int i = 0; i < count; ++i) records.push_back(Record{kDataStart + bucket * kSpanMs, 1, entity});
  };
  for (std::int64_t bucket = 0; bucket <= kUsualBuckets; ++bucket) {
    add(bucket, bucket == kUsualBuckets ? 20 : 1, "first");
    add(bucket, bucket == kUsualBuckets ? 200 : 1, "second");
  }
  add(kUsualBuckets + 1, 1, "first");
  return records;
}

/// What a client is told in a life that asks for everything that the vocabulary knows.
std::vector<std::string> told_in_a_life(Profile profile, bool codec) {
  InProcessOptions options;
  options.profile = profile;
  options.through_codec = codec;
  ServiceForTest service(options);
  JobConfig config;
  config.detectors = {Detector{"count", "", "entity", ""}, Detector{"mean", "value", "", ""}};
  const std::string feed = "closecheck-f";
  const std::string index = "closecheck-i";
  const std::vector<Operation> life{
      CreateJob{kA, config}, OpenJob{kA}, PostData{kA, unusual_records(), false}, FlushJob{kA, "true"}, JobStats{kA},
      GetBuckets{kA, {}, {}}, GetBuckets{kA, 38, 3}, GetBuckets{kA, {}, 3, {{}, kDataStart + kSpanMs, {}, true, true}},
      GetBuckets{kA, {}, {}, {kDataStart + 1, {}, {}, {}, {}}}, GetBuckets{kA, -1, {}}, GetRecords{kA, {}, {}},
      GetRecords{kA, 1, 1}, GetRecords{kA, {}, {}, {{}, kDataStart + kSpanMs, {}, {}, {}}},
      // Documents that wait for a refresh are found a little later.
      IndexDocuments{index, {Record{kDataStart + 60 * kSpanMs, 1, "first"}}, false}, CreateDatafeed{feed, kA, index},
      GetDatafeed{feed}, StartDatafeed{feed, kDataStart, {}}, DatafeedStats{feed}, JobStats{kA}, GetBuckets{kA, {}, {}},
      StopDatafeed{feed, {}}, DatafeedStats{feed}, CloseJob{kA, {}, {}, {}, {}}, GetSnapshots{kA},
      GetSnapshots{kA, "none"}, GetSnapshots{kA, {}, 0, 1}, RevertSnapshot{kA, "none"}, JobStats{kA}, GetJob{kA},
      HasPrivileges{}, Authenticate{}, GetRoot{}, DeleteDatafeed{feed, {}}, DeleteIndex{index}, DeleteJob{kA, {}}};
  std::vector<std::string> told;
  for (const Operation& operation : life) {
    Response response = service.ask(operation, Principal::setup);
    response.wire = nullptr;
    const Request request{Principal::setup, operation, nullptr};
    told.push_back(describe(request) + ": " + wire::encode(response, request, profile).body);
    service.wait(2 * kSecond);
  }
  return told;
}

TEST(Simulation, TellsAWholeLifeTheSameThroughTheCodec) {
  for (const Profile profile : kProfiles) {
    const std::vector<std::string> plain = told_in_a_life(profile, false);
    const std::vector<std::string> coded = told_in_a_life(profile, true);
    for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(plain[i], coded[i]);
    EXPECT_NE(plain[10].find(R"("record_score")"), std::string::npos) << "no record: " << plain[10];
  }
}

TEST(Simulation, TellsWhoTheCallerIs) {
  ServiceForTest service(InProcessOptions{});
  const Response identity = service.ask(Authenticate{}, Principal::monitor_ml);
  EXPECT_EQ(std::get<Identity>(identity.content).username, "monitor_ml");
  const Response privileges = service.ask(HasPrivileges{}, Principal::monitor_ml);
  EXPECT_EQ(std::get<PrivilegeList>(privileges.content).privileges,
            (std::vector<std::pair<std::string, bool>>{{"manage", false}, {"manage_ml", false}, {"monitor_ml", true}}));
  EXPECT_EQ(std::get<ServerInfo>(service.ask(GetRoot{}).content).version, "5.4.3");
  EXPECT_EQ(service.ask(GetRoot{}, Principal::anonymous).status, 401);
}

}  // namespace
}  // namespace closecheck::sut
