// Documents of a scenario file: header, set-up, tests, tear-down.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "closecheck/sut/deviation.h"
#include "closecheck/vocabulary/input_file.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "step_reader.h"

namespace closecheck::scenarios {
namespace {

constexpr std::array kSkipKeys{"version",    "features", "cluster_features", "known_issues",
                               "awaits_fix", "os",       "capabilities",     "reason"};
constexpr std::array kRequiresKeys{"test_runner_features", "cluster_features", "capabilities", "reason"};

class DocumentReader {
 public:
  explicit DocumentReader(Script& script) : script_(script) {}

  void read(const std::vector<Value>& documents) {
    std::vector<const Member*> members;
    for (const Value& document : documents) take_document(document, members);
    // Sections stand in any order. What the set-up says of clients holds for every test, so it is read before them.
    for (const Member* member : members)
      if (member->key == "setup") read_section(*member, has_setup_, script_.setup);
    client_max_ = last_client_max_;
    for (const Member* member : members) read_member(*member);
    if (script_.tests.empty()) fail({1, 1}, "expected at least one test: a title with a list of steps");
    script_.uses_stash = sets_anything(script_.setup) || sets_anything(script_.teardown) ||
                         std::any_of(script_.tests.begin(), script_.tests.end(),
                                     [](const Test& test) { return sets_anything(test.section); });
    if (script_.is_foreign()) return;
    // What may be left out may be for another runner or server; everything else has to make sense at once.
    if (!script_.conditions.empty() || !script_.setup.conditions.empty() || !script_.teardown.conditions.empty())
      return;
    for (const Test& test : script_.tests)
      if (test.section.conditions.empty()) check_calls(script_, test);
  }

 private:
  [[noreturn]] void fail(Place place, const std::string& message) const { script_.source.fail(place, message); }

  void take_document(const Value& document, std::vector<const Member*>& members) {
    if (document.is_null()) return;
    const Map* map = document.map();
    if (map == nullptr || map->empty())
      fail(document.place, fmt::format("expected a map with one key, the title of a test, found {}",
                                       map == nullptr ? describe(document) : "an empty map"));
    const bool with_header = document.find("closecheck") != nullptr;
    if (map->size() > 1 && !with_header)
      fail((*map)[1].place, fmt::format("expected one key in a document, found \"{}\" beside \"{}\"; tests are "
                                        "separated by ---",
                                        (*map)[1].key, map->front().key));
    for (const Member& member : *map) {
      if (member.key != "closecheck") {
        members.push_back(&member);
        continue;
      }
      if (script_.has_header) fail(member.place, "expected one `closecheck` header, found a second one");
      const bool is_first = std::ranges::all_of(members, [](const Member* other) { return is_about_tests(*other); });
      if (!is_first) fail(member.place, "expected the `closecheck` header before the tests");
      script_.has_header = true;
      read_header(member.value);
    }
  }

  /// Whether it says something of all tests, rather than being one.
  static bool is_about_tests(const Member& member) {
    return member.key == "setup" || member.key == "teardown" || is_file_condition(member);
  }
  static bool is_file_condition(const Member& member) {
    return member.key == "requires" && member.value.map() != nullptr;
  }

  static bool sets_anything(const Section& section) {
    return std::any_of(section.steps.begin(), section.steps.end(), [](const ScriptStep& step) {
      if (const auto* again = std::get_if<EventuallyStep>(&step))
        return std::any_of(again->steps->list.begin(), again->steps->list.end(),
                           [](const ScriptStep& one) { return std::holds_alternative<SetStep>(one); });
      return std::holds_alternative<SetStep>(step);
    });
  }

  void read_member(const Member& member) {
    if (member.key == "setup") return;
    if (is_file_condition(member)) return read_file_condition(member.value);
    if (member.key == "teardown") return read_section(member, has_teardown_, script_.teardown);
    const bool twice = std::any_of(script_.tests.begin(), script_.tests.end(),
                                   [&](const Test& test) { return test.title == member.key; });
    if (twice) fail(member.place, fmt::format("two tests have the title \"{}\"", member.key));
    script_.tests.push_back({member.key, read_section(member)});
  }

  void read_section(const Member& member, bool& seen, Section& out) {
    if (seen) fail(member.place, fmt::format("expected one {}, found a second one", member.key));
    seen = true;
    out = read_section(member);
  }

  void read_header(const Value& value) {
    if (value.map() == nullptr)
      fail(value.place, fmt::format("expected a map with clause, seed and profile, found {}", describe(value)));
    Header& header = script_.header;
    const Value* version = nullptr;
    for (const Member& member : *value.map()) {
      if (member.key == "clause") {
        header.clause = clause_named(text(member.value, "the id of a clause"));
        if (!header.clause)
          fail(member.value.place,
               fmt::format("there is no clause \"{}\"; `closecheck clauses` lists them", *member.value.string()));
      } else if (member.key == "profile") {
        header.profile = profile_named(text(member.value, "the name of a profile"));
        if (!header.profile)
          fail(member.value.place,
               fmt::format("expected a profile ({}), found \"{}\"", profile_names(), *member.value.string()));
      } else if (member.key == "product_version") {
        text(member.value, "a version");
        version = &member.value;
      } else if (member.key == "seed") {
        header.seed = seed(member.value);
      } else if (member.key == "deviation") {
        header.deviation = text(member.value, "the name of a deviation");
        if (header.deviation == "none") header.deviation.clear();
        if (!header.deviation.empty() && !sut::deviation_named(header.deviation))
          fail(member.value.place,
               fmt::format("there is no deviation \"{}\"; `closecheck deviations` lists them", header.deviation));
      } else if (member.key == "target") {
        header.target = text(member.value, "a URL");
      } else if (member.key == "oracle") {
        const bool* flag = std::get_if<bool>(&member.value.data);
        if (flag == nullptr)
          fail(member.value.place, fmt::format("expected true or false, found {}", describe(member.value)));
        header.oracle = *flag;
      } else if (member.key == "rest_after_force") {
        header.rest_after_force = rest(member.value);
      } else {
        fail(member.place, fmt::format("expected clause, seed, profile, product_version, deviation, target, oracle or "
                                       "rest_after_force, found \"{}\"",
                                       member.key));
      }
    }
    if (version != nullptr) header.profile = narrowed(header.profile, *version);
  }

  std::optional<Profile> narrowed(const std::optional<Profile>& profile, const Value& version) const {
    const std::optional<Profile> narrowed =
        profile ? with_product_version(*profile, *version.string()) : profile_of_version(*version.string());
    if (!narrowed)
      fail(version.place,
           fmt::format("expected a version of {}, such as {}, found \"{}\"", profile ? name(*profile) : "a profile",
                       profile.value_or(Profile{})->product_version, *version.string()));
    return narrowed;
  }

  /// Whoever gave a service less would accuse one that is only slow.
  Duration rest(const Value& value) const {
    constexpr Duration kRestMin = 5 * kSecond;
    const std::string* span = value.string();
    const auto parsed = span == nullptr ? std::nullopt : parse_duration(*span);
    if (!parsed || *parsed < kRestMin)
      fail(value.place, fmt::format("expected a duration with a unit, from 5s up, found {}", describe(value)));
    return *parsed;
  }

  std::uint64_t seed(const Value& value) const {
    if (const auto* large = std::get_if<std::uint64_t>(&value.data)) return *large;
    const auto* number = std::get_if<std::int64_t>(&value.data);
    if (number == nullptr || *number < 0)
      fail(value.place, fmt::format("expected a seed, a whole number from 0, found {}", describe(value)));
    return static_cast<std::uint64_t>(*number);
  }

  const std::string& text(const Value& value, std::string_view what) const {
    if (value.string() == nullptr) fail(value.place, fmt::format("expected {}, found {}", what, describe(value)));
    // No target is another one than the target that is meant.
    if (value.string()->find_first_not_of(" \t\r\n") == std::string::npos)
      fail(value.place, fmt::format("expected {}, found nothing", what));
    return *value.string();
  }

  /// The clients' own suite says in front which kind of server a file is for; ours is of the `stack` kind.
  void read_file_condition(const Value& value) {
    script_.is_of_clients = true;
    for (const Member& member : *value.map())
      if ((member.key != "stack" && member.key != "serverless") || !std::holds_alternative<bool>(member.value.data))
        fail(member.place, "expected {stack: true, serverless: false}");
    const Value* stack = value.find("stack");
    const bool* flag = stack == nullptr ? nullptr : std::get_if<bool>(&stack->data);
    if (flag != nullptr && !*flag)
      script_.conditions.push_back({false, "awaits_fix", {"all"}, "the file is not for this kind of server"});
  }

  Section read_section(const Member& member) {
    const Value& value = member.value;
    Section section = {};
    if (value.is_null()) fail(member.place, "expected a list of steps, found nothing");
    const List* steps = value.list();
    if (steps == nullptr) fail(value.place, fmt::format("expected a list of steps, found {}", describe(value)));
    std::size_t at = 0;
    for (; at < steps->size(); ++at) {
      const Map* step = (*steps)[at].map();
      if (step == nullptr || step->size() != 1) break;
      const Member& kind = step->front();
      if (kind.key != "skip" && kind.key != "requires") break;
      read_conditions(kind, section);
    }
    const List rest(steps->begin() + static_cast<std::ptrdiff_t>(at), steps->end());
    last_client_max_ = client_max_;
    section.steps = read_steps(script_, rest, last_client_max_);
    return section;
  }

  void read_conditions(const Member& kind, Section& section) const {
    const bool required = kind.key == "requires";
    if (kind.value.map() == nullptr)
      fail(kind.value.place, fmt::format("expected a map of conditions, found {}", describe(kind.value)));
    const Value* reason = kind.value.find("reason");
    const std::string why = reason != nullptr && reason->string() != nullptr ? *reason->string() : std::string();
    bool says_anything = false;
    for (const Member& member : *kind.value.map()) {
      const bool known = required
                             ? std::find(kRequiresKeys.begin(), kRequiresKeys.end(), member.key) != kRequiresKeys.end()
                             : std::find(kSkipKeys.begin(), kSkipKeys.end(), member.key) != kSkipKeys.end();
      if (!known) fail(member.place, fmt::format("\"{}\" is no condition of `{}`", member.key, kind.key));
      if (member.key == "reason") continue;
      says_anything = true;
      const bool about_runner = member.key == "features" || member.key == "test_runner_features";
      if (!about_runner && why.empty() && member.key != "awaits_fix")
        fail(member.place, fmt::format("expected a `reason` beside \"{}\"", member.key));
      Condition condition{required, about_runner ? "features" : member.key, {}, why};
      condition.values = member.key == "known_issues" ? issues_of(member.value) : words_of(member);
      if (member.key == "version")
        for (const std::string& ranges : condition.values)
          if (!is_version_range(ranges))
            fail(member.value.place,
                 fmt::format("expected ranges of versions such as \" - 6.2.99\" or \"6.3.0 - \", or \"all\", found {}",
                             describe(member.value)));
      section.conditions.push_back(std::move(condition));
    }
    if (!says_anything)
      fail(kind.place, fmt::format("expected a condition in `{}`: {}", kind.key,
                                   required ? joined(kRequiresKeys) : joined(kSkipKeys)));
  }

  /// Two words an issue: the feature that a server with it has, and the one that a server without it has.
  std::vector<std::string> issues_of(const Value& value) const {
    std::vector<std::string> words;
    const auto take = [&](const Value& issue) {
      for (const char* const key : {"cluster_feature", "fixed_by"}) {
        const Value* word = issue.find(key);
        if (word == nullptr || word->string() == nullptr || issue.map()->size() != 2)
          fail(issue.place,
               fmt::format("expected {{cluster_feature: NAME, fixed_by: NAME}}, found {}", describe(issue)));
        words.push_back(*word->string());
      }
    };
    if (const List* list = value.list())
      for (const Value& issue : *list) take(issue);
    else
      take(value);
    return words;
  }

  /// A single value or a list is allowed everywhere; what is neither is about servers with features that ours lack.
  std::vector<std::string> words_of(const Member& member) const {
    std::vector<std::string> words;
    if (const List* list = member.value.list()) {
      for (const Value& value : *list) words.push_back(text_of(value).value_or("?"));
    } else {
      const auto word = text_of(member.value);
      if (!word) fail(member.value.place, fmt::format("expected a text or a list, found {}", describe(member.value)));
      words.push_back(*word);
    }
    return words;
  }

  Script& script_;
  bool has_setup_ = false;
  bool has_teardown_ = false;
  int client_max_ = 0;       // of the set-up, which every test counts on from
  int last_client_max_ = 0;  // of the section that was read last
};

}  // namespace

void check_calls(const Script& script, const Test& test) {
  const auto check = [&](const DoStep& call) {
    if (call.problem) script.source.fail(call.problem->place, call.problem->what);
  };
  each_call(script.setup.steps, check);
  each_call(test.section.steps, check);
  each_call(script.teardown.steps, check);
}

void read_documents(const std::vector<Value>& documents, Script& script) {
  DocumentReader(script).read(documents);
}

Scenario::Scenario() = default;
Scenario::~Scenario() = default;
Scenario::Scenario(Scenario&&) noexcept = default;
Scenario& Scenario::operator=(Scenario&&) noexcept = default;

Scenario Scenario::load(const std::string& path, std::shared_ptr<const ApiTable> apis) {
  std::string text;
  try {
    text = read_regular_file(path, kFileBytesMax);
  } catch (const FileError& error) {
    throw ScenarioError{error.what()};
  }
  return parse(text, path, std::move(apis));
}

Scenario Scenario::parse(const std::string& text, const std::string& path_for_messages,
                         std::shared_ptr<const ApiTable> apis) {
  Scenario scenario;
  scenario.script_ = std::make_unique<Script>(Source(text, path_for_messages));
  scenario.script_->own_apis = std::move(apis);
  read_documents(parse_yaml(scenario.script_->source), *scenario.script_);
  return scenario;
}

void Scenario::check(Profile profile, const TitleFilter& wanted) const {
  if (is_foreign()) return;
  for (const Test& test : script_->tests)
    if ((!wanted || wanted(test.title)) && !reason_to_skip(*script_, test, profile, {})) check_calls(*script_, test);
}

std::vector<std::string> Scenario::notes() const {
  std::vector<std::string> notes;
  const auto take = [&](const DoStep& call) {
    for (const CallProblem& oddity : call.oddities)
      notes.push_back(fmt::format("{}:{}: {}", script_->source.path(), oddity.place.line, one_line(oddity.what)));
  };
  each_call(script_->setup.steps, take);
  for (const Test& test : script_->tests) each_call(test.section.steps, take);
  each_call(script_->teardown.steps, take);
  return notes;
}

bool Scenario::is_foreign() const {
  return script_->is_foreign();
}

const ApiTable& Scenario::apis(Profile profile) const {
  return script_->apis(profile);
}

const Header& Scenario::header() const {
  return script_->header;
}

std::vector<std::string> Scenario::titles() const {
  std::vector<std::string> titles;
  for (const Test& test : script_->tests) titles.push_back(test.title);
  return titles;
}

}  // namespace closecheck::scenarios
