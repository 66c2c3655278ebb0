#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "closecheck/sut/endpoint.h"
#include "endpoint/journal.h"
#include "endpoint/test_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// As much of a cluster as the clean-up talks to.
class Cluster {
 public:
  std::set<std::string> opened_jobs, closed_jobs, started_feeds, stopped_feeds, indices;
  int deletes_refused = 0;  // so many times a job cannot be deleted yet
  bool stubborn = false;    // jobs can never be deleted
  bool refuses_creation = false;
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

  void handle(const httplib::Request& request, httplib::Response& response) {
    const std::lock_guard lock(mutex_);
    const std::string target = request.target;
    asked_.push_back(request.method + " " + target);
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
    refuse(response, 404);
  }
  void feed(const httplib::Request& request, const std::string& feed, httplib::Response& response) {
    if (request.path.ends_with("_stop")) {
      if (started_feeds.erase(feed) == 0) return refuse(response, stopped_feeds.contains(feed) ? 409 : 404);
      stopped_feeds.insert(feed);
      return say(response, 200, R"({"stopped": true})");
    }
    if (started_feeds.contains(feed)) return refuse(response, 409);
    if (stopped_feeds.erase(feed) > 0) return acknowledge(response);
    refuse(response, 404);
  }
  void job(const httplib::Request& request, const std::string& job, httplib::Response& response) {
    if (request.method == "PUT") {
      std::ifstream file(journal);
      for (std::string line; std::getline(file, line);) journal_at_creation.push_back(line);
      if (refuses_creation) return refuse(response, 400);
      closed_jobs.insert(job);
      return say(response, 200, R"({"job_id": ")" + job + "\"}");
    }
    if (request.path.ends_with("_close")) {
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

  const std::string journal_ =
      (std::filesystem::temp_directory_path() / ("closecheck-clean-up-" + std::to_string(::getpid()))).string();
  Cluster cluster_;
  EndpointOptions options_;
};

TEST_F(CleanUp, StopsFeedsThenDeletesThemThenJobsThenIndices) {
  cluster_.started_feeds = {"closecheck-f"};
  cluster_.opened_jobs = {"closecheck-a"};
  cluster_.indices = {"closecheck-i"};
  cluster_.deletes_refused = 2;
  const auto system = make_endpoint_factory(options_)->make(1);
  system->clean_up({{call(CreateIndex{"closecheck-i"}), call(CreateJob{"closecheck-a", {}}),
                     call(CreateDatafeed{"closecheck-f", "closecheck-a", "closecheck-i"})}});

  EXPECT_THAT(cluster_.asked(), testing::Contains("POST /_xpack/ml/datafeeds/closecheck-f/_stop"))
      << "the polite way comes first";
  EXPECT_THAT(cluster_.started_feeds, IsEmpty());
  EXPECT_THAT(cluster_.stopped_feeds, IsEmpty());
  EXPECT_THAT(cluster_.opened_jobs, IsEmpty());
  EXPECT_THAT(cluster_.closed_jobs, IsEmpty());
  EXPECT_THAT(cluster_.indices, IsEmpty());
}

TEST_F(CleanUp, ToleratesThatNothingIsThere) {
  const auto system = make_endpoint_factory(options_)->make(1);
  system->clean_up(
      {{call(CreateJob{"closecheck-a", {}}), call(CreateDatafeed{"closecheck-f", "closecheck-a", "closecheck-i"}),
        call(IndexDocuments{"closecheck-i", {}, true})}});

  EXPECT_LE(cluster_.asked().size(), 5U);
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
  EXPECT_EQ(left_by_journal(options_.journal).size(), 1U);
  system->clean_up({{call(CreateJob{"closecheck-a", {}})}});
  EXPECT_THAT(left_by_journal(options_.journal), IsEmpty());
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
  EXPECT_THAT(clean_up_journal(options_), ElementsAre("job event_rate"));
  EXPECT_THAT(cluster_.closed_jobs, ElementsAre("event_rate"));
  EXPECT_THAT(clean_up_journal(options_), ElementsAre("job event_rate"));
}

TEST_F(CleanUp, LeavesWhatABusyTargetHasNoTimeForAfterAFewAttempts) {
  { Journal(options_.journal).created({ThingKind::job, "closecheck-1-a"}); }
  cluster_.busy = true;

  EXPECT_THAT(clean_up_journal(options_), ElementsAre("job closecheck-1-a"));
  EXPECT_EQ(cluster_.asked().size(), 9U) << "a close and two deletions, three times each";
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
  EXPECT_THAT(clean_up_journal(options_), ElementsAre("job closecheck-1-a"));

  options_.url = "http://127.0.0.1:1";
  EXPECT_THAT(clean_up_journal(options_), ElementsAre("job closecheck-1-a"));
  options_.url = cluster_.url();
  cluster_.stubborn = false;
  EXPECT_THAT(clean_up_journal(options_), IsEmpty());
}

}  // namespace
}  // namespace closecheck::sut
