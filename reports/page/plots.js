// How long things took: a small plot for each kind of request, on one scale of decades.
"use strict";

const PLOT_WIDTH = 220, PLOT_HEIGHT = 36;

/** Where a time stands between a tenth of a millisecond and the longest of all. */
function scale(longest) {
  const low = Math.log10(0.05), high = Math.log10(Math.max(longest, 1));
  return (milliseconds) => PLOT_WIDTH * Math.min(1, Math.max(0, (Math.log10(Math.max(milliseconds, 0.05)) - low) / (high - low)));
}

function histogram(latency, x) {
  const most = Math.max(...latency.histogram.map((bar) => bar.count));
  const bars = latency.histogram.map((bar) => {
    const steps = [1, 2, 5];
    const decade = 10 ** Math.floor(Math.log10(bar.up_to_ms) + 1e-9);
    const digit = Math.round(bar.up_to_ms / decade);
    const lower = digit === 1 ? decade / 2 : decade * steps[steps.indexOf(digit) - 1];
    const height = Math.max(1.5, PLOT_HEIGHT * bar.count / most);
    return element("svg:rect", {x: x(lower), width: Math.max(1, x(bar.up_to_ms) - x(lower) - 0.6), y: PLOT_HEIGHT - height, height});
  });
  const label = `${latency.request}: half within ${span(latency.median_ms)}, the longest ${span(latency.longest_ms)}`;
  return element("svg:svg", {class: "plot", viewBox: `0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`, role: "img", "aria-label": label}, bars,
                 element("svg:line", {class: "median", x1: x(latency.median_ms), x2: x(latency.median_ms), y1: 0, y2: PLOT_HEIGHT}));
}

function latencyTable(latencies, title) {
  if (!latencies.length) return null;
  const x = scale(Math.max(...latencies.map((it) => it.longest_ms)));
  return scrolling(title, element("table", {class: "latencies"}, element("caption", {}, title),
      element("thead", {}, element("tr", {}, ["request", "answers", "half within", "95 of 100 within", "longest", "distribution"]
          .map((head) => element("th", {scope: "col"}, head)))),
      element("tbody", {}, latencies.map((it) => element("tr", {}, element("th", {scope: "row"}, it.request),
          element("td", {}, it.count), element("td", {}, span(it.median_ms)), element("td", {}, span(it.p95_ms)),
          element("td", {}, span(it.longest_ms)), element("td", {}, histogram(it, x)))))));
}

/** Times that clauses measured, as bars on the same kind of scale. */
function measuredTable(clauses) {
  const times = clauses.flatMap((clause) => Object.entries(clause.figures || {})
      .filter(([name]) => name.endsWith("_ms")).map(([name, value]) => ({clause: clause.id, name, value})));
  if (!times.length) return null;
  const x = scale(Math.max(...times.map((it) => it.value)));
  const title = "What clauses measured";
  return scrolling(title, element("table", {class: "latencies"}, element("caption", {}, title),
      element("tbody", {}, times.map((it) => element("tr", {},
          element("th", {scope: "row"}, it.name.replace(/_ms$/, "").replace(/_/g, " ")),
          element("td", {}, element("code", {}, it.clause)), element("td", {}, span(it.value)),
          element("td", {}, element("svg:svg", {class: "plot bar", viewBox: `0 0 ${PLOT_WIDTH} 12`, role: "img",
                                                "aria-label": span(it.value)},
                                    element("svg:rect", {x: 0, y: 1, width: Math.max(1, x(it.value)), height: 10}))))))));
}

function timesSection(data) {
  const latencies = data.latencies || [];
  const isClose = (it) => it.request.startsWith("close-job");
  const parts = [latencyTable(latencies.filter(isClose), "Closes"), measuredTable(data.clauses || []),
                 latencyTable(latencies.filter((it) => !isClose(it)), "Other requests")].filter(Boolean);
  if (!parts.length) return null;
  return element("section", {id: "times"}, element("h2", {}, "Times"),
                 element("p", {class: "quiet"}, latencies.length ? "On a scale of decades; the line stands at the median."
                                                                 : "In simulated time."), parts);
}
