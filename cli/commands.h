// The commands of the program. Options arrive as the user wrote them (empty: not given); each command throws UsageError
// for what it cannot use, writes results to standard output and diagnostics to standard error.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/properties/gate.h"
#include "errors.h"

namespace closecheck::cli {

/// What is driven, and how it is reached.
struct TargetOptions {
  std::string target;  // a URL, or `in-process`
  std::string profile;
  std::string product_version;  // empty: any that speaks the profile
  std::string config;
  std::string principals;
  std::string deviation;
  bool allow_cluster_wide = false;  // live: what could touch things of others may be sent
  std::string wait_for;             // empty: a target that does not answer is not waited for
  bool is_plan = false;             // nothing is to be sent that can be left
};

struct RunOptions {
  TargetOptions target;
  std::vector<std::string> clauses;  // ids or globs; none: all
  std::optional<std::uint64_t> seed;
  std::string effort = "standard";
  std::string budget;
  std::string require;
  std::string waivers;
  bool strict_waivers = false;  // one that has expired or was not needed is a failure
  bool github = false;          // annotations and a step summary, also off GitHub
  bool dry_run = false;
  bool quiet = false;
  std::string colour = "auto";
  std::map<std::string_view, std::string> reports;  // file by name of its format
  std::string record;
  std::string save_counterexamples;
  bool evidence = false;  // the JSON report keeps what its verdicts rest on
  std::string sign;       // an SSH key that signs the JSON report
  int jobs = 0;           // 0: as many as fit
};
ExitCode run_command(const RunOptions& options);

/// Throws UsageError for anything but `quick`, `standard` and `thorough`.
properties::Effort effort_named(const std::string& text);
/// Throws UsageError for a number of workers that makes no sense; 0 leaves it to the gate.
int require_jobs(int wanted);

struct ReplayOptions {
  TargetOptions target;
  std::vector<std::string> paths;  // `library`: the scripts that ship
  std::vector<std::string> api;
  std::string filter;
  std::string budget;
  bool dry_run = false;
  int jobs = 0;    // 0: as many as fit
  int repeat = 1;  // how often each file is replayed
  std::string json;
  std::string junit;
  std::string html;
  bool quiet = false;
  std::string colour = "auto";
};
ExitCode replay_command(const ReplayOptions& options);

struct CompareOptions {
  std::vector<std::string> words;  // names of the configuration's targets, URLs, deviations, profiles, files of reports
  std::string profile;
  std::string product_version;
  std::string config;
  std::string principals;
  std::vector<std::string> clauses;  // ids or globs; none: all
  std::optional<std::uint64_t> seed;
  std::string effort = "quick";
  std::string budget;
  std::string save;  // a folder; empty: the state folder
  int jobs = 0;
  std::string json;
  std::string html;
  std::string markdown;
  bool allow_cluster_wide = false;
  bool quiet = false;
  std::string colour = "auto";
};
ExitCode compare_command(const CompareOptions& options);

struct VerifyOptions {
  std::string report;
  std::string check_signature;  // a public key; empty: of a signature nothing is asked
  std::string json;
  std::string colour = "auto";
};
ExitCode verify_command(const VerifyOptions& options);

struct CleanupOptions {
  TargetOptions target;
  std::string run;  // its id; empty: every run that a journal tells of
  bool all_runs = false;
  bool dry_run = false;
};
ExitCode cleanup_command(const CleanupOptions& options);

struct JudgeCommandOptions {
  std::vector<std::string> files;
  std::string profile;
  std::string product_version;
  std::string json;
  std::string junit;
  std::string html;
  std::string colour = "auto";
};
ExitCode judge_command(const JudgeCommandOptions& options);

struct ServeOptions {
  std::string host;  // empty: this machine only
  int port = 0;
  std::string data;
  std::string principals;
  std::string profile;
  std::string product_version;
  std::string deviation;
  std::string variant;
  std::string housekeeping;
  std::string log_level;        // empty: info
  std::string tls_certificate;  // a file; empty: plain HTTP
  std::string tls_key;          // likewise
  bool test_hooks = false;
};
ExitCode serve_command(const ServeOptions& options);

struct InitOptions {
  std::string target;  // empty: none is asked
  std::string ca;      // the authority of its certificate, a file
};
ExitCode init_command(const InitOptions& options);

ExitCode deviations_command();

struct MatrixOptions {
  std::string profile;  // empty: each deviation under every profile that has what it breaks
  std::string product_version;
  std::uint64_t seed = 1;
  std::string effort = "quick";
  int jobs = 0;
};
ExitCode matrix_command(const MatrixOptions& options);

struct ModelOptions {
  std::string format = "table";
  std::string coverage;  // a report of a run, a file; empty: none
};
ExitCode model_command(const ModelOptions& options);

/// `id` empty: the whole catalogue.
ExitCode clauses_command(const std::string& id);

}  // namespace closecheck::cli
