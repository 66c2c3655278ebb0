// Making elements. Every text goes in as text: nothing that a server sent can be anything else.
"use strict";

/** What a reader cannot see, or what turns the direction of writing. Tabs and line feeds are kept. */
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\u{e0000}-\u{e007f}]/gu;

function visible(text) {
  return String(text).replace(HIDDEN, (c) => "\u27e8U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u27e9");
}

/** element("p", {class: "x", open: true}, "text", otherElement, [more], null) */
function element(tag, attributes, ...children) {
  const made = tag.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
                                      : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {}))
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : visible(value));
  for (const child of children.flat(Infinity))
    if (child !== undefined && child !== null && child !== false)
      made.append(child instanceof Node ? child : visible(child));
  return made;
}

/** A box that scrolls sideways where it has to, also by keys. */
function scrolling(label, ...children) {
  return element("div", {class: "scrolling", tabindex: 0, role: "region", "aria-label": label}, ...children);
}

function folded(title, ...children) {
  return element("details", {}, element("summary", {}, title), ...children);
}

function definitions(pairs) {
  return element("dl", {}, pairs.filter(([, value]) => value !== undefined && value !== null && value !== "")
                                .map(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]));
}

/** What stands between backticks is code. */
function prose(text) {
  return visible(text).split("`").map((part, at, all) =>
      at % 2 === 0 ? part : at === all.length - 1 ? "`" + part : element("code", {}, part));
}

function badge(verdict) {
  return element("span", {class: "badge " + tone(verdict)}, verdict);
}

/** Of which colour a verdict is. */
function tone(verdict) {
  if (["holds", "conforms", "fixed", "unchanged"].includes(verdict)) return "good";
  if (["violated", "violates", "still failing", "regressed"].includes(verdict)) return "bad";
  if (["measured", "not-exercised", "skipped"].includes(verdict)) return "plain";
  return "unsure";
}

/** 1.5 ms, 2.3 s, 30 min */
function span(milliseconds) {
  const units = [[3600000, "h"], [60000, "min"], [1000, "s"], [1, "ms"]];
  for (const [size, unit] of units)
    if (milliseconds >= size) return Number((milliseconds / size).toPrecision(3)) + " " + unit;
  return Number(Number(milliseconds).toPrecision(2)) + " ms";
}

function counted(number, noun) {
  return number + " " + noun + (number === 1 ? "" : "s");
}
