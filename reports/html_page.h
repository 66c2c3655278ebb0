// One page for a browser, whole in itself: a skeleton with style and script, and what is to be shown as JSON in it. The
// script makes text of every text, so that nothing that a server sent can be anything else.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/history.h"

namespace closecheck::reports {

struct HtmlPage {
  std::string title;
  std::string summary;  // for whoever runs no scripts
  nlohmann::ordered_json data;
  std::string picture;  // SVG of our own; may be empty
};
std::string write_page(const HtmlPage& page);

/// What the catalogue says of a clause.
nlohmann::ordered_json clause_texts(Clause clause);

/// The events of a history in their written form, each with `told`: what it is in words. `lines`: its JSON Lines; where
/// they are not of this history, words alone.
nlohmann::ordered_json told_events(const History& history, const std::vector<std::string>& lines);

/// Skeleton, style and script, from the files in `page/`.
std::string_view page_skeleton();
std::string_view page_style();
std::string_view page_script();

}  // namespace closecheck::reports
