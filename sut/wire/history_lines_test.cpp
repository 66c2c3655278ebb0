#include "closecheck/sut/history_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "closecheck/sut/wire.h"

namespace closecheck::sut {
namespace {

using testing::HasSubstr;

std::shared_ptr<const Request> request(Operation operation, Principal who = Principal::manage_ml) {
  return std::make_shared<const Request>(Request{who, std::move(operation), nullptr});
}

Event invoke(int process, Time time, std::shared_ptr<const Request> asked) {
  Event event;
  event.type = EventType::invoke;
  event.process = process;
  event.time = time;
  event.request = std::move(asked);
  return event;
}

Event ok(int process, Time time, const std::shared_ptr<const Request>& asked, Response response) {
  Event event = invoke(process, time, asked);
  event.type = EventType::ok;
  event.response = std::make_shared<const Response>(std::move(response));
  return event;
}

Response accepted(Content content = Acknowledged{}) {
  Response response;
  response.outcome = Outcome::accepted;
  response.content = std::move(content);
  return response;
}

Response from_wire(int status, std::vector<std::pair<std::string, std::string>> headers, std::string body) {
  Response response;
  response.status = status;
  response.wire = std::make_shared<const WireAnswer>(WireAnswer{status, std::move(headers), std::move(body)});
  return response;
}

History sample() {
  History history;
  history.profile = Profile::xpack_6_3;
  const auto close = request(CloseJob{"j", {}, "10s", {}, {}});
  const auto post =
      request(PostData{"j", {{kDataStart, 1, ""}, {kDataStart + 1, 2, "x"}}, false}, Principal::anonymous);
  const auto raw = request(RawRequest{"GET", "/x", {{"a", "1"}, {"b", ""}, {"a", "2"}}, "nu", "text/plain"});
  history.events.push_back(invoke(0, 120'000'000, close));
  history.events.push_back(invoke(1, 130'000'000, post));
  history.events.push_back(ok(0, 190'000'000, close, accepted()));
  Event lost = invoke(1, 200'000'000, post);
  lost.type = EventType::info;
  lost.error = "connection reset";
  history.events.push_back(lost);
  history.events.push_back(invoke(2, 205'000'000, raw));
  history.events.push_back(
      ok(2, 206'000'000, raw,
         from_wire(400, {{"content-type", "text/plain"}, {"Set-Cookie", "secret"}, {"warning", "1"}, {"warning", "2"}},
                   "No handler")));
  Event fault;
  fault.type = EventType::fault;
  fault.time = 210'000'000;
  fault.fault = Fault::slow_close;
  fault.duration = 3 * kSecond;
  fault.job = "j";
  history.events.push_back(fault);
  Event settled;
  settled.type = EventType::settled;
  settled.time = 900'000'000;
  settled.job = "j";
  history.events.push_back(settled);
  return history;
}

const std::vector<std::string>& sample_lines() {
  static const std::vector<std::string> lines{
      R"({"schema":"closecheck-history/1","profile":"xpack-6.3"})",
      (R"({"process":0,"type":"invoke","time":120000000,"principal":"manage_ml","request":{"method":"POST",)"
       R"("path":"/_xpack/ml/anomaly_detectors/j/_close","query":{"timeout":"10s"},"body":null}})"),
      (R"({"process":1,"type":"invoke","time":130000000,"principal":null,"request":{"method":"POST",)"
       R"("path":"/_xpack/ml/anomaly_detectors/j/_data","query":{},)"
       R"("text":"{\"time\":1500000000000,\"value\":1}\n{\"time\":1500000000001,\"value\":2,\"entity\":\"x\"}\n"}})"),
      (R"({"process":0,"type":"ok","time":190000000,"response":{"status":200,)"
       R"("headers":{"content-type":"application/json; charset=UTF-8"},"body":{"closed":true}}})"),
      R"({"process":1,"type":"info","time":200000000,"error":"connection reset"})",
      (R"({"process":2,"type":"invoke","time":205000000,"principal":"manage_ml","request":{"method":"GET","path":"/x",)"
       R"("query":{"a":["1","2"],"b":""},"headers":{"content-type":"text/plain"},"text":"nu"}})"),
      (R"({"process":2,"type":"ok","time":206000000,"response":{"status":400,)"
       R"("headers":{"content-type":"text/plain","warning":["1","2"]},"text":"No handler"}})"),
      R"({"type":"fault","time":210000000,"fault":"slow_close","job":"j","duration":3000000000})",
      R"({"type":"settled","time":900000000,"job":"j"})",
  };
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string error_of(const std::string& text) {
  try {
    read_history(text, Profile::xpack_5_4);
  } catch (const HistoryError& error) {
    return error.what;
  }
  return "no error";
}

TEST(HistoryLines, AreWrittenInTheDocumentedForm) {
  EXPECT_EQ(write_history_lines(sample()), sample_lines());
}

TEST(HistoryLines, ReadBackAsTheyWereWritten) {
  const History read = read_history(joined(sample_lines()), Profile::xpack_5_4);

  EXPECT_EQ(read.profile, Profile::xpack_6_3);
  ASSERT_EQ(read.events.size(), 8U);
  EXPECT_EQ(std::get<CloseJob>(read.events[0].request->operation).timeout, "10s");
  EXPECT_EQ(read.events[1].request->who, Principal::anonymous);
  EXPECT_EQ(std::get<PostData>(read.events[1].request->operation).records.size(), 2U);
  EXPECT_EQ(read.events[2].response->outcome, Outcome::accepted);
  EXPECT_EQ(read.events[2].request, read.events[0].request);
  EXPECT_EQ(read.events[3].error, "connection reset");
  EXPECT_EQ(read.events[5].response->wire->body, "No handler");
  EXPECT_EQ(read.events[6].duration, 3 * kSecond);
  EXPECT_EQ(read.events[7].job, "j");
  EXPECT_EQ(write_history_lines(read), sample_lines());
}

TEST(HistoryLines, TakeTheExampleOfTheDesignAsItStands) {
  const std::string text =
      R"({"schema": "closecheck-history/1", "profile": "xpack-6.3"})"
      "\n"
      R"({"process": 0, "type": "invoke", "time": 120000000, "principal": "manage_ml", "request": {"method": "POST", "path": "/_xpack/ml/anomaly_detectors/j/_close", "query": {"timeout": "10s"}, "body": null}})"
      "\r\n\n"
      R"({"process": 0, "type": "ok",     "time": 190000000, "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": {"closed": true}}})"
      "\n"
      R"({"type": "fault",   "time": 210000000, "fault": "fail_job", "job": "j"})"
      "\n"
      R"({"type": "settled", "time": 900000000, "job": "j"})";
  const History read = read_history(text, Profile::xpack_5_4);
  ASSERT_EQ(read.events.size(), 4U);
  EXPECT_EQ(read.events[1].response->outcome, Outcome::accepted);
}

TEST(HistoryLines, TakeTheGivenProfileWithoutAHeaderLine) {
  EXPECT_EQ(read_history(sample_lines().back(), Profile::xpack_6_3).profile, Profile::xpack_6_3);
  EXPECT_EQ(read_history(sample_lines().back(), Profile::xpack_5_4).profile, Profile::xpack_5_4);
  EXPECT_TRUE(read_history("", Profile::xpack_5_4).events.empty());
}

TEST(HistoryLines, KeepTheVersionThatTheirProfileIsNarrowedTo) {
  History history;
  history.profile = Profile::es_7.at({7, 13, 4});
  const std::string header = write_history_lines(history).front();
  EXPECT_THAT(header, HasSubstr(R"("profile":"es-7","product_version":"7.13.4")"));
  EXPECT_EQ(read_history(header, Profile::xpack_5_4).profile, history.profile);
  history.profile = Profile::es_7;
  EXPECT_THAT(write_history_lines(history).front(), testing::Not(HasSubstr("product_version")));
  const auto told = [](const std::string& version) {
    return R"({"schema":"closecheck-history/1","profile":"es-7","product_version":)" + version + "}";
  };
  EXPECT_EQ(read_history(told(R"("8.1.0")"), Profile::xpack_5_4).profile, Profile::es_7) << "that is no version of it";
  EXPECT_THROW(read_history(told(R"("new")"), Profile::xpack_5_4), HistoryError);
  EXPECT_THROW(read_history(told("7"), Profile::xpack_5_4), HistoryError);
}

TEST(HistoryLines, TakeAQueryInThePath) {
  const History read =
      read_history(R"({"process":0,"type":"invoke","time":1,"principal":null,"request":{"method":"POST",)"
                   R"("path":"/_xpack/ml/anomaly_detectors/j/_close?force=true"}})",
                   Profile::xpack_5_4);
  EXPECT_EQ(std::get<CloseJob>(read.events.front().request->operation).force, "true");
}

// Where a fragment begins the query ends, as the product reads it; whoever decoded the query knows better.
TEST(HistoryLines, TakeAFragmentForNoPartOfTheQuery) {
  const auto force_of = [](const std::string& request) {
    const History read = read_history(
        R"({"process":0,"type":"invoke","time":1,"principal":null,"request":{"method":"POST",)" + request + "}}",
        Profile::xpack_6_3);
    return std::get<CloseJob>(read.events.front().request->operation).force;
  };
  EXPECT_EQ(force_of(R"("path":"/_xpack/ml/anomaly_detectors/j/_close?force=true#x")"), "true");
  EXPECT_EQ(force_of(R"("path":"/_xpack/ml/anomaly_detectors/j/_close","query":{"force":"true#x"})"), "true#x");
}

TEST(HistoryLines, TellNoCallerFromACallerThatNobodyKnows) {
  const std::string line = R"({"process":0,"type":"invoke","time":1,"request":{"method":"GET","path":"/"}})";
  const History read = read_history(line, Profile::xpack_6_3);
  EXPECT_EQ(read.events.front().request->who, Principal::unknown);
  EXPECT_THAT(write_history_lines(read).back(), testing::Not(HasSubstr("principal")));
}

// Whoever asks in the name of somebody else has the privileges of that one, and nobody knows who that is.
TEST(HistoryLines, TakeACallerWhoRunsAsAnotherForOneThatNobodyKnows) {
  const auto who = [](const std::string& headers) {
    const History read = read_history(
        R"({"process":0,"type":"invoke","time":1,"principal":"manage_ml","request":{"method":"GET","path":"/","headers":)" +
            headers + "}}",
        Profile::xpack_6_3);
    return read.events.front().request->who;
  };
  EXPECT_EQ(who(R"({"Es-Security-Runas-User":"x"})"), Principal::unknown);
  EXPECT_EQ(who(R"({"x-opaque-id":"x"})"), Principal::manage_ml);
}

TEST(HistoryLines, SayWhichLineIsWrongAndWhatWasExpected) {
  const std::string invoke_line =
      R"({"process":0,"type":"invoke","time":5,"principal":null,"request":{"method":"GET","path":"/"}})"
      "\n";
  EXPECT_EQ(error_of("{}\n"), "line 1: `time` is missing; a whole number was expected");
  EXPECT_EQ(error_of("\n\nx"), "line 3: a JSON object was expected");
  EXPECT_EQ(error_of(R"({"schema":"closecheck-history/2"})"),
            "line 1: schema `closecheck-history/2` is not known; `closecheck-history/1` was expected");
  EXPECT_THAT(error_of(R"({"schema":"closecheck-history/1","profile":"es-99"})"), HasSubstr("`es-99` is not known"));
  EXPECT_THAT(error_of(R"({"type":"settled","time":-1,"job":"j"})"), HasSubstr("`time` is no whole number"));
  EXPECT_THAT(error_of(R"({"type":"settled","time":99999999999999999999,"job":"j"})"), HasSubstr("`time`"));
  EXPECT_THAT(error_of(R"({"type":"gone","time":1})"), HasSubstr("invoke, ok, info, fault or settled was expected"));
  EXPECT_THAT(error_of(R"({"type":"fault","time":1,"fault":"fire","job":"j"})"),
              HasSubstr("fault `fire` is not known"));
  EXPECT_THAT(error_of(R"({"type":"ok","process":3,"time":1,"response":{"status":200}})"),
              HasSubstr("process 3 has no request open"));
  EXPECT_THAT(error_of(invoke_line + invoke_line), HasSubstr("line 2: process 0 has a request open already"));
  EXPECT_THAT(error_of(invoke_line + R"({"type":"info","process":0,"time":6})" + "\n" +
                       R"({"process":0,"type":"invoke","time":7,"request":{"method":"GET","path":"/"}})"),
              HasSubstr("line 3: process 0 is used again"));
  EXPECT_THAT(error_of(invoke_line + R"({"type":"ok","process":0,"time":4,"response":{"status":200}})"),
              HasSubstr("line 2: `time` is before"));
  EXPECT_THAT(error_of(invoke_line + R"({"type":"ok","process":0,"time":6,"response":{"status":20}})"),
              HasSubstr("`status` is no whole number from 100 to 999"));
  EXPECT_THAT(error_of(R"({"process":0,"type":"invoke","time":1,"principal":"king","request":{}})"),
              HasSubstr("principal `king` is not known"));
  EXPECT_THAT(error_of(R"({"process":0,"type":"invoke","time":1,"request":{"method":"GET","path":"x"}})"),
              HasSubstr("`path` does not begin with `/`"));
  EXPECT_THAT(error_of(sample_lines().back() + "\n" + sample_lines().front()),
              HasSubstr("line 2: the line with `schema`"));
}

// What stands before the service's paths is no part of them, and who is asked beside it is somebody else.
TEST(HistoryLines, StandBelowTheBasePathThatTheirHeaderNames) {
  const auto exchange = [](int process, const std::string& path) {
    return R"({"process":)" + std::to_string(process) +
           R"(,"type":"invoke","time":1,"request":{"method":"GET","path":")" + path +
           R"("}})"
           "\n"
           R"({"process":)" +
           std::to_string(process) + R"(,"type":"ok","time":1,"response":{"status":200}})" + "\n";
  };
  const std::string header = R"({"schema":"closecheck-history/1","profile":"xpack-6.3","base_path":"/team/a/"})";
  const History read = read_history(header + "\n" + exchange(0, "/team/a/_xpack/ml/anomaly_detectors/j?pretty") +
                                        exchange(1, "/team/a") + exchange(2, "/team/ab/_xpack/ml/anomaly_detectors/k") +
                                        exchange(3, "/_xpack/ml/anomaly_detectors/k"),
                                    Profile::xpack_5_4);
  ASSERT_EQ(read.events.size(), 4U);
  EXPECT_EQ(std::get<GetJob>(read.events[0].request->operation).job, "j");
  EXPECT_TRUE(std::holds_alternative<GetRoot>(read.events[2].request->operation));
  EXPECT_EQ(error_of(R"({"schema":"closecheck-history/1","base_path":"a"})"),
            "line 1: `base_path` does not begin with `/`");
}

TEST(HistoryLines, TellANullBodyFromNone) {
  History history;
  const auto asked = request(RawRequest{"POST", "/x", {}, "null", "application/json"});
  history.events.push_back(invoke(0, 0, asked));
  history.events.push_back(ok(0, 1, asked, from_wire(200, {}, "null")));

  const History read = read_history(joined(write_history_lines(history)), Profile::xpack_5_4);

  EXPECT_EQ(read.events[0].request->as_sent->body, "null");
  EXPECT_EQ(read.events[1].response->wire->body, "null");
}

// `body: null` means no bytes; without `body` and `text` nobody knows what was there.
TEST(HistoryLines, TellABodyThatIsNotKnownFromNone) {
  const std::string lines =
      R"({"schema":"closecheck-history/1","profile":"xpack-6.3"})"
      "\n"
      R"({"process":0,"type":"invoke","time":1,"principal":"manage_ml","request":{"method":"POST",)"
      R"("path":"/_xpack/ml/anomaly_detectors/j/_data","query":{}}})"
      "\n"
      R"({"process":0,"type":"ok","time":2,"response":{"status":202,"headers":{}}})"
      "\n"
      R"({"process":0,"type":"invoke","time":3,"principal":"manage_ml","request":{"method":"POST",)"
      R"("path":"/_xpack/ml/anomaly_detectors/j/_open","query":{},"body":null}})"
      "\n"
      R"({"process":0,"type":"ok","time":4,"response":{"status":200,"headers":{},"body":null}})"
      "\n";
  const History read = read_history(lines, Profile::xpack_5_4);

  EXPECT_FALSE(is_body_known(*read.events[0].request));
  EXPECT_FALSE(is_body_known(*read.events[1].response));
  EXPECT_EQ(read.events[1].response->outcome, Outcome::accepted);
  EXPECT_EQ(describe(*read.events[0].request), "post data to job j");
  EXPECT_EQ(describe(*read.events[1].response), "202, its body is not in the recording");
  EXPECT_TRUE(is_body_known(*read.events[2].request));
  EXPECT_TRUE(is_body_known(*read.events[3].response));
  EXPECT_EQ(joined(write_history_lines(read)), lines);
}

TEST(HistoryLines, ReadAPathAndItsQueryAsTheServerDoes) {
  const History read =
      read_history(R"({"process":0,"type":"invoke","time":1,"principal":null,"request":{"method":"POST",)"
                   R"("path":"/_xpack/ml/anomaly_detectors/my%2Djob/_close?force=%74rue;timeout=1+0s"}})",
                   Profile::xpack_6_3);
  const auto& close = std::get<CloseJob>(read.events.front().request->operation);
  EXPECT_EQ(close.job, "my-job");
  EXPECT_EQ(close.force, "true");
  EXPECT_EQ(close.timeout, "1 0s");
}

TEST(HistoryLines, KeepTheAnswerOfSomethingBetweenAndThatARequestWasNeverSent) {
  const std::string text =
      R"({"process":0,"type":"invoke","time":1,"principal":"manage_ml","request":{"method":"POST",)"
      R"("path":"/_xpack/ml/anomaly_detectors/j/_open","query":{},"body":null}})"
      "\n"
      R"({"process":0,"type":"info","time":2,"response":{"status":504,"headers":{"content-type":"text/html"},)"
      R"("text":"<html></html>"},"error":"504 from something between us and the service"})"
      "\n"
      R"({"process":1,"type":"invoke","time":3,"principal":"none","request":{"method":"POST",)"
      R"("path":"/_xpack/ml/anomaly_detectors/j/_close","query":{},"body":null}})"
      "\n"
      R"({"process":1,"type":"info","time":4,"error":"no connection","never_sent":true})"
      "\n";
  const History history = read_history(text, Profile::xpack_6_3);

  ASSERT_EQ(history.events.size(), 4U);
  ASSERT_TRUE(history.events[1].response);
  EXPECT_EQ(history.events[1].response->outcome, Outcome::not_from_service);
  EXPECT_FALSE(history.events[1].never_sent);
  EXPECT_TRUE(history.events[3].never_sent);
  const std::vector<std::string> lines = write_history_lines(history);
  EXPECT_EQ(joined({lines.begin() + 1, lines.end()}), text);
}

TEST(HistoryLines, TakeABodyThatWasRedactedForOneThatIsNotThere) {
  const auto lines_with = [](const std::string& request, const std::string& response) {
    return R"({"process": 0, "type": "invoke", "time": 1, "request": {"method": "PUT", "path": "/_xpack/ml/anomaly_detectors/j", )" +
           request + "}}\n" + R"({"process": 0, "type": "ok", "time": 2, "response": {"status": 200, )" + response +
           "}}\n";
  };
  const auto bodies = [](const std::string& text) {
    const History history = read_history(text, Profile::xpack_6_3);
    return history.events[0].request->as_sent->body + "|" + history.events[1].response->wire->body;
  };
  EXPECT_EQ(bodies(lines_with(R"("body": {"a": 1})", R"("body": {"b": 2})")), "{\"a\":1}|{\"b\":2}");
  EXPECT_EQ(bodies(lines_with(R"("body": {"a": ["x ***"]})", R"("body": {"***": 2})")), "|");
  EXPECT_EQ(bodies(lines_with(R"("text": "***")", R"("text": "a *** b")")), "|");
}

TEST(HistoryLines, NeverHoldHeadersThatCarryCredentials) {
  const auto asked =
      request(RawRequest{"GET", "/a", {}, "", "", {{"Authorization", "Basic eDp5"}, {"Cookie", "sid=1"}}});
  Response response;
  response.status = 200;
  response.wire = std::make_shared<const WireAnswer>(
      WireAnswer{200, {{"set-cookie", "sid=1"}, {"x-api-key", "k"}, {"proxy-authorization", "p"}, {"a", "b"}}, "{}"});
  History history;
  history.events = {invoke(0, 1, asked), ok(0, 2, asked, response)};
  std::string text;
  for (const std::string& line : write_history_lines(history)) text += line;
  EXPECT_THAT(text, testing::AllOf(testing::Not(HasSubstr("eDp5")), testing::Not(HasSubstr("sid")),
                                   testing::Not(HasSubstr("x-api-key")), HasSubstr(R"({"a":"b"})")));
}

TEST(HistoryLines, AreOneLineEachForEveryReader) {
  const auto asked = request(GetRoot{});
  Response response;
  response.status = 200;
  response.wire = std::make_shared<const WireAnswer>(WireAnswer{200, {}, "{\"a\": \"\u2028\u202E\u0085\"}"});
  History history;
  history.events = {invoke(0, 1, asked), ok(0, 2, asked, response)};
  EXPECT_THAT(write_history_lines(history).back(), HasSubstr(R"({"a":"\u2028\u202e\u0085"})"));
  const History back =
      read_history(write_history_lines(history)[1] + "\n" + write_history_lines(history)[2], Profile::xpack_6_3);
  EXPECT_EQ(back.events[1].response->wire->body, "{\"a\":\"\u2028\u202E\u0085\"}");
}

}  // namespace
}  // namespace closecheck::sut
