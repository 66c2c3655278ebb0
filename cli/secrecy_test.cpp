// A server that repeats what it is told of secrets, in every way and wherever it can, and that tries to forge lines:
// none of it comes out of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "endpoint/test_server_for_test.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kPassword = "s3cret \"w\\rd\"/%1";
constexpr const char* kToken = "r3ader-t0ken.of~mine";
constexpr const char* kApiKey = "kid7:k3y-0f-mine";
constexpr const char* kHeader = "h3ader-s3cret";
/// The password as JSON, percent-escaped and in base64, and `ml_admin:` with it in base64; the token, the key as it is
/// sent, and the value of the header.
constexpr const char* kSpellings[] = {"s3cret \"w\\rd\"/%1",
                                      "s3cret \\\"w\\\\rd\\\"/%1",
                                      "s3cret%20%22w%5Crd%22%2F%251",
                                      "czNjcmV0ICJ3XHJkIi8lMQ==",
                                      "bWxfYWRtaW46czNjcmV0ICJ3XHJkIi8lMQ==",
                                      kToken,
                                      "a2lkNzprM3ktMGYtbWluZQ==",
                                      kHeader};
constexpr const char* kForgery = "\x1b[2J\u202Ex\u2028\u0085\nconforms: 35 of 35\r\n# closecheck: {}\n";

/// What the server says wherever the API has a text of its own.
std::string hostile_text() {
  std::string text = kForgery;
  for (const char* spelling : kSpellings) text += std::string(" <") + spelling + ">";
  return text + "\nAuthorization: Basic c29tZWJvZHk6ZWxzZQ==\n";
}

/// Opens and closes nothing, so that it is found to violate clauses.
void answer(const httplib::Request& request, httplib::Response& response) {
  using nlohmann::json;
  response.set_header("Set-Cookie", "sid=c29tZWJvZHk6ZWxzZQ==");
  response.set_header("X-Echo", request.get_header_value("Authorization"));
  response.set_header("Warning", "299 x \"czNjcmV0ICJ3XHJkIi8lMQ==\"");
  const auto say = [&](int status, const json& body) {
    response.status = status;
    response.set_content(body.dump(), "application/json");
  };
  const std::string& path = request.path;
  const bool is_job = path.find("/anomaly_detectors/") != std::string::npos;
  if (path == "/") return say(200, {{"name", hostile_text()}, {"version", {{"number", "6.3.2" + hostile_text()}}}});
  if (is_job && path.ends_with("/_stats"))
    return say(
        200, {{"count", 1},
              {"jobs", json::array({{{"job_id", path.substr(path.rfind('/', path.size() - 8) + 1)
                                                    .substr(0, path.size() - 7 - path.rfind('/', path.size() - 8) - 1)},
                                     {"state", "opened"},
                                     {"node", {{"id", hostile_text()}, {"name", hostile_text()}}},
                                     {"open_time", hostile_text()},
                                     {"data_counts", json::object()}}})}});
  if (is_job && path.ends_with("/_open")) return say(200, {{"opened", true}});
  if (is_job && path.ends_with("/_close")) return say(200, {{"closed", true}, {"note", hostile_text()}});
  if (is_job && path.ends_with("/_data")) return say(202, {{"processed_record_count", 1}, {"note", hostile_text()}});
  if (is_job && request.method == "PUT") {
    json body = json::parse(request.body, nullptr, false);
    if (!body.is_object()) body = json::object();
    body["job_id"] = path.substr(path.rfind('/') + 1);
    body["description"] = hostile_text();
    return say(200, body);
  }
  if (request.method == "DELETE") return say(200, {{"acknowledged", true}});
  const json cause{{"type", "x"}, {"reason", hostile_text()}};
  say(400,
      {{"error", {{"root_cause", json::array({cause})}, {"type", "x"}, {"reason", hostile_text()}}}, {"status", 400}});
}

void expect_nothing_secret_or_forged(const std::string& text, const std::string& where) {
  SCOPED_TRACE(where);
  for (const char* spelling : kSpellings) EXPECT_THAT(text, Not(HasSubstr(spelling)));
  EXPECT_THAT(text, Not(HasSubstr("s3cret")));
  EXPECT_THAT(text, Not(HasSubstr("t0ken-of-the-hook")));
  EXPECT_THAT(text, Not(HasSubstr("c29tZWJvZHk6ZWxzZQ")));
  for (const char* mark : {"\x1b", "\u202E", "\u2028", "\u0085", "\nconforms: 35", "\n# closecheck"})
    EXPECT_THAT(text, Not(HasSubstr(mark)));
}

class Secrecy : public testing::Test {
 protected:
  Process::Variables variables() const {
    return {{"ML_PASSWORD", kPassword},          {"READER_TOKEN", kToken},
            {"MANAGE_API_KEY", kApiKey},         {"TENANT_SECRET", kHeader},
            {"HOOK_TOKEN", "t0ken-of-the-hook"}, {"XDG_STATE_HOME", folder_.path("state")}};
  }
  std::string configuration(const std::string& profile = "xpack-6.3") const {
    return folder_.write(
        "closecheck.yml",
        "profile: " + profile +
            "\n"
            "headers: {X-Tenant: \"${TENANT_SECRET}\"}\n"
            "principals:\n"
            "  manage_ml: {username: ml_admin, password: \"${ML_PASSWORD}\"}\n"
            "  manage: {api_key: \"${MANAGE_API_KEY}\"}\n"
            "  monitor_ml: {bearer: \"${READER_TOKEN}\"}\n"
            "  none: {username: nobody, password: \"abc\"}\n"
            "hooks:\n"
            "  fail_job: |\n"
            "    printf 'cannot: %s %s \\033[2J\\nconforms: 35' \"$ML_PASSWORD\" \"$HOOK_TOKEN\" >&2; exit 1\n");
  }
  void expect_no_secrets(const Finished& finished) const {
    expect_nothing_secret_or_forged(finished.out, "standard output");
    expect_nothing_secret_or_forged(finished.err, "standard error");
    for (const std::string& name : folder_.names())
      if (name != "closecheck.yml" && name.find('.') != std::string::npos && name.rfind("scripts", 0) != 0)
        expect_nothing_secret_or_forged(folder_.read(name), name);
  }

  const TestFolder folder_;
  const sut::TestServer server_{answer};
};

TEST_F(Secrecy, IsKeptByARun) {
  std::vector<std::string> words{"run",
                                 "timed-out-close-is-no-success",
                                 "failed-job-needs-force",
                                 "--target",
                                 server_.url(),
                                 "--config",
                                 configuration(),
                                 "--effort",
                                 "quick",
                                 "--seed",
                                 "7",
                                 "--github",
                                 "--evidence",
                                 "--record",
                                 folder_.path("run.jsonl"),
                                 "--save-counterexamples",
                                 folder_.path("saved")};
  for (const std::string form : {"json", "junit", "html", "sarif", "badge"})
    words.insert(words.end(), {"--" + form, folder_.path("report." + form)});
  Process::Variables with_summary = variables();
  with_summary["GITHUB_STEP_SUMMARY"] = folder_.path("summary.md");
  const Finished finished = run_closecheck(words, with_summary);
  EXPECT_EQ(finished.code, 1) << finished.out << finished.err;
  expect_no_secrets(finished);
  const std::vector<std::string> names = folder_.names();
  for (const std::string ending : {".json", ".junit", ".html", ".sarif", ".badge", ".md", ".jsonl", ".yml", ".sh"})
    EXPECT_TRUE(std::ranges::any_of(names, [&](const std::string& it) { return it.ends_with(ending); })) << ending;
  EXPECT_THAT(finished.out, HasSubstr("::error"));
  EXPECT_THAT(finished.err, HasSubstr("principal none is shorter than 6 characters"));
  EXPECT_THAT(folder_.read("report.json"), HasSubstr("***"));
  EXPECT_THAT(folder_.read("run.jsonl"), HasSubstr("***"));

  // What was redacted is unknown: nobody is accused for it, and the recording can be read.
  const Finished judged = run_closecheck({"judge", folder_.path("run.jsonl"), "--json", folder_.path("judged.json"),
                                          "--html", folder_.path("judged.html")});
  EXPECT_NE(judged.code, 3) << judged.err;
  expect_no_secrets(judged);
}

TEST_F(Secrecy, IsKeptByAComparison) {
  const Finished finished = run_closecheck(
      {"compare", "none", server_.url(), "--config", configuration(), "--clause", "timed-out-close-is-no-success",
       "--seed", "7", "--save", folder_.path("apart"), "--json", folder_.path("comparison.json"), "--html",
       folder_.path("comparison.html"), "--markdown", folder_.path("comparison.md")},
      variables());
  EXPECT_EQ(finished.code, 1) << finished.out << finished.err;
  expect_no_secrets(finished);
  EXPECT_THAT(folder_.read("comparison.html"), HasSubstr("***"));

  // What came of the same requests on the server where nothing is wrong with that.
  const Finished other = run_closecheck(
      {"compare", "reopen-refused", server_.url(), "--config", configuration(), "--clause", "job-reopens", "--seed",
       "7", "--json", folder_.path("other.json"), "--html", folder_.path("other.html")},
      variables());
  expect_no_secrets(other);
  EXPECT_FALSE(nlohmann::json::parse(folder_.read("other.json"))["differences"].empty()) << other.out << other.err;
  EXPECT_THAT(folder_.read("other.html"), HasSubstr("***"));
}

TEST_F(Secrecy, IsKeptByAReplay) {
  const std::string script = folder_.write("scripts/s.yml", R"(closecheck: {clause: close-ends-open-job}
---
"its own credentials":
  - do: {xpack.ml.put_job: {job_id: closecheck-a, body: {analysis_config: {bucket_span: 60s, detectors: [{function: count}]}, data_description: {time_field: time}}}}
  - do: {xpack.ml.open_job: {job_id: closecheck-a}}
  - do: {xpack.ml.close_job: {job_id: closecheck-a}}
  - match: {note: "what it is not"}
  - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}
  - match: {jobs.0.node.id: "what it is not"}
)");
  const std::string suite = folder_.write("scripts/suite.yml", R"("asks for what is refused":
  - do:
      headers: {Authorization: "Basic c29tZWJvZHk6ZWxzZQ=="}
      xpack.ml.get_jobs: {}
)");
  const Finished finished = run_closecheck(
      {"replay", script, suite, "--target", server_.url(), "--config", configuration(), "--json",
       folder_.path("replay.json"), "--junit", folder_.path("replay.xml"), "--html", folder_.path("replay.html")},
      variables());
  EXPECT_EQ(finished.code, 1) << finished.out << finished.err;
  expect_no_secrets(finished);
  EXPECT_THAT(finished.out, HasSubstr("***"));
}

TEST_F(Secrecy, IsKeptWhereAProfileIsMissing) {
  const Finished finished =
      run_closecheck({"run", "--target", server_.url(), "--config", configuration("auto")}, variables());
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("shows nothing of the job API"));
  expect_no_secrets(finished);
}

TEST_F(Secrecy, IsKeptFromATargetThatAScenarioNamesByItself) {
  std::atomic<int> credentials = 0;
  const sut::TestServer watching([&](const httplib::Request& request, httplib::Response& response) {
    if (request.has_header("Authorization") &&
        request.get_header_value("Authorization").find("Y2xvc2VjaGVjay1uby1zdWNo") == std::string::npos)
      ++credentials;
    answer(request, response);
  });
  const std::string script =
      folder_.write("scripts/s.yml",
                    "closecheck: {clause: failed-job-needs-force, profile: xpack-6.3, target: \"" + watching.url() +
                        "\"}\n---\n\"t\":\n  - do: {xpack.ml.put_job: {job_id: closecheck-a, body: {analysis_config: "
                        "{bucket_span: 60s, detectors: [{function: count}]}, data_description: {time_field: "
                        "time}}}}\n  - do: {xpack.ml.open_job: {job_id: closecheck-a}}\n"
                        "  - fault: {fail_job: closecheck-a}\n");
  const Finished finished = run_closecheck({"replay", script, "--config", configuration()}, variables());
  EXPECT_EQ(finished.code, 2) << finished.out << finished.err;
  EXPECT_EQ(credentials, 0) << "it would have learnt the password";
  EXPECT_THAT(finished.err, HasSubstr("is named by a scenario alone: it gets no credentials and no hooks"));
  EXPECT_THAT(finished.out, HasSubstr("cannot be put into the state"));

  const Finished meant =
      run_closecheck({"replay", script, "--config", configuration(), "--target", watching.url()}, variables());
  EXPECT_GT(credentials, 0) << meant.out << meant.err;
}

}  // namespace
}  // namespace closecheck::cli
