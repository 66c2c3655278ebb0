#include "html_page.h"

#include <fmt/format.h>

#include "closecheck/vocabulary/printable.h"
#include "report_json.h"

namespace closecheck::reports {
namespace {

std::string html_text(std::string_view text) {
  std::string escaped;
  for (const char c : one_line(text)) {
    const bool is_special = c == '<' || c == '>' || c == '&' || c == '"' || c == '\'';
    escaped += is_special ? fmt::format("&#{};", static_cast<int>(c)) : std::string(1, c);
  }
  return escaped;
}

/// JSON that ends no element and begins none. These characters stand within strings only.
std::string json_in_html(const nlohmann::ordered_json& json) {
  std::string escaped;
  for (const char c : to_text(json)) {
    const bool is_special = c == '<' || c == '>' || c == '&';
    escaped += is_special ? fmt::format("\\u{:04x}", static_cast<int>(c)) : std::string(1, c);
  }
  return escaped;
}

std::string told(const Event& event) {
  switch (event.type) {
    case EventType::invoke:
      return event.request ? describe(*event.request) : "a request";
    case EventType::ok:
      return event.response ? describe(*event.response) : "an answer";
    case EventType::info:
      return fmt::format("{} ({})", event.never_sent ? "not sent" : "no answer",
                         event.response ? describe(*event.response) : event.error);
    case EventType::fault:
      return fmt::format("{} of job {}{}", name(event.fault), event.job,
                         event.duration > 0 ? fmt::format(" ({})", format_duration(event.duration)) : "");
    case EventType::settled:
      break;
  }
  return fmt::format("job {} has settled", event.job);
}

/// Answers may be long, and a page is for reading: the JSON report has all of them.
constexpr std::size_t kBodyBytesMax = 6'000;

void shorten(nlohmann::ordered_json& event) {
  for (const char* side : {"request", "response"})
    for (const char* body : {"body", "text"}) {
      if (!event.contains(side) || !event[side].is_object() || !event[side].contains(body)) continue;
      nlohmann::ordered_json& whole = event[side][body];
      const std::string text = whole.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
      if (text.size() > kBodyBytesMax)
        whole = fmt::format("{} ({} bytes in all)", shortened(text, kBodyBytesMax), text.size());
    }
}

}  // namespace

std::string write_page(const HtmlPage& page) {
  std::string out;
  std::string_view rest = page_skeleton();
  while (!rest.empty()) {
    const std::size_t open = rest.find("{{");
    const std::size_t close = rest.find("}}", open);
    if (close == std::string_view::npos) break;
    out += rest.substr(0, open);
    const std::string_view slot = rest.substr(open + 2, close - open - 2);
    if (slot == "title")
      out += html_text(page.title);
    else if (slot == "summary")
      out += html_text(page.summary);
    else if (slot == "style")
      out += page_style();
    else if (slot == "script")
      out += page_script();
    else if (slot == "picture")
      out += page.picture;
    else if (slot == "data")
      out += json_in_html(page.data);
    rest.remove_prefix(close + 2);
  }
  return out.append(rest);
}

nlohmann::ordered_json clause_texts(Clause clause) {
  const ClauseText& text = text_of(clause);
  return {{"level", name(text.level)},
          {"section", text.section},
          {"says", text.says},
          {"importance", text.why},
          {"how", text.how}};
}

nlohmann::ordered_json told_events(const History& history, const std::vector<std::string>& lines) {
  nlohmann::ordered_json events = events_of(lines);
  const bool is_of_history = events.size() == history.events.size();
  if (!is_of_history) events = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (!is_of_history) {
      events.push_back({{"type", name(event.type)}, {"time", event.time}});
      if (event.type != EventType::fault && event.type != EventType::settled) events.back()["process"] = event.process;
    }
    shorten(events[i]);
    events[i]["told"] = told(event);
    if (event.type == EventType::invoke && event.request) events[i]["as"] = name(event.request->who);
  }
  return events;
}

}  // namespace closecheck::reports
