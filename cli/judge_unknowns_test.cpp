// Requests that say more than anybody follows: what depends on it accuses nobody and is named, and the same answer to
// the same request without it is a violation all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "process_for_test.h"
#include "recorded_for_test.h"

namespace closecheck::cli {
namespace {

using Json = Recorded::Json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// A job that took one record in each of four buckets and closed; the data has passed the first three.
Recorded four_buckets() {
  return Recorded().created().opened().posted({0, 1, 2, 3}).closed();
}

struct Case {
  const char* name;
  /// The same with and without what is not followed.
  std::function<Recorded(bool)> record;
  const char* clause;   // broken without it
  const char* unknown;  // the name in the note; empty: it is followed
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

const Case kReads[] = {
    {"Start",
     [](bool with) {
       return four_buckets().shows(with ? "?start=" + at(1) : "", {1, 2});
     },
     "close-flushes-buffers", ""},
    {"End", [](bool with) { return four_buckets().shows("?end=" + at(with ? 1 : 2), {0}); }, "close-flushes-buffers",
     ""},
    {"Score", [](bool with) { return four_buckets().shows(with ? "?anomaly_score=75" : "", {}); },
     "close-flushes-buffers", "anomaly_score"},
    {"NewestFirst",
     [](bool with) {
       return four_buckets().shows("?desc=true", with ? std::vector{2, 1, 0} : std::vector{2, 1}).shows("", {0, 1, 2});
     },
     "close-flushes-buffers", ""},
    {"Order",
     [](bool with) {
       return four_buckets().shows("", {0, 1, 2}).shows(with ? "?sort=anomaly_score" : "", {1, 0, 2});
     },
     "closed-job-keeps-results", "sort"},
    {"OneBucket",
     [](bool with) {
       Recorded recorded = four_buckets().shows("", {0, 1, 2});
       return with ? recorded.shows("/" + at(1), {1})
                   : recorded.of_job("GET", "/results/buckets/" + at(1), "", 404, Recorded::error(404, "none"));
     },
     "closed-job-keeps-results", ""},
    {"OneBucketThatIsNotThere",
     [](bool with) {
       return four_buckets()
           .shows("?from=9", {})
           .of_job("GET", "/results/buckets/" + at(with ? 3 : 2), "", 404, Recorded::error(404, "none"));
     },
     "close-flushes-buffers", ""},
    {"PageInABody",
     [](bool with) {
       const std::string size = with ? "1" : "10";
       return four_buckets().shows("", {0}, R"({"page":{"from":0,"size":)" + size + "}}");
     },
     "close-flushes-buffers", ""},
    {"ExcludeInterim",
     [](bool with) {
       return four_buckets().shows("?exclude_interim=true", with ? std::vector{0, 1, 2} : std::vector{0});
     },
     "close-flushes-buffers", ""},
    {"Expand",
     [](bool with) {
       return four_buckets().shows(with ? "?expand=true" : "", {0, 1});
     },
     "close-flushes-buffers", "expand"},
    {"OneSnapshot",
     [](bool with) {
       return four_buckets().lists("", {"1", "2"}).lists(with ? "/3" : "", {"3"});
     },
     "closed-job-refuses-analysis", ""},
    {"PageOfSnapshots", [](bool with) { return four_buckets().lists(with ? "?from=1" : "", {"1"}, 1); },
     "close-persists-snapshot", ""},
    {"RangeOfSnapshots", [](bool with) { return four_buckets().lists(with ? "?end=now" : "", {}); },
     "close-persists-snapshot", "end"},
    {"ScoreOfRecords",
     [](bool with) {
       const Json row{{"timestamp", kDataStart}, {"record_score", 5}, {"function", "count"}};
       return four_buckets()
           .of_job("GET", "/results/records", "", 200, {{"count", 1}, {"records", {row}}})
           .of_job("GET", std::string("/results/records") + (with ? "?record_score=50" : ""), "", 200,
                   {{"count", 0}, {"records", Json::array()}});
     },
     "closed-job-keeps-results", "record_score"},
    {"Statistics", [](bool with) { return four_buckets().reads("opened", 4, with ? "?level=shards" : ""); },
     "close-ends-open-job", "level"},
};

const Case kProcessing[] = {
    {"AdvanceTime",
     [](bool with) {
       return Recorded()
           .created()
           .opened()
           .of_job("POST", "/_flush" + (with ? "?advance_time=" + at(9) : ""), "", 200, {{"flushed", true}})
           .posted({0, 1})
           .closed()
           .reads("closed", 0);
     },
     "close-flushes-buffers", "advance_time"},
    {"SkipTimeInABody",
     [](bool with) {
       return Recorded()
           .created()
           .opened()
           .posted({0, 1})
           .of_job("POST", "/_flush", with ? R"({"skip_time":")" + at(5) + "\"}" : "", 200, {{"flushed", true}})
           .posted({5, 6})
           .closed()
           .shows("", {0, 5});
     },
     "close-flushes-buffers", "skip_time"},
    {"ResetStart",
     [](bool with) {
       return Recorded()
           .created()
           .opened()
           .posted({0, 1, 2})
           .posted({0}, with ? "?reset_start=" + at(0) : "")
           .closed()
           .reads("closed", 4);
     },
     "accepted-data-is-kept", "reset_start"},
    {"ForceInABody",
     [](bool with) {
       return Recorded()
           .created()
           .opened()
           .posted({0, 1, 2})
           .closed("", with ? R"({"force":true})" : "")
           .reads("closed", 2);
     },
     "close-flushes-buffers", "force"},
    {"TimeoutInABody",
     [](bool with) {
       return Recorded().created().opened().refused("/_close", with ? R"({"timeout":"1ms"})" : "", 500,
                                                    "Timed out when waiting");
     },
     "timeout-defaults-to-30m", "timeout"},
    {"ConfirmationOfDeletion",
     [](bool with) {
       return Recorded()
           .created()
           .of_job("DELETE", with ? "?wait_for_completion=false" : "", "", 200, {{"acknowledged", true}})
           .of_job("PUT", "", R"({"analysis_config":{"detectors":[{"function":"count"}]},"data_description":{}})", 400,
                   Recorded::error(400, "exists"))
           .opened();
     },
     "unknown-job-refused", "wait_for_completion"},
    {"Retention",
     [](bool with) {
       return Recorded()
           .created()
           .opened()
           .posted({0, 1, 2, 3})
           .of_job("POST", "/_update", with ? R"({"results_retention_days":1})" : R"({"description":"d"})", 200,
                   {{"job_id", "j"}})
           .closed()
           .shows("", {2});
     },
     "close-flushes-buffers", "results_retention_days"},
};

const std::string kStamps = R"({"@timestamp":)" + at(0) + "}\n" + R"({"@timestamp":)" + at(9) + "}\n";

const Case kConfigurations[] = {
    {"TimeField",
     [](bool with) {
       return Recorded()
           .created("", R"("time_field":"@timestamp","time_format":"epoch_ms")")
           .opened()
           .posted(kStamps)
           .closed()
           .reads("closed", with ? 2 : 3);
     },
     "accepted-data-is-kept", ""},
    {"TimeFormat",
     [](bool with) {
       return Recorded()
           .created("", with ? R"("time_format":"yyyy-MM-dd")" : R"("time_format":"epoch_ms")")
           .opened()
           .posted(R"({"time":"14/07"}{"time":"15/07"})")
           .closed()
           .reads("closed", 2);
     },
     "accepted-data-is-kept", "data_description.time_format"},
    {"DelimitedData",
     [](bool with) {
       return Recorded()
           .created("", std::string(R"("time_format":"epoch_ms")") + (with ? R"(,"format":"delimited")" : ""))
           .opened()
           .posted("time,value\n" + at(0) + ",1\n" + at(1) + ",2\n")
           .closed()
           .reads("closed", 2);
     },
     "accepted-data-is-kept", "data_description.format"},
    {"SummaryCount",
     [](bool with) {
       return Recorded()
           .created(with ? R"(,"summary_count_field_name":"n")" : "")
           .opened()
           .posted(R"({"time":)" + at(0) + R"(,"n":5}{"time":)" + at(1) + R"(,"n":5})")
           .closed()
           .shows("", {0}, "", 5);
     },
     "accepted-data-is-kept", "analysis_config.summary_count_field_name"},
    {"Latency",
     [](bool with) {
       return Recorded()
           .created(with ? R"(,"latency":"1h")" : "")
           .opened()
           .posted({1, 0, 2})
           .closed()
           .reads("closed", 3);
     },
     "accepted-data-is-kept", "analysis_config.latency"},
    {"RulesOfADetector",
     [](bool with) {
       const std::string rules = R"(,"detectors":[{"function":"count","custom_rules":[{"actions":["skip_result"]}]}])";
       return Recorded().created(with ? rules : "").opened().posted({0, 1, 2}).closed().shows("", {0});
     },
     "close-flushes-buffers", "analysis_config.detectors.custom_rules.actions"},
    {"Categorization",
     [](bool with) {
       return Recorded()
           .created(with ? R"(,"categorization_field_name":"message")" : "")
           .opened()
           .posted({0, 1, 2})
           .closed()
           .shows("", {0});
     },
     "close-flushes-buffers", "analysis_config.categorization_field_name"},
    {"QueryOfADatafeed",
     [](bool with) {
       const std::string query = with ? R"({"term":{"a":"b"}})" : R"({"match_all":{}})";
       const std::string feed = "/_xpack/ml/datafeeds/f";
       std::string lines;
       for (int i = 0; i < 3; ++i) lines += "{\"index\":{}}\n{\"time\":" + at(i) + "}\n";
       return Recorded()
           .asks("PUT", "/i", "", 200, {{"acknowledged", true}})
           .asks("POST", "/i/_bulk?refresh=true", lines, 200, {{"errors", false}})
           .created()
           .asks("PUT", feed, R"({"job_id":"j","indices":["i"],"query":)" + query + "}", 200, {{"datafeed_id", "f"}})
           .opened()
           .asks("POST", feed + "/_start?start=0&end=" + at(3), "", 200, {{"started", true}})
           .asks("POST", feed + "/_stop", "", 200, {{"stopped", true}})
           .closed()
           .reads("closed", 4);
     },
     "accepted-data-is-kept", "query.term.a"},
};

class JudgeOfUnknowns : public testing::TestWithParam<Case> {};

TEST_P(JudgeOfUnknowns, AccusesNobodyForIt) {
  const Recorded::Verdict verdict = GetParam().record(true).verdict();
  EXPECT_THAT(verdict.violations, IsEmpty());
  const std::string unknown = GetParam().unknown;
  if (unknown.empty())
    EXPECT_THAT(verdict.notes, IsEmpty());
  else
    EXPECT_THAT(verdict.notes, Contains(AllOf(HasSubstr("`" + unknown + "` of #"), HasSubstr(" is not followed"))));
}

TEST_P(JudgeOfUnknowns, StillAccusesWithoutIt) {
  EXPECT_THAT(GetParam().record(false).verdict().violations, Contains(GetParam().clause));
}

const auto kNameOf = [](const auto& instance) { return std::string(instance.param.name); };
INSTANTIATE_TEST_SUITE_P(InReads, JudgeOfUnknowns, testing::ValuesIn(kReads), kNameOf);
INSTANTIATE_TEST_SUITE_P(InProcessing, JudgeOfUnknowns, testing::ValuesIn(kProcessing), kNameOf);
INSTANTIATE_TEST_SUITE_P(InConfigurations, JudgeOfUnknowns, testing::ValuesIn(kConfigurations), kNameOf);

// manage-ml-may-close, anonymous-refused: who asked is not in the recording.
TEST(JudgeOfUnknownCallers, AccusesNobodyForTheirPrivileges) {
  const auto record = [](const Json& principal) {
    return Recorded()
        .created()
        .opened()
        .by(principal)
        .refused("/_close", "", 403, "not allowed")
        .closed()
        .reads("closed", 0);
  };
  EXPECT_THAT(record(Json(Json::value_t::discarded)).verdict().violations, IsEmpty());
  EXPECT_THAT(record("manage_ml").verdict().violations, Contains("manage-ml-may-close"));
  EXPECT_THAT(record(nullptr).verdict().violations, Contains("anonymous-refused"));
}

// bad-parameters-refused: where the fragment begins the query ends.
TEST(JudgeOfFragments, TakesThemForNoPartOfAParameter) {
  const auto record = [](const std::string& query) {
    return Recorded().created().opened().closed(query).verdict().violations;
  };
  EXPECT_THAT(record("?timeout=10s#x"), IsEmpty());
  EXPECT_THAT(record("?timeout=10s%23x"), Contains("bad-parameters-refused"));
}

// closing-closed-job, timeout-bounds-wait: with an empty part, or an encoded one that is fixed, a path leads nowhere,
// but to servers that read over it.
TEST(JudgeOfPaths, HoldsNothingAgainstWhatIsNearlyThatOfAClose) {
  const auto record = [](const std::string& path, int status, const std::string& state) {
    const Json answer = status == 200 ? Json{{"closed", true}} : Recorded::error(status, "no handler found");
    return Recorded()
        .created()
        .opened()
        .asks("POST", path, "", status, answer)
        .reads(state, 0)
        .closed()
        .asks("POST", path, "", status, answer);
  };
  for (const char* path : {"//_xpack/ml/anomaly_detectors/j/_close", "/_xpack//ml/anomaly_detectors/j/_close",
                           "/_xpack/ml/anomaly_detectors/j//_close", "/_xpack/ml/anomaly_detectors/j/%5Fclose",
                           "/_xpack/ml/anomaly%5Fdetectors/j/_close"}) {
    EXPECT_THAT(record(path, 400, "opened").verdict().violations, IsEmpty()) << path;
    EXPECT_THAT(record(path, 200, "closed").verdict().violations, IsEmpty()) << path;
    EXPECT_THAT(record(path, 400, "opened").verdict().notes, Contains(HasSubstr("`path` of #3"))) << path;
  }
  EXPECT_THAT(record("/_xpack/ml/anomaly_detectors/j/_close", 400, "opened").verdict().violations,
              Contains("close-ends-open-job"));
}

// job-reopens, accepted-data-is-kept: over a body that is no data, or a parameter that nobody follows, a server may
// fail, and not over data.
TEST(JudgeOfPosts, ForgivesAFailureOverWhatIsNoDataOrNotFollowed) {
  const auto record = [](const std::string& body, const std::string& query = "") {
    return Recorded()
        .created()
        .opened()
        .refused("/_data" + query, body, 500, "null_pointer_exception")
        .posted({0})
        .closed()
        .reads("closed", 1)
        .verdict()
        .violations;
  };
  EXPECT_THAT(record(""), IsEmpty());
  EXPECT_THAT(record("{\"time\":"), IsEmpty());
  const std::string data = R"({"time":)" + at(0) + "}\n";
  EXPECT_THAT(record(data, "?reset_start=1"), IsEmpty());
  EXPECT_THAT(record(data, "?reset_start=never"), IsEmpty());
  EXPECT_THAT(record(data), testing::Not(IsEmpty()));
}

// closing-closed-job: another boolean may be refused as well.
TEST(JudgeOfOtherBooleans, TakesTheRefusalOfOneThatIsNone) {
  const auto record = [](const std::string& value) {
    return Recorded()
        .created()
        .opened()
        .refused("/_close?allow_no_jobs=" + value, "", 400, "only [true] or [false] are allowed")
        .reads("opened", 0)
        .closed()
        .refused("/_close?allow_no_jobs=" + value, "", 400, "only [true] or [false] are allowed")
        .verdict()
        .violations;
  };
  EXPECT_THAT(record("TRUE"), IsEmpty());
  EXPECT_THAT(record("true"), testing::Not(IsEmpty()));
}

// What only leaves members out of an answer, or writes it in another way, is named as well.
TEST(JudgeOfPartialAnswers, NamesTheParameterThatAskedForThem) {
  const Recorded recorded =
      Recorded().created().opened().of_job("POST", "/_close?filter_path=x", "", 200, Json::object());
  const Recorded::Verdict verdict = recorded.verdict();
  EXPECT_THAT(verdict.violations, IsEmpty());
  EXPECT_THAT(
      verdict.notes,
      testing::ElementsAre("`filter_path` of #3 is not followed: what it leaves out of its answer is not judged"));
}

TEST(JudgeCommand, SaysWhatIsNotFollowed) {
  const TestFolder folder;
  const Recorded recorded =
      four_buckets().shows("?anomaly_score=75", {}).shows("?anomaly_score=50", {}).reads("closed", 4);
  const Finished finished = run_closecheck({"judge", folder.write("r.jsonl", recorded.text())});
  EXPECT_THAT(finished.out,
              HasSubstr("note: `anomaly_score` of #5 and 1 more is not followed: what it leaves out is not judged"));
}

}  // namespace
}  // namespace closecheck::cli
