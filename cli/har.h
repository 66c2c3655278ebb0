// HAR captures (HTTP Archive 1.2, as browsers and proxies write them) as lines of histories.
#pragma once

#include <string>
#include <vector>

#include "files.h"

namespace closecheck::cli {

/// A capture as it was read.
struct HarFile {
  std::string path;
  std::string text;
};

/// One history: the captures of one server, all by the same clock, in order of time.
struct HarHistory {
  std::string title;
  std::vector<std::string> lines;  // `closecheck-history/1`, without line ends
  std::vector<std::string> notes;  // what was left out, and why
};

bool is_har(const std::string& text);

/// One history for each server, in the order in which the files name them. What a capture did not keep (a body, who
/// asked, how long it took) is unknown in it.
std::vector<HarHistory> histories_of_har(const std::vector<HarFile>& files, BadFiles& bad);

}  // namespace closecheck::cli
