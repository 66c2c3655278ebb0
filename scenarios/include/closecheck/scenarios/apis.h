// The names that a scenario may call, as the API description files of the Elasticsearch family have them: methods, path
// templates, parameters, body. Immutable once made; any thread may use it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/profile.h"

namespace closecheck::scenarios {

struct ApiPath {
  std::string path;                  // `BASE/anomaly_detectors/{job_id}/_close`
  std::vector<std::string> methods;  // upper case
  std::vector<std::string> parts;    // placeholders, in the order of the path
  bool deprecated = false;
};

enum class ApiBody : std::uint8_t { none, allowed, required };

struct Api {
  std::string name;
  std::vector<ApiPath> paths;
  std::vector<std::string> params;           // query parameters that it takes
  std::vector<std::string> required_params;  // of those, the ones that must be there
  ApiBody body = ApiBody::none;
  bool newline_delimited = false;
};

class ApiTable {
 public:
  /// The APIs that this program knows by itself, with the paths of a profile: job, datafeed, snapshot and result APIs
  /// as `xpack.ml.*` and as `ml.*`, security, and the core's index and document APIs. Names are the same in every
  /// profile.
  static const ApiTable& built_in(Profile profile);

  /// Reads directories of description files (`NAME.json`, `_common.json`), in the older and the newer layout; of two
  /// files for one API the later counts. A file that cannot be used is a problem of its API alone. Throws ScenarioError
  /// for a directory that cannot be read or holds no such file.
  static ApiTable load(const std::vector<std::string>& directories);

  /// `FILE: what`, of every description file that cannot be used.
  std::vector<std::string> problems() const;
  /// Likewise, of the file that should describe the API; empty: there is none, or it can be used.
  std::string problem_of(std::string_view name) const;

  /// Null when there is no such API.
  const Api* find(std::string_view name) const;
  /// Whether every API takes the query parameter.
  bool is_common(std::string_view parameter) const;
  /// The known name that is most like `name`, for messages; empty when none is near.
  std::string nearest(std::string_view name) const;

  const std::map<std::string, Api, std::less<>>& all() const { return apis_; }

  void add(Api api);

 private:
  void load_directory(const std::string& directory);
  void load_file(const std::string& path, const std::string& name);

  std::map<std::string, Api, std::less<>> apis_;
  std::map<std::string, std::string, std::less<>> problems_;  // by the names of APIs
  std::vector<std::string> common_{"pretty", "human", "error_trace", "filter_path", "source", "format"};
};

}  // namespace closecheck::scenarios
