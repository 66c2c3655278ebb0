// Whatever the bytes: no reader throws, overflows or hangs, and what cannot be read is unreadable.
#include <gtest/gtest.h>

#include <random>

#include "closecheck/sut/history_lines.h"
#include "closecheck/sut/wire.h"
#include "wire/bodies.h"
#include "wire/json.h"
#include "wire/routes.h"

namespace closecheck::sut::wire {
namespace {

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all{CreateJob{"j", {}},
                                          GetJob{"j"},
                                          PostData{"j", {}, false},
                                          FlushJob{"j", {}},
                                          CloseJob{"j", {}, "1s", {}, {}},
                                          JobStats{"j"},
                                          GetBuckets{"j", {}, {}},
                                          GetRecords{"j", {}, {}},
                                          GetSnapshots{"j"},
                                          IndexDocuments{"i", {}, true},
                                          DatafeedStats{"f"},
                                          GetDatafeed{"f"},
                                          GetRoot{},
                                          Authenticate{},
                                          HasPrivileges{},
                                          RawRequest{"GET", "/x", {}, {}, {}}};
  return all;
}

std::string repeated(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

std::vector<std::string> nasty_bodies() {
  return {
      "",
      std::string("\0", 1),
      "\xff\xfe\xfd",
      "\"\xc3\x28\"",
      "null",
      "true",
      "17",
      "1e999",
      "-1e999",
      "{\"jobs\":[{\"job_id\":\"j\",\"data_counts\":{\"processed_record_count\":1e300}}]}",
      "{\"jobs\":[{\"job_id\":\"j\",\"data_counts\":{\"processed_record_count\":99999999999999999999}}]}",
      "{\"jobs\":[{\"job_id\":\"j\",\"data_counts\":{\"processed_record_count\":true}}]}",
      "{\"jobs\":[{\"job_id\":{},\"state\":[]}]}",
      "{\"jobs\":[null]}",
      "{\"closed\":\"maybe\"}",
      "{\"closed\":{\"closed\":true}}",
      "{\"error\":[],\"status\":[]}",
      "{\"error\":{\"root_cause\":[[]]},\"status\":-1}",
      "{\"error\":{\"root_cause\":{}},\"status\":1e30}",
      "{\"buckets\":[{\"timestamp\":\"1e5\"}],\"records\":{},\"model_snapshots\":7}",
      repeated("[", 100'000),
      repeated("{\"a\":", 100'000),
      repeated("[", 100'000) + repeated("]", 100'000),
      "{\"closed\":true,\"x\":" + repeated("[", 200) + repeated("]", 200) + "}",
      "{\"closed\":true}{\"closed\":true}",
      "{\"closed\":true} trailing",
      "{\"closed\"",
      "\"" + repeated("\\\"", 10'000),
  };
}

TEST(Decode, NeverThrowsWhateverTheBody) {
  for (const std::string& body : nasty_bodies())
    for (const Operation& operation : operations())
      for (const int status : {-1, 0, 200, 302, 400, 405, 500, INT32_MAX})
        for (const Profile profile : kProfiles) {
          const Response response =
              decode(WireAnswer{status, {}, body}, Request{Principal::manage_ml, operation, nullptr}, profile);
          EXPECT_EQ(response.status, status);
          EXPECT_TRUE(response.outcome == Outcome::refused || response.refusal == Refusal::none);
        }
}

// close-ends-open-job: nothing but a whole object with the claim closes a job.
TEST(Decode, FindsNoClaimInDamagedAnswers) {
  const Request close{Principal::manage_ml, CloseJob{"j", {}, {}, {}, {}}, nullptr};
  for (const std::string& body : nasty_bodies())
    EXPECT_NE(decode(WireAnswer{200, {}, body}, close, Profile::xpack_5_4).outcome, Outcome::accepted)
        << body.substr(0, 100);
}

TEST(Decode, ReadsNumbersThatFitNowhereAsUnreadable) {
  const Request stats{Principal::manage_ml, JobStats{"j"}, nullptr};
  for (const char* number :
       {"1e300", "99999999999999999999", "-99999999999999999999", "1e999", "true", "[]", "\"7x\""}) {
    const std::string body =
        std::string(R"({"count":1,"jobs":[{"job_id":"j","data_counts":{"processed_record_count":)") + number + "}}]}";
    EXPECT_EQ(decode(WireAnswer{200, {}, body}, stats, Profile::xpack_6_3).outcome, Outcome::unreadable) << number;
  }
}

TEST(Route, NeverThrowsWhateverTheRequest) {
  const std::vector<std::string> paths{"",
                                       "/",
                                       "//",
                                       "/%",
                                       "/%zz/%0",
                                       "*",
                                       std::string("/\0", 2),
                                       "/_xpack/ml/anomaly_detectors/%00/_close",
                                       "/_xpack/ml/anomaly_detectors/j",
                                       "/_xpack/ml/anomaly_detectors/j/_data",
                                       "/_xpack/ml/anomaly_detectors/j/_update",
                                       "/_xpack/ml/anomaly_detectors/j/_flush",
                                       "/_xpack/ml/anomaly_detectors/j/results/buckets",
                                       "/_xpack/ml/datafeeds/f",
                                       "/_xpack/ml/datafeeds/f/_start",
                                       "/_xpack/ml/datafeeds/f/_stop",
                                       "/_bulk",
                                       "/i/_bulk",
                                       "/" + std::string(10'000, 'a'),
                                       repeated("/a", 2'000)};
  std::vector<std::string> bodies = nasty_bodies();
  bodies.insert(bodies.end(), {R"({"analysis_config":7,"data_description":[]})",
                               R"({"analysis_config":{"detectors":{}},"data_description":{}})",
                               R"({"analysis_config":{"detectors":[{"function":[]}]},"data_description":[]})",
                               R"({"page":[]})", R"({"page":{"from":{}}})", R"({"start":{},"end":[]})",
                               R"({"force":{}})", R"({"indices":[[]],"job_id":"j"})", R"({"custom_settings":[]})",
                               R"({"groups":[[]]})", "{\"index\":[]}\n{}\n", "{\"index\":{\"_index\":{}}}\n[]\n"});
  for (const std::string& path : paths)
    for (const std::string& body : bodies) {
      if (body.size() > 10'000 && path != "/_xpack/ml/anomaly_detectors/j/_data") continue;
      for (const char* method : {"GET", "POST", "PUT", "DELETE", "", "\xff"})
        for (const Profile profile : kProfiles) {
          const HttpRequest request{method, path, {{"", ""}, {"\xff", "\xff"}}, body, "application/json"};
          const Request parsed = parse(request, profile, Principal::manage_ml);
          EXPECT_TRUE(parsed.as_sent != nullptr);
          const Routed routed = route(request, profile);
          EXPECT_TRUE(!routed.answer || encode(*routed.answer, routed.request.request, profile).status >= 200);
        }
    }
}

/// Damages a text as the wire might: bytes changed, cut, doubled, inserted.
std::string damaged(std::string text, std::mt19937& random) {
  const auto below = [&random](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (std::size_t left = 1 + below(6); left > 0 && !text.empty(); --left) {
    const std::size_t at = below(text.size());
    switch (below(4)) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(20)));
        break;
      default:
        text.insert(at, 1, "{}[]\",:\\0e"[below(10)]);
        break;
    }
  }
  return text;
}

TEST(Readers, NeverThrowOnDamagedTexts) {
  std::mt19937 random(7);
  const std::vector<std::string> texts{
      (R"({"count":1,"jobs":[{"job_id":"j","data_counts":{"processed_record_count":2,"latest_record_timestamp":15}, )"
       R"("model_size_stats":{"model_bytes":4},"state":"opened","node":{"id":"n"},"open_time":"1s"}]})"),
      R"({"error":{"root_cause":[{"type":"t","reason":"r"}],"type":"t","reason":"r"},"status":409})",
      R"({"count":1,"buckets":[{"timestamp":1500000000000,"anomaly_score":0.5,"event_count":3,"is_interim":true}]})",
      "{\"index\":{\"_index\":\"i\"}}\n{\"time\":1500000000000,\"value\":1}\n",
      R"({"job_id":"j","analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},"data_description":{}})",
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = damaged(texts[random() % texts.size()], random);
    const Operation& operation = operations()[random() % operations().size()];
    const Request request{Principal::manage_ml, operation, nullptr};
    decode(WireAnswer{round % 2 == 0 ? 200 : 409, {}, text}, request, Profile::xpack_6_3);
    HttpRequest http = encode(request, Profile::xpack_6_3);
    http.body = text;
    http.content_type = "application/json";
    parse(http, Profile::xpack_6_3, Principal::manage_ml);
  }
}

TEST(Histories, NeverThrowAnythingButHistoryErrors) {
  std::mt19937 random(7);
  const std::string good =
      R"({"schema":"closecheck-history/1","profile":"xpack-6.3"})"
      "\n"
      R"({"process":0,"type":"invoke","time":1,"principal":null,"request":{"method":"POST","path":"/a","query":{"t":"1"},"body":null}})"
      "\n"
      R"({"process":0,"type":"ok","time":2,"response":{"status":200,"headers":{"a":["b","c"]},"body":{"closed":true}}})"
      "\n"
      R"({"type":"fault","time":3,"fault":"slow_close","job":"j","duration":5})"
      "\n";
  EXPECT_NO_THROW(read_history(good, Profile::xpack_5_4));
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    try {
      read_history(damaged(good, random), Profile::xpack_5_4);
      ++read;
    } catch (const HistoryError& error) {
      EXPECT_TRUE(error.what.starts_with("line ")) << error.what;
    }
  }
  EXPECT_GT(read, 0);
}

TEST(SplitValues, DelimitsAnyText) {
  EXPECT_EQ(split_values("").values.size(), 0U);
  EXPECT_EQ(split_values("{}{} [1,{}] \"a\\\"b\" 12 ").values.size(), 5U);
  EXPECT_FALSE(split_values("{}{").complete);
  EXPECT_FALSE(split_values("\"abc").complete);
  EXPECT_FALSE(split_values("\"abc\\").complete);
  EXPECT_FALSE(split_values(",").complete);
}

}  // namespace
}  // namespace closecheck::sut::wire
