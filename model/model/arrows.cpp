#include "model/arrows.h"

#include <algorithm>

namespace closecheck::model {
namespace {

Arrow& arrow_between(std::vector<Arrow>& arrows, const ModelRow& row, const std::string& to) {
  const auto found = std::ranges::find_if(arrows, [&](const Arrow& it) { return it.from == row.state && it.to == to; });
  if (found != arrows.end()) return *found;
  arrows.push_back({row.state, to, row.of_feed, true, {}});
  return arrows.back();
}

std::vector<Arrow> gathered(bool are_loops) {
  std::vector<Arrow> all;
  for (const ModelRow& row : model_rows()) {
    const std::string& to = row.next.empty() ? row.state : row.next;
    if ((to == row.state) != are_loops) continue;
    Arrow& arrow = arrow_between(all, row, to);
    arrow.spontaneous = arrow.spontaneous && row.spontaneous;
    arrow.steps.push_back({row.step, row.name, row.clause});
  }
  return all;
}

}  // namespace

std::vector<Arrow> arrows() {
  return gathered(false);
}

std::vector<Arrow> loops() {
  const std::vector<Arrow> all = gathered(true);
  std::vector<Arrow> in_order;
  for (const std::string& state : state_names())
    for (const Arrow& loop : all)
      if (loop.from == state) in_order.push_back(loop);
  return in_order;
}

std::vector<ArrowLabel> labels_of(const Arrow& arrow) {
  std::vector<ArrowLabel> labels;
  for (const ArrowStep& step : arrow.steps) {
    const auto found = std::ranges::find(labels, step.clause, &ArrowLabel::clause);
    if (found == labels.end())
      labels.push_back({{step.step}, step.clause});
    else
      found->steps.push_back(step.step);
  }
  return labels;
}

std::int64_t visits_of(const Arrow& arrow, const Visits& visits) {
  std::int64_t sum = 0;
  for (const ArrowStep& step : arrow.steps)
    if (const auto found = visits.rows.find(step.row); found != visits.rows.end()) sum += found->second;
  return sum;
}

std::vector<std::string> wrapped(const std::vector<std::string>& words, std::size_t width) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = i + 1 < words.size() ? words[i] + "," : words[i];
    if (lines.empty() || lines.back().size() + 1 + word.size() > width)
      lines.push_back(word);
    else
      lines.back() += " " + word;
  }
  return lines;
}

}  // namespace closecheck::model
