// The verdict as a badge: a small SVG picture for somebody's page.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/reports/report.h"

namespace closecheck::reports {
namespace {

constexpr std::string_view kBadgeSubject = "close jobs";
constexpr int kCharacterWidth = 7;
constexpr int kPadding = 12;

/// How many of the stated and implied clauses that can be told hold: `conforms 24/24`.
std::string badge_text(const RunRecord& record) {
  std::size_t holding = 0;
  std::size_t reachable = 0;
  for (const ClauseRecord& entry : record.clauses) {
    const Level level = level_of(entry.clause);
    if ((level != Level::stated && level != Level::implied) || entry.kind == Untold::cannot) continue;
    ++reachable;
    holding += entry.verdict == ClauseVerdict::holds ? 1U : 0U;
  }
  std::string text(name(record.verdict));
  return reachable == 0 ? text : fmt::format("{} {}/{}", text, holding, reachable);
}

/// Dark enough for white letters.
std::string_view badge_colour(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::conforms:
      return "#1a7f37";
    case RunVerdict::violates:
      return "#b3261e";
    case RunVerdict::inconclusive:
      break;
  }
  return "#8a5a00";
}

int width_of(std::string_view text) {
  return static_cast<int>(text.size()) * kCharacterWidth + kPadding;
}

}  // namespace

std::string write_badge(const RunReport& report) {
  const std::string text = badge_text(report.record);
  const int left = width_of(kBadgeSubject);
  const int right = width_of(text);
  const auto word = [](int from, int width, std::string_view what) {
    return fmt::format(R"(<text x="{}" y="14" textLength="{}">{}</text>)", from + width / 2, width - kPadding, what);
  };
  return fmt::format(
      R"svg(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="20" role="img" aria-label="{1}: {2}">
<title>{1}: {2}</title>
<clipPath id="r"><rect width="{0}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{0}" height="20" fill="#454545"/><rect x="{3}" width="{4}" height="20" fill="{5}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{6}{7}</g>
</svg>
)svg",
      left + right, kBadgeSubject, text, left, right, badge_colour(report.record.verdict), word(0, left, kBadgeSubject),
      word(left, right, text));
}

}  // namespace closecheck::reports
