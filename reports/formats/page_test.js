// Opens pages and pictures in a browser: nothing is fetched, nothing fails, clicks and keys do what they promise, axe has
// no serious finding. Leaves pictures beside them: light, dark, narrow, on paper.
//   node page_test.js FOLDER: a line `ok ...` or `FAILED ...` for each thing tried.
"use strict";
const fs = require("fs");
const path = require("path");
const {pathToFileURL} = require("url");
const puppeteer = require("puppeteer-core");

const folder = path.resolve(process.argv[2]);
const axeSource = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
let failed = 0;

function check(what, wrong) {
  if (wrong) ++failed;
  if (wrong) console.error(`${what}: ${wrong}`);
  console.log(`${wrong ? "FAILED" : "ok"} ${what}`);
}

async function opened(browser, file) {
  const page = await browser.newPage();
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("request", (request) => request.url() !== pathToFileURL(file).href && troubles.push("fetches " + request.url()));
  await page.setViewport({width: 1280, height: 900});
  // A page is only late where the machine is busy; all of this together has a bound of its own.
  await page.goto(pathToFileURL(file).href, {timeout: 300_000});
  return {page, troubles};
}

async function pictures(page, name) {
  for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 400]]) {
    await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
    await page.setViewport({width, height: 900});
    await page.screenshot({path: path.join(folder, `${name}-${width === 400 ? "narrow" : scheme}.png`), fullPage: true});
    if (width === 400)
      check(`${name}: nothing is wider than a narrow window`,
            await page.evaluate(() => document.documentElement.scrollWidth > innerWidth && `${document.documentElement.scrollWidth} pixels`));
  }
  await page.setViewport({width: 1280, height: 900});
  await page.pdf({path: path.join(folder, `${name}.pdf`), format: "A4", printBackground: true});
}

async function accessible(page, name) {
  await page.evaluate(axeSource);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
    const found = await page.evaluate(async () => (await axe.run()).violations
        .filter((it) => ["serious", "critical"].includes(it.impact))
        .map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`));
    check(`${name}: axe, ${scheme}`, found.join("; "));
  }
}

async function clicked(page, name) {
  const clauses = await page.$$(".clause");
  check(`${name}: has items`, clauses.length === 0);
  await page.click(".clause summary");
  check(`${name}: a clause opens`, !await page.$eval(".clause summary", (it) => it.closest("details").open));
  const buttons = await page.$$(".filters button");
  await buttons[buttons.length - 1].click();
  const shown = await page.$$eval(".clause", (all) => all.filter((it) => !it.hidden).map((it) => it.dataset.verdict));
  const wanted = await buttons[buttons.length - 1].evaluate((it) => it.dataset.show);
  check(`${name}: a filter shows what it says`, shown.some((verdict) => verdict !== wanted) || shown.length === 0);
  await buttons[0].click();
  if (!await page.$("#violation-1")) return;
  await page.keyboard.press("n");
  check(`${name}: n goes to a violation`, await page.evaluate(() => document.activeElement.id) !== "violation-1");
  if (!await page.$(".exchange")) return;
  check(`${name}: a culprit is marked`, !await page.$(".culprit"));
  await page.click(".exchange summary");
  check(`${name}: request and answer open`, !await page.$eval(".exchange details", (it) => it.open));
  await page.$eval(".exchange details", (it) => { it.open = false; });
}

async function readsMermaid(browser) {
  const page = await browser.newPage();
  await page.goto("about:blank");
  await page.addScriptTag({path: require.resolve("mermaid/dist/mermaid.min.js")});
  for (const name of ["model", "covered"]) {
    const text = fs.readFileSync(path.join(folder, `${name}.mermaid`), "utf8");
    const drawn = await page.evaluate(async (source) => {
      try {
        mermaid.initialize({startOnLoad: false});
        const {svg} = await mermaid.render("drawn", source);
        document.body.innerHTML = svg;
        return {states: document.querySelectorAll(".node").length, text: document.body.textContent};
      } catch (error) {
        return {error: String(error)};
      }
    }, text);
    check(`${name}.mermaid by mermaid`, drawn.error);
    check(`${name}.mermaid draws every state`, drawn.states < 10 && `${drawn.states} of 10`);
    check(`${name}.mermaid keeps its words`, !drawn.error && !drawn.text.includes("force close") && drawn.text.slice(0, 200));
    await page.screenshot({path: path.join(folder, `${name}.mermaid.png`), fullPage: true});
  }
}

async function drawsPictures(browser) {
  for (const file of ["model.svg", "covered.svg"]) {
    const {page, troubles} = await opened(browser, path.join(folder, file));
    for (const scheme of ["light", "dark"]) {
      await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
      await page.screenshot({path: path.join(folder, `${file}-${scheme}.png`)});
    }
    check(`${file} in the browser`, troubles.join("; "));
    await page.close();
  }
}

(async () => {
  const browser = await puppeteer.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true,
                                          args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]});
  try {
    for (const file of fs.readdirSync(folder).filter((it) => it.endsWith(".html")).sort()) {
      const name = path.basename(file, ".html");
      const {page, troubles} = await opened(browser, path.join(folder, file));
      await clicked(page, name);
      await accessible(page, name);
      await pictures(page, name);
      check(`${name}: nothing fails and nothing is fetched`, troubles.join("; "));
      await page.close();
    }
    await drawsPictures(browser);
    await readsMermaid(browser);
  } finally {
    await browser.close();
  }
  process.exit(failed ? 1 : 0);
})().catch((error) => {
  console.error(error);
  process.exit(2);
});
