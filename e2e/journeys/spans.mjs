// What depends on how long somebody does nothing, in papers whose spans are short; and a paper that falls over.

import assert from "node:assert/strict";
import { ARTICLE, isAsked, isPaused, listening, paused, reads, take, takeBack, until } from "../people.mjs";

const path = ARTICLE.en;
const SAM = "sam@demo.test";

async function two(people, options = {}) {
  return [await (await people.device("laptop", options)).signsIn(SAM), await (await people.device("phone", options)).signsIn(SAM)];
}

async function sitsStill({ people }) {
  const [laptop, phone] = await two(people);
  const a = await laptop.opens(path);
  await reads(a);
  await listening(a);
  await a.waitForTimeout(3_500);
  assert.ok(!(await isPaused(a)), "sitting still loses nothing by itself");
  const b = await phone.opens(path);
  await reads(b); // without having been asked
  await paused(a);
  await takeBack(a); // one press
  await reads(a);
  await paused(b);
}

async function withoutScript({ people }) {
  const [laptop, phone] = await two(people, { javaScriptEnabled: false });
  const asked = (page) => page.locator("form[action='/reading/take']").count();
  const a = await laptop.opens(path);
  assert.equal(await asked(a), 0);
  const b = await phone.opens(path);
  assert.equal(await asked(b), 1, "just sent: being read");
  await b.waitForTimeout(3_500);
  await b.goto(path);
  assert.equal(await asked(b), 0, "some time after it was sent: at rest");
}

async function fallsOver({ people, paper }) {
  const [laptop, phone] = await two(people);
  const a = await laptop.opens(path);
  await reads(a);
  await listening(a);
  await paper.dies();
  await paper.start();
  // The next beat opens the lease again: who was reading reads on, and the other is asked.
  await a.evaluate(() => dispatchEvent(new Event("online")));
  await until(async () => (await laptop.access(path)) === "full", "the open page has its lease again");
  assert.ok(!(await isPaused(a)));
  const b = await phone.opens(path);
  await isAsked(b);
  await take(b);
  await reads(b);
  await until(async () => {
    await a.evaluate(() => dispatchEvent(new Event("online")));
    return isPaused(a);
  }, "the dialog", 15_000);
}

const SHORT = { GACETA_READING__READ_FOR: "3s", GACETA_READING__GLANCE_FOR: "2s", GACETA_READING__SENT_FOR: "3s" };
export const journeys = [
  { name: "who sits still loses nothing until another device opens, and takes it back with one press", walk: sitsStill, settings: SHORT },
  { name: "without a script a page counts as read for a while after it was sent", walk: withoutScript, settings: SHORT },
  { name: "a paper that was killed and started again: reading goes on", walk: fallsOver, settings: {} },
];
