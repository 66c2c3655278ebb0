#include "comparands.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "closecheck/reports/report_reader.h"
#include "closecheck/sut/deviation.h"
#include "closecheck/vocabulary/printable.h"
#include "configuration.h"
#include "files.h"
#include "suggestions.h"

namespace closecheck::cli {
namespace {

constexpr std::string_view kInProcessWord = "in-process";
constexpr std::string_view kNoDeviation = "none";
constexpr std::size_t kLetters = 26;

bool is_url(const std::string& word) {
  return word.find("://") != std::string::npos;
}

bool may_be_a_file(const std::string& word) {
  std::error_code error;
  return word.find('/') != std::string::npos || word.ends_with(".json") || std::filesystem::exists(word, error);
}

class ComparandReader {
 public:
  explicit ComparandReader(const CompareOptions& options) : options_(options) {
    if (!options.config.empty()) configuration_ = read_configuration(options.config, process_variables());
  }

  Comparand read(const std::string& word) const {
    Comparand comparand;
    comparand.name = word;
    TargetOptions& target = comparand.target;
    target.profile = options_.profile;
    target.product_version = options_.product_version;
    target.config = options_.config;
    target.principals = options_.principals;
    target.allow_cluster_wide = options_.allow_cluster_wide;
    if (configuration_.targets.contains(word) || is_url(word)) {
      target.target = word;
      return comparand;
    }
    target.target = kInProcessWord;
    if (word == kInProcessWord || word == kNoDeviation) {
      target.deviation = kNoDeviation;
    } else if (sut::deviation_named(word)) {
      target.deviation = word;
    } else if (profile_named(word)) {
      target.deviation = kNoDeviation;
      target.profile = word;
      target.product_version.clear();
    } else {
      take_report(comparand);
    }
    return comparand;
  }

 private:
  void take_report(Comparand& comparand) const {
    const std::string& word = comparand.name;
    if (!may_be_a_file(word))
      throw UsageError(
          fmt::format("'{}' is no target of the configuration, no URL, deviation or profile, and no file{}",
                      one_line(word), did_you_mean(word, names())));
    comparand.file = word;
    try {
      comparand.report = reports::read_report(read_file(word, kReportBytesMax));
    } catch (const reports::ReportError& error) {
      throw UsageError(fmt::format("{}: {}", one_line(word), one_line(error.what)));
    }
  }

  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all{kInProcessWord, kNoDeviation};
    for (const auto& [name, target] : configuration_.targets) all.push_back(name);
    for (const sut::DeviationText& deviation : sut::deviations()) all.push_back(deviation.name);
    for (const Profile profile : kProfiles) all.push_back(name(profile));
    return all;
  }

  const CompareOptions& options_;
  Configuration configuration_;
};

}  // namespace

std::vector<Comparand> read_comparands(const CompareOptions& options) {
  if (options.words.size() < 2) throw UsageError("compare takes two or more: targets, deviations, profiles or reports");
  if (options.words.size() > kLetters)
    throw UsageError(fmt::format("compare takes no more than {} at a time", kLetters));
  const ComparandReader reader(options);
  std::vector<Comparand> comparands;
  std::map<std::string, int> seen;
  for (const std::string& word : options.words) {
    comparands.push_back(reader.read(word));
    if (const int number = ++seen[word]; number > 1) comparands.back().name += fmt::format(" ({})", number);
  }
  return comparands;
}

}  // namespace closecheck::cli
