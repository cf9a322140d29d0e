// Journeys through the paper in a real browser, by Node's own test runner. `cargo xtask e2e` builds the programs and starts it.
//
//     GACETA_BIN=... GACETA_WORKLOAD=... CHROMIUM=/usr/bin/chromium [GACETA_SCREENS=DIR] node --test journeys.test.mjs
//
// Journeys run one after another, each with browsers of its own, against one paper; those with `settings` against a paper of
// their own. A single one: `--test-name-pattern=WORDS`, or `cargo xtask e2e --only WORDS`.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";
import { Edition } from "./paper.mjs";
import { People, delays } from "./people.mjs";
import { journeys as lease } from "./journeys/lease.mjs";
import { journeys as small } from "./journeys/small_rules.mjs";
import { journeys as tabs } from "./journeys/tabs.mjs";
import { journeys as spans } from "./journeys/spans.mjs";
import { journeys as guests } from "./journeys/guests.mjs";
import { journeys as accounts } from "./journeys/accounts.mjs";
import { journeys as seats } from "./journeys/seats.mjs";
import { journeys as keyboard } from "./journeys/keyboard.mjs";
import { journeys as gate } from "./journeys/gate.mjs";
import { journeys as nodes } from "./journeys/nodes.mjs";
import { journeys as pages } from "./journeys/pages.mjs";

const LIMIT = 300_000; // ms for one journey; a busy machine is slow
const screens = process.env.GACETA_SCREENS ?? "";

/** What all journeys share: begun by the first of them, since filling the paper takes longer than most. */
let stage;

async function begin() {
  const binary = process.env.GACETA_BIN;
  assert.ok(binary, "GACETA_BIN is not set. `cargo xtask e2e` builds the binary and sets it.");
  if (screens) mkdirSync(screens, { recursive: true });
  const edition = await Edition.fill(binary);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // People have a back/forward cache; the library switches it off.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  return { edition, browser, paper: await edition.paper() };
}

after(async () => {
  const made = await stage?.catch(() => null); // each journey has told of it
  if (!made) return;
  await made.browser.close();
  await made.paper.close();
  made.edition.remove();
  delays.sort((a, b) => a - b);
  if (delays.length) console.log(`an open page knew of ${delays.length} changes of device after ${delays[delays.length >> 1]} ms (median), ${delays.at(-1)} ms at most`);
});

async function walked(t, { walk, settings }) {
  const made = await (stage ??= begin());
  const paper = settings ? await made.edition.paper(settings) : made.paper;
  const people = new People(made.browser, paper);
  const over = new AbortController();
  try {
    const late = pause(LIMIT, null, { signal: over.signal }).then(() => assert.fail(`not done after ${LIMIT} ms`));
    const note = await Promise.race([walk({ people, paper, screens }), late]);
    if (note) t.diagnostic(note);
    // A paper that is killed is complained about.
    if (!settings) assert.deepEqual(people.troubles, [], "the browser has nothing to complain about");
  } finally {
    over.abort();
    await people.leave();
    if (settings) await paper.close();
  }
}

for (const journey of [...lease, ...small, ...tabs, ...spans, ...guests, ...accounts, ...seats, ...keyboard, ...gate, ...nodes, ...pages]) {
  test(journey.name, (t) => walked(t, journey));
}
