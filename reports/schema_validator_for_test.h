// As much of JSON Schema (draft 2020-12) as our schema uses. A keyword that it does not know is an error of the schema,
// so that nothing in it can silently check nothing.
#pragma once

#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

namespace closecheck::reports {

class SchemaValidator {
 public:
  using Json = nlohmann::json;
  explicit SchemaValidator(Json schema) : schema_(std::move(schema)) {}

  /// What is wrong with `value`, one line each with the place; empty: it is valid.
  std::vector<std::string> errors(const Json& value) {
    errors_.clear();
    check(schema_, value, "$");
    return errors_;
  }

 private:
  void fail(const std::string& place, const std::string& what) { errors_.push_back(place + ": " + what); }

  static bool is_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "null") return value.is_null();
    if (type == "number") return value.is_number();
    if (type == "integer") return value.is_number_integer();
    return type == "boolean" && value.is_boolean();
  }

  void check_members(const Json& schema, const Json& value, const std::string& place) {
    if (!value.is_object()) return;
    for (const auto& [key, member] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(key))
        check(schema["properties"][key], member, place + "." + key);
      else if (schema.contains("additionalProperties"))
        check(schema["additionalProperties"], member, place + "." + key);
    }
  }

  void check(const Json& schema, const Json& value, const std::string& place) {
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) fail(place, "is not allowed");
      return;
    }
    for (const auto& [keyword, rule] : schema.items()) {
      if (keyword == "$schema" || keyword == "title" || keyword == "description" || keyword == "$defs") continue;
      if (keyword == "$ref") {
        const std::string path = rule.get<std::string>();
        check(schema_.at(Json::json_pointer(path.substr(1))), value, place);
      } else if (keyword == "type") {
        bool fits = false;
        for (const Json& type : rule.is_array() ? rule : Json::array({rule}))
          fits = fits || is_type(value, type.get<std::string>());
        if (!fits) fail(place, "has the wrong type");
      } else if (keyword == "const") {
        if (value != rule) fail(place, "is not " + rule.dump());
      } else if (keyword == "enum") {
        if (std::find(rule.begin(), rule.end(), value) == rule.end()) fail(place, "is none of " + rule.dump());
      } else if (keyword == "required") {
        for (const Json& key : rule)
          if (value.is_object() && !value.contains(key.get<std::string>())) fail(place, "lacks " + key.dump());
      } else if (keyword == "properties" || keyword == "additionalProperties") {
        continue;  // both in check_members
      } else if (keyword == "items") {
        if (value.is_array())
          for (std::size_t i = 0; i < value.size(); ++i) check(rule, value[i], place + "[" + std::to_string(i) + "]");
      } else if (keyword == "minItems") {
        if (value.is_array() && value.size() < rule.get<std::size_t>()) fail(place, "has too few items");
      } else if (keyword == "minimum") {
        if (value.is_number() && value < rule) fail(place, "is less than " + rule.dump());
      } else if (keyword == "minLength") {
        if (value.is_string() && value.get<std::string>().size() < rule.get<std::size_t>()) fail(place, "is too short");
      } else if (keyword == "pattern") {
        if (value.is_string() && !std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>())))
          fail(place, "does not match " + rule.dump());
      } else {
        fail(place, "the schema uses the unknown keyword " + keyword);
      }
    }
    check_members(schema, value, place);
  }

  Json schema_;
  std::vector<std::string> errors_;
};

}  // namespace closecheck::reports
