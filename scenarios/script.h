// A scenario file as data: what its steps say, before it becomes a program for one profile.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "closecheck/scenarios/apis.h"
#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/wire.h"
#include "value.h"
#include "yaml.h"

namespace closecheck::scenarios {

/// A call by an API's name.
struct ApiCall {
  const Api* api = nullptr;
  Value arguments;
  std::optional<Value> body;
};
/// What a path of ours may begin with: the place where the profile has its job API.
inline constexpr std::string_view kJobsBase = "{ml}/";

/// A request word by word.
struct RawCall {
  std::string method;
  std::string path;
  Parameters query;
  std::optional<Value> body;  // a text is sent as it is
  std::string content_type;
  bool typed = true;  // false: whatever it means, it goes as an operation of its own
};

/// What is wrong with a call, or odd.
struct CallProblem {
  Place place;
  std::string what;
};

/// Which nodes of a cluster a call is for.
struct NodeSelector {
  std::string versions;         // ranges; empty: of any version
  bool has_attributes = false;  // asks for attributes
};

struct DoStep {
  std::variant<ApiCall, RawCall> call;
  Principal who = Principal::manage_ml;
  bool says_who = false;
  int client = 0;
  bool detached = false;
  bool fresh_connection = false;
  std::string content_type;  // what the call's headers say; empty: nothing
  Parameters headers;        // the other ones
  std::string catch_text;    // empty: none
  std::vector<int> ignored;  // statuses that are no errors
  bool has_warnings = false;
  std::vector<std::string> warnings, warning_patterns;                  // must come
  std::vector<std::string> allowed_warnings, allowed_warning_patterns;  // may come
  std::optional<Duration> within, no_sooner_than;                       // of the answer, from the call on
  std::optional<NodeSelector> nodes;
  std::optional<CallProblem> problem;  // why it cannot be made, which counts only where the test is run
  std::vector<CallProblem> oddities;   // what was passed over
  Place place;
};

enum class Check : std::uint8_t {
  match,
  is_true,
  is_false,
  length,
  gt,
  gte,
  lt,
  lte,
  exists,
  not_exists,
  contains,
  close_to,
  is_after
};
std::string_view name(Check check);

/// An assertion over the last answer.
struct CheckStep {
  Check check = Check::match;
  std::string path;
  Value expected;
  bool detached = false;  // of the call before it in `meanwhile`, not of the main line's last one
  Place place;
};
/// Keeps a value of the last answer: at the path, or with `transform`, made from the text.
struct SetStep {
  std::string name;
  std::string path;
  bool transform = false;
  Place place;
};
/// wait, join, settle, fault: the program's own steps.
struct PlainStep {
  Step step;
};

struct Steps;
/// Steps that are repeated until all of them hold, or the time is over.
struct EventuallyStep {
  Duration within = 0;
  Duration every = 500 * kMillisecond;
  std::shared_ptr<const Steps> steps;
  Place place;
};

using ScriptStep = std::variant<DoStep, CheckStep, SetStep, PlainStep, EventuallyStep>;
struct Steps {
  std::vector<ScriptStep> list;
};

/// Every call of the steps, in order.
template <class Visit>
void each_call(const std::vector<ScriptStep>& steps, const Visit& visit) {
  for (const ScriptStep& step : steps) {
    if (const auto* again = std::get_if<EventuallyStep>(&step)) each_call(again->steps->list, visit);
    if (const auto* call = std::get_if<DoStep>(&step)) visit(*call);
  }
}

/// Why a test may be left out.
struct Condition {
  bool required = false;            // `requires`, else `skip`
  std::string kind;                 // `version`, `features`, `cluster_features`, ...
  std::vector<std::string> values;  // of `known_issues`: two an issue
  std::string reason;
};

struct Section {
  std::vector<Condition> conditions;
  std::vector<ScriptStep> steps;
};

struct Test {
  std::string title;
  Section section;
};

struct Script {
  Source source;
  std::shared_ptr<const ApiTable> own_apis;  // null: the built-in ones
  Header header;
  bool has_header = false;
  std::vector<Condition> conditions;  // of the whole file
  bool is_of_clients = false;         // of their own suite, whose runners look for warnings only where one says so
  bool uses_stash = false;            // some step keeps a value, so that `$` is more than a character
  Section setup;
  Section teardown;
  std::vector<Test> tests;

  explicit Script(Source the_source) : source(std::move(the_source)) {}
  /// Without a header of ours the file is one of the format, held to its rules and to nothing else.
  bool is_foreign() const { return !has_header; }
  /// Without a profile only names and parameters count.
  const ApiTable& apis(Profile profile = {}) const { return own_apis ? *own_apis : ApiTable::built_in(profile); }
};

/// Reads the documents of a file into `script`. Throws ScenarioError.
void read_documents(const std::vector<Value>& documents, Script& script);

/// Reads one list of steps. `client_max`: the highest client number so far, which new clients count on from.
std::vector<ScriptStep> read_steps(const Script& script, const List& steps, int& client_max);

/// The request of a call for one profile: typed where the codec knows it, word by word otherwise. Throws CallError.
Request make_call(const Script& script, const DoStep& step, Profile profile);

/// Why the file or one of its conditions leaves the test out for this server; empty: nothing does. What the server does
/// not tell of itself is as the profile has it.
std::optional<std::string> reason_to_skip(const Script& script, const Test& test, Profile profile,
                                          const Server& server);

/// Whether a text is what `skip: {version: ...}` takes.
bool is_version_range(std::string_view ranges);

/// Throws ScenarioError for a call of the test, its set-up or its tear-down that cannot be made.
void check_calls(const Script& script, const Test& test);

/// The request of a call as the reference runner would send it, word by word. Throws CallError.
Request make_plain_call(const Script& script, const DoStep& step, Profile profile);

/// The steps as a program; assertions have no step in it. `plain`: see `make_plain_call`. Throws ScenarioError.
Program make_program(const Script& script, const std::vector<ScriptStep>& steps, Profile profile, bool plain);

}  // namespace closecheck::scenarios
