#include "in_process/asked_again_for_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "closecheck/sut/system.h"
#include "wire/json.h"

namespace closecheck::sut {
namespace {

using wire::Json;

std::string_view kind_of(const Json& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "list";
  if (value.is_string()) return "text";
  if (value.is_boolean()) return "boolean";
  return value.is_null() ? "null" : "number";
}

/// Members whose texts are of few.
bool is_telling(std::string_view name) {
  static const std::set<std::string_view> telling{"type", "state", "result", "result_type", "memory_status"};
  return telling.contains(name);
}

/// All that the elements of a list have, in one.
Json united(const Json& list) {
  Json all;
  for (const Json& element : list) {
    if (!all.is_object() || !element.is_object())
      all = element;
    else
      for (const auto& [name, value] : element.items()) all[name] = value;
  }
  return all;
}

void compare_values(const std::string& path, const Json& genuine, const Json& ours, std::vector<std::string>& told) {
  if (kind_of(genuine) != kind_of(ours)) {
    told.push_back(fmt::format("{} {}, not {}", path, kind_of(ours), kind_of(genuine)));
  } else if (genuine.is_array()) {
    if (!genuine.empty() && ours.empty())
      told.push_back(path + " empty");
    else if (!genuine.empty())
      compare_values(path + "[]", united(genuine), united(ours), told);
  } else if (genuine.is_object()) {
    for (const auto& [name, value] : genuine.items())
      if (!ours.contains(name)) told.push_back(fmt::format("no {}.{}", path, name));
    for (const auto& [name, value] : ours.items()) {
      const auto found = genuine.find(name);
      if (found == genuine.end())
        told.push_back(fmt::format("{}.{}", path, name));
      else
        compare_values(path + "." + name, *found, value, told);
    }
  } else if (genuine.is_string() && is_telling(path.substr(path.rfind('.') + 1)) && genuine != ours) {
    told.push_back(fmt::format("{} {}, not {}", path, ours.get<std::string>(), genuine.get<std::string>()));
  }
}

void collect_ids(const Json& value, std::vector<std::string>& ids) {
  if (!value.is_structured()) return;
  for (const auto& [name, inner] : value.items()) {
    if (inner.is_string() && (name.ends_with("snapshot_id") || name == "forecast_id"))
      ids.push_back(inner.get<std::string>());
    collect_ids(inner, ids);
  }
}

std::string renamed(std::string text, const std::map<std::string, std::string>& names) {
  for (const auto& [from, to] : names)
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
  return text;
}

}  // namespace

std::string difference(const WireAnswer& genuine, const WireAnswer& ours) {
  const auto theirs = wire::parse_json(genuine.body);
  const auto own = wire::parse_json(ours.body);
  std::vector<std::string> told;
  if (genuine.status != ours.status) told.push_back(fmt::format("{}, not {}", ours.status, genuine.status));
  if (theirs && own)
    compare_values("", *theirs, *own, told);
  else if (theirs.has_value() != own.has_value() || genuine.body.empty() != ours.body.empty())
    told.emplace_back("body");
  return fmt::format("{}", fmt::join(told, "; "));
}

AskedAgain::AskedAgain(Profile profile)
    : manner_{profile.implemented(), Deviation::none, Variant::usual, 200 * kMillisecond, true}, core_(manner_) {}

std::map<int, std::string> AskedAgain::ask(const CapturedRun& run) {
  std::map<int, std::string> told;
  std::multimap<Time, std::pair<const Captured*, Token>> open;  // by when their answers came
  const auto note = [&](const Captured& captured, std::string text) {
    if (!text.empty()) told[captured.line] = std::move(text);
  };
  const auto answered_before = [&](Time time) {
    while (!open.empty() && open.begin()->first <= time) {
      const auto [captured, token] = open.begin()->second;
      advance(open.begin()->first + behind_);
      open.erase(open.begin());
      note(*captured, compare(*captured, token));
    }
  };
  for (const Captured& captured : run.all) {
    if (captured.kind == Captured::Kind::set_up) {
      // It stood before the next request, when whoever was answered by then had been.
      const auto next = std::find_if(&captured, &run.all.back() + 1,
                                     [](const Captured& one) { return one.kind != Captured::Kind::set_up; });
      if (next != &run.all.back() + 1) answered_before(next->begins);
      set_up(captured);
      continue;
    }
    answered_before(captured.begins);
    advance(captured.begins + behind_);
    if (captured.kind == Captured::Kind::fault)
      note(captured, inject(captured));
    else
      open.emplace(captured.ends, std::pair(&captured, send(captured.request, captured.who)));
  }
  answered_before(std::numeric_limits<Time>::max());
  return told;
}

void AskedAgain::set_up(const Captured& captured) {
  const Time before = now_;
  await(send(captured.request, captured.who));
  behind_ += now_ - before;
}

std::string AskedAgain::inject(const Captured& captured) {
  Replies replies;
  try {
    core_.inject(captured.fault, captured.job, captured.duration, now_, replies);
  } catch (const FaultFailed& failed) {
    return failed.why;
  }
  keep(replies);
  return "";
}

Token AskedAgain::send(wire::HttpRequest request, Principal who) {
  request.path = renamed(request.path, ids_);
  request.body = renamed(request.body, ids_);
  const Token token = ++last_token_;
  Asked& asked = asked_[token];
  asked.entered = enter(request, manner_, who);
  Replies replies;
  if (asked.entered.answer)
    replies.push_back({token, *asked.entered.answer});
  else
    core_.handle(asked.entered.request, now_, token, replies);
  keep(replies);
  return token;
}

std::optional<WireAnswer> AskedAgain::await(Token token) {
  const Time until = now_ + 2 * kHour;
  while (!asked_[token].answer && core_.due() <= until) advance(core_.due());
  std::optional<WireAnswer> answer = std::move(asked_[token].answer);
  asked_.erase(token);
  return answer;
}

std::string AskedAgain::compare(const Captured& captured, Token token) {
  if (!captured.answer) {
    const std::optional<WireAnswer>& answer = asked_[token].answer;
    return answer ? fmt::format("{}, not unanswered", answer->status) : "";
  }
  const Time before = now_;
  const std::optional<WireAnswer> answer = await(token);
  behind_ += now_ - before;
  if (!answer) return "unanswered";
  learn(*captured.answer, *answer);
  return difference(*captured.answer, *answer);
}

void AskedAgain::learn(const WireAnswer& genuine, const WireAnswer& ours) {
  const auto theirs = wire::parse_json(genuine.body);
  const auto own = wire::parse_json(ours.body);
  if (!theirs || !own) return;
  std::vector<std::string> there;
  std::vector<std::string> here;
  collect_ids(*theirs, there);
  collect_ids(*own, here);
  constexpr std::size_t kIdBytesMin = 6;  // shorter ones stand in other texts as well
  for (std::size_t i = 0; i < std::min(there.size(), here.size()); ++i)
    if (there[i].size() >= kIdBytesMin) ids_[there[i]] = here[i];
}

void AskedAgain::advance(Time until) {
  Replies replies;
  while (core_.due() <= until) {
    now_ = std::max(now_, core_.due());
    core_.fire(now_, replies);
    keep(replies);
    replies.clear();
  }
  now_ = std::max(now_, until);
}

void AskedAgain::keep(const Replies& replies) {
  for (const Reply& reply : replies) {
    const auto asked = asked_.find(reply.token);
    if (asked != asked_.end()) asked->second.answer = leave(reply.answer, asked->second.entered, manner_);
  }
}

}  // namespace closecheck::sut
