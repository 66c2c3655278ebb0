// The page: the verdict, then what led to it.
"use strict";

const NAMES_SHOWN = 6;

/** A verdict may name dozens of clauses; all of them stand below. */
function shortLine(line) {
  return line.replace(/\n/g, "; ").split("; ").map((part) => {
    const names = part.split(", ");
    return names.length <= NAMES_SHOWN + 1 ? part
                                           : `${names.slice(0, NAMES_SHOWN).join(", ")} and ${names.length - NAMES_SHOWN} more`;
  }).join("; ");
}

function headerOf(data) {
  const [word, ...rest] = data.line.split(": ");
  const line = shortLine(word === data.verdict ? rest.join(": ") : data.line);
  return element("header", {class: "verdict " + tone(data.verdict)},
                 element("p", {class: "subject"}, "closecheck ", data.kind),
                 element("h1", {}, data.verdict),
                 element("p", {class: "line"}, line),
                 (data.faults || []).map((fault) => element("p", {class: "fault"}, "--strict-waivers: " + fault)));
}

function violationsSection(violations) {
  if (!violations.length) return null;
  return element("section", {id: "violations"}, element("h2", {}, "Violations"),
                 element("p", {class: "quiet no-print"}, "Time runs down; boxes side by side overlap. Keys: ", element("kbd", {}, "n"),
                         " and ", element("kbd", {}, "p"), " go to the next and the one before."),
                 violations.map(violationSection));
}

function factsSection(data) {
  if (!data.facts) return null;
  return element("section", {id: "run"}, element("h2", {}, "The run"), definitions(data.facts),
                 (data.notes || []).length > 0 && [element("h3", {}, "Notes"),
                                                   element("ul", {}, data.notes.map((note) => element("li", {}, note)))]);
}

function navigation(sections) {
  return element("nav", {"aria-label": "sections"}, sections.map((section) =>
      element("a", {href: "#" + section.id}, section.querySelector("h2").textContent)));
}

/** Whoever prints sees everything but the requests as they were sent and what is alike, and then finds the page as it was. */
function openForPrint() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")].filter((it) => !it.closest(".exchange, [data-verdict=alike]"));
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
}

function goByKeys(count) {
  let at = 0;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key !== "n" && event.key !== "p")) return;
    at = Math.min(count, Math.max(1, at + (event.key === "n" ? 1 : -1)));
    const section = document.getElementById("violation-" + at);
    if (section) section.focus();
  });
}

function show(data) {
  const violations = data.violations || data.differences || [];
  const found = data.kind === "comparison"
      ? comparisonSections(data)
      : [violationsSection(violations),
         data.clauses ? clausesSection(data.clauses)
                      : itemsSection(data.kind === "judge" ? "Histories" : "Files", data.items || []),
         modelSection(data), timesSection(data)];
  const sections = [...found, factsSection(data)].filter(Boolean);
  document.getElementById("page").append(headerOf(data), navigation(sections), element("main", {}, sections));
  openForPrint();
  goByKeys(violations.length);
}

show(JSON.parse(document.getElementById("data").textContent));
