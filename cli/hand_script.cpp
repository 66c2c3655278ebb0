#include "hand_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "closecheck/sut/hook_command.h"
#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "counterexamples.h"
#include "secrets.h"

namespace closecheck::cli {
namespace {

/// Where `closecheck serve --port 9200` answers: what is written for a run in process.
constexpr const char* kServedUrl = "http://127.0.0.1:9200";

/// What the rest of the script calls.
constexpr const char* kFunctions = R"sh(set -u
marks=$(mktemp -d) || exit 1
trap 'rm -rf "$marks"' EXIT

# ask STEP CURL...: sends one request, and prints its answer when it comes
ask() {
  step=$1; shift
  answer=$("$@" -w ' (%{http_code})' 2>&1)
  printf '#%s: %s\n' "$step" "$answer"
}

# settle JOB SECONDS CURL...: waits for all answers, and then until the job is neither opening nor closing
settle() {
  job=$1; end=$(($(date +%s) + $2)); shift 2
  wait
  while "$@" 2>&1 | grep -Eq '"state" *: *"(opening|closing)"' && [ "$(date +%s)" -lt "$end" ]; do sleep 0.2; done
  printf '%s is settled\n' "$job"
}

# follow CLIENT: waits until the client has sent what it was to send before
follow() {
  while [ ! -e "$marks/$1" ]; do sleep 0.05; done
}
)sh";

bool is_about_callers(Clause clause) {
  return clause == Clause::close_requires_privilege || clause == Clause::manage_ml_may_close ||
         clause == Clause::manage_may_close || clause == Clause::anonymous_refused;
}

std::string seconds_of(Duration duration) {
  return fmt::format("{:.3g}", static_cast<double>(duration) / static_cast<double>(kSecond));
}

class HandScript {
 public:
  HandScript(const ViolationRecord& violation, const RunRecord& record, const Target& target)
      : violation_(violation), record_(record), target_(target) {}

  std::string write() && {
    write_head();
    out_ += kFunctions;
    const std::vector<Step>& steps = violation_.program.steps;
    for (std::size_t at = 0; at < steps.size();) {
      std::size_t end = at + 1;
      while (is_detached(steps[at]) && end < steps.size() && is_detached(steps[end]) &&
             steps[end].client == steps[at].client)
        ++end;
      out_ += '\n';
      if (is_detached(steps[at]))
        write_meanwhile(at, end);
      else
        write_step(at);
      at = end;
    }
    out_ += "\nwait\n\n# What was created is removed.\n";
    write_removal();
    return std::move(out_);
  }

 private:
  static bool is_detached(const Step& step) { return step.type == StepType::call && step.detached && step.client != 0; }

  void comment(std::string_view label, const std::string& text) {
    out_ += fmt::format("# {}{}\n", label, one_line(text));
  }

  void write_head() {
    const Finding& finding = violation_.finding;
    out_ = "#!/usr/bin/env bash\n";
    comment("", fmt::format("{}: {}", id_of(finding.clause), text_of(finding.clause).says));
    comment("expected: ", finding.expected);
    comment("observed: ", finding.observed);
    if (!target_.live)
      comment("Run it beside: ",
              fmt::format("{} serve --port 9200 --profile {} --test-hooks{}", program_name(), name(record_.profile),
                          record_.deviation.empty() ? "" : " --deviation " + record_.deviation));
  }

  void write_call(std::size_t at, const std::string& indent) {
    const Step& step = violation_.program.steps[at];
    out_ += fmt::format("{}# {}\n{}ask {} {}\n", indent, one_line(describe(step.request)), indent, at + 1,
                        curl_line_of(step.request, target_, violation_.finding.clause));
  }

  /// Several requests of a client that the main line does not wait for.
  void write_meanwhile(std::size_t from, std::size_t to) {
    const int client = violation_.program.steps[from].client;
    const int turn = ++turns_[client];
    out_ += "{\n";
    if (turn > 1) out_ += fmt::format("  follow {}.{}\n", client, turn - 1);
    for (std::size_t at = from; at < to; ++at) write_call(at, "  ");
    out_ += fmt::format("  : > \"$marks/{}.{}\"\n}} &\n", client, turn);
  }

  void write_step(std::size_t at) {
    const Step& step = violation_.program.steps[at];
    switch (step.type) {
      case StepType::call:
        if (const auto turn = turns_.find(step.client); turn != turns_.end())
          out_ += fmt::format("follow {}.{}\n", step.client, turn->second);
        return write_call(at, "");
      case StepType::wait:
        out_ += fmt::format("sleep {}\n", seconds_of(step.duration));
        return;
      case StepType::join:
        out_ += "wait\n";
        return;
      case StepType::settle:
        out_ += fmt::format("settle {} {} {}\n", shell_word(step.job), std::max<Duration>(step.duration / kSecond, 1),
                            quiet_line(JobStats{step.job}));
        return;
      case StepType::fault:
        return write_fault(step);
    }
  }

  void write_fault(const Step& step) {
    std::string command;
    if (target_.live) {
      const auto hook = target_.configuration.hooks.find(step.fault);
      const Redactor redact = redactor_of(target_.configuration, process_variables());
      if (hook != target_.configuration.hooks.end()) command = redact(hook->second);
    } else {
      static const std::map<Fault, std::string> verbs{{Fault::fail_job, "_fail"},
                                                      {Fault::hang_close, "_hang"},
                                                      {Fault::slow_close, "_slow?housekeeping={duration}"}};
      command = fmt::format("curl -fsS -X POST '{}/_test/jobs/{{job_id}}/{}'", kServedUrl, verbs.at(step.fault));
    }
    comment("the hook ", std::string(name(step.fault)) + (command.empty() ? ", which is not configured" : ""));
    if (!command.empty()) out_ += fmt::format("( {}\n)\n", sut::fill_in_hook(command, step.job, step.duration));
  }

  std::string quiet_line(Operation operation) const {
    return curl_line_of({Principal::manage_ml, std::move(operation), nullptr}, target_, violation_.finding.clause);
  }

  void remove(Operation operation) { out_ += quiet_line(std::move(operation)) + " > \"$marks/removed\" 2>&1\n"; }

  void write_removal() {
    std::set<std::string> jobs, feeds, indices;
    for (const Step& step : violation_.program.steps) {
      if (step.type != StepType::call) continue;
      if (const auto* job = std::get_if<CreateJob>(&step.request.operation)) jobs.insert(job->job);
      if (const auto* feed = std::get_if<CreateDatafeed>(&step.request.operation)) feeds.insert(feed->feed);
      if (const auto* index = std::get_if<CreateIndex>(&step.request.operation)) indices.insert(index->index);
    }
    for (const std::string& feed : feeds) {
      remove(StopDatafeed{feed, "true"});
      remove(DeleteDatafeed{feed, {}});
    }
    for (const std::string& job : jobs) {
      remove(CloseJob{job, "true", {}, {}, {}});
      remove(DeleteJob{job, {}});
    }
    for (const std::string& index : indices) remove(DeleteIndex{index});
  }

  const ViolationRecord& violation_;
  const RunRecord& record_;
  const Target& target_;
  std::string out_;
  std::map<int, int> turns_;  // of a client: so many times it was given requests beside the main line
};

}  // namespace

std::string write_hand_script(const ViolationRecord& violation, const RunRecord& record, const Target& target) {
  return HandScript(violation, record, target).write();
}

std::string curl_line_of(const Request& request, const Target& target, Clause clause) {
  if (target.live)
    return sut::wire::curl_line(request, target.profile, target.url, "", "") + curl_options(target, request.who);
  const bool says_who = is_about_callers(clause) && request.who != Principal::anonymous;
  return sut::wire::curl_line(request, target.profile, kServedUrl, says_who ? std::string(name(request.who)) : "",
                              "PASSWORD");
}

}  // namespace closecheck::cli
