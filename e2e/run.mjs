// Journeys through the paper in a real browser. `cargo xtask e2e` builds the binary and starts this.
//
//     GACETA_BIN=... CHROMIUM=/usr/bin/chromium [GACETA_SCREENS=DIR] node run.mjs [WORDS OF JOURNEYS ...]
//
// One line for each journey, and at the end `N passed, M failed`; the exit code is 1 if any failed. Journeys run one
// after another against one paper, each with browsers of its own.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { Paper } from "./paper.mjs";
import { People } from "./people.mjs";
import { journeys as lease } from "./journeys/lease.mjs";
import { journeys as small } from "./journeys/small_rules.mjs";
import { journeys as guests } from "./journeys/guests.mjs";
import { journeys as keyboard } from "./journeys/keyboard.mjs";
import { journeys as pages } from "./journeys/pages.mjs";

const LIMIT = 180_000; // ms for one journey; a busy machine is slow

const binary = process.env.GACETA_BIN;
if (!binary) {
  console.error("GACETA_BIN is not set. `cargo xtask e2e` builds the binary and sets it.");
  process.exit(2);
}
const screens = process.env.GACETA_SCREENS ?? "";
if (screens) mkdirSync(screens, { recursive: true });

const words = process.argv.slice(2);
const all = [...lease, ...small, ...guests, ...keyboard, ...pages];
const chosen = all.filter(({ name }) => !words.length || words.some((word) => name.includes(word)));

const paper = await Paper.open(binary);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // People have a back/forward cache; the library switches it off.
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

let failed = 0;
for (const { name, walk } of chosen) {
  const people = new People(browser, paper.origin);
  const begun = Date.now();
  let trouble = null;
  let note = "";
  let timer;
  try {
    const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`not done after ${LIMIT} ms`)), LIMIT)));
    note = (await Promise.race([walk({ people, paper, screens }), late])) ?? "";
    if (people.troubles.length) throw new Error(`the browser complained:\n${people.troubles.join("\n")}`);
  } catch (error) {
    trouble = error;
    failed += 1;
  } finally {
    clearTimeout(timer);
    await people.leave();
  }
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  console.log(`${trouble ? "FAILED" : "ok    "} ${name} (${seconds} s)${note ? `: ${note}` : ""}`);
  if (trouble) console.log(String(trouble.stack ?? trouble).replace(/^/gm, "       "));
}
await browser.close();
await paper.close();
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exit(failed || !chosen.length ? 1 : 0);
