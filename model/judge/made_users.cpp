#include "judge/made_users.h"

#include <algorithm>
#include <string_view>

#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/run_as.h"

namespace closecheck::model {
namespace {

constexpr Duration kCacheMax = 30 * kSecond;

/// The texts of a member that is a list of texts, of a body that is plain enough to be read without more: no escapes,
/// and the name once. Empty: it is not.
std::optional<std::vector<std::string>> texts_of_member(std::string body, std::string_view member) {
  std::erase_if(body, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; });
  const std::string name = '"' + std::string(member) + '"';
  std::size_t at = body.find(name);
  if (at == std::string::npos || body.find(name, at + 1) != std::string::npos) return std::nullopt;
  if (body.find('\\') != std::string::npos) return std::nullopt;
  at += name.size();
  if (!body.substr(at).starts_with(":[")) return std::nullopt;
  const std::size_t end = body.find(']', at);
  if (end == std::string::npos) return std::nullopt;
  std::vector<std::string> texts;
  for (at += 2; at < end;) {
    const std::size_t quote = body.find('"', at + 1);
    if (body[at] != '"' || quote == std::string::npos || quote > end) return std::nullopt;
    texts.push_back(body.substr(at + 1, quote - at - 1));
    at = quote + 1;
    if (at < end && body[at++] != ',') return std::nullopt;
  }
  return texts;
}

}  // namespace

std::optional<MadeUsers::Change> MadeUsers::change_of(const Request& request) {
  const auto* raw = std::get_if<RawRequest>(&request.operation);
  if (raw == nullptr || (raw->method != "PUT" && raw->method != "POST" && raw->method != "DELETE")) return std::nullopt;
  const std::vector<std::string> segments = split_path(raw->path);
  if (segments.size() < 3 || !segments[segments.size() - 3].ends_with("security")) return std::nullopt;
  Change change{.kind = segments[segments.size() - 2], .name = segments.back(), .listed = {}, .deletes = false};
  if (change.kind != "user" && change.kind != "role") return std::nullopt;
  change.deletes = raw->method == "DELETE";
  if (change.deletes)
    change.listed.emplace();
  else
    change.listed = texts_of_member(raw->body, change.kind == "user" ? "roles" : "cluster");
  return change;
}

bool MadeUsers::has_lost_privilege(const std::string& name, Time now) const {
  if (!names_count_ || is_lost_ || open_changes_ > 0) return false;
  const auto user = users_.find(name);
  if (user == users_.end() || !user->second.listed) return false;
  Time since = user->second.since;
  for (const std::string& held : *user->second.listed) {
    const auto role = roles_.find(held);
    if (role == roles_.end() || !role->second.listed || !role->second.listed->empty()) return false;
    since = std::max(since, role->second.since);
  }
  return now - since >= kCacheMax;
}

void MadeUsers::look_at(Exchange& exchange) {
  if (change_of(*exchange.request)) ++open_changes_;
  const std::string user = run_as_of(*exchange.request);
  exchange.is_in_other_name = !user.empty();
  if (!exchange.is_in_other_name) return;
  exchange.is_revoked = has_lost_privilege(user, exchange.invoked);
  exchange.met_revocation = open_changes_ > 0;
  exchange.user_changes = ended_changes_;
}

void MadeUsers::look_at_answer(Exchange& exchange, const Response* response) {
  if (exchange.is_in_other_name) {
    exchange.met_revocation = exchange.met_revocation || open_changes_ > 0 || exchange.user_changes != ended_changes_;
    names_count_ = names_count_ || (response != nullptr && exchange.is_refused_to_caller());
  }
  const std::optional<Change> change = change_of(*exchange.request);
  if (!change) return;
  --open_changes_;
  ++ended_changes_;
  const bool is_refused = response != nullptr && response->outcome == Outcome::refused;
  if (is_refused) return;
  if (response == nullptr || response->outcome != Outcome::accepted) is_lost_ = true;
  auto& known = change->kind == "user" ? users_ : roles_;
  known[change->name] = {change->listed, exchange.answered};
}

}  // namespace closecheck::model
