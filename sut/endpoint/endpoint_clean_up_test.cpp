#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "closecheck/sut/endpoint.h"
#include "closecheck/sut/left_over.h"
#include "endpoint/journal.h"
#include "endpoint/test_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const Thing kFeed{ThingKind::feed, "closecheck-f"};
const Thing kJob{ThingKind::job, "closecheck-a"};
const Thing kIndex{ThingKind::index, "closecheck-i"};
const Thing kForeignJob{ThingKind::job, "event_rate"};
constexpr const char* kPlainJob =
    R"({"analysis_config": {"bucket_span": "60s", "detectors": [{"function": "count"}]}, "data_description": {}})";

/// As much of a cluster as the clean-up talks to.
class Cluster {
 public:
  std::set<std::string> opened_jobs, closed_jobs, started_feeds, stopped_feeds, indices;
  int deletes_refused = 0;  // so many times a job cannot be deleted yet
  bool stubborn = false;    // jobs can never be deleted
  bool clings = false;      // neither jobs nor feeds come to an end without force
  bool refuses_creation = false;
  bool loses_creation = false;
  bool busy = false;  // has no time for anything
  std::vector<std::string> journal_at_creation;
  std::string journal;

  std::string url() const { return server_.url(); }
  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static void say(httplib::Response& response, int status, const std::string& body) {
    response.status = status;
    response.set_content(body, "application/json");
  }
  static void acknowledge(httplib::Response& response) { say(response, 200, R"({"acknowledged": true})"); }
  static void refuse(httplib::Response& response, int status) {
    const std::string code = std::to_string(status);
    const std::string error = R"("type": "status_exception", "reason": "no")";
    say(response, status, R"({"error": {"root_cause": [{)" + error + "}], " + error + R"(}, "status": )" + code + "}");
  }
  static std::string list(const std::set<std::string>& names, const std::string& id) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "{\"" : ",{\"") + id + "\":\"" + name + "\"}";
    return "[" + text + "]";
  }

  void handle(const httplib::Request& request, httplib::Response& response) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request.method + " " + request.path + (request.has_param("force") ? " by force" : ""));
    if (busy) return refuse(response, 429);
    const std::string jobs = "/_xpack/ml/anomaly_detectors/";
    const std::string feeds = "/_xpack/ml/datafeeds/";
    const auto part = [&](const std::string& prefix) {
      const std::string rest = request.path.substr(prefix.size());
      return rest.substr(0, rest.find('/'));
    };
    if (request.path.starts_with(feeds)) return feed(request, part(feeds), response);
    if (request.path.starts_with(jobs)) return job(request, part(jobs), response);
    const std::string index = request.path.substr(1);
    if (request.method == "DELETE" && indices.erase(index) > 0) return acknowledge(response);
    if (request.path.ends_with("_bulk")) return say(response, 200, R"({"took":1,"errors":false,"items":[]})");
    if (request.method == "GET" && index.ends_with("*")) {
      std::string body;
      for (const std::string& name : indices) body += (body.empty() ? "\"" : ",\"") + name + "\":{}";
      return say(response, 200, "{" + body + "}");
    }
    refuse(response, 404);
  }
  void feed(const httplib::Request& request, const std::string& feed, httplib::Response& response) {
    if (request.method == "GET")
      return say(response, 200, R"({"datafeeds": )" + list(stopped_feeds, "datafeed_id") + "}");
    if (request.path.ends_with("_stop")) {
      if (clings && !request.has_param("force")) return refuse(response, 409);
      if (started_feeds.erase(feed) == 0) return refuse(response, stopped_feeds.contains(feed) ? 409 : 404);
      stopped_feeds.insert(feed);
      return say(response, 200, R"({"stopped": true})");
    }
    if (started_feeds.contains(feed)) return refuse(response, 409);
    if (stopped_feeds.erase(feed) > 0) return acknowledge(response);
    refuse(response, 404);
  }
  void job(const httplib::Request& request, const std::string& job, httplib::Response& response) {
    if (request.method == "GET" && job.ends_with("*"))
      return say(response, 200, R"({"jobs": )" + list(closed_jobs, "job_id") + "}");
    if (request.method == "GET") return refuse(response, closed_jobs.contains(job) ? 200 : 404);
    if (request.method == "PUT") {
      std::ifstream file(journal);
      for (std::string line; std::getline(file, line);) journal_at_creation.push_back(line);
      if (refuses_creation) return refuse(response, 400);
      if (loses_creation) return say(response, 504, "too late");
      closed_jobs.insert(job);
      return say(response, 200, R"({"job_id": ")" + job + "\"}");
    }
    if (request.path.ends_with("_open")) {
      opened_jobs.insert(job);
      closed_jobs.erase(job);
      return say(response, 200, R"({"opened": true})");
    }
    if (request.path.ends_with("_close")) {
      if (clings && !request.has_param("force")) return refuse(response, 409);
      if (opened_jobs.erase(job) > 0) closed_jobs.insert(job);
      return say(response, 200, R"({"closed": true})");
    }
    if (opened_jobs.contains(job) || stubborn || (closed_jobs.contains(job) && deletes_refused-- > 0))
      return refuse(response, 409);
    if (closed_jobs.erase(job) > 0) return acknowledge(response);
    refuse(response, 404);
  }

  std::mutex mutex_;
  std::vector<std::string> asked_;
  TestServer server_{
      [this](const httplib::Request& request, httplib::Response& response) { handle(request, response); }};
};

class CleanUp : public testing::Test {
 protected:
  CleanUp() {
    options_.url = cluster_.url();
    options_.journal = cluster_.journal = journal_;
    options_.request_timeout = 10 * kSecond;
  }
  ~CleanUp() override { std::filesystem::remove(journal_); }

  std::shared_ptr<const Response> ask(System& system, Operation operation) {
    system.submit(0, std::make_shared<const Request>(Request{Principal::manage_ml, std::move(operation), nullptr}));
    const auto completion = system.next(system.now() + kMinute);
    return completion ? completion->response : nullptr;
  }

  /// Cleans up after a run that made these.
  std::set<Thing> left_of(const std::set<Thing>& things) {
    {
      Journal journal(options_.journal);
      for (const Thing& thing : things) journal.created(thing);
    }
    return clean_up_journal(options_);
  }

  const std::string journal_ =
      (std::filesystem::temp_directory_path() / ("closecheck-clean-up-" + std::to_string(::getpid()))).string();
  Cluster cluster_;
  EndpointOptions options_;
};

TEST_F(CleanUp, EndsThingsTheOrdinaryWayFirst) {
  cluster_.started_feeds = {"closecheck-f"};
  cluster_.opened_jobs = {"closecheck-a"};
  cluster_.indices = {"closecheck-i"};
  EXPECT_THAT(left_of({kIndex, kJob, kFeed}), IsEmpty());
  EXPECT_THAT(cluster_.asked(), ElementsAre("POST /_xpack/ml/datafeeds/closecheck-f/_stop",  //
                                            "DELETE /_xpack/ml/datafeeds/closecheck-f",
                                            "POST /_xpack/ml/anomaly_detectors/closecheck-a/_close",
                                            "DELETE /_xpack/ml/anomaly_detectors/closecheck-a",  //
                                            "DELETE /closecheck-i"));
  EXPECT_THAT(cluster_.indices, IsEmpty());
}

TEST_F(CleanUp, TriesOnceMoreWhatIsRefusedBeforeItTakesForce) {
  cluster_.opened_jobs = {"closecheck-a"};
  cluster_.deletes_refused = 2;
  EXPECT_THAT(left_of({kJob}), IsEmpty());
  const std::string close = "POST /_xpack/ml/anomaly_detectors/closecheck-a/_close";
  const std::string deletion = "DELETE /_xpack/ml/anomaly_detectors/closecheck-a";
  EXPECT_THAT(cluster_.asked(), ElementsAre(close, deletion, close, deletion, close + " by force",
                                            "POST /.ml-anomalies-*/_refresh", deletion));
}

TEST_F(CleanUp, TakesForceWhereNothingElseHelps) {
  cluster_.started_feeds = {"closecheck-f"};
  cluster_.opened_jobs = {"closecheck-a"};
  cluster_.clings = true;
  EXPECT_THAT(left_of({kJob, kFeed}), IsEmpty());
  EXPECT_THAT(cluster_.closed_jobs, IsEmpty());
  EXPECT_THAT(cluster_.stopped_feeds, IsEmpty());
}

TEST_F(CleanUp, ClosesAJobThatHangsByForceAtOnce) {
  options_.hooks[Fault::hang_close] = "true";
  const auto system = make_endpoint_factory(options_)->make(1);
  ask(*system, CreateJob{"closecheck-a", {}});
  ask(*system, OpenJob{"closecheck-a"});
  system->inject(Fault::hang_close, "closecheck-a", 0);
  system->clean_up({});
  EXPECT_THAT(cluster_.asked(), testing::Contains("POST /_xpack/ml/anomaly_detectors/closecheck-a/_close by force"));
  EXPECT_THAT(cluster_.asked(), Not(testing::Contains("POST /_xpack/ml/anomaly_detectors/closecheck-a/_close")));
}

TEST_F(CleanUp, ClosesNoJobThatWasNeverOpened) {
  const auto system = make_endpoint_factory(options_)->make(1);
  ask(*system, CreateJob{"closecheck-a", {}});
  system->clean_up({});
  EXPECT_THAT(cluster_.asked(), ElementsAre("PUT /_xpack/ml/anomaly_detectors/closecheck-a",
                                            "DELETE /_xpack/ml/anomaly_detectors/closecheck-a"));
  EXPECT_THAT(read_journal(options_.journal).left, IsEmpty());
}

TEST_F(CleanUp, BoundsANormalCloseThatDoesNotEnd) {
  std::atomic<int> closes = 0;
  TestServer slow([&](const httplib::Request& request, httplib::Response& response) {
    if (request.path.ends_with("_close") && !request.has_param("force")) {
      ++closes;
      std::this_thread::sleep_for(std::chrono::seconds(3));
    }
    response.set_content(R"({"acknowledged": true, "closed": true})", "application/json");
  });
  options_.url = slow.url();
  options_.request_timeout = 100 * kMillisecond;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(left_of({kJob}), IsEmpty());
  EXPECT_EQ(closes, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2900));
}

TEST_F(CleanUp, GivesTheCloseOfAJobThatHadNoDataLessTime) {
  std::vector<std::string> timeouts;
  TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    if (request.path.ends_with("_close")) timeouts.push_back(request.get_param_value("timeout"));
    response.set_content(R"({"acknowledged": true, "opened": true, "closed": true})", "application/json");
  });
  options_.url = server.url();
  for (const bool has_data : {false, true}) {
    const auto system = make_endpoint_factory(options_)->make(1);
    ask(*system, CreateJob{"closecheck-a", {}});
    ask(*system, OpenJob{"closecheck-a"});
    if (has_data) ask(*system, PostData{"closecheck-a", {Record{}}});
    system->clean_up({});
  }
  EXPECT_THAT(timeouts, ElementsAre("400ms", "2000ms"));
}

TEST_F(CleanUp, AsksForNothingThatWasNotSent) {
  const auto system = make_endpoint_factory(options_)->make(1);
  system->clean_up({{call(CreateJob{"closecheck-a", {}}), call(IndexDocuments{"closecheck-i", {}, true})}});

  EXPECT_THAT(cluster_.asked(), IsEmpty());
}

TEST_F(CleanUp, NamesNothingWhoseCreationWasRefused) {
  cluster_.refuses_creation = true;
  const auto system = make_endpoint_factory(options_)->make(1);
  ask(*system, CreateJob{"closecheck-1-a", {}});
  cluster_.stubborn = true;

  EXPECT_THAT(clean_up_journal(options_), IsEmpty());
}

TEST_F(CleanUp, LooksOnceMoreForWhatMayHaveBeenCreated) {
  cluster_.loses_creation = true;
  const auto system = make_endpoint_factory(options_)->make(1);
  ask(*system, CreateJob{"closecheck-1-a", {}});
  system->clean_up({});
  EXPECT_THAT(read_journal(options_.journal).left, SizeIs(1)) << "it was not there, and may come yet";

  cluster_.closed_jobs = {"closecheck-1-a"};
  EXPECT_THAT(clean_up_journal(options_), IsEmpty());
  EXPECT_THAT(cluster_.closed_jobs, IsEmpty());
}

TEST_F(CleanUp, KnowsWhatIsCreatedByARequestAsItIs) {
  const auto system = make_endpoint_factory(options_)->make(1);
  ask(*system, RawRequest{"PUT", "/_xpack/ml/anomaly_detectors/event_rate", {}, kPlainJob, "application/json"});
  EXPECT_THAT(read_journal(options_.journal).left, ElementsAre(Thing{ThingKind::job, "event_rate"}));
  system->clean_up({});
  EXPECT_THAT(cluster_.closed_jobs, IsEmpty());
}

TEST_F(CleanUp, NeverTakesAnIndexForItsOwnBecauseDocumentsWentThere) {
  cluster_.indices = {"logs"};
  const auto system = make_endpoint_factory(options_)->make(1);
  ask(*system, IndexDocuments{"logs", {Record{kDataStart, 1, ""}}, true});
  system->clean_up({});
  EXPECT_THAT(clean_up_journal(options_), IsEmpty());
  EXPECT_THAT(cluster_.indices, ElementsAre("logs"));
}

TEST_F(CleanUp, OpensNoFifthJobWhoeverAsksForIt) {
  options_.commons = make_commons();
  const auto one = make_endpoint_factory(options_)->make(1);
  const auto other = make_endpoint_factory(options_)->make(2);
  const auto sent = [this](System& system, Operation operation) {
    const std::size_t before = cluster_.asked().size();
    ask(system, std::move(operation));
    return cluster_.asked().size() > before;
  };
  EXPECT_TRUE(sent(*one, OpenJob{"a"}));
  EXPECT_TRUE(sent(*one, OpenJob{"b"}));
  EXPECT_TRUE(sent(*other, OpenJob{"c"}));
  EXPECT_TRUE(sent(*other, RawRequest{"POST", "/_xpack/ml/anomaly_detectors/d/_open", {}, "", ""}));
  EXPECT_FALSE(sent(*one, OpenJob{"e"}));
  EXPECT_TRUE(sent(*one, OpenJob{"a"})) << "it counts already";

  EXPECT_TRUE(sent(*one, CloseJob{"a", {}, {}, {}, {}}));
  EXPECT_TRUE(sent(*one, OpenJob{"e"}));
  EXPECT_FALSE(sent(*other, OpenJob{"f"}));
  one->clean_up({});
  EXPECT_TRUE(sent(*other, OpenJob{"f"}));
}

TEST_F(CleanUp, FindsThingsByTheirNames) {
  cluster_.closed_jobs = {"closecheck-1-a", "somebodys"};
  cluster_.stopped_feeds = {"closecheck-1-f"};
  cluster_.indices = {"closecheck-1-i", "logs"};
  const Found found = find_things(options_, "closecheck-1-", {ThingKind::feed, ThingKind::job, ThingKind::index});
  EXPECT_THAT(found.things,
              ElementsAre(Thing{ThingKind::feed, "closecheck-1-f"}, Thing{ThingKind::job, "closecheck-1-a"},
                          Thing{ThingKind::index, "closecheck-1-i"}));
  EXPECT_THAT(found.unread, IsEmpty());

  cluster_.busy = true;
  EXPECT_THAT(find_things(options_, "closecheck-1-", {ThingKind::job}).unread, SizeIs(1));
}

// example-event-rate: the page's literal job may be somebody's own.
TEST_F(CleanUp, LeavesAJobOfAnotherNameAloneUnlessItWasCreatedHere) {
  cluster_.closed_jobs = {"event_rate"};
  cluster_.refuses_creation = true;
  const auto factory = make_endpoint_factory(options_);
  const Program program{{call(CreateJob{"event_rate", {}})}};
  const auto refused = factory->make(1);
  ask(*refused, CreateJob{"event_rate", {}});
  refused->clean_up(program);
  EXPECT_THAT(cluster_.closed_jobs, ElementsAre("event_rate"));

  cluster_.closed_jobs.clear();
  cluster_.refuses_creation = false;
  const auto created = factory->make(2);
  ASSERT_TRUE(ask(*created, CreateJob{"event_rate", {}}));
  created->clean_up(program);
  EXPECT_THAT(cluster_.closed_jobs, IsEmpty());
}

TEST_F(CleanUp, JournalsBeforeItCreatesAndAfterItRemoves) {
  const auto system = make_endpoint_factory(options_)->make(1);
  ask(*system, CreateJob{"closecheck-a", {}});

  ASSERT_THAT(cluster_.journal_at_creation, testing::SizeIs(1));
  EXPECT_THAT(cluster_.journal_at_creation[0], testing::HasSubstr("closecheck-a"));
  EXPECT_EQ(read_journal(options_.journal).left.size(), 1U);
  system->clean_up({{call(CreateJob{"closecheck-a", {}})}});
  EXPECT_THAT(read_journal(options_.journal).left, IsEmpty());
}

TEST_F(CleanUp, CreatesNothingThatItCannotJournal) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "no device that is always full";
  options_.journal = "/dev/full";
  const auto system = make_endpoint_factory(options_)->make(1);

  try {
    ask(*system, CreateJob{"closecheck-a", {}});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the journal '/dev/full' cannot be written, so job closecheck-a was not created");
  }
  EXPECT_THAT(cluster_.asked(), IsEmpty());
}

TEST_F(CleanUp, RemovesWhatAnEarlierRunLeft) {
  {
    const auto system = make_endpoint_factory(options_)->make(1);
    ask(*system, CreateJob{"closecheck-1-a", {}});
    ask(*system, CreateJob{"event_rate", {}});
  }
  EXPECT_THAT(clean_up_journal(options_), ElementsAre(kForeignJob));
  EXPECT_THAT(cluster_.closed_jobs, ElementsAre("event_rate"));
  cluster_.closed_jobs.clear();
  EXPECT_THAT(clean_up_journal(options_), IsEmpty()) << "somebody else removed it";
}

TEST_F(CleanUp, LeavesWhatABusyTargetHasNoTimeForAfterAFewAttempts) {
  { Journal(options_.journal).created({ThingKind::job, "closecheck-1-a"}); }
  cluster_.busy = true;

  EXPECT_THAT(clean_up_journal(options_), ElementsAre(Thing{ThingKind::job, "closecheck-1-a"}));
  EXPECT_EQ(cluster_.asked().size(), 12U) << "a close and its deletion twice, three times each";
}

TEST_F(CleanUp, OfASilentTargetEndsWithTheRun) {
  RawServer silent([](int socket, const std::string&) { RawServer::read_head(socket); });
  EndpointOptions options = options_;
  options.url = silent.url();
  {
    Journal journal(options.journal);
    for (const char* job : {"closecheck-1-a", "closecheck-1-b"}) journal.created({ThingKind::job, job});
  }
  const auto begin = std::chrono::steady_clock::now();
  options.end = begin + std::chrono::milliseconds(300);
  EXPECT_EQ(clean_up_journal(options).size(), 2U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST_F(CleanUp, NamesWhatItCouldNotRemove) {
  { Journal(options_.journal).created({ThingKind::job, "closecheck-1-a"}); }
  cluster_.stubborn = true;
  EXPECT_THAT(clean_up_journal(options_), ElementsAre(Thing{ThingKind::job, "closecheck-1-a"}));

  options_.url = "http://127.0.0.1:1";
  EXPECT_THAT(clean_up_journal(options_), ElementsAre(Thing{ThingKind::job, "closecheck-1-a"}));
  options_.url = cluster_.url();
  cluster_.stubborn = false;
  EXPECT_THAT(clean_up_journal(options_), IsEmpty());
}

}  // namespace
}  // namespace closecheck::sut
