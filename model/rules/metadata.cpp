// Metadata: what a client configured stays while the job is closed, and what a refused update would have changed.
#include <fmt/format.h>

#include <algorithm>

#include "rules/naming.h"
#include "rules/rules.h"

namespace closecheck::model::metadata {
namespace {

/// Paths of what a client configures; everything else is the server's own.
bool is_configured(std::string_view path) {
  for (const std::string_view root :
       {"description", "groups", "analysis_config", "analysis_limits", "data_description", "custom_settings"})
    if (path == root || (path.starts_with(root) && path[root.size()] == '.')) return true;
  return false;
}

/// For so long nobody is accused of what may still be read from a cache.
constexpr Duration kReadLate = kSecond;

/// Whether two values of JSON say the same of a configuration: a span may be told in another unit.
bool says_same(std::string_view one, std::string_view other) {
  const auto span_of = [](std::string_view value) {
    const bool is_text = value.size() > 2 && value.front() == '"' && value.back() == '"';
    return is_text ? parse_duration(value.substr(1, value.size() - 2)) : std::nullopt;
  };
  if (one == other) return true;
  const auto span = span_of(one);
  return span && span == span_of(other);
}

using Members = std::vector<std::pair<std::string, std::string>>;

Members::const_iterator find_member(const Members& members, std::string_view path) {
  return std::ranges::find(members, path, [](const auto& member) { return member.first; });
}

/// Whether an update that was accepted beside a close is gone since the job is closed. The page says nothing of
/// updates: it takes another one of the same job that was seen to have worked.
bool accuse_of_lost_update(const Exchange& exchange, JobFile& job, const JobDescription& description,
                           RuleContext& context) {
  DescriptionUpdate& update = job.update;
  if (!update.text) return false;
  const auto now = find_member(description.members, "description");
  const bool is_there = now != description.members.end() && now->second == *update.text;
  update.one_was_read = update.one_was_read || is_there;
  const bool is_judged = update.one_was_read && update.met_close && job.now == JobState::closed;
  if (is_there || !is_judged || exchange.invoked < update.answered + kReadLate) return false;
  context.rulings.accuse(finding_at(exchange, Clause::closed_job_keeps_metadata,
                                    fmt::format("`description` is {}, as {} set it while the job was closing",
                                                *update.text, context.log.cite(update.number)),
                                    fmt::format("{}: `description` is {}", context.log.cite(exchange.number),
                                                now == description.members.end() ? "gone" : now->second)));
  return true;
}

}  // namespace

void judge_description(const Exchange& exchange, JobFile& job, const JobDescription& description,
                       RuleContext& context) {
  if (job.update_lost || accuse_of_lost_update(exchange, job, description, context)) return;
  MetadataReading& known = job.metadata;
  const bool was_closed = known.closed_by > known.number || (known.read_closed && known.closed_by != 0);
  const bool stays = known.number != 0 && was_closed && job.now == JobState::closed;
  const bool by_refused = known.number != 0 && known.refused_update > known.number;
  for (const auto& [path, value] : known.members) {
    const auto now = find_member(description.members, path);
    const bool is_gone = now == description.members.end();
    if (!is_gone && says_same(value, now->second)) continue;
    // While a job is open the page says nothing of its configuration.
    if (!by_refused && !stays) break;
    Finding finding = finding_at(
        exchange, stays ? Clause::closed_job_keeps_metadata : Clause::refused_request_changes_nothing,
        fmt::format("`{}` is {} as in #{}{}", path, value, known.number,
                    stays ? fmt::format(", for the job is closed since {}", context.log.cite(known.closed_by)) : ""),
        fmt::format("{}: `{}` is {}", context.log.cite(exchange.number), path, is_gone ? "gone" : now->second));
    if (by_refused) stand_beside(finding, Clause::refused_request_changes_nothing);
    return context.rulings.accuse(std::move(finding));
  }
  if (!known.members.empty() && stays) context.rulings.prove(Clause::closed_job_keeps_metadata);
  if (!known.members.empty() && by_refused) context.rulings.prove(Clause::refused_request_changes_nothing);
  if (stays) return;
  known.members.clear();
  for (const auto& member : description.members)
    if (is_configured(member.first)) known.members.push_back(member);
  known.number = exchange.number;
  known.read_closed = job.now == JobState::closed;
}

}  // namespace closecheck::model::metadata
