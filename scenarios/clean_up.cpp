#include "clean_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "assertion.h"
#include "call.h"
#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "json.h"

namespace closecheck::scenarios {
namespace {

/// The cleaning has a connection of its own: on the test's some request may still be open.
constexpr int kClient = 62;

/// Where the machine-learning API stands, by the description of the call that lists jobs.
std::string base_of(const ApiTable& apis) {
  constexpr std::string_view kJobs = "/anomaly_detectors";
  for (const char* const name : {"xpack.ml.get_jobs", "ml.get_jobs"}) {
    const Api* api = apis.find(name);
    if (api == nullptr) continue;
    for (const ApiPath& path : api->paths)
      if (!path.deprecated && path.path.find(kJobs) != std::string::npos)
        return path.path.substr(0, path.path.find(kJobs));
  }
  return std::string(Profile()->jobs.path);
}

class Cleaner {
 public:
  Cleaner(sut::System& system, std::string base, Duration patience)
      : system_(system), base_(std::move(base)), patience_(patience) {}

  /// Empty optional: no answer came.
  std::optional<Answer> ask(Principal who, const std::string& method, const std::string& path, Parameters query = {}) {
    const auto request = std::make_shared<const Request>(
        Request{who, RawRequest{method, path, std::move(query), {}, {}, {}, false}, nullptr});
    system_.submit(kClient, request);
    const Time until = system_.now() + patience_;
    while (const auto completion = system_.next(until)) {
      if (completion->client != kClient) continue;
      return completion->response ? read_answer(*completion->response, false) : std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<Answer> ask_ml(const std::string& method, const std::string& path, Parameters query = {}) {
    return ask(Principal::manage_ml, method, base_ + path, std::move(query));
  }

  /// The ids of what stands under `list` in the answer to `path`; a server that lacks the whole has none.
  std::vector<std::string> ids(const std::string& path, const std::string& list, const std::string& id) {
    std::vector<std::string> found;
    const auto answer = ask_ml("GET", path, {{"filter_path", list}});
    if (!answer || answer->status >= 400) return found;
    const Value* elements = answer->body.find(list);
    if (elements == nullptr || elements->list() == nullptr) return found;
    for (const Value& element : *elements->list()) {
      const Value* name = element.find(id);
      if (name != nullptr && name->string() != nullptr) found.push_back(*name->string());
    }
    return found;
  }

  /// One kind of thing: ended with `end` as it should be, by force where that fails, then deleted one by one.
  void remove_all(const std::string& path, const std::string& list, const std::string& id, const std::string& end,
                  const std::set<std::string>& kept) {
    std::vector<std::string> all = ids(path, list, id);
    std::vector<std::string> ours;
    std::copy_if(all.begin(), all.end(), std::back_inserter(ours),
                 [&](const std::string& name) { return kept.count(name) == 0; });
    if (ours.empty()) return;
    // Others' things are not for us to end, so then each of ours is named.
    std::vector<std::string> targets = ours.size() == all.size() ? std::vector<std::string>{"_all"} : ours;
    for (const std::string& target : targets) {
      const std::string call = fmt::format("{}/{}/{}", path, encode_segment(target), end);
      if (succeeds("POST", call, {})) continue;
      succeeds("POST", call, {{"force", "true"}});
    }
    for (const std::string& name : ours) {
      const std::string call = fmt::format("{}/{}", path, encode_segment(name));
      if (!succeeds("DELETE", call, {})) succeeds("DELETE", call, {{"force", "true"}});
    }
  }

  void remove_indices(const std::set<std::string>& indices) {
    for (const std::string& index : indices) {
      const auto answer = ask(Principal::setup, "DELETE", "/" + encode_segment(index));
      // One that the test itself deleted, or a server that keeps none.
      if (answer && (answer->status < 400 || answer->status == 404 || answer->status == 405)) continue;
      note(fmt::format("DELETE /{}", index), answer);
    }
  }

  const std::string& trouble() const { return trouble_; }

 private:
  bool succeeds(const std::string& method, const std::string& path, Parameters query) {
    const auto answer = ask_ml(method, path, query);
    if (answer && answer->status < 400) return true;
    note(fmt::format("{} {}{}{}", method, base_, path, query.empty() ? "" : "?force=true"), answer);
    return false;
  }

  void note(const std::string& call, const std::optional<Answer>& answer) {
    constexpr std::size_t kShown = 300;
    if (!trouble_.empty()) return;
    trouble_ = fmt::format(
        "the clean-up after the test failed: {}: {}", call,
        answer ? fmt::format("{} {}", answer->status, one_line(shortened(answer->text, kShown))) : "no answer");
  }

  sut::System& system_;
  std::string base_;
  Duration patience_;
  std::string trouble_;
};

/// The segment of a path, counted from 0; empty where there is none.
std::string segment(std::string_view path, std::size_t number) {
  const std::vector<std::string_view> parts = divided(path, '/');  // before the first slash stands nothing
  return number + 1 < parts.size() ? decode_percent(parts[number + 1]) : "";
}

}  // namespace

void MadeIndices::notice(const RawRequest& request, int status) {
  if (status >= 300 || (request.method != "PUT" && request.method != "POST")) return;
  const std::string index = segment(request.path, 0);
  const std::string second = segment(request.path, 1);
  const bool is_name = !index.empty() && index.front() != '_' && index.find_first_of("*,<") == std::string::npos;
  const bool is_document = !second.empty() && (second.front() != '_' || second == "_doc" || second == "_create");
  const bool makes = second.empty() ? request.method == "PUT" : is_document || second == "_bulk";
  if (is_name && makes) names_.insert(index);
  if (!request.path.ends_with("/_bulk")) return;
  const auto lines = read_json_sequence(request.body);
  if (!lines) return;
  for (const Value& line : *lines)
    for (const char* const action : {"index", "create", "update"}) {
      const Value* meta = line.find(action);
      const Value* name = meta == nullptr ? nullptr : meta->find("_index");
      if (name != nullptr && name->string() != nullptr) names_.insert(*name->string());
    }
}

Standing look_around(sut::SystemFactory& factory, const ApiTable& apis, Duration patience) {
  const auto system = factory.make(0);
  Cleaner cleaner(*system, base_of(apis), patience);
  Standing standing;
  for (std::string& id : cleaner.ids("/datafeeds", "datafeeds", "datafeed_id"))
    standing.datafeeds.insert(std::move(id));
  for (std::string& id : cleaner.ids("/anomaly_detectors", "jobs", "job_id")) standing.jobs.insert(std::move(id));
  return standing;
}

std::string clean_target(sut::System& system, const ApiTable& apis, const Standing& standing,
                         const std::set<std::string>& indices, Duration patience) {
  Cleaner cleaner(system, base_of(apis), patience);
  cleaner.remove_all("/datafeeds", "datafeeds", "datafeed_id", "_stop", standing.datafeeds);
  cleaner.remove_all("/anomaly_detectors", "jobs", "job_id", "_close", standing.jobs);
  cleaner.remove_indices(indices);
  return cleaner.trouble();
}

}  // namespace closecheck::scenarios
