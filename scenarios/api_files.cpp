// API description files, one JSON file an API, in the layouts before and after version 7.4.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "api_path.h"
#include "closecheck/scenarios/apis.h"
#include "closecheck/scenarios/scenario.h"
#include "closecheck/vocabulary/input_file.h"
#include "closecheck/vocabulary/text.h"
#include "json.h"

namespace closecheck::scenarios {
namespace {

[[noreturn]] void fail(const std::string& file, const std::string& message) {
  throw ScenarioError{fmt::format("{}: {}", file, message)};
}

std::string text_of(const std::string& file) {
  try {
    return read_regular_file(file);
  } catch (const FileError& error) {
    throw ScenarioError{error.what()};
  }
}

std::vector<std::string> texts(const Value* list) {
  std::vector<std::string> found;
  if (list == nullptr || list->list() == nullptr) return found;
  for (const Value& item : *list->list())
    if (const std::string* text = item.string()) found.push_back(*text);
  return found;
}

std::vector<std::string> methods_of(const Value& description) {
  std::vector<std::string> methods = texts(description.find("methods"));
  for (std::string& method : methods) method = upper(method);
  return methods;
}

bool is_true(const Value* value) {
  const bool* flag = value == nullptr ? nullptr : std::get_if<bool>(&value->data);
  return flag != nullptr && *flag;
}

void add_params(Api& api, const Value* params) {
  if (params == nullptr || params->map() == nullptr) return;
  for (const Member& member : *params->map()) {
    if (std::find(api.params.begin(), api.params.end(), member.key) == api.params.end())
      api.params.push_back(member.key);
    if (is_true(member.value.find("required"))) api.required_params.push_back(member.key);
  }
}

void add_path(Api& api, const Value& entry, const std::vector<std::string>& methods, bool deprecated,
              const std::string& file) {
  ApiPath path;
  path.deprecated = deprecated;
  if (const std::string* text = entry.string()) {
    path.path = *text;
    path.methods = methods;
  } else {
    const Value* text_value = entry.find("path");
    if (text_value == nullptr || text_value->string() == nullptr)
      fail(file, "expected each of the paths to be a text or to have a `path`");
    path.path = *text_value->string();
    path.methods = methods_of(entry);
    if (path.methods.empty()) path.methods = methods;
    path.deprecated = deprecated || entry.find("deprecated") != nullptr;
  }
  if (path.methods.empty()) fail(file, fmt::format("expected `methods` for the path {}", path.path));
  path.parts = placeholders(path.path);
  api.paths.push_back(std::move(path));
}

Api read_api(const Value& document, const std::string& file) {
  const Map* map = document.map();
  const auto named =
      map == nullptr ? Map::const_iterator{} : std::find_if(map->begin(), map->end(), [](const Member& member) {
        return member.value.find("url") != nullptr;
      });
  if (map == nullptr || named == map->end()) fail(file, "expected one API by its name, with a `url`");
  Api api;
  api.name = named->key;
  const Value& description = named->value;
  const Value& url = *description.find("url");
  const std::vector<std::string> methods = methods_of(description);
  if (const Value* paths = url.find("paths"); paths != nullptr && paths->list() != nullptr)
    for (const Value& entry : *paths->list()) add_path(api, entry, methods, false, file);
  if (const Value* paths = url.find("deprecated_paths"); paths != nullptr && paths->list() != nullptr)
    for (const Value& entry : *paths->list()) add_path(api, entry, methods, true, file);
  if (api.paths.empty()) {
    const Value* path = url.find("path");
    if (path == nullptr || path->string() == nullptr) fail(file, "expected `url.paths`");
    add_path(api, *path, methods, false, file);
  }
  add_params(api, url.find("params"));
  add_params(api, description.find("params"));
  // A few old files list query parameters among the parts; what is in no path can only be one.
  if (const Value* parts = url.find("parts"); parts != nullptr && parts->map() != nullptr)
    for (const Member& part : *parts->map()) {
      const bool placed = std::any_of(api.paths.begin(), api.paths.end(), [&](const ApiPath& path) {
        return std::find(path.parts.begin(), path.parts.end(), part.key) != path.parts.end();
      });
      if (!placed) api.params.push_back(part.key);
    }
  const Value* body = description.find("body");
  if (body != nullptr && body->map() != nullptr) {
    api.body = is_true(body->find("required")) ? ApiBody::required : ApiBody::allowed;
    const Value* serialize = body->find("serialize");
    api.newline_delimited = serialize != nullptr && serialize->string() != nullptr && *serialize->string() == "bulk";
  }
  if (const Value* headers = description.find("headers"))
    for (const std::string& type : texts(headers->find("content_type")))
      api.newline_delimited = api.newline_delimited || type == "application/x-ndjson";
  return api;
}

}  // namespace

ApiTable ApiTable::load(const std::vector<std::string>& directories) {
  ApiTable table;
  for (const std::string& directory : directories) table.load_directory(directory);
  return table;
}

void ApiTable::load_directory(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".json") files.push_back(at->path());
  if (error) throw ScenarioError{fmt::format("{}: cannot read the directory: {}", directory, error.message())};
  if (files.empty()) throw ScenarioError{fmt::format("{}: expected API description files (*.json)", directory)};
  std::sort(files.begin(), files.end());
  for (const fs::path& path : files) {
    const std::string name = path.stem().string();
    problems_.erase(name);
    try {
      load_file(path.string(), name);
    } catch (const ScenarioError& problem) {
      problems_[name] = problem.what;
    }
  }
}

void ApiTable::load_file(const std::string& path, const std::string& name) {
  const auto document = read_json(text_of(path));
  if (!document || document->map() == nullptr) fail(path, "expected a JSON object");
  if (name != "_common") {
    add(read_api(*document, path));
  } else if (const Value* params = document->find("params"); params != nullptr && params->map() != nullptr) {
    common_.clear();
    for (const Member& member : *params->map()) common_.push_back(member.key);
  }
}

std::vector<std::string> ApiTable::problems() const {
  std::vector<std::string> all;
  all.reserve(problems_.size());
  for (const auto& [name, problem] : problems_) all.push_back(problem);
  return all;
}

std::string ApiTable::problem_of(std::string_view name) const {
  const auto found = problems_.find(name);
  return found == problems_.end() ? "" : found->second;
}

}  // namespace closecheck::scenarios
