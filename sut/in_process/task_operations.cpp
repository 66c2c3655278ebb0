#include "in_process/task_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "in_process/job_configuration.h"
#include "in_process/privileges.h"

namespace closecheck::sut {
namespace {

/// A column of a table, what it is called for short, and what it says of one row.
template <class Row>
struct Column {
  const char* name;
  const char* alias;
  bool is_usual;
  std::string (*text)(const Row&);
};

constexpr std::array<Column<Job>, 10> kJobColumns{{
    {"id", "id", true, [](const Job& job) { return job.id(); }},
    {"state", "s", true, [](const Job& job) { return std::string(name(job.state())); }},
    {"data.processed_records", "dpr", true,
     [](const Job& job) { return std::to_string(job.analysis().counts().processed_records); }},
    {"data.processed_fields", "dpf", false,
     [](const Job& job) { return std::to_string(job.analysis().more_counts().processed_fields); }},
    {"data.input_bytes", "dib", false,
     [](const Job& job) { return fmt::format("{}b", job.analysis().more_counts().input_bytes); }},
    {"data.buckets", "db", false, [](const Job& job) { return std::to_string(job.analysis().counts().buckets); }},
    {"model.bytes", "mb", true, [](const Job& job) { return fmt::format("{}b", told_model_bytes(job)); }},
    {"model.memory_status", "mms", true, [](const Job&) { return std::string("ok"); }},
    {"forecasts.total", "ft", true, [](const Job&) { return std::string("0"); }},
    {"buckets.count", "bc", true, [](const Job& job) { return std::to_string(job.analysis().counts().buckets); }},
}};

constexpr std::array<Column<Datafeed>, 6> kFeedColumns{{
    {"id", "id", true, [](const Datafeed& feed) { return feed.id; }},
    {"state", "s", true, [](const Datafeed& feed) { return std::string(feed.started ? "started" : "stopped"); }},
    {"buckets.count", "bc", true, [](const Datafeed&) { return std::string("0"); }},
    {"search.count", "sc", true, [](const Datafeed& feed) { return std::to_string(feed.searches); }},
    {"search.time", "st", false, [](const Datafeed&) { return std::string("0s"); }},
    {"search.bucket_avg", "sba", false, [](const Datafeed&) { return std::string("0.0"); }},
}};

/// The columns that were asked for, in that order and by the names that were used; what is unknown is left out.
template <class Row>
Table table_of(const ShowTable& ask, std::span<const Column<Row>> columns, const std::vector<Row*>& rows) {
  std::vector<std::pair<std::string, const Column<Row>*>> shown;
  for (const Column<Row>& column : columns)
    if (ask.columns.empty() && column.is_usual) shown.emplace_back(column.name, &column);
  for (const std::string& wanted : ask.columns)
    for (const Column<Row>& column : columns)
      if (wanted == column.name || wanted == column.alias) {
        shown.emplace_back(wanted, &column);
        break;
      }
  Table table;
  table.has_head = ask.has_head;
  table.as_json = ask.as_json;
  for (const auto& [title, column] : shown) table.names.push_back(title);
  for (const Row* row : rows) {
    std::vector<std::string>& line = table.rows.emplace_back();
    for (const auto& [title, column] : shown) line.push_back(column->text(*row));
  }
  return table;
}

}  // namespace

Answer TaskOperations::on(const SetUpgradeMode& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/upgrade_mode", turn_.who);
  settings_.set_upgrade_mode(ask.enabled);
  return accepted(Acknowledged{});
}

Answer TaskOperations::on(const ListTasks& ask) {
  if (!has_privilege(turn_.manner, turn_.who, "monitor")) return forbidden("cluster:monitor/tasks/lists", turn_.who);
  const auto is_wanted = [&](std::string_view action) {
    return ask.actions.empty() || std::ranges::any_of(ask.actions, [&](const std::string& pattern) {
             return matches_wildcard(pattern, action);
           });
  };
  RunningTasks running;
  running.as_text = ask.as_text;
  if (!turn_.upgrading) {
    for (const Job& job : jobs_)
      if (job.state() != JobState::closed && is_wanted("xpack/ml/job[c]"))
        running.tasks.push_back({ClusterTask::Kind::job, job.id(), std::string(name(job.state()))});
    for (const Datafeed& feed : feeds_)
      if (feed.started && is_wanted("xpack/ml/datafeed[c]"))
        running.tasks.push_back({ClusterTask::Kind::datafeed, feed.id, "started"});
  }
  return ServiceAnswer(accepted(Acknowledged{}), std::move(running));
}

Answer TaskOperations::on(const ShowTable& ask) {
  if (!may_read(turn_.manner, turn_.who))
    return forbidden(ask.of_feeds ? "monitor/xpack/ml/datafeeds/stats/get" : "monitor/xpack/ml/job/stats/get",
                     turn_.who);
  if (ask.of_feeds) {
    std::vector<Datafeed*> feeds;
    if (auto refusal = feeds_.select(turn_, ask.id, feeds)) return refusal;
    return ServiceAnswer(accepted(Acknowledged{}), table_of<Datafeed>(ask, kFeedColumns, feeds));
  }
  std::vector<Job*> jobs;
  if (auto refusal = jobs_.select(turn_, ask.id, jobs)) return refusal;
  return ServiceAnswer(accepted(Acknowledged{}), table_of<Job>(ask, kJobColumns, jobs));
}

}  // namespace closecheck::sut
