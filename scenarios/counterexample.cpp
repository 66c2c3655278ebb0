// A violation's program as a scenario file that reads back to the same program.
#include <fmt/format.h>

#include <algorithm>

#include "call.h"
#include "closecheck/scenarios/scenario.h"
#include "closecheck/vocabulary/base64.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/run_as.h"
#include "closecheck/vocabulary/text.h"
#include "json.h"
#include "script.h"
#include "yaml_writer.h"

namespace closecheck::scenarios {
namespace {

using sut::wire::HttpRequest;

/// The text on one line of a comment, without its full stop.
std::string comment_text(std::string_view text) {
  std::string out = one_line(text);
  while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
  return out;
}

class Writer {
 public:
  Writer(const ViolationRecord& violation, Profile profile, const std::string& deviation)
      : violation_(violation), profile_(profile), deviation_(deviation), script_(Source({}, {})) {}

  std::string write() {
    const Finding& finding = violation_.finding;
    const std::string id(id_of(finding.clause));
    line(0, fmt::format("# {}: {}. Expected {}; observed {}.", id, comment_text(text_of(finding.clause).says),
                        comment_text(finding.expected), comment_text(finding.observed)));
    std::string header = fmt::format("clause: {}, seed: {}, profile: {}", id, violation_.seed, name(profile_));
    if (const std::string version = product_version_of(profile_); !version.empty())
      header += fmt::format(", product_version: {}", version);
    if (!deviation_.empty()) header += fmt::format(", deviation: {}", write_scalar(make_text(deviation_)));
    if (violation_.rest_after_force)
      header += fmt::format(", rest_after_force: {}", format_duration(*violation_.rest_after_force));
    line(0, fmt::format("closecheck: {{{}, oracle: true}}", header));
    line(0, "---");
    line(0, write_key(id) + ":");
    const std::vector<Step>& steps = violation_.program.steps;
    const std::size_t accused = accused_step();
    for (std::size_t at = 0; at < steps.size();) {
      std::size_t end = at + 1;
      if (is_detached(steps[at])) {
        while (end < steps.size() && is_detached(steps[end]) && steps[end].client == steps[at].client) ++end;
        write_meanwhile(at, end, accused);
      } else {
        if (at == accused) comment(1);
        write_step(steps[at]);
      }
      at = end;
    }
    return std::move(out_);
  }

 private:
  static bool is_detached(const Step& step) { return step.type == StepType::call && step.detached && step.client != 0; }

  void line(std::size_t level, const std::string& text) { out_ += std::string(2 * level, ' ') + text + "\n"; }

  void comment(std::size_t level) {
    line(level, "# expected: " + comment_text(violation_.finding.expected));
    line(level, "# observed: " + comment_text(violation_.finding.observed));
  }

  /// The step whose answer cannot be explained: the last call like the one that the finding points at.
  std::size_t accused_step() const {
    const std::vector<Step>& steps = violation_.program.steps;
    const std::vector<Event>& events = violation_.history.events;
    std::size_t last_call = steps.size();
    std::string wanted;
    if (violation_.finding.event < events.size() && events[violation_.finding.event].request)
      wanted = describe(*events[violation_.finding.event].request);
    for (std::size_t i = steps.size(); i-- > 0;) {
      if (steps[i].type != StepType::call) continue;
      if (last_call == steps.size()) last_call = i;
      if (!wanted.empty() && describe(steps[i].request) == wanted) return i;
    }
    return last_call;
  }

  void write_step(const Step& step) {
    switch (step.type) {
      case StepType::call:
        client_max_ = std::max(client_max_, step.client);
        write_call(step, 1);
        return;
      case StepType::wait:
        line(1, "- wait: " + format_duration(step.duration));
        return;
      case StepType::join:
        line(1, "- wait: answers");
        return;
      case StepType::settle:
        line(1, fmt::format("- wait: {{settled: {}, at_most: {}}}", write_parameter_text(step.job),
                            format_duration(step.duration)));
        return;
      case StepType::fault:
        line(1, fmt::format("- fault: {{{}: {}{}}}", name(step.fault), write_parameter_text(step.job),
                            step.duration == 0 && step.fault != Fault::slow_close
                                ? std::string()
                                : ", duration: " + format_duration(step.duration)));
        return;
    }
  }

  static std::string write_parameter_text(const std::string& text) { return write_scalar(make_text(text)); }

  void write_meanwhile(std::size_t from, std::size_t to, std::size_t accused) {
    const std::vector<Step>& steps = violation_.program.steps;
    const int client = steps[from].client;
    const bool is_next = client == client_max_ + 1;
    client_max_ = std::max(client_max_, client);
    line(1, "- meanwhile:");
    if (!is_next) {
      line(3, fmt::format("client: {}", client));
      line(3, "steps:");
    }
    for (std::size_t i = from; i < to; ++i) {
      const std::size_t level = is_next ? 3 : 4;
      if (i == accused) comment(level);
      write_call(steps[i], level);
    }
  }

  void write_call(const Step& step, std::size_t level) {
    line(level, "- do:");
    level += 2;
    if (step.request.who != Principal::manage_ml) line(level, fmt::format("as: {}", name(step.request.who)));
    if (step.client != 0 && !step.detached) line(level, fmt::format("client: {}", step.client));
    if (step.fresh_connection) line(level, "fresh_connection: true");
    if (const std::string user = run_as_of(step.request); !user.empty())
      line(level, fmt::format("headers: {{{}: {}}}", kRunAsHeader, write_scalar(make_text(user))));
    const bool opaque = std::holds_alternative<RawRequest>(step.request.operation);
    const HttpRequest sent = sut::wire::encode(step.request, profile_);
    const auto named = opaque || step.request.as_sent ? std::nullopt : name_request(ApiTable::built_in(profile_), sent);
    if (named && reads_back(*named, step.request))
      write_named(*named, level);
    else
      write_raw(step.request, sent, level);
  }

  /// Whether the call by name means exactly the typed operation again.
  bool reads_back(const NamedCall& named, const Request& request) const {
    DoStep step;
    step.who = request.who;
    step.call = ApiCall{ApiTable::built_in(profile_).find(named.name), named.arguments, named.body};
    const Request again = make_call(script_, step, profile_);
    return !again.as_sent && again.operation.index() == request.operation.index();
  }

  void write_named(const NamedCall& named, std::size_t level) {
    const auto text_of_argument = [](const Member& argument) {
      return write_key(argument.key) + ": " + write_parameter(*argument.value.string());
    };
    if (!named.body) {
      line(level, fmt::format("{}: {{{}}}", named.name, joined(*named.arguments.map(), ", ", text_of_argument)));
      return;
    }
    line(level, named.name + ":");
    for (const Member& argument : *named.arguments.map()) line(level + 1, text_of_argument(argument));
    if (named.body->map() != nullptr) {
      line(level + 1, "body: " + write_flow(*named.body));
      return;
    }
    line(level + 1, "body:");
    for (const Value& value : *named.body->list()) line(level + 2, "- " + write_flow(value));
  }

  void write_raw(const Request& request, const HttpRequest& sent, std::size_t level) {
    line(level, "request:");
    ++level;
    line(level, "method: " + write_scalar(make_text(sent.method)));
    line(level, "path: " + write_scalar(make_text(sent.path)));
    if (!sent.query.empty()) line(level, "query: " + write_query(sent.query));
    if (!sent.body.empty()) {
      if (is_utf8(sent.body))
        line(level, "body: " + write_scalar(make_text(sent.body)));
      else
        line(level, "body_base64: " + write_scalar(make_text(to_base64(sent.body))));
    }
    const std::string default_type = sent.body.empty() ? "" : "application/json";
    if (sent.content_type != default_type) line(level, "content_type: " + write_scalar(make_text(sent.content_type)));
    // A request of our own making that the codec would take for an operation stays what it is.
    const bool opaque = std::holds_alternative<RawRequest>(request.operation) && !request.as_sent;
    if (opaque && !std::holds_alternative<RawRequest>(sut::wire::parse(sent, profile_, request.who).operation))
      line(level, "typed: false");
  }

  static std::string write_query(const Parameters& query) {
    const bool unique = std::all_of(query.begin(), query.end(), [&](const auto& parameter) {
      return std::count_if(query.begin(), query.end(),
                           [&](const auto& other) { return other.first == parameter.first; }) == 1;
    });
    const std::string pairs = joined(query, ", ", [unique](const auto& pair) {
      const std::string key = write_key(pair.first);
      const std::string value = write_parameter(pair.second);
      return unique ? key + ": " + value : "[" + key + ", " + value + "]";
    });
    return unique ? "{" + pairs + "}" : "[" + pairs + "]";
  }

  const ViolationRecord& violation_;
  Profile profile_;
  const std::string& deviation_;
  Script script_;
  std::string out_;
  int client_max_ = 0;
};

}  // namespace

std::string write_counterexample(const ViolationRecord& violation, Profile profile, const std::string& deviation) {
  return Writer(violation, profile, deviation).write();
}

}  // namespace closecheck::scenarios
