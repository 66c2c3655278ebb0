// For tests over HTTP: our server with all principals and hooks, and the configuration that goes with it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process_for_test.h"

namespace closecheck::cli {

class Bench {
 public:
  /// `arguments` of `serve`, besides principals and hooks.
  Bench(const TestFolder& folder, std::vector<std::string> arguments);

  const std::string& url() const { return served_.url(); }
  const Served& served() const { return served_; }
  /// Lets runs reach the server at another address. Hooks go to the server itself all the same.
  void stand_behind(const std::string& url);

  /// Arguments of `run`, besides the configuration and the report.
  Finished run(std::vector<std::string> arguments) const;
  /// The report of the last run.
  nlohmann::json report() const;
  /// State of its own, so that a journal that is left behind shows.
  Process::Variables variables() const;

 private:
  const TestFolder& folder_;
  Served served_;
};

}  // namespace closecheck::cli
