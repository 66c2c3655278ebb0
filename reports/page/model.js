// The reference model with what the run met of it: the picture, and a heat map of requests in states.
"use strict";

/** From 0 to 1, in decades: a cell that was met ten times as often is one shade darker. */
function heat(visits, most) {
  return visits === 0 ? 0 : (1 + Math.log10(visits)) / (1 + Math.log10(Math.max(most, 1)));
}

function heatCell(cell, most) {
  if (!cell) return element("td", {class: "none"}, "\u2013");
  const what = [`${cell.state}, ${cell.step}`, cell.next && cell.next !== cell.state ? `leads to ${cell.next}` : "",
                cell.answers, cell.clause].filter(Boolean).join("; ");
  return element("td", {class: cell.visits ? "met" : "never", style: `--heat-of:${heat(cell.visits, most).toFixed(2)}`,
                        title: what},
                 cell.visits || "never", cell.next && cell.next !== cell.state && element("small", {}, " \u2192 " + cell.next));
}

function heatMap(cells, order, title) {
  const states = order.filter((state) => cells.some((cell) => cell.state === state));
  const steps = [...new Set(cells.map((cell) => cell.step))];
  const most = Math.max(...cells.map((cell) => cell.visits));
  const table = element("table", {class: "heat"},
      element("caption", {}, title),
      element("thead", {}, element("tr", {}, element("td", {}), states.map((state) => element("th", {scope: "col"}, state)))),
      element("tbody", {}, steps.map((step) => element("tr", {}, element("th", {scope: "row"}, step),
          states.map((state) => heatCell(cells.find((it) => it.state === state && it.step === step), most))))));
  return scrolling(title, table);
}

function neverMet(cells) {
  const missing = new Map();
  for (const cell of cells.filter((it) => it.visits === 0))
    missing.set(cell.state, [...(missing.get(cell.state) || []), cell.step]);
  if (!missing.size) return element("p", {}, "Every cell was met.");
  return [element("h3", {}, `Never met: ${cells.filter((it) => it.visits === 0).length} of ${cells.length} cells`),
          definitions([...missing].map(([state, steps]) => [state, steps.join(", ")]))];
}

function modelSection(data) {
  const cells = data.model || [];
  if (!cells.some((cell) => cell.visits > 0)) return null;
  const picture = document.getElementById("picture").content;
  const job = cells.filter((cell) => !cell.of_feed);
  return element("section", {id: "model"}, element("h2", {}, "What was met of the reference model"),
                 element("p", {class: "quiet"}, "Green was met, red never; dashed lines happen by themselves; \u21ba lists what ",
                         "leaves a state as it is. Numbers in the tables say how often."),
                 picture.childElementCount > 0 && scrolling("picture of the model", element("div", {class: "picture"}, picture)),
                 heatMap(job, data.states, "The job: what came in which state"),
                 heatMap(cells.filter((cell) => cell.of_feed), data.states, "Its datafeed"),
                 neverMet(cells));
}
