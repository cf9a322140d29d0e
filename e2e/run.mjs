// Journeys through the paper in a real browser. `cargo xtask e2e` builds the binary and starts this.
//
//     GACETA_BIN=... CHROMIUM=/usr/bin/chromium [GACETA_SCREENS=DIR] node run.mjs [WORDS OF JOURNEYS ...]
//
// One line for each journey, and at the end a line of counts; the exit code is 1 if any failed. Journeys run one after
// another, each with browsers of its own, against one paper; those with `settings` against a paper of their own. The
// tests of the page's module (reader_module/, against a stand-in) are run and counted, too.

import { mkdirSync } from "node:fs";
import { run as runTests } from "node:test";
import { chromium } from "playwright-core";
import { Edition } from "./paper.mjs";
import { People, delays } from "./people.mjs";
import { journeys as lease } from "./journeys/lease.mjs";
import { journeys as small } from "./journeys/small_rules.mjs";
import { journeys as spans } from "./journeys/spans.mjs";
import { journeys as guests } from "./journeys/guests.mjs";
import { journeys as accounts } from "./journeys/accounts.mjs";
import { journeys as seats } from "./journeys/seats.mjs";
import { journeys as keyboard } from "./journeys/keyboard.mjs";
import { journeys as gate } from "./journeys/gate.mjs";
import { journeys as nodes } from "./journeys/nodes.mjs";
import { journeys as pages } from "./journeys/pages.mjs";

const LIMIT = 180_000; // ms for one journey; a busy machine is slow
const MODULE = "reader module";

const binary = process.env.GACETA_BIN;
if (!binary) {
  console.error("GACETA_BIN is not set. `cargo xtask e2e` builds the binary and sets it.");
  process.exit(2);
}
const screens = process.env.GACETA_SCREENS ?? "";
if (screens) mkdirSync(screens, { recursive: true });

const words = process.argv.slice(2);
const wanted = (name) => !words.length || words.some((word) => name.includes(word));
const chosen = [...lease, ...small, ...spans, ...guests, ...accounts, ...seats, ...keyboard, ...gate, ...nodes, ...pages].filter(({ name }) => wanted(name));
const count = { passed: 0, failed: 0 };
const begun = Date.now();

function tell(name, since, trouble, note = "") {
  count[trouble ? "failed" : "passed"] += 1;
  const seconds = ((Date.now() - since) / 1000).toFixed(1);
  console.log(`${trouble ? "FAILED" : "ok    "} ${name} (${seconds} s)${note ? `: ${note}` : ""}`);
  if (trouble) console.log(String(trouble.stack ?? trouble).replace(/^/gm, "       "));
}

async function walked({ name, walk, settings }, paper, browser) {
  const since = Date.now();
  const people = new People(browser, paper);
  let trouble = null;
  let note = "";
  let timer;
  try {
    const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`not done after ${LIMIT} ms`)), LIMIT)));
    note = (await Promise.race([walk({ people, paper, screens }), late])) ?? "";
    if (people.troubles.length && !settings) throw new Error(`the browser complained:\n${people.troubles.join("\n")}`);
  } catch (error) {
    trouble = error;
  } finally {
    clearTimeout(timer);
    await people.leave();
  }
  tell(name, since, trouble, note);
}

async function moduleTests() {
  const tests = runTests({ files: [new URL("reader_module/reader.test.mjs", import.meta.url).pathname], concurrency: 1 });
  const isTest = ({ nesting, name }) => nesting === 0 && !name.endsWith(".mjs");
  tests.on("test:pass", (test) => isTest(test) && tell(`${MODULE}: ${test.name}`, Date.now() - test.details.duration_ms));
  tests.on("test:fail", (test) => isTest(test) && tell(`${MODULE}: ${test.name}`, Date.now() - test.details.duration_ms, test.details.error));
  tests.resume();
  await new Promise((over) => tests.on("end", over));
}

if (chosen.length) {
  const edition = await Edition.fill(binary);
  const shared = await edition.paper();
  console.log(`the paper is filled (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // People have a back/forward cache; the library switches it off.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  for (const journey of chosen) {
    const paper = journey.settings ? await edition.paper(journey.settings) : shared;
    await walked(journey, paper, browser);
    if (paper !== shared) await paper.close();
  }
  await browser.close();
  await shared.close();
  edition.remove();
}
if (wanted(MODULE)) await moduleTests();

delays.sort((a, b) => a - b);
const told = delays.length ? `; an open page knew of ${delays.length} changes of device after ${delays[delays.length >> 1]} ms (median), ${delays.at(-1)} ms at most` : "";
console.log(`${count.passed} passed, ${count.failed} failed in ${((Date.now() - begun) / 1000).toFixed(0)} s${told}`);
process.exit(count.failed || !count.passed ? 1 : 0);
