// Clauses, or files and histories, each with its verdict; and which of them are shown.
"use strict";

const ORDER = ["violated", "waived", "inconclusive", "not-exercised", "holds", "measured"];

function figures(clause) {
  return Object.entries(clause.figures || {}).map(([name, value]) =>
      [name.replace(/_/g, " ").replace(/ ms$/, ""), name.endsWith("_ms") ? span(value) : Number(value.toPrecision(6))]);
}

function clauseItem(clause, saysReason) {
  const reason = saysReason && [clause.kind && clause.verdict !== "measured" && clause.kind + ":", clause.why].filter(Boolean).join(" ");
  return element("details", {class: "clause", "data-verdict": clause.verdict},
                 element("summary", {}, badge(clause.verdict), element("code", {}, clause.id),
                         element("span", {class: "says"}, prose(clause.says)),
                         reason && element("span", {class: "reason"}, prose(reason))),
                 definitions([["level", [clause.level, clause.section].filter(Boolean).join(", ")],
                              ["why it matters", prose(clause.importance)], ["how it is checked", prose(clause.how)],
                              ["evidence", `${counted(clause.checks, "check")}, ${counted(clause.exchanges, "exchange")}`],
                              ...figures(clause)]));
}

/** Buttons that show the items of one verdict, or all. */
function filters(items, list) {
  const verdicts = [...new Set(items.map((it) => it.verdict))];
  verdicts.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const buttons = ["all", ...verdicts].map((verdict) => {
    const number = verdict === "all" ? items.length : items.filter((it) => it.verdict === verdict).length;
    return element("button", {type: "button", "data-show": verdict, "aria-pressed": verdict === "all" ? "true" : "false"},
                   verdict + " " + number);
  });
  for (const button of buttons)
    button.addEventListener("click", () => {
      const show = button.dataset.show;
      for (const other of buttons) other.setAttribute("aria-pressed", other === button ? "true" : "false");
      for (const item of list.children) item.hidden = show !== "all" && item.dataset.verdict !== show;
    });
  return element("p", {class: "filters", role: "group", "aria-label": "show"}, buttons);
}

function clausesSection(clauses) {
  const sorted = [...clauses].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  // A reason that is that of every clause stands in the verdict.
  const differ = clauses.some((it) => it.why !== clauses[0].why || it.kind !== clauses[0].kind);
  const list = element("div", {class: "clauses"}, sorted.map((it) => clauseItem(it, differ || clauses.length === 1)));
  return element("section", {id: "clauses"}, element("h2", {}, "Clauses"), filters(clauses, list), list);
}

function testLines(item) {
  return (item.tests || []).filter((test) => item.tests.length > 1 || test.details)
      .map((test) => [element("p", {}, badge(test.verdict), " ", test.title, test.why && ": " + test.why),
                      test.details && element("pre", {tabindex: 0}, test.details)]);
}

/** Files of a replay, histories of a recording. */
function itemsSection(title, items) {
  const list = element("div", {class: "clauses"}, items.map((item) => {
    const evidence = Object.entries(item.evidence || {}).map(([clause, times]) => `${clause} (${times})`).join(", ");
    const inside = [definitions([["reproduced", item.reproduced], ["requests", item.requests],
                                 ["put to the test and stood", evidence]]),
                    (item.notes || []).map((note) => element("p", {class: "quiet"}, note)), testLines(item)];
    return element("details", {class: "clause", "data-verdict": item.verdict},
                   element("summary", {}, badge(item.verdict), element("span", {class: "says"}, item.title),
                           item.why && element("span", {class: "reason"}, prose(item.why))), inside);
  }));
  return element("section", {id: "clauses"}, element("h2", {}, title), filters(items, list), list);
}
