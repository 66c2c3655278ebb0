#include "junit_suite.h"

#include <fmt/format.h>

#include <array>
#include <pugixml.hpp>
#include <sstream>

#include "closecheck/vocabulary/printable.h"

namespace closecheck::reports {
namespace {

void set(pugi::xml_node node, const char* attribute, std::string_view value) {
  node.append_attribute(attribute) = one_line(value).c_str();
}

const char* element_of(JunitOutcome outcome) {
  switch (outcome) {
    case JunitOutcome::failed:
      return "failure";
    case JunitOutcome::error:
      return "error";
    case JunitOutcome::skipped:
      return "skipped";
    case JunitOutcome::passed:
      break;
  }
  return nullptr;
}

}  // namespace

struct JunitSuite::Impl {
  pugi::xml_document document;
  pugi::xml_node suite;
  pugi::xml_node properties;
  std::array<int, 4> counts{};

  int count(JunitOutcome outcome) const { return counts.at(static_cast<std::size_t>(outcome)); }
};

JunitSuite::JunitSuite(std::string_view name) : impl_(std::make_unique<Impl>()) {
  pugi::xml_node declaration = impl_->document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  impl_->suite = impl_->document.append_child("testsuite");
  set(impl_->suite, "name", name);
}

JunitSuite::~JunitSuite() = default;

void JunitSuite::add_property(std::string_view name, std::string_view value) {
  if (!impl_->properties) impl_->properties = impl_->suite.append_child("properties");
  pugi::xml_node property = impl_->properties.append_child("property");
  set(property, "name", name);
  set(property, "value", value);
}

void JunitSuite::add(const JunitCase& added) {
  ++impl_->counts.at(static_cast<std::size_t>(added.outcome));
  pugi::xml_node node = impl_->suite.append_child("testcase");
  set(node, "classname", added.class_name);
  set(node, "name", added.title);
  set(node, "time", fmt::format("{:.3f}", added.seconds));
  if (const char* element = element_of(added.outcome)) {
    pugi::xml_node child = node.append_child(element);
    set(child, "message", added.message);
    if (added.outcome != JunitOutcome::skipped) {
      set(child, "type", added.type);
      if (!added.text.empty()) child.text() = printable(added.text).c_str();
    }
  }
  if (!added.output.empty()) node.append_child("system-out").text() = printable(added.output).c_str();
}

bool JunitSuite::has(JunitOutcome outcome) const {
  return impl_->count(outcome) > 0;
}

std::string JunitSuite::write(double seconds) {
  int tests = 0;
  for (const int count : impl_->counts) tests += count;
  impl_->suite.append_attribute("tests") = tests;
  impl_->suite.append_attribute("failures") = impl_->count(JunitOutcome::failed);
  impl_->suite.append_attribute("errors") = impl_->count(JunitOutcome::error);
  impl_->suite.append_attribute("skipped") = impl_->count(JunitOutcome::skipped);
  set(impl_->suite, "time", fmt::format("{:.3f}", seconds));
  std::ostringstream out;
  impl_->document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace closecheck::reports
