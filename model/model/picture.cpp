// The model as a picture (SVG): few states, laid out by hand so that lines are short and words stand clear of them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "closecheck/vocabulary/text.h"
#include "model/arrows.h"

namespace closecheck::model {
namespace {

struct Point {
  double x = 0;
  double y = 0;
};

constexpr int kWidth = 1680;
constexpr int kHeight = 1150;
constexpr double kHalfWidth = 104;
constexpr int kLineHeight = 14;
constexpr std::size_t kLoopWidth = 33;   // characters
constexpr std::size_t kLabelWidth = 26;  // characters
constexpr double kApart = 9;             // of two arrows that lead to and fro

struct Place {
  std::string_view state;
  Point centre;
};
constexpr std::array kPlaces{Place{"absent", {120, 360}},           Place{"closed", {490, 360}},
                             Place{"opening", {810, 120}},          Place{"opened", {1190, 120}},
                             Place{"closing", {1000, 370}},         Place{"forced", {1000, 650}},
                             Place{"failed", {1550, 370}},          Place{"no datafeed", {250, 960}},
                             Place{"datafeed stopped", {840, 960}}, Place{"datafeed started", {1430, 960}}};

/// Frames around several states: an arrow from one is an arrow from each of its states.
struct Frame {
  std::string_view name;
  Point corner;
  Point size;
  std::string_view states;
};
constexpr std::string_view kExists = "the job exists";
constexpr std::string_view kRuns = "the job runs";
constexpr std::array kFrames{Frame{kExists, {372, 12}, {1296, 788}, "closed closing failed forced opened opening"},
                             Frame{kRuns, {680, 34}, {640, 738}, "closing forced opened opening"}};

/// An arrow that is no straight line between the middles of its ends, and where its label stands.
struct Route {
  std::string_view from;
  std::string_view to;
  std::string_view path;  // empty: straight
  Point label;
};
constexpr std::array kRoutes{
    Route{"absent", "closed", "", {299, 318}},
    Route{"closed", "absent", "", {299, 388}},
    Route{"closed", "opening", "", {598, 206}},
    Route{"opening", "opened", "", {1000, 92}},
    Route{"opening", "closing", "", {880, 258}},
    Route{"opened", "closing", "", {1118, 244}},
    Route{"closing", "closed", "", {675, 336}},
    Route{"closing", "forced", "", {1000, 505}},
    Route{"opening", "forced", "M 778 180 C 728 330 748 520 894 622", {812, 440}},
    Route{"opened", "forced", "M 1230 180 C 1290 330 1260 520 1106 622", {1196, 440}},
    Route{"forced", "closed", "", {722, 560}},
    Route{"failed", "forced", "", {1398, 508}},
    Route{"failed", "absent", "M 1570 426 L 1570 826 L 90 826 L 90 421", {800, 818}},
    Route{kExists, "absent", "M 372 560 C 260 560 160 510 142 422", {262, 506}},
    Route{kRuns, "failed", "M 1320 330 L 1444 352", {1384, 296}},
    Route{"no datafeed", "datafeed stopped", "", {545, 922}},
    Route{"datafeed stopped", "no datafeed", "", {545, 984}},
    Route{"datafeed stopped", "datafeed started", "", {1135, 906}},
    Route{"datafeed started", "datafeed stopped", "", {1135, 984}},
    Route{"datafeed started", "no datafeed", "M 1430 1002 C 1430 1135 250 1135 250 1007", {840, 1064}}};

class Picture {
 public:
  explicit Picture(const Visits* visits) : visits_(visits), loops_(loops()) {}

  std::string draw() {
    begin();
    for (const Frame& frame : kFrames)
      add(R"(<rect class="frame" x="{}" y="{}" width="{}" height="{}" rx="14"/><text class="quiet" x="{}" y="{}">{}</text>)",
          frame.corner.x, frame.corner.y, frame.size.x, frame.size.y, frame.corner.x + 14, frame.corner.y + 20,
          frame.name);
    const std::vector<Arrow> all = gathered();
    for (const Arrow& arrow : all) draw_line(arrow, all);
    for (const Place& place : kPlaces) draw_state(place);
    for (const Arrow& arrow : all) draw_label(arrow);
    return out_ + "</svg>\n";
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
    out_ += '\n';
  }

  void begin() {
    add(R"(<svg xmlns="http://www.w3.org/2000/svg" class="model" viewBox="0 0 {} {}" role="img" aria-label="The reference model of one job and its datafeed: states, and what leads from one to another">)",
        kWidth, kHeight);
    out_ +=
        R"(<style>
.model{--paper:#fff;--ink:#1c2128;--quiet:#57606a;--line:#57606a;--box:#f6f8fa;--met:#116329;--met-box:#dcf2e1;--never:#b3261e;--never-box:#fbe3e1;font-family:system-ui,"DejaVu Sans",Verdana,sans-serif}
@media (prefers-color-scheme:dark){.model{--paper:#0d1117;--ink:#e6edf3;--quiet:#9aa5b1;--line:#9aa5b1;--box:#1b222b;--met:#56d364;--met-box:#12301c;--never:#ff8f87;--never-box:#3d1513}}
@media print{.model{--paper:#fff;--ink:#1c2128;--quiet:#57606a;--line:#57606a;--box:#f6f8fa;--met:#116329;--met-box:#dcf2e1;--never:#b3261e;--never-box:#fbe3e1}}
.model text{fill:var(--ink);font-size:11.5px;paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.model .box text{stroke:none}.model text.name{font-size:15px;font-weight:600}.model text.quiet{fill:var(--quiet);font-size:10.5px}
.model .frame{fill:none;stroke:var(--quiet);stroke-width:1;stroke-dasharray:2 5}
.model .box rect{fill:var(--box);stroke:var(--line);stroke-width:1.5}
.model .line{fill:none;stroke:var(--line);stroke-width:1.6;marker-end:url(#tip)}.model .by-itself{stroke-dasharray:7 5}
.model #tip{fill:var(--line)}.model #tip-met{fill:var(--met)}.model #tip-never{fill:var(--never)}
.model .met.line{stroke:var(--met);stroke-width:2.2;marker-end:url(#tip-met)}.model .never.line{stroke:var(--never);marker-end:url(#tip-never)}
.model .met rect{fill:var(--met-box);stroke:var(--met)}.model .never rect{fill:var(--never-box);stroke:var(--never)}
.model text.never,.model tspan.never{fill:var(--never)}
</style>
)";
    out_ += "<defs>";
    for (const std::string_view tip : {"tip", "tip-met", "tip-never"})
      add(R"(<marker id="{}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 10 5 0 10z"/></marker>)",
          tip);
    out_ += "</defs>\n";
    add(R"svg(<rect width="{}" height="{}" fill="var(--paper)"/>)svg", kWidth, kHeight);
  }

  /// Arrows; what leads from all states of a frame to one starts at the frame.
  static std::vector<Arrow> gathered() {
    std::vector<Arrow> all = arrows();
    std::vector<Arrow> from_frames;
    std::map<std::pair<std::string, std::string>, std::set<std::string>> sources;
    for (const Arrow& arrow : all)
      for (const ArrowStep& step : arrow.steps) sources[{step.step, arrow.to}].insert(arrow.from);
    for (const auto& [key, from] : sources) {
      const auto* const frame = std::ranges::find(kFrames, joined(from, " "), &Frame::states);
      if (frame == kFrames.end()) continue;
      Arrow joint{std::string(frame->name), key.second, false, false, {}};
      for (Arrow& arrow : all)
        std::erase_if(arrow.steps, [&](const ArrowStep& step) {
          if (step.step != key.first || arrow.to != key.second) return false;
          joint.steps.push_back(step);
          return true;
        });
      from_frames.push_back(std::move(joint));
    }
    std::erase_if(all, [](const Arrow& arrow) { return arrow.steps.empty(); });
    all.insert(all.end(), from_frames.begin(), from_frames.end());
    return all;
  }

  std::string_view met(std::int64_t times) const {
    if (visits_ == nullptr) return "";
    return times > 0 ? " met" : " never";
  }
  std::int64_t row_visits(const std::string& row) const {
    const auto found = visits_->rows.find(row);
    return found == visits_->rows.end() ? 0 : found->second;
  }

  const Arrow* loop_of(std::string_view state) const {
    const auto found = std::ranges::find(loops_, state, &Arrow::from);
    return found == loops_.end() ? nullptr : &*found;
  }

  double half_height(std::string_view state) const {
    const Arrow* loop = loop_of(state);
    const std::size_t lines = loop == nullptr ? 0 : loop_lines(*loop).size();
    return (34.0 + static_cast<double>(lines * kLineHeight)) / 2;
  }

  static std::vector<std::string> loop_lines(const Arrow& loop) {
    std::vector<std::string> words;
    words.reserve(loop.steps.size());
    for (const ArrowStep& step : loop.steps) words.push_back(step.step);
    return wrapped(words, kLoopWidth);
  }

  static const Place* place_of(std::string_view state) {
    const auto found = std::ranges::find(kPlaces, state, &Place::state);
    return found == kPlaces.end() ? nullptr : found;
  }
  static const Route* route_of(const Arrow& arrow) {
    const auto found = std::ranges::find_if(
        kRoutes, [&](const Route& route) { return route.from == arrow.from && route.to == arrow.to; });
    return found == kRoutes.end() ? nullptr : found;
  }

  void draw_state(const Place& place) {
    std::int64_t times = 0;
    if (visits_ != nullptr)
      if (const auto found = visits_->states.find(std::string(place.state)); found != visits_->states.end())
        times = found->second;
    const double height = 2 * half_height(place.state);
    double y = place.centre.y - height / 2;
    add(R"(<g class="box{}"><title>{}{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="10"/>)", met(times),
        place.state, visits_ == nullptr ? "" : fmt::format(": met {} times", times), place.centre.x - kHalfWidth, y,
        2 * kHalfWidth, height);
    y += 20;
    add(R"(<text class="name" x="{}" y="{}" text-anchor="middle">{}</text>)", place.centre.x, y, place.state);
    if (const Arrow* loop = loop_of(place.state)) draw_loop(*loop, {place.centre.x - kHalfWidth + 10, y});
    out_ += "</g>\n";
  }

  /// What leaves the state as it is: a list in its box, behind the sign of a loop.
  void draw_loop(const Arrow& loop, Point at) {
    std::size_t step = 0;
    bool is_first = true;
    for (const std::string& line : loop_lines(loop)) {
      at.y += kLineHeight;
      std::string spans = is_first ? "↺ " : "";
      is_first = false;
      for (const std::string_view part : divided(line, ',')) {
        const std::string_view word = trimmed(part);
        if (word.empty()) continue;
        const bool is_last = step + 1 == loop.steps.size();
        const bool is_never = visits_ != nullptr && row_visits(loop.steps[step].row) == 0;
        spans += fmt::format("<tspan{}>{}{}</tspan>", is_never ? R"( class="never")" : "", word, is_last ? "" : ", ");
        ++step;
      }
      add(R"(<text class="quiet" x="{}" y="{}">{}</text>)", at.x, at.y, spans);
    }
  }

  /// Where the line from the middle of a box towards `to` leaves the box.
  Point edge_of(const Place& place, Point to) const {
    const double dx = to.x - place.centre.x;
    const double dy = to.y - place.centre.y;
    const double along =
        std::min(kHalfWidth / std::max(std::abs(dx), 1e-6), half_height(place.state) / std::max(std::abs(dy), 1e-6));
    return {place.centre.x + dx * along, place.centre.y + dy * along};
  }

  void draw_line(const Arrow& arrow, const std::vector<Arrow>& all) {
    const std::int64_t times = visits_ == nullptr ? 0 : visits_of(arrow, *visits_);
    std::string path;
    const Route* route = route_of(arrow);
    if (route != nullptr && !route->path.empty()) {
      path = route->path;
    } else if (const auto ends = std::pair(place_of(arrow.from), place_of(arrow.to)); ends.first && ends.second) {
      const Point from = edge_of(*ends.first, ends.second->centre);
      const Point to = edge_of(*ends.second, ends.first->centre);
      const bool is_pair = std::ranges::any_of(
          all, [&](const Arrow& other) { return other.from == arrow.to && other.to == arrow.from; });
      const double length = std::hypot(to.x - from.x, to.y - from.y);
      const double shift = is_pair ? kApart / length : 0;
      const Point aside{(to.y - from.y) * shift, (from.x - to.x) * shift};
      path = fmt::format("M {:.0f} {:.0f} L {:.0f} {:.0f}", from.x + aside.x, from.y + aside.y, to.x + aside.x,
                         to.y + aside.y);
    }
    add(R"(<path class="line{}{}" d="{}"/>)", met(times), arrow.spontaneous ? " by-itself" : "", path);
  }

  void draw_label(const Arrow& arrow) {
    Point at;
    if (const Route* route = route_of(arrow))
      at = route->label;
    else if (const auto ends = std::pair(place_of(arrow.from), place_of(arrow.to)); ends.first && ends.second)
      at = {(ends.first->centre.x + ends.second->centre.x) / 2, (ends.first->centre.y + ends.second->centre.y) / 2};
    for (const ArrowLabel& label : labels_of(arrow)) {
      bool is_never = visits_ != nullptr;
      std::set<std::string> words;
      for (const ArrowStep& step : arrow.steps)
        if (step.clause == label.clause && visits_ != nullptr) is_never = is_never && row_visits(step.row) == 0;
      std::vector<std::string> steps;
      for (const std::string& step : label.steps)
        if (words.insert(step).second) steps.push_back(step);
      for (const std::string& line : wrapped(steps, kLabelWidth)) {
        add(R"(<text{} x="{}" y="{}" text-anchor="middle">{}</text>)", is_never ? R"( class="never")" : "", at.x, at.y,
            line);
        at.y += kLineHeight;
      }
      add(R"(<text class="quiet" x="{}" y="{}" text-anchor="middle">{}</text>)", at.x, at.y - 1, id_of(label.clause));
      at.y += kLineHeight;
    }
  }

  const Visits* visits_;
  std::vector<Arrow> loops_;
  std::string out_;
};

}  // namespace

std::string as_svg(const Visits* visits) {
  return Picture(visits).draw();
}

}  // namespace closecheck::model
