#include "clean_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
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

constexpr const char* kSettings = "/_cluster/settings";

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
  std::optional<Answer> ask(Principal who, const std::string& method, const std::string& path, Parameters query = {},
                            const std::string& body = {}) {
    const std::string type = body.empty() ? "" : "application/json";
    const auto request = std::make_shared<const Request>(
        Request{who, RawRequest{method, path, std::move(query), body, type, {}, false}, nullptr});
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

  /// What stands under `list` in the answer to `path`, by its `id`, with its state where it tells one; a server that
  /// lacks the whole has none.
  std::map<std::string, std::string> states(const std::string& path, const std::string& list, const std::string& id) {
    std::map<std::string, std::string> found;
    const auto answer = ask_ml("GET", path, {{"filter_path", list}});
    if (!answer || answer->status >= 400) return found;
    const Value* elements = answer->body.find(list);
    if (elements == nullptr || elements->list() == nullptr) return found;
    for (const Value& element : *elements->list()) {
      const Value* name = element.find(id);
      if (name == nullptr || name->string() == nullptr) continue;
      const Value* state = element.find("state");
      found[*name->string()] = state != nullptr && state->string() != nullptr ? *state->string() : "";
    }
    return found;
  }

  /// One kind of thing: ended with `end` as it should be, by force where that fails, then deleted one by one.
  void remove_all(const std::string& path, const std::string& list, const std::string& id, const std::string& end,
                  const std::set<std::string>& kept) {
    std::map<std::string, std::string> ours = states(path, list, id);
    std::erase_if(ours, [&](const auto& one) { return kept.count(one.first) != 0; });
    if (ours.empty()) return;
    // Each by its name: `_all` would end what somebody else has begun meanwhile.
    for (const auto& [name, state] : states(path + "/_stats", list, id))
      // An early product refuses to end what has ended.
      if (ours.count(name) != 0 && state != "closed" && state != "stopped")
        take_away("POST", fmt::format("{}/{}/{}", path, encode_segment(name), end));
    for (const auto& [name, state] : ours) take_away("DELETE", fmt::format("{}/{}", path, encode_segment(name)));
  }

  void remove(const std::string& path) {
    const auto answer = ask(Principal::setup, "DELETE", path);
    // One that the test itself deleted, or a server that keeps none.
    if (answer && (answer->status < 400 || answer->status == 404 || answer->status == 405)) return;
    note("DELETE " + path, answer);
  }

  void turn_off_upgrade_mode(const std::string& path) {
    const auto answer = ask(Principal::manage_ml, "POST", path, {{"enabled", "false"}});
    if (!answer || answer->status >= 400) note(fmt::format("POST {}?enabled=false", path), answer);
  }

  std::string settings() {
    const auto answer = ask(Principal::setup, "GET", kSettings, {{"flat_settings", "true"}});
    return answer && answer->status < 400 && answer->has_body ? write_json(answer->body) : "";
  }

  /// Every setting that is not as it was gets its value back; `null` is that of one that had none.
  void restore_settings(const std::string& before_text) {
    const Value before = read_json(before_text).value_or(make_map());
    const Value now = read_json(settings()).value_or(make_map());
    Value body = make_map();
    for (const char* const kind : {"persistent", "transient"}) {
      Value changes = changes_back(now.find(kind), before.find(kind));
      if (!changes.map()->empty()) add(body, kind, std::move(changes));
    }
    if (body.map()->empty()) return;
    const auto answer = ask(Principal::setup, "PUT", kSettings, {}, write_json(body));
    if (!answer || answer->status >= 400) note("PUT " + std::string(kSettings), answer);
  }

  const std::string& trouble() const { return trouble_; }

 private:
  static Value changes_back(const Value* now, const Value* before) {
    Value changes = make_map();
    const auto value_in = [](const Value* all, const std::string& name) {
      const Value* found = all == nullptr ? nullptr : all->find(name);
      return found == nullptr ? Value{} : *found;
    };
    const auto take = [&](const Value* names) {
      if (names == nullptr || names->map() == nullptr) return;
      for (const Member& member : *names->map())
        if (changes.find(member.key) == nullptr && !equal(value_in(now, member.key), value_in(before, member.key)))
          add(changes, member.key, value_in(before, member.key));
    };
    take(now);
    take(before);
    return changes;
  }

  /// As it should be, and by force where that fails.
  void take_away(const std::string& method, const std::string& path) {
    const auto answer = ask_ml(method, path);
    if (answer && answer->status < 400) return;
    const auto forced = ask_ml(method, path, {{"force", "true"}});
    if (!forced || forced->status >= 400) note(fmt::format("{} {}{}?force=true", method, base_, path), forced);
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

/// What a PUT makes at `/PATH/NAME`, and a DELETE removes there.
struct ThingKind {
  std::string_view path;  // of machine learning: behind its base
  bool is_machine_learning = false;
  bool is_replaced =
      true;               // a PUT of one that is there replaces it, so it may have been somebody's; else it is refused
  std::string_view list;  // where names stand in the answer to a GET of all; empty: its members are the names
};
constexpr std::array kThingKinds{ThingKind{"calendars", true, false, {}},
                                 ThingKind{"filters", true, false, {}},
                                 ThingKind{"_template", false, true, {}},
                                 ThingKind{"_index_template", false, true, "index_templates"},
                                 ThingKind{"_component_template", false, true, "component_templates"},
                                 ThingKind{"_ingest/pipeline", false, true, {}},
                                 ThingKind{"_snapshot", false, true, {}},
                                 ThingKind{"_data_stream", false, false, {}}};

/// Whether the segments of a path are those of one such thing.
bool is_thing(const std::vector<std::string_view>& segments) {
  if (segments.size() < 2 || segments.back().empty()) return false;
  const std::string before = joined(std::vector<std::string_view>(segments.begin(), segments.end() - 1), "/");
  return std::any_of(kThingKinds.begin(), kThingKinds.end(), [&](const ThingKind& kind) {
    return kind.is_machine_learning ? before.starts_with('_') && before.ends_with("/" + std::string(kind.path))
                                    : before == kind.path;
  });
}

/// The paths of those that stand in the answer to a GET of all.
void take_names(const Value& body, const ThingKind& kind, std::set<std::string>& paths) {
  const auto take = [&](std::string_view name) { paths.insert(fmt::format("/{}/{}", kind.path, name)); };
  if (kind.list.empty() && body.map() != nullptr)
    for (const Member& member : *body.map()) take(member.key);
  const Value* list = body.find(kind.list);
  if (list == nullptr || list->list() == nullptr) return;
  for (const Value& element : *list->list())
    if (const Value* name = element.find("name"); name != nullptr && name->string() != nullptr) take(*name->string());
}

/// What the server tells of itself: its version, its features, the system that its nodes run on.
void take_server(Cleaner& cleaner, Server& server) {
  const auto told = [&](const std::string& path, const std::string& filter) {
    const auto answer = cleaner.ask(Principal::setup, "GET", path, {{"filter_path", filter}});
    return answer && answer->status < 400 ? answer->body : Value{};
  };
  const auto text_at = [](const Value* value) {
    return value != nullptr && value->string() != nullptr ? *value->string() : "";
  };
  const Value root = told("/", "version.number");
  if (const Value* version = root.find("version")) server.version = text_at(version->find("number"));
  const Value nodes = told("/_nodes/os", "nodes.*.os.name,nodes.*.os.pretty_name");
  if (const Value* all = nodes.find("nodes"); all != nullptr && all->map() != nullptr)
    for (const Member& node : *all->map())
      for (const char* const name : {"name", "pretty_name"})
        if (const Value* os = node.value.find("os"))
          if (std::string text = lower(text_at(os->find(name))); !text.empty())
            server.systems.push_back(std::move(text));
  const Value state = told("/_cluster/state/nodes", "nodes_features");
  // A cluster has a feature when all its nodes do.
  const Value* features = state.find("nodes_features");
  if (features == nullptr || features->list() == nullptr) return;
  std::map<std::string, std::size_t> count;
  for (const Value& node : *features->list())
    if (const Value* names = node.find("features"); names != nullptr && names->list() != nullptr)
      for (const Value& name : *names->list()) ++count[text_at(&name)];
  for (const auto& [name, nodes_with_it] : count)
    if (nodes_with_it == features->list()->size()) server.features.push_back(name);
}

/// The segment of a path, counted from 0; empty where there is none.
std::string segment(std::string_view path, std::size_t number) {
  const std::vector<std::string_view> parts = divided(path, '/');  // before the first slash stands nothing
  return number + 1 < parts.size() ? decode_percent(parts[number + 1]) : "";
}

}  // namespace

void MadeThings::notice(const RawRequest& request, int status) {
  if (status >= 300 || (request.method != "PUT" && request.method != "POST")) return;
  const std::vector<std::string_view> parts = divided(std::string_view(request.path).substr(1), '/');
  if (request.path == kSettings) changed_settings_ = true;
  if (request.path.ends_with("/set_upgrade_mode")) upgrade_mode_ = request.path;
  if (request.method == "PUT" && is_thing(parts) &&
      std::find(things_.begin(), things_.end(), request.path) == things_.end())
    things_.push_back(request.path);
  notice_index(request);
}

void MadeThings::notice_index(const RawRequest& request) {
  const std::string index = segment(request.path, 0);
  const std::string second = segment(request.path, 1);
  const bool is_name = !index.empty() && index.front() != '_' && index.find_first_of("*,<") == std::string::npos;
  const bool is_document = !second.empty() && (second.front() != '_' || second == "_doc" || second == "_create");
  const bool makes = second.empty() ? request.method == "PUT" : is_document || second == "_bulk";
  if (is_name && makes) indices_.insert(index);
  if (!request.path.ends_with("/_bulk")) return;
  const auto lines = read_json_sequence(request.body);
  if (!lines) return;
  for (const Value& line : *lines)
    for (const char* const action : {"index", "create", "update"}) {
      const Value* meta = line.find(action);
      const Value* name = meta == nullptr ? nullptr : meta->find("_index");
      if (name != nullptr && name->string() != nullptr) indices_.insert(*name->string());
    }
}

Standing look_around(sut::SystemFactory& factory, const ApiTable& apis, Duration patience) {
  const auto system = factory.make(0);
  Cleaner cleaner(*system, base_of(apis), patience);
  Standing standing;
  for (const auto& [id, state] : cleaner.states("/datafeeds", "datafeeds", "datafeed_id"))
    standing.datafeeds.insert(id);
  for (const auto& [id, state] : cleaner.states("/anomaly_detectors", "jobs", "job_id")) standing.jobs.insert(id);
  for (const ThingKind& kind : kThingKinds) {
    if (!kind.is_replaced) continue;
    const auto answer = cleaner.ask(Principal::setup, "GET", "/" + std::string(kind.path));
    if (answer && answer->status < 400) take_names(answer->body, kind, standing.things);
  }
  standing.settings = cleaner.settings();
  take_server(cleaner, standing.server);
  return standing;
}

std::string clean_target(sut::System& system, const ApiTable& apis, const Standing& standing, const MadeThings& made,
                         Duration patience) {
  Cleaner cleaner(system, base_of(apis), patience);
  if (!made.upgrade_mode().empty()) cleaner.turn_off_upgrade_mode(made.upgrade_mode());
  cleaner.remove_all("/datafeeds", "datafeeds", "datafeed_id", "_stop", standing.datafeeds);
  cleaner.remove_all("/anomaly_detectors", "jobs", "job_id", "_close", standing.jobs);
  for (const std::string& index : made.indices()) cleaner.remove("/" + encode_segment(index));
  // What was made later may rest on what was made before.
  for (auto thing = made.things().rbegin(); thing != made.things().rend(); ++thing)
    if (standing.things.count(decode_percent(*thing)) == 0) cleaner.remove(*thing);
  if (made.changed_settings() && !standing.settings.empty()) cleaner.restore_settings(standing.settings);
  return cleaner.trouble();
}

}  // namespace closecheck::scenarios
