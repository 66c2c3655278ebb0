// Steps of a scenario as a program for one profile.
#include <algorithm>
#include <cassert>
#include <iterator>

#include "call.h"
#include "closecheck/vocabulary/run_as.h"
#include "closecheck/vocabulary/text.h"
#include "json.h"
#include "script.h"

namespace closecheck::scenarios {
namespace {

using sut::wire::HttpRequest;

HttpRequest request_of(const Script& script, const DoStep& step, Profile profile) {
  if (const auto* named = std::get_if<ApiCall>(&step.call)) {
    const ApiTable& apis = script.apis(profile);
    return make_request(apis, *apis.find(named->api->name), named->arguments, named->body ? &*named->body : nullptr,
                        step.content_type);
  }
  const auto& raw = std::get<RawCall>(step.call);
  HttpRequest request{raw.method, raw.path, raw.query, {}, raw.content_type};
  if (raw.path.starts_with(kJobsBase)) request.path.replace(0, kJobsBase.size() - 1, profile->jobs.path);
  if (raw.body) request.body = raw.body->string() != nullptr ? *raw.body->string() : write_body(*raw.body);
  return request;
}

/// Says again what the codec leaves out of its view: parameters that every API takes (`pretty`), and the records that
/// stand behind the broken line of an upload.
void restore(Request& request, const HttpRequest& sent, Profile profile) {
  if (auto* close = std::get_if<CloseJob>(&request.operation)) {
    close->other.clear();
    for (const auto& parameter : sent.query)
      if (parameter.first != "force" && parameter.first != "timeout" && !profile->allow_none.knows(parameter.first))
        close->other.push_back(parameter);
  } else if (auto* post = std::get_if<PostData>(&request.operation); post != nullptr && post->malformed) {
    HttpRequest rest = sent;
    rest.body.erase(0, std::min(rest.body.find('\n'), rest.body.size() - 1) + 1);
    const Request whole = sut::wire::parse(rest, profile, request.who);
    const auto* records = std::get_if<PostData>(&whole.operation);
    if (records != nullptr && !records->malformed) post->records = records->records;
  }
}

/// Whether the operation says all of a call that gives documents a type, as servers had them once. Those that have none
/// are told the same without.
bool is_said_with_types(const Request& plain, const HttpRequest& sent, Profile profile) {
  if (profile->has_document_types) return false;
  HttpRequest typed = sut::wire::encode(plain, Profile::xpack_6_3);
  typed.path = sut::wire::encode(plain, profile).path;
  return same_request(typed, sent, false);
}

}  // namespace

Request make_call(const Script& script, const DoStep& step, Profile profile) {
  if (step.problem) throw CallError{step.problem->place, step.problem->what};
  HttpRequest sent = request_of(script, step, profile);
  for (const auto& [header, value] : step.headers)
    if (lower(header) == kRunAsHeader) sent.headers.emplace_back(kRunAsHeader, value);
  const auto* raw = std::get_if<RawCall>(&step.call);
  Request request;
  request.who = step.who;
  if (raw != nullptr && !raw->typed) {
    request.operation = RawRequest{sent.method, sent.path, sent.query, sent.body, sent.content_type, sent.headers};
    return request;
  }
  request = sut::wire::parse(sent, profile, step.who);
  request.who = step.who;
  if (!sent.headers.empty()) return request;
  // Where the typed operation says all that is sent, it is the whole request: it can be renamed, compared and printed.
  Request plain = request;
  plain.as_sent = nullptr;
  restore(plain, sent, profile);
  const bool strict_type = raw != nullptr || !step.content_type.empty();
  if (same_request(sut::wire::encode(plain, profile), sent, strict_type)) return plain;
  if (!strict_type && is_said_with_types(plain, sent, profile)) return plain;
  if (!request.as_sent)
    request.as_sent = std::make_shared<const RawRequest>(
        RawRequest{sent.method, sent.path, sent.query, sent.body, sent.content_type});
  return request;
}

Request make_plain_call(const Script& script, const DoStep& step, Profile profile) {
  if (step.problem) throw CallError{step.problem->place, step.problem->what};
  HttpRequest sent = request_of(script, step, profile);
  Request request;
  request.who = step.who;
  if (const auto* named = std::get_if<ApiCall>(&step.call)) {
    const bool says_trace = std::any_of(sent.query.begin(), sent.query.end(),
                                        [](const auto& parameter) { return parameter.first == "error_trace"; });
    if (!says_trace) sent.query.emplace_back("error_trace", "true");
    // Whoever manages jobs need not be allowed to do anything else.
    const std::string& api = named->api->name;
    const bool is_ours = api.starts_with("xpack.ml.") || api.starts_with("ml.");
    if (!step.says_who && !is_ours) request.who = Principal::setup;
  }
  request.operation = RawRequest{std::move(sent.method),
                                 std::move(sent.path),
                                 std::move(sent.query),
                                 std::move(sent.body),
                                 step.content_type.empty() ? sent.content_type : step.content_type,
                                 step.headers,
                                 true};
  return request;
}

Program make_program(const Script& script, const std::vector<ScriptStep>& steps, Profile profile, bool plain) {
  Program program;
  for (const ScriptStep& one : steps) {
    if (const auto* own = std::get_if<PlainStep>(&one)) program.steps.push_back(own->step);
    if (const auto* again = std::get_if<EventuallyStep>(&one)) {
      Program once = make_program(script, again->steps->list, profile, plain);
      std::move(once.steps.begin(), once.steps.end(), std::back_inserter(program.steps));
    }
    const auto* call = std::get_if<DoStep>(&one);
    if (call == nullptr || call->catch_text == "param") continue;
    Step step;
    step.client = call->client;
    step.detached = call->detached;
    step.fresh_connection = call->fresh_connection;
    try {
      step.request = plain ? make_plain_call(script, *call, profile) : make_call(script, *call, profile);
    } catch (const CallError& error) {
      script.source.fail(error.place, error.what);
    }
    program.steps.push_back(std::move(step));
  }
  return program;
}

Program Scenario::program(std::size_t test, Profile profile) const {
  assert(test < script_->tests.size());
  std::vector<ScriptStep> steps = script_->setup.steps;
  const std::vector<ScriptStep>& own = script_->tests[test].section.steps;
  steps.insert(steps.end(), own.begin(), own.end());
  return make_program(*script_, steps, profile, false);
}

}  // namespace closecheck::scenarios
