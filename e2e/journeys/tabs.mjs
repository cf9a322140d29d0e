// What only a browser with real tabs does: pages that are opened behind others, pages that are asked for early, and many
// windows at once.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { ARTICLE, hasMessage, listening, paused, reads, take, until } from "../people.mjs";
import { Eager, Tabs } from "../tabs.mjs";

const EVA = "eva@empresa.test";
const path = ARTICLE.en;
const METERED = "/en/2026-02-18/a-small-telescope-learns-to-wait";

const withTabs = (walk) => async (scene) => {
  const tabs = await Tabs.open();
  try {
    return await walk({ ...scene, tabs });
  } finally {
    await tabs.close();
  }
};

const askedFor = (kind, ...urls) => ({ [kind]: [{ source: "list", urls, eagerness: "immediate" }] });

const early = (kind, email, article) => async ({ paper, tabs }) => {
  const eager = await Eager.open(paper.origin, askedFor(kind, article));
  try {
    if (email) await tabs.signsIn(paper.origin, email);
    const front = await tabs.tab(`${eager.origin}/en`);
    await until(() => eager.asked.some(([asked]) => asked === article), `an early request by ${kind}`);
    assert.ok(eager.asked.every(([asked, status]) => asked !== article || status >= 400), JSON.stringify(eager.asked));
    await pause(500);
    await front.asks(`location.href = ${JSON.stringify(article)}; 0`);
    await until(async () => (await front.asks("location.pathname")) === article, "the article");
    await front.reads();
    assert.deepEqual(await front.state(), { text: true, message: false, wall: false, early: false });
  } finally {
    eager.close();
  }
};

async function open({ paper, tabs }) {
  const article = "/en/2026-02-26/nineteen-trainers-and-a-plane-at-toluca";
  const eager = await Eager.open(paper.origin, askedFor("prefetch", article));
  try {
    await tabs.tab(`${eager.origin}/en`);
    await until(() => eager.asked.length, "an early request");
    assert.deepEqual(eager.asked[0], [article, 200]);
  } finally {
    eager.close();
  }
}

export const journeys = [
  { name: "prefetched by a subscriber, then opened: the text", walk: withTabs(early("prefetch", EVA, path)) },
  { name: "prerendered by a subscriber, then opened: the text", walk: withTabs(early("prerender", EVA, path)) },
  { name: "prefetched by a guest with free articles, then opened: the text", walk: withTabs(early("prefetch", "", METERED)) },
  { name: "an article for everybody may be prefetched", walk: withTabs(open) },
];
