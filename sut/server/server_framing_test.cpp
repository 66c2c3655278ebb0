// Bytes that two readers of HTTP could understand in two ways, and bodies that never end, over loopback.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

#include "closecheck/vocabulary/sanitizer_for_test.h"
#include "server/served_for_test.h"

namespace closecheck::sut {
namespace {

constexpr const char* kJob = "/_xpack/ml/anomaly_detectors/j";
constexpr const char* kConfig = R"({"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},)"
                                R"("data_description":{"time_field":"time","time_format":"epoch_ms"}})";

ServerOptions options() {
  ServerOptions options;
  options.service.profile = Profile::xpack_6_3;
  return options;
}

std::string request(const std::string& method, const std::string& target, const std::string& body = "") {
  return method + " " + target +
         " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// The statuses of all answers up to the end of the connection, which the server has to bring about.
std::string statuses(const Served& served, const std::string& bytes) {
  RawClient client(served);
  client.send(bytes);
  std::string out;
  while (const int status = client.status()) out += (out.empty() ? "" : " ") + std::to_string(status);
  EXPECT_TRUE(client.has_ended()) << bytes.substr(0, 200);
  return out;
}

bool has_job(const Served& served) {
  return RawClient(served).exchange("GET", kJob) == 200;
}

class ServerFraming : public testing::Test {
 protected:
  ServerFraming() : served_(options()) { EXPECT_EQ(RawClient(served_).exchange("PUT", kJob, kConfig), 200); }

  /// Whatever a reader in front of the server takes for the body, the DELETE in it is not done.
  void refuses(const std::string& head) {
    EXPECT_EQ(statuses(served_, head + "\r\n" + request("DELETE", kJob)), "400") << head;
    EXPECT_TRUE(has_job(served_)) << head;
  }

  const Served served_;
};

TEST_F(ServerFraming, DoesNothingOfWhatStandsInTheBodyOfAHead) {
  const std::string length = std::to_string(request("DELETE", kJob).size());
  for (const std::string method : {"HEAD", "OPTIONS"}) {
    refuses(method + " / HTTP/1.1\r\nContent-Length: " + length + "\r\n");
    refuses(method + " / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n");
  }
}

TEST_F(ServerFraming, RefusesWhateverHasTwoMeaningsAndEndsTheConnection) {
  for (const char* headers :
       {"Content-Length: 0\r\nContent-Length: 70\r\n", "Content-Length: 0, 70\r\n", "Content-Length: abc\r\n",
        "Content-Length: 0x5\r\n", "Content-Length: -1\r\n", "Content-Length: +0\r\n", "Content-Length: 0 0\r\n",
        "Content-Length : 0\r\n", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n", "X: a\r\n Content-Length: 70\r\n",
        "X: a\rContent-Length: 70\r\n", "X: a\nContent-Length: 70\r\n"})
    refuses(std::string("POST /_bulk HTTP/1.1\r\n") + headers);
  refuses("POST /_bulk HTTP/1.1\r\nX: " + std::string(1, '\0') + "\r\n");
  refuses("POST /_bulk HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n");
}

TEST_F(ServerFraming, AnswersWhatCameBeforeIt) {
  EXPECT_EQ(
      statuses(served_, request("GET", "/") + "HEAD / HTTP/1.1\r\nContent-Length: 1\r\n\r\n" + request("DELETE", kJob)),
      "200 400");
  EXPECT_TRUE(has_job(served_));
}

TEST_F(ServerFraming, TakesBodiesInChunksAndOnesThatWaitForAWord) {
  RawClient client(served_);
  ASSERT_EQ(client.exchange("POST", std::string(kJob) + "/_open"), 200);
  client.send("POST " + std::string(kJob) +
              "/_data HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nExpect: "
              "100-continue\r\n\r\n");
  EXPECT_EQ(client.read_line(), "HTTP/1.1 100 Continue");
  EXPECT_EQ(client.read_line(), "");
  client.send("8\r\n{\"time\":\r\n");
  client.send("e\r\n1500000000000}\r\n0\r\n\r\n");
  EXPECT_EQ(client.status(), 202);
  EXPECT_NE(client.body().find("\"processed_record_count\":1,"), std::string::npos) << client.body();
}

TEST_F(ServerFraming, IgnoresRanges) {
  std::string ranges = "Range: bytes=0-0";
  for (int i = 0; i < 200; ++i) ranges += ",0-0";
  RawClient client(served_);
  client.send("GET / HTTP/1.1\r\n" + ranges + "\r\n\r\n");
  EXPECT_EQ(client.status(), 200);
  EXPECT_NE(client.body().find("\"tagline\""), std::string::npos) << client.body();
}

/// Bytes that this process has in memory.
std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * 4'096;
}

// Nobody has to say who he is for any of these.
TEST(ServerMemory, KeepsNoMoreOfAnEndlessRequestThanItsBounds) {
  ServerOptions small = options();
  small.limits.body_bytes = 1'000'000;
  small.principals[Principal::manage_ml] = {"ml_admin", "secret"};
  const Served served(small);
  const std::string filler(std::size_t{64} * 1'024, 'a');
  const std::size_t before = resident_bytes();
  std::size_t most = before;
  const auto flood = [&](const std::string& head, const std::string& piece) {
    RawClient client(served);
    client.send(head);
    // As long as it is taken, and not for ever.
    for (int i = 0; i < 2'000 && client.send(piece); ++i) most = std::max(most, resident_bytes());
    return client.status();
  };
  EXPECT_EQ(flood("POST /_bulk HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n" + filler + "\r\n"), 413);
  EXPECT_EQ(flood("GET / HTTP/1.1\r\nX: ", filler), 431);
  EXPECT_EQ(flood("POST /_bulk HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;", filler), 400);
  // Without a length there is no body, and what comes is the next request.
  EXPECT_EQ(flood("POST /_bulk HTTP/1.1\r\n\r\n", filler), 401);
  // A sanitizer keeps for a while what was freed.
  EXPECT_LT(most - before, std::size_t{kSanitized ? 400 : 20} << 20U);
}

TEST(ServerMemory, ReadsNoBodyOfMoreValuesThanItsBound) {
  ServerOptions small = options();
  small.limits.json_values = 1'000;
  const Served served(small);
  RawClient client(served);
  ASSERT_EQ(client.exchange("PUT", kJob, kConfig), 200);
  ASSERT_EQ(client.exchange("POST", std::string(kJob) + "/_open"), 200);
  const auto post = [&](int records) {
    std::string data;
    for (int i = 0; i < records; ++i) data += "{}";
    return client.exchange("POST", std::string(kJob) + "/_data", data);
  };
  EXPECT_EQ(post(1'000), 202);
  EXPECT_EQ(post(1'001), 413);
  EXPECT_EQ(client.exchange("PUT", kJob, "[" + std::string(1'000, ',') + "]"), 413);
  EXPECT_EQ(client.exchange("GET", "/"), 200);
}

TEST(ServerPatience, WaitsForNobodyWhoTakesHisAnswerByteByByte) {
  ServerOptions hasty = options();
  hasty.limits.pause = 100 * kMillisecond;
  hasty.limits.connections = 1;
  const Served served(hasty);
  RawClient slow(served, 4'096);
  // More than all buffers between the two take.
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += request("GET", "/");
  std::thread sender([&] { slow.send(many); });
  std::atomic<bool> over = false;
  std::thread taker([&] {
    while (!over) {
      slow.read_byte();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  // The only place is free again.
  int status = 0;
  for (int i = 0; i < 1'000 && status != 200; ++i) status = RawClient(served).exchange("GET", "/");
  EXPECT_EQ(status, 200);
  over = true;
  taker.join();
  slow.shut_down();
  sender.join();
}

}  // namespace
}  // namespace closecheck::sut
