// A server that keeps its jobs in a folder is killed at random moments and started again: nothing that it had
// acknowledged is lost, nothing is there twice, and every store can be read. `CLOSECHECK_KILL_POINTS` says how often
// (25 times by default).
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using nlohmann::json;

constexpr std::int64_t kStart = 1'500'000'000'000;
constexpr std::int64_t kRecordsPerBucket = 60;  // one a second

struct Answer {
  int status = 0;
  json body;
};

/// One connection that speaks just enough HTTP.
class Wire {
 public:
  explicit Wire(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    good_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// `path`: below the jobs, or from the root where it begins there. Empty: no answer came.
  std::optional<Answer> ask(const std::string& method, const std::string& path, const std::string& body = "") {
    const std::string target = path.starts_with('/') ? path : "/_xpack/ml/anomaly_detectors/" + path;
    const std::string request =
        method + " " + target +
        " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    good_ =
        good_ && ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
    while (good_) {
      const std::size_t end = in_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t at = in_.find("Content-Length: ");
        const std::size_t size = std::strtoul(in_.c_str() + at + 16, nullptr, 10);
        if (in_.size() >= end + 4 + size) {
          Answer answer{std::atoi(in_.c_str() + 9), json::parse(in_.substr(end + 4, size), nullptr, false)};
          in_.erase(0, end + 4 + size);
          return answer;
        }
      }
      char part[4096];
      const ssize_t count = ::recv(socket_, part, sizeof part, 0);
      good_ = count > 0;
      if (good_) in_.append(part, static_cast<std::size_t>(count));
    }
    return std::nullopt;
  }

  /// Whether another request may be answered.
  bool is_open() const { return good_; }

 private:
  int socket_;
  bool good_ = false;
  std::string in_;
};

/// What one client knows of its job. The record at place n lies n seconds after the start, so that a record that is
/// lost or there twice shows in the counts of the buckets.
struct Ledger {
  std::string job;
  std::int64_t acknowledged = 0;  // records
  std::int64_t pending = 0;       // records of a post without an answer
  bool open = false;              // as acknowledged
  bool moving = false;            // an open or a close has no answer
};

int port_of(Process& process) {
  const std::string line = process.read_line();
  return std::atoi(line.substr(line.rfind(':') + 1).c_str());
}

json stats_of(Wire& wire, const std::string& job) {
  const auto answer = wire.ask("GET", job + "/_stats");
  return answer && answer->status == 200 ? answer->body["jobs"][0] : json::object();
}

/// What one client knows of a job that a datafeed fills: it has an end each time, at which its job closes.
struct FeedLedger {
  std::int64_t documents = 0;  // acknowledged
  std::int64_t pending = 0;    // documents of a bulk request without an answer
  std::int64_t fed = 0;        // documents that the job is known to have
  std::int64_t feeding = 0;    // that it will have once the datafeed is at its end
};

/// What the clients of one life of the server have done so far.
class Deeds {
 public:
  void post_is_done() { count(posts_); }
  void feed_begins() { count(feeds_); }

  /// Waits for so many posts, or for a datafeed: the moment comes at any speed of the machine, and if it did not, the
  /// kill comes all the same.
  void wait_for_posts(int number) {
    wait([&] { return posts_ >= number; });
  }
  void wait_for_feed() {
    wait([&] { return feeds_ > 0; });
  }

 private:
  void count(int& what) {
    const std::lock_guard lock(mutex_);
    ++what;
    changed_.notify_all();
  }
  template <class Happened>
  void wait(const Happened& happened) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), happened);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int posts_ = 0;
  int feeds_ = 0;
};

/// Until the server is gone: posts, and now and then a close, of either kind, and an open.
void work(int port, Ledger& ledger, Deeds& deeds, std::uint64_t seed) {
  Wire wire(port);
  std::mt19937_64 random(seed);
  while (true) {
    const auto move = [&](const char* how) {
      ledger.moving = true;
      const auto answer = wire.ask("POST", ledger.job + how);
      if (!answer || answer->status != 200) return false;
      ledger.moving = false;
      ledger.open = !ledger.open;
      return true;
    };
    // What a forced close still does in the background may hold up the next open.
    while (!ledger.open && !move("/_open"))
      if (!wire.is_open()) return;
    const std::int64_t count = 1 + static_cast<std::int64_t>(random() % 30);
    std::string body;
    for (std::int64_t i = 0; i < count; ++i)
      body += "{\"time\":" + std::to_string(kStart + 1'000 * (ledger.acknowledged + i)) + "}\n";
    ledger.pending = count;
    const auto answer = wire.ask("POST", ledger.job + "/_data", body);
    if (!answer) return;
    ledger.pending = 0;
    ASSERT_EQ(answer->status, 202) << answer->body;
    ASSERT_EQ(answer->body["processed_record_count"], count);
    ledger.acknowledged += count;
    deeds.post_is_done();
    if (random() % 6 == 0 && !move(random() % 2 == 0 ? "/_close" : "/_close?force=true")) return;
    if (random() % 8 == 0 && !wire.ask("POST", ledger.job + "/_flush?calc_interim=true")) return;
  }
}

constexpr const char* kFeed = "/_xpack/ml/datafeeds/f";
constexpr const char* kFedJob = "d";

/// Until the server is gone: documents, and a datafeed that brings them to its job.
void feed(int port, FeedLedger& ledger, Deeds& deeds, std::uint64_t seed) {
  Wire wire(port);
  std::mt19937_64 random(seed);
  const auto done = [&](const std::string& method, const std::string& path, const std::string& body = "") {
    return wire.ask(method, path, body).value_or(Answer{}).status == 200;
  };
  while (true) {
    const std::int64_t count = 1 + static_cast<std::int64_t>(random() % 90);
    std::string body;
    for (std::int64_t n = ledger.documents; n < ledger.documents + count; ++n)
      body += R"({"index":{"_index":"i","_type":"doc","_id":")" + std::to_string(n) + R"("}})" + "\n" + R"({"time":)" +
              std::to_string(kStart + 1'000 * n) + "}\n";
    ledger.pending = count;
    if (!done("POST", "/_bulk?refresh=true", body)) return;
    ledger.documents += std::exchange(ledger.pending, 0);
    // A kill behind an open has left the job open.
    while (stats_of(wire, kFedJob).value("state", "") != "opened")
      if (!done("POST", std::string(kFedJob) + "/_open") && !wire.is_open()) return;
    ledger.feeding = ledger.documents;
    deeds.feed_begins();
    const std::string span = "?start=" + std::to_string(kStart + 1'000 * ledger.fed) +
                             "&end=" + std::to_string(kStart + 1'000 * ledger.feeding);
    if (!done("POST", std::string(kFeed) + "/_start" + span)) return;
    while (stats_of(wire, kFedJob).value("state", "") != "closed")
      if (!wire.is_open()) return;
    ledger.fed = ledger.feeding;
  }
}

/// After a restart: a datafeed that had been started goes on to its end, and all documents are there.
void verify_feed(Wire& wire, FeedLedger& ledger) {
  const auto feed_state = [&] {
    const auto answer = wire.ask("GET", std::string(kFeed) + "/_stats");
    return answer && answer->status == 200 ? answer->body["datafeeds"][0].value("state", "") : std::string("none");
  };
  while (feed_state() == "started") std::this_thread::yield();
  ASSERT_EQ(feed_state(), "stopped");
  json stats = stats_of(wire, kFedJob);
  while (stats.value("state", "") == "opening" || stats.value("state", "") == "closing")
    stats = stats_of(wire, kFedJob);
  const std::int64_t found = stats["data_counts"]["processed_record_count"];
  ASSERT_TRUE(found == ledger.fed || found == ledger.feeding)
      << found << " found, " << ledger.fed << " fed, " << ledger.feeding << " as of the last start";
  const auto counted = wire.ask("GET", "/i/_count");
  const std::int64_t documents = counted && counted->status == 200 ? counted->body["count"].get<std::int64_t>() : 0;
  ASSERT_TRUE(documents == ledger.documents || documents == ledger.documents + ledger.pending)
      << documents << " found, " << ledger.documents << " acknowledged, " << ledger.pending << " pending";
  ledger = FeedLedger{documents, 0, found, found};
}

/// After a restart: the job is as acknowledged, and what had no answer is there whole or not at all.
void verify(Wire& wire, Ledger& ledger) {
  json stats = stats_of(wire, ledger.job);
  while (stats.value("state", "") == "opening" || stats.value("state", "") == "closing")
    stats = stats_of(wire, ledger.job);
  const std::string state = stats.value("state", "");
  ASSERT_TRUE(ledger.moving || state == (ledger.open ? "opened" : "closed")) << ledger.job << " is " << state;
  ASSERT_TRUE(state == "opened" || state == "closed") << stats;
  const std::int64_t found = stats["data_counts"]["processed_record_count"];
  ASSERT_TRUE(found == ledger.acknowledged || found == ledger.acknowledged + ledger.pending)
      << ledger.job << ": " << found << " found, " << ledger.acknowledged << " acknowledged, " << ledger.pending
      << " pending";
  ASSERT_EQ(stats["data_counts"]["input_record_count"], found);
  ledger = Ledger{ledger.job, found, 0, state == "opened", false};
}

/// In the end every bucket that the data has passed has each of its records once.
void verify_buckets(Wire& wire, const Ledger& ledger) {
  if (ledger.open) {
    ASSERT_EQ(wire.ask("POST", ledger.job + "/_close").value_or(Answer{}).status, 200);
  }
  const std::int64_t complete = (ledger.acknowledged - (ledger.acknowledged > 0 ? 1 : 0)) / kRecordsPerBucket;
  std::int64_t place = 0;
  while (true) {
    const auto page = wire.ask("GET", ledger.job + "/results/buckets?size=1000&from=" + std::to_string(place));
    ASSERT_TRUE(page);
    const json& buckets = page->body["buckets"];
    for (const json& bucket : buckets) {
      ASSERT_EQ(bucket["timestamp"], kStart + 60'000 * place);
      ASSERT_EQ(bucket["event_count"], kRecordsPerBucket) << ledger.job << ", bucket " << place;
      ++place;
    }
    if (buckets.size() < 1'000) break;
  }
  // The end of a datafeed ends a bucket as well as the record behind it.
  ASSERT_TRUE(place == complete || (ledger.job == kFedJob && place == ledger.acknowledged / kRecordsPerBucket))
      << place;
}

constexpr const char* kConfig = R"({"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},)"
                                R"("data_description":{"time_field":"time","time_format":"epoch_ms"}})";

std::vector<std::string> arguments_for(const TestFolder& folder) {
  return {"serve", "--port", "0", "--profile", "xpack-5.4", "--housekeeping", "2ms", "--data", folder.path("data")};
}

/// The jobs of one folder, as far as their clients know them.
struct Ledgers {
  std::vector<Ledger> jobs;
  FeedLedger fed;
};

void create_jobs(const TestFolder& folder, Ledgers& ledgers) {
  Process process(arguments_for(folder));
  Wire wire(port_of(process));
  for (const char* job : {"a", "b", "c"}) {
    ASSERT_EQ(wire.ask("PUT", job, kConfig).value_or(Answer{}).status, 200);
    ledgers.jobs.push_back(Ledger{job, 0, 0, false, false});
  }
  ASSERT_EQ(wire.ask("PUT", kFedJob, kConfig).value_or(Answer{}).status, 200);
  ASSERT_EQ(wire.ask("PUT", "/i").value_or(Answer{}).status, 200);
  const std::string feed_config = std::string(R"({"job_id":")") + kFedJob + R"(","indices":["i"],"types":["doc"]})";
  ASSERT_EQ(wire.ask("PUT", kFeed, feed_config).value_or(Answer{}).status, 200);
  process.signal(SIGTERM);
  const Finished finished = process.wait(60);
  ASSERT_EQ(finished.code, 0) << finished.err;
}

/// One life of the server, with a client for each job, that ends by the signal at a random moment.
void live_until(int signal, const TestFolder& folder, Ledgers& ledgers, std::mt19937_64& random) {
  Process process(arguments_for(folder));
  const int port = port_of(process);
  ASSERT_GT(port, 0) << process.wait(10).err;
  {
    Wire wire(port);
    for (Ledger& ledger : ledgers.jobs) verify(wire, ledger);
    verify_feed(wire, ledgers.fed);
  }
  if (testing::Test::HasFatalFailure()) return;
  Deeds deeds;
  std::vector<std::thread> clients;
  clients.reserve(ledgers.jobs.size() + 1);
  for (Ledger& ledger : ledgers.jobs)
    clients.emplace_back([&ledger, &deeds, port, seed = random()] { work(port, ledger, deeds, seed); });
  clients.emplace_back([&ledgers, &deeds, port, seed = random()] { feed(port, ledgers.fed, deeds, seed); });
  if (random() % 3 == 0)
    deeds.wait_for_feed();
  else
    deeds.wait_for_posts(static_cast<int>(random() % 40));
  // From there on the moment is what chance makes it.
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 5'000));
  process.signal(signal);
  for (std::thread& client : clients) client.join();
  const Finished finished = process.wait(60);
  ASSERT_EQ(finished.code, signal == SIGKILL ? 128 + SIGKILL : 0) << finished.err;
}

void verify_all(Wire& wire, Ledgers& ledgers) {
  for (Ledger& ledger : ledgers.jobs) {
    verify(wire, ledger);
    verify_buckets(wire, ledger);
  }
  verify_feed(wire, ledgers.fed);
  const bool open = stats_of(wire, kFedJob).value("state", "") == "opened";
  verify_buckets(wire, Ledger{kFedJob, ledgers.fed.fed, 0, open, false});
}

// accepted-data-is-kept, timed-out-close-goes-on, datafeed-end-closes-job
TEST(Crash, LosesAndDoublesNothingWhenTheServerIsKilled) {
  const char* wanted = std::getenv("CLOSECHECK_KILL_POINTS");
  const int points = wanted == nullptr ? 25 : std::atoi(wanted);
  const TestFolder folder;
  std::mt19937_64 random(static_cast<std::uint64_t>(points));
  Ledgers ledgers;
  create_jobs(folder, ledgers);
  int cut_posts = 0;
  int cut_moves = 0;
  int cut_feeds = 0;
  for (int point = 0; point < points && !HasFatalFailure(); ++point) {
    SCOPED_TRACE("kill " + std::to_string(point));
    live_until(SIGKILL, folder, ledgers, random);
    cut_feeds += ledgers.fed.feeding > ledgers.fed.fed ? 1 : 0;
    for (const Ledger& ledger : ledgers.jobs) {
      cut_posts += ledger.pending > 0 ? 1 : 0;
      cut_moves += ledger.moving ? 1 : 0;
    }
  }
  ASSERT_FALSE(HasFatalFailure());
  Process process(arguments_for(folder));
  Wire wire(port_of(process));
  verify_all(wire, ledgers);
  for (const Ledger& ledger : ledgers.jobs) EXPECT_GT(ledger.acknowledged, points);
  EXPECT_GT(ledgers.fed.fed, points);
  EXPECT_GT(cut_posts + cut_moves, points / 5);
  EXPECT_GT(cut_feeds, points / 10);
  std::int64_t records = ledgers.fed.documents;
  for (const Ledger& ledger : ledgers.jobs) records += ledger.acknowledged;
  std::printf("%d kills, %d amid a post, %d amid an open or close, %d amid a datafeed; %lld records acknowledged\n",
              points, cut_posts, cut_moves, cut_feeds, static_cast<long long>(records));
}

TEST(Crash, EndsWhatItHasBegunWhenItIsAskedToStop) {
  const TestFolder folder;
  std::mt19937_64 random(7);
  Ledgers ledgers;
  create_jobs(folder, ledgers);
  for (int life = 0; life < 5 && !HasFatalFailure(); ++life) live_until(SIGTERM, folder, ledgers, random);
  ASSERT_FALSE(HasFatalFailure());
  Process process(arguments_for(folder));
  Wire wire(port_of(process));
  verify_all(wire, ledgers);
}

TEST(Crash, RefusesAFolderThatAnotherServerUses) {
  const TestFolder folder;
  Process first(arguments_for(folder));
  ASSERT_GT(port_of(first), 0);

  const Finished second = run_closecheck(arguments_for(folder));

  EXPECT_EQ(second.code, 3);
  EXPECT_NE(second.err.find("in use by another server"), std::string::npos) << second.err;
}

}  // namespace
}  // namespace closecheck::cli
