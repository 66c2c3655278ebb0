#include "wire/task_bodies.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/response_bodies.h"

namespace closecheck::sut::wire {
namespace {

constexpr const char* kNode = "node-1";
constexpr const char* kAddress = "127.0.0.1:9300";

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
}

std::string action_of(const ClusterTask& task) {
  return task.kind == ClusterTask::Kind::job ? "xpack/ml/job[c]" : "xpack/ml/datafeed[c]";
}

}  // namespace

std::string table_text(const Table& table) {
  std::vector<std::vector<std::string>> lines = table.rows;
  if (table.has_head) lines.insert(lines.begin(), table.names);
  std::vector<std::size_t> widths(table.names.size());
  for (const std::vector<std::string>& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const std::vector<std::string>& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i > 0) text += ' ';
      if (is_number(line[i]))
        text += fmt::format("{:>{}}", line[i], widths[i]);
      else if (i + 1 < line.size())
        text += fmt::format("{:<{}}", line[i], widths[i]);
      else
        text += line[i];
    }
    text += '\n';
  }
  return text;
}

Json table_body(const Table& table) {
  Json body = Json::array();
  for (const std::vector<std::string>& line : table.rows) {
    Json row = Json::object();
    for (std::size_t i = 0; i < line.size(); ++i) row[table.names[i]] = line[i];
    body.push_back(std::move(row));
  }
  return body;
}

std::string tasks_text(const RunningTasks& running) {
  Table table{{"action", "task_id", "parent_task_id", "type", "start_time", "timestamp", "running_time", "ip", "node"}};
  std::size_t number = 0;
  for (const ClusterTask& task : running.tasks)
    table.rows.push_back({action_of(task), fmt::format("{}:{}", kNode, ++number), fmt::format("cluster:{}", number),
                          "persistent", "0", "00:00:00", "0s", "127.0.0.1", kNode});
  return table_text(table);
}

Json tasks_body(const RunningTasks& running, Profile profile) {
  Json body = Json::object();
  body["nodes"] = Json::object();
  std::size_t number = 0;
  for (const ClusterTask& task : running.tasks) {
    Json& node = body["nodes"][kNode];
    if (node.is_null()) {
      node["name"] = kNode;
      node["transport_address"] = kAddress;
      node["host"] = "127.0.0.1";
      node["ip"] = kAddress;
      node["roles"] = Json::array({"ingest", "master", "data", "ml"});
      node["attributes"] = node_body(kNode, profile)["attributes"];
    }
    Json& told = node["tasks"][fmt::format("{}:{}", kNode, ++number)];
    told["node"] = kNode;
    told["id"] = number;
    told["type"] = "persistent";
    told["action"] = action_of(task);
    told["status"] = Json({{"state", "STARTED"}});
    told["description"] = (task.kind == ClusterTask::Kind::job ? "job-" : "datafeed-") + task.id;
    told["start_time_in_millis"] = 0;
    told["running_time_in_nanos"] = 0;
    told["cancellable"] = true;
    told["parent_task_id"] = fmt::format("cluster:{}", number);
    told["headers"] = Json::object();
  }
  return body;
}

}  // namespace closecheck::sut::wire
