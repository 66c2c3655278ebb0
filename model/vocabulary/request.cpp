#include "closecheck/vocabulary/request.h"

#include <fmt/format.h>

#include <concepts>

#include "closecheck/vocabulary/run_as.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck {
namespace {

const std::string kNothing;

template <class T>
concept NamesJob = requires(const T& operation) {
  { operation.job } -> std::convertible_to<const std::string&>;
};

std::string in_brackets(const std::vector<std::string>& texts) {
  return texts.empty() ? "" : " (" + joined(texts) + ")";
}

std::string arguments(const std::vector<std::pair<std::string_view, const Parameter*>>& named,
                      const Parameters& other = {}) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : named)
    if (value->has_value()) texts.push_back(fmt::format("{}={}", key, **value));
  for (const auto& [key, value] : other) texts.push_back(fmt::format("{}={}", key, value));
  return in_brackets(texts);
}

std::string page(const std::optional<int>& from, const std::optional<int>& size, const Selection& selection = {}) {
  std::vector<std::string> texts;
  const auto add = [&texts](std::string_view name, const auto& value) {
    if (value) texts.push_back(fmt::format("{}={}", name, *value));
  };
  if (from || size) texts.push_back(fmt::format("from={}, size={}", from.value_or(0), size.value_or(100)));
  add("timestamp", selection.at_ms);
  add("start", selection.start_ms);
  add("end", selection.end_ms);
  add("exclude_interim", selection.exclude_interim);
  add("desc", selection.descending);
  return in_brackets(texts);
}

std::string bounds(const std::optional<std::int64_t>& start_ms, const std::optional<std::int64_t>& end_ms) {
  std::string text;
  if (start_ms) text += fmt::format(" start={}", *start_ms);
  if (end_ms) text += fmt::format(" end={}", *end_ms);
  return text;
}

struct Describer {
  std::string operator()(const CreateJob& it) const { return "create job " + it.job; }
  std::string operator()(const GetJob& it) const { return "get job " + it.job; }
  std::string operator()(const UpdateJob& it) const { return "update job " + it.job; }
  std::string operator()(const DeleteJob& it) const {
    return "delete job " + it.job + arguments({{"force", &it.force}});
  }
  std::string operator()(const OpenJob& it) const { return "open job " + it.job; }
  std::string operator()(const PostData& it) const {
    if (it.malformed) return fmt::format("post a malformed body to job {}", it.job);
    return fmt::format("post {} record{} to job {}", it.records.size(), it.records.size() == 1 ? "" : "s", it.job);
  }
  std::string operator()(const FlushJob& it) const {
    return "flush job " + it.job + arguments({{"calc_interim", &it.calc_interim}});
  }
  std::string operator()(const CloseJob& it) const {
    return "close job " + it.job +
           arguments({{"force", &it.force}, {"timeout", &it.timeout}, {"allow_no_jobs", &it.allow_no_jobs}}, it.other);
  }
  std::string operator()(const JobStats& it) const { return "statistics of job " + it.job; }
  std::string operator()(const GetBuckets& it) const {
    return "buckets of job " + it.job + page(it.from, it.size, it.selection);
  }
  std::string operator()(const GetRecords& it) const {
    return "records of job " + it.job + page(it.from, it.size, it.selection);
  }
  std::string operator()(const GetSnapshots& it) const {
    const std::string which = it.snapshot.empty() ? "model snapshots" : "model snapshot " + it.snapshot;
    return which + " of job " + it.job + page(it.from, it.size);
  }
  std::string operator()(const RevertSnapshot& it) const {
    return fmt::format("revert job {} to snapshot {}", it.job, it.snapshot);
  }
  std::string operator()(const CreateIndex& it) const { return "create index " + it.index; }
  std::string operator()(const DeleteIndex& it) const { return "delete index " + it.index; }
  std::string operator()(const IndexDocuments& it) const {
    return fmt::format("index {} document{} into {}", it.records.size(), it.records.size() == 1 ? "" : "s", it.index);
  }
  std::string operator()(const RefreshIndex& it) const { return "refresh index " + it.index; }
  std::string operator()(const CreateDatafeed& it) const {
    return fmt::format("create datafeed {} of job {} over {}", it.feed, it.job, it.index);
  }
  std::string operator()(const GetDatafeed& it) const { return "get datafeed " + it.feed; }
  std::string operator()(const DatafeedStats& it) const { return "statistics of datafeed " + it.feed; }
  std::string operator()(const StartDatafeed& it) const {
    return "start datafeed " + it.feed + bounds(it.start_ms, it.end_ms);
  }
  std::string operator()(const StopDatafeed& it) const {
    return "stop datafeed " + it.feed + arguments({{"force", &it.force}});
  }
  std::string operator()(const DeleteDatafeed& it) const {
    return "delete datafeed " + it.feed + arguments({{"force", &it.force}});
  }
  std::string operator()(const GetRoot&) const { return "get the server's name and version"; }
  std::string operator()(const Authenticate&) const { return "authenticate"; }
  std::string operator()(const HasPrivileges&) const { return "ask for privileges"; }
  std::string operator()(const RawRequest& it) const {
    std::string text = it.method + ' ' + it.path;
    char separator = '?';
    for (const auto& [key, value] : it.query) {
      text += fmt::format("{}{}={}", separator, key, value);
      separator = '&';
    }
    return text;
  }
};

}  // namespace

const std::string& job_of(const Operation& operation) {
  return std::visit(
      [](const auto& it) -> const std::string& {
        if constexpr (NamesJob<std::decay_t<decltype(it)>>) {
          return it.job;
        } else {
          return kNothing;
        }
      },
      operation);
}

bool names_several(std::string_view jobs) {
  return jobs == "_all" || jobs.find_first_of("*,") != std::string_view::npos;
}

bool is_body_known(const Request& request) {
  const auto* raw = std::get_if<RawRequest>(&request.operation);
  return (!request.as_sent || request.as_sent->body_known) && (raw == nullptr || raw->body_known);
}

std::string describe(const Request& request) {
  std::string text = std::visit(Describer{}, request.operation);
  if (std::holds_alternative<PostData>(request.operation) && !is_body_known(request))
    text = "post data to job " + job_of(request.operation);
  if (const std::string user = run_as_of(request); !user.empty())
    text += fmt::format(" as user {}", user);
  else if (request.who != Principal::manage_ml && request.who != Principal::unknown)
    text += fmt::format(" as {}", name(request.who));
  return text;
}

std::string run_as_of(const Request& request) {
  const auto* sent = request.as_sent ? request.as_sent.get() : std::get_if<RawRequest>(&request.operation);
  if (sent == nullptr) return {};
  for (const auto& [header, value] : sent->headers)
    if (lower(header) == kRunAsHeader) return value;
  return {};
}

}  // namespace closecheck
