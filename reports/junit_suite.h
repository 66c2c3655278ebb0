// The form of JUnit XML that every reader takes: one suite as the root, with no attribute beyond those that the schemas
// of both Jenkins and Surefire know, and a time for each case. Errors are written wherever nothing could be told.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace closecheck::reports {

enum class JunitOutcome : std::uint8_t { passed, failed, error, skipped };

/// Texts may be a server's: they are made printable here.
struct JunitCase {
  std::string class_name;
  std::string title;
  JunitOutcome outcome = JunitOutcome::passed;
  std::string message;  // of all but passed
  std::string type;     // of a failure or an error
  std::string text;     // of a failure or an error
  std::string output;
  double seconds = 0;
};

class JunitSuite {
 public:
  explicit JunitSuite(std::string_view name);
  ~JunitSuite();
  JunitSuite(const JunitSuite&) = delete;
  JunitSuite& operator=(const JunitSuite&) = delete;

  /// Properties stand before cases.
  void add_property(std::string_view name, std::string_view value);
  void add(const JunitCase& added);
  bool has(JunitOutcome outcome) const;

  /// The document. Nothing is added afterwards.
  std::string write(double seconds);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace closecheck::reports
