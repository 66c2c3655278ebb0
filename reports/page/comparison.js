// Several runs side by side: what they are, a table of clauses, and what tells two of them apart.
"use strict";

function sideLabel(data, at) {
  const {letter, name} = data.sides[at];
  return [element("b", {class: "letter"}, letter), " ", name];
}

function sidesSection(data) {
  return element("section", {id: "sides"}, element("h2", {}, "What is compared"),
                 element("div", {class: "sides"}, data.sides.map((side, at) => {
                   const line = side.line.startsWith(side.verdict + ": ") ? side.line.slice(side.verdict.length + 2) : side.line;
                   return element("div", {class: "side"}, element("h3", {}, sideLabel(data, at), " ", badge(side.verdict)),
                                  element("p", {class: "quiet"}, side.what), element("p", {}, shortLine(line)));
                 })));
}

function comparedCell(cell) {
  const word = cell.word === "-" ? element("span", {class: "quiet", title: "not selected"}, "\u2013")
                                 : element("span", {class: "badge " + tone(cell.verdict), title: cell.why || null}, cell.word);
  return element("td", {class: cell.change ? "changed" : null}, word,
                 cell.change && element("small", {class: "change"}, cell.change));
}

/** A row of the table; what the catalogue says of the clause, and why a side could not tell it, on demand. */
function comparedRow(data, clause) {
  const at = data.differences.findIndex((it) => it.clause === clause.id);
  const whys = clause.sides.map((cell, side) => cell.why && ["on " + data.sides[side].letter, prose(cell.why)]).filter(Boolean);
  return element("tr", {class: "clause", "data-verdict": clause.changed ? "not alike" : "alike"},
                 element("th", {scope: "row"},
                         element("details", {}, element("summary", {}, element("code", {}, clause.id)),
                                 element("p", {}, prose(clause.says)),
                                 definitions([["level", [clause.level, clause.section].filter(Boolean).join(", ")],
                                              ["why it matters", prose(clause.importance)], ...whys]),
                                 at >= 0 && element("p", {}, element("a", {href: "#violation-" + (at + 1)},
                                                                     "what tells them apart")))),
                 clause.sides.map(comparedCell));
}

function comparedSection(data) {
  const rank = (clause) => clause.sides.some((cell) => cell.change === "no longer holds") ? 0 : clause.changed ? 1 : 2;
  const sorted = [...data.compared].sort((a, b) => rank(a) - rank(b));
  const rows = element("tbody", {}, sorted.map((clause) => comparedRow(data, clause)));
  const items = sorted.map((clause) => ({verdict: clause.changed ? "not alike" : "alike"}));
  const title = "Verdicts of each clause, side by side";
  return element("section", {id: "clauses"}, element("h2", {}, "Clauses"),
                 element("p", {class: "quiet"}, "What is not alike stands first. What changed is told against ",
                         element("b", {}, data.sides[0].letter), "."),
                 filters(items, rows),
                 scrolling(title, element("table", {class: "compared"},
                     element("thead", {}, element("tr", {}, element("th", {scope: "col"}, "clause"),
                         data.sides.map((side) => element("th", {scope: "col", title: side.name}, element("b", {class: "letter"}, side.letter),
                                                          element("small", {class: "side-name"}, side.name))))),
                     rows)));
}

function replayLine(data, side, replay, replayed) {
  return replay && [element("h5", {}, "replay on ", data.sides[side].letter, replayed && [" ", badge(replayed)]), command(replay)];
}

function otherSide(data, difference, other) {
  return [element("h4", {}, "not on ", sideLabel(data, other.side)),
          other.why && element("p", {class: "quiet"}, other.why),
          other.history && other.history.length > 0 &&
              folded("the same requests there",
                     timeline({...other, clause: `${difference.clause} on ${data.sides[other.side].letter}`})),
          replayLine(data, other.side, other.replay, other.replayed)];
}

function differenceSection(data, difference, index) {
  const shows = data.sides[difference.side];
  return element("section", {class: "violation", id: "violation-" + (index + 1), tabindex: -1},
                 element("h3", {}, badge("violated"), " ", element("code", {}, difference.clause), " ",
                         element("small", {}, [difference.level, difference.section].filter(Boolean).join(", "))),
                 element("p", {class: "says"}, prose(difference.says)),
                 definitions([["expected", prose(difference.expected)], ["observed", prose(difference.observed)],
                              ["also breaks", difference.also.join(", ")],
                              ["scenario", difference.scenario && element("code", {}, difference.scenario)]]),
                 element("h4", {}, "shows on ", sideLabel(data, difference.side)),
                 timeline({...difference, clause: `${difference.clause} on ${shows.letter}`}),
                 replayLine(data, difference.side, difference.replay, difference.replayed),
                 difference.others.map((other) => otherSide(data, difference, other)));
}

function differencesSection(data) {
  if (!data.differences.length) return null;
  return element("section", {id: "differences"}, element("h2", {}, "What tells them apart"),
                 element("p", {class: "quiet no-print"}, "The shortest requests that show it. Time runs down; boxes side by side ",
                         "overlap. Keys: ", element("kbd", {}, "n"), " and ", element("kbd", {}, "p"),
                         " go to the next and the one before."),
                 data.differences.map((difference, index) => differenceSection(data, difference, index)));
}

function comparisonSections(data) {
  return [sidesSection(data), comparedSection(data), differencesSection(data)];
}
