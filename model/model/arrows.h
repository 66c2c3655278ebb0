// The rows of the reference model gathered into the arrows of a picture: one from a state to another, whatever leads
// there, and for each state one that lists what leaves it as it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "closecheck/model/reference_model.h"
#include "closecheck/vocabulary/clause.h"

namespace closecheck::model {

/// A request, or what happens by itself, on an arrow.
struct ArrowStep {
  std::string step;
  std::string row;  // by its name
  Clause clause = Clause::close_ends_open_job;
};

struct Arrow {
  std::string from;
  std::string to;
  bool of_feed = false;
  bool spontaneous = false;      // nothing but what happens by itself
  std::vector<ArrowStep> steps;  // in the order of the rows
};

/// Those that lead to another state, in the order of the rows.
std::vector<Arrow> arrows();
/// One for each state that something leaves as it is, in the order of the states.
std::vector<Arrow> loops();

/// The steps of an arrow that one clause stands for.
struct ArrowLabel {
  std::vector<std::string> steps;
  Clause clause = Clause::close_ends_open_job;
};
std::vector<ArrowLabel> labels_of(const Arrow& arrow);

/// How often all rows of the arrow were met.
std::int64_t visits_of(const Arrow& arrow, const Visits& visits);

/// Words of a list in lines of at most so many characters.
std::vector<std::string> wrapped(const std::vector<std::string>& words, std::size_t width);

// The model in the words of programs that draw.
std::string as_mermaid(const Visits* visits);
std::string as_dot(const Visits* visits);
/// ... and drawn by us.
std::string as_svg(const Visits* visits);

}  // namespace closecheck::model
