// The model for Mermaid and for Graphviz.
#include <fmt/format.h>

#include <iterator>

#include "closecheck/vocabulary/text.h"
#include "model/arrows.h"

namespace closecheck::model {
namespace {

constexpr std::size_t kLabelWidth = 34;

std::string identifier(std::string text) {
  for (char& c : text)
    if (c == ' ') c = '_';
  return text;
}

std::vector<std::string> steps_of(const Arrow& arrow) {
  std::vector<std::string> steps;
  steps.reserve(arrow.steps.size());
  for (const ArrowStep& step : arrow.steps) steps.push_back(step.step);
  return steps;
}

/// The lines of an arrow's label: what leads along it, with the clauses; on a loop, the list alone.
std::vector<std::string> label_lines(const Arrow& arrow, const Visits* visits) {
  std::vector<std::string> lines;
  if (arrow.from == arrow.to) {
    lines = wrapped(steps_of(arrow), kLabelWidth);
  } else {
    for (const ArrowLabel& label : labels_of(arrow)) {
      for (std::string& line : wrapped(label.steps, kLabelWidth)) lines.push_back(std::move(line));
      lines.push_back(fmt::format("({})", id_of(label.clause)));
    }
  }
  if (visits != nullptr) lines.push_back(fmt::format("met {} times", visits_of(arrow, *visits)));
  return lines;
}

std::vector<Arrow> all_arrows() {
  std::vector<Arrow> all = arrows();
  for (Arrow& loop : loops()) all.push_back(std::move(loop));
  return all;
}

bool is_met(const std::string& state, const Visits& visits) {
  const auto found = visits.states.find(state);
  return found != visits.states.end() && found->second > 0;
}

bool is_of_feed(const std::string& state) {
  for (const ModelRow& row : model_rows())
    if (row.state == state) return row.of_feed;
  return false;
}

}  // namespace

std::string as_mermaid(const Visits* visits) {
  std::string out = "stateDiagram-v2\n";
  const auto line = [&](const std::string& text) { out += text + "\n"; };
  for (const bool of_feed : {false, true}) {
    line(fmt::format("  state {} {{", of_feed ? "datafeed" : "job"));
    bool is_first = true;
    for (const std::string& state : state_names()) {
      if (is_of_feed(state) != of_feed) continue;
      if (is_first) line(fmt::format("    [*] --> {}", identifier(state)));
      is_first = false;
      if (identifier(state) != state) line(fmt::format("    {}: {}", identifier(state), state));
    }
    for (const Arrow& arrow : all_arrows())
      if (arrow.of_feed == of_feed)
        line(fmt::format("    {} --> {}: {}", identifier(arrow.from), identifier(arrow.to),
                         joined(label_lines(arrow, visits), "<br/>")));
    line("  }");
  }
  if (visits == nullptr) return out;
  line("  classDef met fill:#cfe8d5,stroke:#1a7f37,color:#10331b");
  line("  classDef never fill:#f6d6d3,stroke:#b3261e,color:#4a0f0b");
  for (const std::string& state : state_names())
    line(fmt::format("  class {} {}", identifier(state), is_met(state, *visits) ? "met" : "never"));
  return out;
}

std::string as_dot(const Visits* visits) {
  std::string out =
      "digraph job {\n  rankdir=LR; nodesep=0.35; ranksep=0.6;\n"
      "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\"];\n"
      "  edge [fontname=\"Helvetica\", fontsize=10];\n";
  for (const bool of_feed : {false, true}) {
    fmt::format_to(std::back_inserter(out), "  subgraph cluster_{0} {{\n    label=\"{0}\"; fontname=\"Helvetica\";\n",
                   of_feed ? "datafeed" : "job");
    for (const std::string& state : state_names())
      if (is_of_feed(state) == of_feed)
        fmt::format_to(std::back_inserter(out), "    \"{}\"{};\n", state,
                       visits == nullptr        ? ""
                       : is_met(state, *visits) ? " [fillcolor=\"#cfe8d5\", color=\"#1a7f37\"]"
                                                : " [fillcolor=\"#f6d6d3\", color=\"#b3261e\"]");
    for (const Arrow& arrow : all_arrows()) {
      if (arrow.of_feed != of_feed) continue;
      const char* colour = visits == nullptr               ? ""
                           : visits_of(arrow, *visits) > 0 ? ", color=\"#1a7f37\""
                                                           : ", color=\"#b3261e\", fontcolor=\"#b3261e\"";
      fmt::format_to(std::back_inserter(out), "    \"{}\" -> \"{}\" [label=\"{}\"{}{}];\n", arrow.from, arrow.to,
                     joined(label_lines(arrow, visits), "\\n"), arrow.spontaneous ? ", style=dashed" : "", colour);
    }
    out += "  }\n";
  }
  return out + "}\n";
}

}  // namespace closecheck::model
