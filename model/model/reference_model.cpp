#include "closecheck/model/reference_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "model/arrows.h"
#include "model/cells.h"

namespace closecheck::model {
namespace {

std::string answers_text(Answers answers) {
  std::string text;
  const auto add = [&](Answers bit, std::string_view word) {
    if ((answers & bit) == 0) return;
    if (!text.empty()) text += '/';
    text += word;
  };
  add(kAccepted, "accepted");
  add(kRefused, "refused");
  add(kFailed, "server error");
  return text.empty() ? "-" : text;
}

using AnswersByProfile = std::array<Answers, kProfiles.size()>;

bool is_empty(const AnswersByProfile& answers) {
  return std::ranges::all_of(answers, [](Answers each) { return each == kNothing; });
}

/// The sets that there are, each with the versions of the profiles that have it where there are several.
std::string text_of(const AnswersByProfile& answers) {
  std::string text;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (std::find(answers.begin(), answers.begin() + static_cast<std::ptrdiff_t>(i), answers.at(i)) !=
        answers.begin() + static_cast<std::ptrdiff_t>(i))
      continue;
    std::string names;
    for (const Profile profile : kProfiles)
      if (answers.at(profile.index()) == answers.at(i))
        names.append(names.empty() ? "" : " ").append(profile->name.substr(profile->name.rfind('-') + 1));
    if (std::ranges::count(answers, answers.at(i)) == std::ssize(answers)) return answers_text(answers.at(i));
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", answers_text(answers.at(i)), names);
  }
  return text;
}

/// What an entry allows besides its change: `else refused`.
std::string answers_of(const RowText& row) {
  if (row.spontaneous) return {};
  std::string text = row.changes ? (row.waits ? "accepted once done" : "accepted") : text_of(row.allowed);
  if (row.changes && !is_empty(row.allowed)) text += ", or stays: " + text_of(row.allowed);
  if (!is_empty(row.allowed_otherwise) || (!row.guard.empty() && !row.changes))
    text += "; otherwise " + text_of(row.allowed_otherwise);
  return text;
}

std::string name_of(const RowText& row) {
  return row.changes ? fmt::format("{} - {} -> {}", row.source, row.step, row.target)
                     : fmt::format("{} - {}", row.source, row.step);
}

std::string as_table(const Visits* visits) {
  std::string out = "The reference model of one job: what each state makes of each request.\n";
  const auto line = [&](std::string_view state, std::string_view step, std::string_view target,
                        std::string_view answers, std::string_view guard, std::string_view effect,
                        std::string_view clause, std::string_view met) {
    fmt::format_to(std::back_inserter(out), "{:<17} {:<22} {:<17} {:<72} {:<40} {:<28} ", state, step, target, answers,
                   guard, effect);
    if (visits == nullptr)
      fmt::format_to(std::back_inserter(out), "{}\n", clause);
    else
      fmt::format_to(std::back_inserter(out), "{:<31} {:>9}\n", clause, met);
  };
  const auto met = [&](const RowText& row) {
    if (visits == nullptr) return std::string();
    const auto found = visits->rows.find(name_of(row));
    return fmt::format("{}", found == visits->rows.end() ? 0 : found->second);
  };
  for (const bool spontaneous : {false, true}) {
    out += spontaneous ? "\nWhat happens by itself\n" : "\n";
    line("state", spontaneous ? "event" : "request", "next state", "answer", "if", "does", "clause", "met");
    for (const RowText& row : rows())
      if (row.spontaneous == spontaneous)
        line(row.source, row.step, row.changes ? row.target : "", answers_of(row), row.guard, row.effect,
             id_of(row.clause), met(row));
  }
  return out;
}

}  // namespace

std::string print_model(TableFormat format, const Visits* visits) {
  switch (format) {
    case TableFormat::table:
      return as_table(visits);
    case TableFormat::mermaid:
      return as_mermaid(visits);
    case TableFormat::dot:
      return as_dot(visits);
    case TableFormat::svg:
      return as_svg(visits);
  }
  return {};
}

std::vector<std::string> state_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kLifeCount; ++i) names.emplace_back(name(static_cast<Life>(i)));
  for (std::size_t i = 0; i < kFeedCount; ++i) names.emplace_back(name(static_cast<Feed>(i)));
  return names;
}

std::vector<std::string> transition_names() {
  std::vector<std::string> names;
  for (const RowText& row : rows()) names.push_back(name_of(row));
  return names;
}

std::vector<ModelRow> model_rows() {
  std::vector<ModelRow> all;
  for (const RowText& row : rows())
    all.push_back({name_of(row), row.source, row.step, row.changes ? row.target : "", answers_of(row), row.clause,
                   row.of_feed, row.spontaneous});
  return all;
}

}  // namespace closecheck::model
