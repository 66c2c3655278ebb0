// The history of a violation: time runs down, a lane for each client, a box for each request from when it was sent until
// its answer came. Boxes side by side overlap.
"use strict";

const EVENTS_SHOWN = 120;
const WAIT_MS = 1000;

/** Lanes of processes: the process of a client ends with a lost answer, and its next one takes the lane over. */
class Lanes {
  constructor() {
    this.byProcess = new Map();
    this.free = [];
    this.count = 0;
  }
  of(process) {
    if (!this.byProcess.has(process)) this.byProcess.set(process, this.free.length ? this.free.shift() : this.count++);
    return this.byProcess.get(process);
  }
  end(process) {
    this.free.push(this.of(process));
  }
}

/** What stands in which rows: requests with their answers, bands over all lanes, waits. */
function laidOut(events, culprit, requestsBefore) {
  const first = Math.max(0, Math.min(events.length, culprit === undefined ? events.length : culprit + 1) - EVENTS_SHOWN);
  const lanes = new Lanes();
  const open = new Map();
  const exchanges = [], bands = [], times = [];
  let row = 2, number = requestsBefore, before = null;
  events.forEach((event, index) => {
    if (event.type === "invoke") ++number;
    if (event.process !== undefined) lanes.of(event.process);
    const isShown = index >= first;
    if (isShown && before !== null && (event.time - before) / 1e6 >= WAIT_MS)
      bands.push({row: row++, kind: "wait", text: span((event.time - before) / 1e6) + " pass"});
    if (isShown) before = event.time;
    if (event.type === "invoke") {
      const exchange = {number, lane: lanes.of(event.process), from: row, asked: event, isShown,
                        isCulprit: index === culprit};
      open.set(event.process, exchange);
      exchanges.push(exchange);
    } else if (event.type === "ok" || event.type === "info") {
      const exchange = open.get(event.process);
      if (exchange)
        Object.assign(exchange, {to: row, answer: event, isShown, isCulprit: exchange.isCulprit || index === culprit});
      open.delete(event.process);
      if (event.type === "info") lanes.end(event.process);
    } else if (isShown) {
      bands.push({row, kind: event.type, text: event.told, isCulprit: index === culprit});
    }
    if (isShown) times.push({row: row++, time: event.time});
  });
  return {lanes: Math.max(1, lanes.count), last: row - 1, left: first, bands, times,
          exchanges: exchanges.filter((it) => it.isShown || !it.answer)};
}

function wire(title, what) {
  return what && [element("h5", {}, title), element("pre", {tabindex: 0}, JSON.stringify(what, null, 1))];
}

function exchangeBox(exchange, lastRow) {
  const {asked, answer} = exchange;
  const lost = answer && answer.type === "info";
  const took = answer ? (answer.time - asked.time) / 1e6 : 0;
  const classes = ["exchange", exchange.isCulprit && "culprit", lost && "lost", !answer && "open"].filter(Boolean).join(" ");
  const style = `grid-column:${exchange.lane + 2};grid-row:${exchange.from}/${(answer ? exchange.to : lastRow) + 1}`;
  return element("div", {class: classes, style},
                 exchange.isCulprit && element("p", {class: "mark"}, "cannot be explained"),
                 element("p", {class: "asked"}, element("b", {}, exchange.number + ". "), asked.told),
                 (asked.request || answer && (answer.response || answer.error)) &&
                     element("details", {}, element("summary", {}, "request and answer"), wire("request", asked.request),
                             wire("answer", answer && (answer.response || answer.error))),
                 element("p", {class: "answer"}, answer ? "\u2192 " + answer.told : "no answer by the end",
                         took >= WAIT_MS && element("span", {class: "took"}, " after " + span(took))));
}

function timeline(violation) {
  const events = violation.history || [];
  if (!events.length) return null;
  const plan = laidOut(events, violation.event, violation.requests_before || 0);
  const grid = element("div", {class: "timeline", style: `--lanes:${plan.lanes}`});
  grid.append(element("div", {class: "time head", style: "grid-column:1;grid-row:1"}, "time"));
  for (let lane = 0; lane < plan.lanes; ++lane)
    grid.append(element("div", {class: "head", style: `grid-column:${lane + 2};grid-row:1`},
                        plan.lanes === 1 ? "one client" : "client " + (lane + 1)),
                element("div", {class: "lane", style: `grid-column:${lane + 2};grid-row:2/${plan.last + 1}`}));
  let shown = "";
  for (const {row, time} of plan.times) {
    const text = (time / 1e9).toFixed(3) + " s";
    if (text !== shown) grid.append(element("div", {class: "time", style: `grid-column:1;grid-row:${row}`}, text));
    shown = text;
  }
  for (const band of plan.bands)
    grid.append(element("div", {class: "band " + band.kind + (band.isCulprit ? " culprit" : ""),
                                style: `grid-column:2/-1;grid-row:${band.row}`},
                        band.kind === "fault" ? "fault: " : "", band.text));
  for (const exchange of plan.exchanges) grid.append(exchangeBox(exchange, plan.last));
  return [plan.left > 0 && element("p", {class: "quiet"}, counted(plan.left, "event") + " before these are left out here."),
          scrolling("history of " + violation.clause, grid)];
}

function command(text) {
  return element("pre", {class: "command", tabindex: 0}, text);
}

function violationSection(violation, index) {
  const waived = violation.waived;
  return element("section", {class: "violation" + (waived ? " waived" : ""), id: "violation-" + (index + 1), tabindex: -1},
                 element("h3", {}, badge(waived ? "waived" : "violated"), " ", element("code", {}, violation.clause), " ",
                         element("small", {}, [violation.level, violation.section].filter(Boolean).join(", "))),
                 element("p", {class: "says"}, prose(violation.says)),
                 definitions([["expected", prose(violation.expected)], ["observed", prose(violation.observed)],
                              ["of", violation.of],
                              ["also breaks", (violation.also || []).join(", ")],
                              ["waived", waived && [waived.reason, waived.owner && ` (${waived.owner})`,
                                                    waived.expires && `, until ${waived.expires}`].filter(Boolean).join("")],
                              ["reproduced", violation.reproduced], ["check", violation.check],
                              ["fingerprint", violation.fingerprint]]),
                 timeline(violation),
                 violation.replay && [element("h4", {}, "replay"), command(violation.replay)],
                 violation.curl && violation.curl.length > 0 &&
                     folded("by hand", violation.scenario && element("p", {}, "With waits, what overlaps, and hooks: ",
                                                                     element("code", {}, violation.scenario.replace(/\.ya?ml$/, ".sh"))),
                            command(violation.curl.join("\n"))),
                 violation.waiver && folded("a waiver for it", command(violation.waiver)));
}
