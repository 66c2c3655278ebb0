// The report as JUnit XML, for the test pages of CI systems: one case per clause.
#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "closecheck/reports/report.h"
#include "printable.h"

namespace closecheck::reports {
namespace {

const ViolationRecord* violation_of(const RunRecord& record, Clause clause) {
  for (const ViolationRecord& violation : record.violations)
    if (violation.finding.clause == clause) return &violation;
  return nullptr;
}

std::string failure_text(const ViolationRecord& violation) {
  std::string text =
      fmt::format("{}\n\nexpected: {}\nobserved: {}\ncheck: {}\n", text_of(violation.finding.clause).says,
                  violation.finding.expected, violation.finding.observed, violation.check);
  if (!violation.finding.also.empty()) {
    text += "also breaks:";
    for (const Clause also : violation.finding.also) text += fmt::format(" {}", id_of(also));
    text += '\n';
  }
  if (!violation.replay.empty()) text += fmt::format("replay: {}\n", violation.replay);
  return text;
}

void add_case(pugi::xml_node suite, const RunRecord& record, const ClauseRecord& entry) {
  pugi::xml_node node = suite.append_child("testcase");
  node.append_attribute("classname") = fmt::format("closecheck.{}", name(level_of(entry.clause))).c_str();
  node.append_attribute("name") = std::string(id_of(entry.clause)).c_str();
  switch (entry.verdict) {
    case ClauseVerdict::violated: {
      const ViolationRecord* violation = violation_of(record, entry.clause);
      pugi::xml_node failure = node.append_child("failure");
      failure.append_attribute("type") = std::string(name(level_of(entry.clause))).c_str();
      failure.append_attribute("message") =
          printable(violation != nullptr ? violation->finding.observed : entry.why).c_str();
      failure.text() = printable(violation != nullptr ? failure_text(*violation) : entry.why).c_str();
      break;
    }
    case ClauseVerdict::waived:
    case ClauseVerdict::inconclusive:
    case ClauseVerdict::not_exercised:
      node.append_child("skipped").append_attribute("message") =
          printable(fmt::format("{}{}{}", name(entry.verdict), entry.why.empty() ? "" : ": ", entry.why)).c_str();
      break;
    case ClauseVerdict::holds:
    case ClauseVerdict::measured:
      break;
  }
  std::string output;
  for (const auto& [figure, value] : entry.figures) output += fmt::format("{} = {}\n", figure, value);
  if (!output.empty()) node.append_child("system-out").text() = printable(output).c_str();
}

int count(const RunRecord& record, std::initializer_list<ClauseVerdict> verdicts) {
  int found = 0;
  for (const ClauseRecord& entry : record.clauses)
    for (const ClauseVerdict verdict : verdicts) found += entry.verdict == verdict ? 1 : 0;
  return found;
}

void add_property(pugi::xml_node properties, const char* key, const std::string& value) {
  pugi::xml_node property = properties.append_child("property");
  property.append_attribute("name") = key;
  property.append_attribute("value") = printable(value).c_str();
}

}  // namespace

std::string write_junit(const RunRecord& record) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  const double seconds = static_cast<double>(record.elapsed_ms) / 1000.0;
  pugi::xml_node suites = document.append_child("testsuites");
  pugi::xml_node suite = suites.append_child("testsuite");
  for (pugi::xml_node node : {suites, suite}) {
    node.append_attribute("name") = "closecheck";
    node.append_attribute("tests") = static_cast<int>(record.clauses.size());
    node.append_attribute("failures") = count(record, {ClauseVerdict::violated});
    node.append_attribute("errors") = 0;
    node.append_attribute("skipped") =
        count(record, {ClauseVerdict::waived, ClauseVerdict::inconclusive, ClauseVerdict::not_exercised});
    node.append_attribute("time") = fmt::format("{:.3f}", seconds).c_str();
  }
  // JUnit has no place for a zone: the stamp is UTC without its letter.
  suite.append_attribute("timestamp") = record.started.substr(0, record.started.find('Z')).c_str();
  pugi::xml_node properties = suite.append_child("properties");
  add_property(properties, "version", record.version);
  add_property(properties, "target", record.http ? record.url : "in-process");
  add_property(properties, "profile", std::string(name(record.profile)));
  if (!record.deviation.empty()) add_property(properties, "deviation", record.deviation);
  add_property(properties, "seed", fmt::format("{}", record.seed));
  add_property(properties, "verdict", std::string(name(record.verdict)));
  for (const ClauseRecord& entry : record.clauses) add_case(suite, record, entry);

  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace closecheck::reports
