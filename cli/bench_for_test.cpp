#include "bench_for_test.h"

namespace closecheck::cli {
namespace {

constexpr const char* kPrincipals = R"(principals:
  manage_ml:  {username: ml_admin,      password: "${ML_ADMIN_PASSWORD}"}
  manage:     {username: cluster_admin, password: "cluster secret"}
  monitor_ml: {username: ml_reader,     password: "reader secret"}
  none:       {username: nobody,        password: "nobody's secret"}
  setup:      {username: elastic,       password: "setup secret"}
)";

const Process::Variables kVariables{{"ML_ADMIN_PASSWORD", "ml secret"}};

std::string hooks_for(const std::string& url) {
  return "hooks:\n"
         "  fail_job:   curl -fsS -X POST " +
         url +
         "/_test/jobs/{job_id}/_fail\n"
         "  slow_close: curl -fsS -X POST \"" +
         url +
         "/_test/jobs/{job_id}/_slow?housekeeping={duration}\"\n"
         "  hang_close: curl -fsS -X POST " +
         url + "/_test/jobs/{job_id}/_hang\n";
}

}  // namespace

Bench::Bench(const TestFolder& folder, std::vector<std::string> arguments)
    : folder_(folder),
      served_(
          [&] {
            arguments.insert(arguments.end(),
                             {"--test-hooks", "--principals", folder.write("principals.yml", kPrincipals)});
            return arguments;
          }(),
          kVariables) {
  stand_behind(served_.url());
}

void Bench::stand_behind(const std::string& url) {
  folder_.write("closecheck.yml", "target: " + url + "\n" + kPrincipals + hooks_for(served_.url()));
}

Finished Bench::run(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "run");
  arguments.insert(arguments.end(), {"--config", folder_.path("closecheck.yml"), "--json", folder_.path("report.json"),
                                     "--save-counterexamples", folder_.path("saved")});
  return run_closecheck(arguments, variables());
}

nlohmann::json Bench::report() const {
  return nlohmann::json::parse(folder_.read("report.json"));
}

Process::Variables Bench::variables() const {
  Process::Variables all = kVariables;
  all["XDG_STATE_HOME"] = folder_.path("state");
  return all;
}

}  // namespace closecheck::cli
