#include "closecheck/vocabulary/redactor.h"

#include <gtest/gtest.h>

namespace closecheck {
namespace {

Redactor knowing(std::string_view secret, std::string_view user = "ml_admin") {
  Redactor redact;
  redact.add(secret, user);
  return redact;
}

TEST(Redactor, FindsASecretWhereverItStands) {
  const Redactor redact = knowing("s3cret-word");
  EXPECT_EQ(redact("no secret here"), "no secret here");
  EXPECT_EQ(redact("s3cret-word"), "***");
  EXPECT_EQ(redact("user [a] with s3cret-word, twice: xs3cret-wordy"), "user [a] with ***, twice: x***y");
  EXPECT_EQ(redact(R"({"s3cret-word": ["s3cret-word", 1]})"), R"({"***": ["***", 1]})");
}

TEST(Redactor, FindsASecretInBase64AloneWithItsUserAndWithinSomethingLonger) {
  const Redactor redact = knowing("s3cret-word");
  EXPECT_EQ(redact("token czNjcmV0LXdvcmQ= is wrong"), "token *** is wrong");
  EXPECT_EQ(redact("sent bWxfYWRtaW46czNjcmV0LXdvcmQ=."), "sent ***.");  // ml_admin:s3cret-word
  EXPECT_EQ(redact("sent eDpzM2NyZXQtd29yZCFhYmM."), "sent ***.");       // x:s3cret-word!abc
  EXPECT_EQ(redact("sent eHk6czNjcmV0LXdvcmQhYWJj."), "sent ***.");      // xy:s3cret-word!abc
  EXPECT_EQ(redact("sent eHl6OnMzY3JldC13b3JkIWFiYw."), "sent ***.");    // xyz:s3cret-word!abc
  const Redactor with_signs = knowing("~~~>>>");
  for (const char* text : {"fn5+Pj4+", "fn5-Pj4-", "fn5%2BPj4%2b", "xxfn5+Pj4+xx=="})
    EXPECT_EQ(with_signs(text), "***") << text;
  EXPECT_EQ(with_signs("fn5+ Pj4+"), "fn5+ Pj4+");
}

TEST(Redactor, FindsASecretPercentEscapedInAnyWay) {
  const Redactor redact = knowing("p@ss w\xC3\xB6rd/1");
  for (const char* text :
       {"p%40ss%20w%C3%B6rd%2F1", "p%40ss+w%c3%b6rd%2f1", "p@ss%20w\xC3\xB6rd/1", "%70@ss w%C3%B6rd/1"})
    EXPECT_EQ(redact(text), "***") << text;
}

TEST(Redactor, FindsASecretWithAPercentSign) {
  for (const char* text : {"50%off!!", "50%25off!!", "50%25off%21%21"})
    EXPECT_EQ(knowing("50%off!!")(text), "***") << text;
  EXPECT_EQ(knowing("50%25off")("50%25off"), "***");
}

TEST(Redactor, FindsASecretJsonEscapedInAnyWay) {
  const Redactor redact = knowing("a\"b\\c/d\t\xC3\xBC\xF0\x9F\x98\x80");
  for (const char* text : {R"(a\"b\\c/d\tü😀)", R"(a\"b\\c\/d\u0009\u00fc\uD83D\uDE00)", R"(\u0061\u0022b\u005cc/d\tü😀)",
                           R"(a\\\"b\\\\c/d\\tü😀)"})
    EXPECT_EQ(redact(text), "***") << text;
  EXPECT_EQ(redact(R"(a"b\\d)"), R"(a"b\\d)");
}

TEST(Redactor, FindsAShortSecretAsAWholeValueOnly) {
  const Redactor redact = knowing("abc", "");
  EXPECT_EQ(redact("abc"), "***");
  EXPECT_EQ(redact(R"({"a": "abc", "b": ["abc", 1], "c": "abcd"})"), R"({"a": "***", "b": ["***", 1], "c": "abcd"})");
  EXPECT_EQ(redact("the alphabet begins with abc and ends with xyz"), "the alphabet begins with abc and ends with xyz");
  EXPECT_EQ(redact("YWJj"), "***");
  EXPECT_EQ(knowing("1234", "")(R"({"count":1234,"other":12345})"), R"({"count":***,"other":12345})");
  EXPECT_EQ(knowing("abc")("ml_admin:abc and bWxfYWRtaW46YWJj"), "*** and ***") << "with its user it is long enough";
}

TEST(Redactor, TakesTheLongerOfTwoSecretsThatBeginAlike) {
  Redactor redact;
  redact.add("password");
  redact.add("password-of-another");
  EXPECT_EQ(redact("password-of-another password"), "*** ***");
}

TEST(Redactor, KnowsTheBeginningOfASecretThatWasCut) {
  const Redactor redact = knowing("s3cret-word");
  EXPECT_EQ(redact("found \"s3cret...\""), "found \"***...\"");
  EXPECT_EQ(redact("found s3cret-wor... (900 bytes)"), "found ***... (900 bytes)");
  EXPECT_EQ(redact("found s3cre..."), "found s3cre...");
  EXPECT_EQ(redact("found s3cret-wor"), "found s3cret-wor");
}

TEST(Redactor, HidesTheValuesOfHeadersThatCarryCredentials) {
  const Redactor redact;
  EXPECT_EQ(redact("< Authorization: Basic eDp5\n< Host: x"), "< Authorization: ***\n< Host: x");
  EXPECT_EQ(redact("headers=[authorization: [Bearer a.b.c]]"), "headers=[authorization: [***]]");
  EXPECT_EQ(redact("Set-Cookie: sid=1; Path=/"), "Set-Cookie: ***");
  EXPECT_EQ(redact(R"({"headers":{"Proxy-Authorization":"Basic x\"y","host":"h"}})"),
            R"({"headers":{"Proxy-Authorization":"***","host":"h"}})");
  EXPECT_EQ(redact(R"("{\"cookie\":\"a=b\",\"x\":1}")"), R"("{\"cookie\":\"***\",\"x\":1}")");
  EXPECT_EQ(redact(R"({"api_key":"k","x-auth-token":5,"a":1})"), R"({"api_key":"***","x-auth-token":***,"a":1})");
  for (const char* harmless : {"wrong user name or password: try again", R"({"authorization":{"roles":["a"]}})",
                               "the action is unauthorized: no", "the token: a brace"})
    EXPECT_EQ(redact(harmless), harmless);
}

TEST(Redactor, KeepsOfAChallengeWhatIsNoToken) {
  const Redactor redact = knowing("s3cret-word");
  EXPECT_EQ(redact.header("www-authenticate", "Basic realm=\"security\" charset=\"UTF-8\""),
            "Basic realm=\"security\" charset=\"UTF-8\"");
  EXPECT_EQ(redact.header("WWW-Authenticate", "Negotiate"), "Negotiate");
  EXPECT_EQ(redact.header("WWW-Authenticate", "Negotiate YIIabc=="), "Negotiate ***");
  EXPECT_EQ(redact.header("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\""), "Digest ***");
  EXPECT_EQ(redact.header("set-cookie", "a=b"), "***");
  EXPECT_EQ(redact.header("location", "/x?p=s3cret-word"), "/x?p=***");
}

TEST(Redactor, LearnsWhatAnAuthorizationHeaderHolds) {
  Redactor redact;
  redact.add_authorization("Basic bWxfYWRtaW46czNjcmV0LXdvcmQ=");
  redact.add_authorization("ApiKey aWQ6a2V5LXRva2Vu");
  redact.add_authorization("Bearer abc.def-ghi");
  EXPECT_EQ(redact("s3cret-word key-token abc.def-ghi bWxfYWRtaW46czNjcmV0LXdvcmQ="), "*** *** *** ***");
}

TEST(Redactor, CleansEveryTextOfAHistory) {
  const Redactor redact = knowing("s3cret-word");
  auto request = std::make_shared<Request>();
  request->operation = RawRequest{"GET", "/a", {{"q", "s3cret-word"}}, "s3cret-word", "", {{"authorization", "x"}}};
  Response response;
  response.outcome = Outcome::refused;
  response.status = 400;
  response.reason = "bad s3cret-word";
  response.notes = {{Clause::wire_error_envelope, "a", "s3cret-word"}};
  response.content = JobStatisticsList{1, {JobStatistics{"s3cret-word", JobState::opened, {}, false, "", {}, 0}}};
  response.wire = std::make_shared<const WireAnswer>(
      WireAnswer{400, {{"set-cookie", "sid"}, {"x", "s3cret-word"}}, R"({"a": "s3cret-word"})"});
  History history;
  Event event;
  event.request = request;
  history.events.push_back(event);
  event.type = EventType::ok;
  event.response = std::make_shared<const Response>(response);
  history.events.push_back(event);
  event.type = EventType::info;
  event.response = nullptr;
  event.error = "s3cret-word";
  history.events.push_back(event);

  const History cleaned = redact(history);
  const auto& raw = std::get<RawRequest>(cleaned.events[0].request->operation);
  EXPECT_EQ(raw.query[0].second + raw.body + raw.headers[0].second, "*********");
  EXPECT_EQ(cleaned.events[1].request, cleaned.events[0].request);
  const Response& answer = *cleaned.events[1].response;
  EXPECT_EQ(answer.reason, "bad ***");
  EXPECT_EQ(answer.notes[0].observed, "***");
  EXPECT_EQ(std::get<JobStatisticsList>(answer.content).jobs[0].job, "***");
  EXPECT_EQ(answer.wire->body, R"({"a": "***"})");
  EXPECT_EQ(answer.wire->headers[0].second + answer.wire->headers[1].second, "******");
  EXPECT_EQ(cleaned.events[2].error, "***");
}

}  // namespace
}  // namespace closecheck
